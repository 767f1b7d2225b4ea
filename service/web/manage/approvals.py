"""`/manage/approvals`: whom each document is for and on whose approval; widened or narrowed in two steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, cast, get_args

from fastapi import Depends, FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from indexer import overrides
from indexer.documents import Distribution, Language
from service import audit, audit_entries
from service.access import Action, Caller
from service.callers import Here, Seen, may
from service.engine import Engine
from service.identity import keys
from service.installation import Installation
from service.messages import message
from service.uploads.deciding import DocumentChange, change
from service.uploads.jobs import Jobs, JobState
from service.uploads.staging import Holdings
from service.uploads.supervisor import Supervisor
from service.web import account, shell
from service.web.manage import frame
from service.web.manage.standings import Show, Standing, matching, notice, standing_of, standings

Manager = Annotated[Caller, Depends(may(Action.MANAGE_DOCUMENTS))]
MAX_NAME_CHARACTERS = 500
_PAGE = 50
_PATH = "/manage/approvals"


class _Asked(BaseModel):
    """Which documents, and which page of them."""

    show: Show = "outstanding"
    page: int = Field(default=1, ge=1, le=10**6)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form says: the audience, and who approved it on what day."""

    distribution: str = ""
    approved_by: str = ""
    approved_on: str = ""


