"""Logs of the server: one line an event, as text or as a JSON object, to standard error.

A line never holds a key, a cookie, a query string, a quote or a document's text; it holds a question only where the
setting `log_questions` says so. What other packages log below a warning is left out: some write headers down.
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from indexer.errors import CouncilError
from service import request_ids
from service.server_settings import Settings

OWN = ("service", "indexer", "eval", "uvicorn")
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
# The messages of other exceptions may repeat what a caller sent.
_PLAIN_ERRORS = (CouncilError, OSError, sqlite3.Error)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def configure(settings: Settings) -> None:
    """Make this process log as `settings` say; called again, it replaces what it set up before."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _StandardError)]:
        root.removeHandler(handler)
    handler = _StandardError()
    handler.setFormatter(
        JsonFormatter(settings.log_questions)
        if settings.log_format == "json"
        else TextFormatter(settings.log_questions)
    )
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in OWN:
        logging.getLogger(name).setLevel(_LEVELS[settings.log_level])


class _StandardError(logging.Handler):
    """Writes each line in one go to what standard error is at that moment, so that processes do not mix theirs."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


class _Formatter(logging.Formatter):
    def __init__(self, messages: bool) -> None:
        super().__init__()
        self._messages = messages

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Where it happened; what its message says only where that cannot be a caller's words."""
        error = ei[1]
        if error is None:
            return ""
        if self._messages:
            return super().formatException(ei)
        told = []
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            frames = "".join(traceback.format_tb(error.__traceback__))
            text = f": {error}" if isinstance(error, _PLAIN_ERRORS) else ""
            told.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}{text}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nafter:\n".join(told)

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """What the line says besides time, level, logger and message."""
        found: dict[str, Any] = dict(getattr(record, "fields", None) or {})
        request = found.pop("request_id", None) or request_ids.current()
        return ({"request_id": request} if request else {}) | found

    def trace(self, record: logging.LogRecord) -> str | None:
        """The traceback of the record, None where it has none."""
        return self.formatException(record.exc_info) if record.exc_info else None


class JsonFormatter(_Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self.fields(record),
        }
        if trace := self.trace(record):
            line["exception"] = trace
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(_Formatter):
    """Time, level, logger and message, then the fields as name=value; control characters are made visible."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and a traceback under it where there is one."""
        fields = " ".join(f"{name}={_plain(value)}" for name, value in self.fields(record).items())
        line = f"{_time(record)} {record.levelname} {record.name} {record.getMessage()}"
        trace = self.trace(record)
        return _visible(line + (f" {fields}" if fields else "")) + (f"\n{trace}" if trace else "")


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _plain(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str) if not isinstance(value, str) else value
    return json.dumps(text, ensure_ascii=False) if isinstance(value, str) and re.search(r"[\s\"=]", text) else text


def _visible(text: str) -> str:
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
