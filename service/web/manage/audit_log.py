"""`/manage/audit`: who did what, to what, and when, and a way to take it away. For administrators."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Annotated, Any, BinaryIO, Literal, cast

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse
from starlette.background import BackgroundTask

from service import audit, audit_entries
from service.access import Action, Caller
from service.audit_entries import AuditEntry, AuditFilters, AuditFormat, AuditParameters
from service.callers import Here, Seen, may
from service.engine import Engine
from service.identity import keys
from service.web import account, shell
from service.web.manage import frame
from service.web.manage.period_shown import first_day, last_day

Auditor = Annotated[Caller, Depends(may(Action.READ_AUDIT))]
# What is done and written down; what is refused is there under the name of the `Action` too.
ACTIONS = (
    "document.read",
    "document.upload",
    "document.change",
    "document.approve",
    "document.delete",
    "key.create",
    "key.revoke",
    "key.refuse",
    "session.start",
    "session.end",
    "session.refuse",
    "audit.export",
    "audit.prune",
)
_PATH = "/manage/audit"
_PAGE = 50
_FILTERS = ("from", "to", "action", "caller", "subject")
_IN_MEMORY = 1_000_000  # bytes of an export; more of them wait on the disk
_PIECE = 64_000
# Excel takes a CSV file for UTF-8 only with a byte order mark.
_ENCODING: dict[AuditFormat, str] = {"csv": "utf-8-sig", "jsonl": "utf-8"}


@dataclass(frozen=True, slots=True)
class Line:
    """An entry, with what its caller and its subject are called where that is known."""

    entry: AuditEntry
    caller_name: str | None
    subject_name: str | None
    kind: Literal["document", "key", "other"]


def add(app: FastAPI) -> None:
    """Add the page and its exports to `app`."""

    @app.get(_PATH, response_class=HTMLResponse, include_in_schema=False)
    def listed(request: Request, at: Here, engine: Seen, who: Auditor, lang: str = "") -> HTMLResponse:
        spoken = account.spoken(request, lang)
        fields = frame.given(request, *_FILTERS, "before")
        asked, refusal = frame.read(AuditParameters, fields, spoken, limit=_PAGE)
        found = audit_entries.page(at.state, asked)
        filters = {name: value for name, value in fields.items() if name != "before"}
        names = {key.id: key.name for key in keys.listed(at.state)}
        context: dict[str, Any] = {
            "refusal": refusal,
            "filters": filters,
            "from_day": first_day(filters.get("from", "")),
            "to_day": last_day(filters.get("to", "")),
            "actions": ACTIONS,
            "callers": sorted(names.items(), key=lambda pair: pair[1].casefold()),
            "lines": lines(found.entries, engine, names),
            "next": found.next,
            "later": asked.before is not None,
        }
        filled = frame.context("audit", spoken) | context
        return shell.page(
            request,
            who,
            spoken,
            "manage_audit.html",
            filled,
            section="manage",
            status=422 if refusal else 200,
            headers=frame.NO_STORE,
        )

    @app.get(_PATH + "/export", include_in_schema=False)
    def export(request: Request, at: Here, engine: Seen, who: Auditor, lang: str = "") -> Response:
        spoken = account.spoken(request, lang)
        fields = frame.given(request, *_FILTERS)
        filters, refusal = frame.read(AuditFilters, fields, spoken)
        if refusal is not None:
            return listed(request, at, engine, who, lang)  # which says what is wrong
        form: AuditFormat = "csv" if request.query_params.get("format") == "csv" else "jsonl"
        audit.record(at.state, who, "audit.export", detail=form)
        kept = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when it is sent
        # Written whole before any of it is sent: what fails on the way is an error then, not half a log.
        out = io.TextIOWrapper(cast(BinaryIO, kept), encoding=_ENCODING[form], newline="")
        audit_entries.write(audit_entries.every(at.state, filters), form, out)
        out.flush()
        out.detach()
        kept.seek(0)
        return StreamingResponse(
            _pieces(kept),
            media_type="text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson; charset=utf-8",
            headers=frame.NO_STORE | {"Content-Disposition": f'attachment; filename="audit.{form}"'},
            background=BackgroundTask(kept.close),
        )


def lines(entries: list[AuditEntry], engine: Engine, names: dict[str, str]) -> list[Line]:
    """The entries with the names of the documents that the engine shows, and of keys."""
    subjects = {entry.subject for entry in entries if entry.subject is not None}
    titles = {record.id: record.title for record in engine.index().documents_by_id(subjects)}

    def line(entry: AuditEntry) -> Line:
        subject = entry.subject or ""
        kind: Literal["document", "key", "other"] = (
            "document" if subject in titles else "key" if subject in names else "other"
        )
        return Line(entry, names.get(entry.caller), titles.get(subject) or names.get(subject), kind)

    return [line(entry) for entry in entries]


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    while piece := kept.read(_PIECE):
        yield piece