def add(app: FastAPI) -> None:
    """Add the pages to `app`."""

    @app.get(_PATH, response_class=HTMLResponse, include_in_schema=False)
    def listed(request: Request, at: Here, engine: Seen, who: Manager, lang: str = "") -> HTMLResponse:
        spoken = account.spoken(request, lang)
        asked, refusal = frame.read(_Asked, frame.given(request, "show", "page"), spoken)
        words = request.query_params.get("q", "").strip()
        every = standings(engine.index(), overrides.load(at.data))
        found = matching(every, asked.show, words)
        first = (asked.page - 1) * _PAGE
        context: dict[str, Any] = {
            "refusal": refusal,
            "shows": [(show, len(matching(every, show, words))) for show in get_args(Show)],
            "show": asked.show,
            "words": words,
            "found": found[first : first + _PAGE],
            "total": len(found),
            "page": asked.page,
            "pages": max(1, -(-len(found) // _PAGE)),
        }
        return _page(request, who, spoken, "manage_approvals.html", context, status=422 if refusal else 200)

    @app.get(_PATH + "/{document_id}", response_class=HTMLResponse, include_in_schema=False)
    def one(
        document_id: str, *, request: Request, at: Here, engine: Seen, who: Manager, lang: str = "", job: str = ""
    ) -> HTMLResponse:
        spoken = account.spoken(request, lang)
        return _form(request, at, engine, who, spoken=spoken, standing=_found(at, engine, document_id), job=job)

    @app.post(_PATH + "/{document_id}", response_class=HTMLResponse, include_in_schema=False)
    def decide(
        document_id: str,
        *,
        request: Request,
        at: Here,
        engine: Seen,
        who: Manager,
        lang: str = "",
        distribution: Annotated[str, Form()] = "",
        approved_by: Annotated[str, Form()] = "",
        approved_on: Annotated[str, Form()] = "",
        seen: Annotated[str, Form()] = "",
        confirmed: Annotated[str, Form()] = "",
    ) -> Response:
        spoken = account.spoken(request, lang)
        standing = _found(at, engine, document_id)
        wanted = Wanted(distribution, " ".join(approved_by.split()), approved_on.strip())
        wrong = unusable(standing, wanted)
        if wrong is None and confirmed and seen != standing.decided:
            wrong = "manage.approvals.changed_meanwhile"
        if wrong is not None:
            return _form(request, at, engine, who, spoken=spoken, standing=standing, wanted=wanted, refusal=wrong)
        if not confirmed:
            context = {
                "standing": standing,
                "wanted": wanted,
                "wider": Distribution(wanted.distribution).rank < standing.decided.rank,
                "same": wanted.distribution == standing.decided,
            }
            return _page(request, who, spoken, "manage_confirm_audience.html", context)
        made = change(
            Holdings(at.data, Jobs(at.state), lambda: at.engine.index().manifest),
            document_id,
            who.name,
            decision(standing, wanted),
        )
        if made is None:
            raise HTTPException(404)
        audit.record(at.state, who, "document.change", subject=document_id, detail=made.detail)
        if made.approval is not None:
            audit.record(at.state, who, "document.approve", subject=document_id, detail=made.approval)
        cast(Supervisor, request.app.state.supervisor).wake()
        there = shell.address(f"{_PATH}/{document_id}", spoken, job=made.job.id)
        return RedirectResponse(there, status_code=303, headers=frame.NO_STORE)


def unusable(standing: Standing, wanted: Wanted) -> str | None:
    """Key of the message that says what is wrong with the form; None where nothing is."""
    if wanted.distribution not in set(Distribution):
        return "manage.approvals.no_audience"
    audience = Distribution(wanted.distribution)
    approved = bool(wanted.approved_by or wanted.approved_on)
    if audience is standing.decided and not approved:
        return "manage.approvals.nothing_changes"
    if audience.rank > standing.decided.rank:
        return None
    if not (wanted.approved_by and wanted.approved_on):
        return "manage.approvals.no_approval"
    if len(wanted.approved_by) > MAX_NAME_CHARACTERS or not wanted.approved_by.isprintable():
        return "manage.approvals.unusable_name"
    try:
        day = date.fromisoformat(wanted.approved_on)
    except ValueError:
        return "manage.approvals.no_day"
    # Where the sun is ahead of UTC, it is tomorrow already.
    return "manage.approvals.later_day" if day > (datetime.now(UTC) + timedelta(days=1)).date() else None


def decision(standing: Standing, wanted: Wanted) -> DocumentChange:
    """What the form decides; an approval belongs to an audience that is not narrowed."""
    audience = Distribution(wanted.distribution)
    if audience.rank > standing.decided.rank:
        return DocumentChange(distribution=audience)
    return DocumentChange(
        distribution=audience, approved_by=wanted.approved_by, approved_on=date.fromisoformat(wanted.approved_on)
    )


def _found(at: Installation, engine: Engine, document_id: str) -> Standing:
    found = standing_of(engine.index(), overrides.load(at.data), document_id)
    if found is None:
        raise HTTPException(404)
    return found


def _form(
    request: Request,
    at: Installation,
    engine: Engine,
    who: Caller,
    *,
    spoken: Language,
    standing: Standing,
    wanted: Wanted | None = None,
    refusal: str | None = None,
    job: str = "",
) -> HTMLResponse:
    record = engine.index().document(standing.document_id)
    made = Jobs(at.state).get(job) if job else None
    # Of a job of this document only: the address may name any.
    follows = made if made and any(file.document_id == standing.document_id for file in made.content.files) else None
    context: dict[str, Any] = {
        "standing": standing,
        "audiences": list(Distribution),
        "wanted": wanted or Wanted(str(standing.decided)),
        "refusal": message(refusal, spoken) if refusal else None,
        "longest": MAX_NAME_CHARACTERS,
        "notice": notice(record.text) if record is not None and standing.reason != "public" else None,
        "history": audit_entries.decisions(at.state, standing.document_id),
        "names": {key.id: key.name for key in keys.listed(at.state)},
        "job": follows,
        "followed": follows is not None and follows.state is JobState.DONE,
    }
    return _page(request, who, spoken, "manage_approval.html", context, status=422 if refusal else 200)


def _page(
    request: Request,
    who: Caller,
    spoken: Language,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HTMLResponse:
    filled = frame.context("approvals", spoken) | context
    return shell.page(request, who, spoken, template, filled, section="manage", status=status, headers=frame.NO_STORE)
