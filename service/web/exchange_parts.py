"""What the pages of meetings and of the register share: parts of lists, what stands where nothing can be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import HTMLResponse

from indexer import dates
from indexer.documents import DocumentRecord, Language
from service.access import Caller
from service.briefs.content import Source
from service.briefs.restricted import restricted
from service.messages import RefusedError, message
from service.requests import MAX_OFFSET
from service.web import shell

# That a page may spend on looking for helpers, and as many on what became of items; the next one has the rest.
SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is shown: items `first` to `last` of `total`, counted from 1; where the parts beside begin.

    `previous` and `following` are None where there is none.
    """

    first: int
    last: int
    total: int
    previous: int | None
    following: int | None

    @classmethod
    def at(cls, offset: int, shown: int, most: int, total: int) -> Page:
        """The part of `shown` items from `offset` on, where a part has `most`."""
        end = offset + most
        return cls(
            offset + 1,
            offset + shown,
            total,
            max(min(offset, total) - most, 0) if offset else None,
            end if end < total else None,
        )


def offset_of(text: str) -> int:
    """Where a page of a list begins; 0 for "". Raises RefusedError for what is no such number."""
    text = text.strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_OFFSET)):
        raise RefusedError("register.offset")
    return int(text)


def not_to_be_passed_on(*documents: Sequence[DocumentRecord]) -> tuple[Source, ...]:
    """Those of the documents that are not public."""
    return restricted(record for records in documents for record in records)


def refusal(request: Request, who: Caller, spoken: Language, error: RefusedError, status: int = 422) -> HTMLResponse:
    """The page that says what is wrong with an address, in the reader's language."""
    return _instead(request, who, spoken, status, (message("meetings.refused.title", spoken), error.detail(spoken)))


def unknown(request: Request, who: Caller, spoken: Language, date: str) -> HTMLResponse:
    """The page for a meeting that the caller sees no document of."""
    reason = message("meetings.unknown.text", spoken, date=dates.written(date, spoken))
    return _instead(request, who, spoken, 404, (message("meetings.unknown.title", spoken), reason))


def _instead(request: Request, who: Caller, spoken: Language, status: int, said: tuple[str, str]) -> HTMLResponse:
    context = {"title": said[0], "reason": said[1]}
    return shell.page(request, who, spoken, "exchange_refused.html", context, section="exchange", status=status)
