"""`/manage/documents/{id}`: what was recognised in a document, its correction, its withdrawal and its return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, get_args
from urllib.parse import quote

from fastapi import FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException

from indexer import corrections, jurisdictions, overrides
from indexer.documents import LANGUAGES, DocumentType, Language
from indexer.overrides import Override
from service import audit
from service.callers import Here, Seen
from service.engine import Engine
from service.installation import Installation
from service.messages import RefusedError, message
from service.problems import ProblemError
from service.uploads.deciding import DocumentChange
from service.uploads.jobs import Job, Jobs, JobState
from service.uploads.orders import Ordering, Orders
from service.web import account, shell
from service.web.manage import documents, frame
from service.web.manage.holdings import Holding, Piece, ShowPassages, lost, pieces, titled, with_audience

PATH = documents.PATH + "/{document_id}"
FIELDS = ("title", "type", "language", "meeting_date", "jurisdiction")
_PAGE = 40
_EXCERPT = 220  # characters of a passage


class _Asked(BaseModel):
    """Which passages, and which page of them."""

    show: ShowPassages | None = None
    page: int = Field(default=1, ge=1, le=10**6)


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that was refused: what it said, and why it cannot be."""

    fields: dict[str, str]
    reason: str
    status: int = 422


def add(app: FastAPI) -> None:
    """Add the pages to `app`."""

    @app.get(PATH, response_class=HTMLResponse, include_in_schema=False)
    def recognised(
        document_id: str, *, request: Request, at: Here, engine: Seen, given: Ordering, lang: str = "", job: str = ""
    ) -> HTMLResponse:
        spoken = account.spoken(request, lang)
        return _page(request, at, engine, given, spoken=spoken, holding=found(at, engine, document_id), job=job)

    @app.post(PATH, response_class=HTMLResponse, include_in_schema=False)
    def correct(
        document_id: str,
        *,
        request: Request,
        at: Here,
        engine: Seen,
        given: Ordering,
        lang: str = "",
        title: Annotated[str, Form()] = "",
        type: Annotated[str, Form()] = "",
        language: Annotated[str, Form()] = "",
        meeting_date: Annotated[str, Form()] = "",
        jurisdiction: Annotated[str, Form()] = "",
    ) -> Response:
        spoken = account.spoken(request, lang)
        holding = found(at, engine, document_id)
        values = (title, type, language, meeting_date, jurisdiction)
        fields = {name: " ".join(value.split()) for name, value in zip(FIELDS, values, strict=True)}
        try:
            job = given.change(document_id, changed(overrides.load(at.data).of(document_id), fields))
        except ValidationError as error:
            refused = Refused(fields, _unusable(str(error.errors()[0]["loc"][0]), spoken))
        except RefusedError as error:
            refused = Refused(fields, error.detail(spoken))
        except ProblemError as error:
            refused = Refused(fields, told(error, spoken), error.status)
        else:
            if job is None:
                raise HTTPException(404)
            return seen_again(document_id, spoken, job)
        return _page(request, at, engine, given, spoken=spoken, holding=holding, refused=refused)

    @app.get(PATH + "/withdraw", response_class=HTMLResponse, include_in_schema=False)
    def ask_to_withdraw(
        document_id: str, *, request: Request, at: Here, engine: Seen, given: Ordering, lang: str = ""
    ) -> HTMLResponse:
        return _confirm(request, at, engine, given, spoken=account.spoken(request, lang), holding_id=document_id)

    @app.post(PATH + "/withdraw", response_class=HTMLResponse, include_in_schema=False)
    def withdraw(document_id: str, request: Request, given: Ordering, lang: str = "") -> Response:
        job = given.withdraw(document_id)
        if job is None:
            raise HTTPException(404)
        return followed(account.spoken(request, lang), job)

    @app.get(PATH + "/restore", response_class=HTMLResponse, include_in_schema=False)
    def ask_to_restore(
        document_id: str, *, request: Request, at: Here, engine: Seen, given: Ordering, lang: str = ""
    ) -> HTMLResponse:
        spoken = account.spoken(request, lang)
        return _confirm(request, at, engine, given, spoken=spoken, holding_id=document_id, back=True)

    @app.post(PATH + "/restore", response_class=HTMLResponse, include_in_schema=False)
    def restore(
        document_id: str, *, request: Request, at: Here, engine: Seen, given: Ordering, lang: str = ""
    ) -> Response:
        spoken = account.spoken(request, lang)
        holding = found(at, engine, document_id)
        try:
            job = given.change(document_id, DocumentChange(withdrawn=False))
        except ProblemError as error:
            refused = Refused({}, told(error, spoken), error.status)
            return _page(request, at, engine, given, spoken=spoken, holding=holding, refused=refused)
        if job is None:
            raise HTTPException(404)
        return followed(spoken, job)


def found(at: Installation, engine: Engine, document_id: str) -> Holding:
    """The document as it stands. Raises HTTPException 404 where nothing is known of it."""
    known = documents.held(at, engine, document_id)
    if not known:
        raise HTTPException(404)
    return known[0]


def changed(before: Override, fields: dict[str, str]) -> DocumentChange:
    """What a form changes of what was decided; an empty field goes back to the document's own.

    Raises ValidationError for what cannot be.
    """
    wanted = {name: value or None for name, value in fields.items()}
    return DocumentChange.model_validate(
        {name: value for name, value in wanted.items() if value != getattr(before, name)}
    )


def told(error: ProblemError, spoken: Language) -> str:
    """What is wrong and what to do about it."""
    return " ".join(message(f"problem.{error.kind}.{part}", spoken, **error.fields) for part in ("detail", "mend"))


def where(document_id: str) -> str:
    """The path of a document's page: nothing in the id leads elsewhere."""
    return f"{documents.PATH}/{quote(document_id, safe='')}"


def seen_again(document_id: str, spoken: Language, job: Job) -> RedirectResponse:
    """Back to the document, which says that the job was taken up."""
    return _redirect(shell.address(where(document_id), spoken, job=job.id))


def followed(spoken: Language, job: Job) -> RedirectResponse:
    """On to the page of a job."""
    return _redirect(shell.address(f"/manage/jobs/{job.id}", spoken))


def _redirect(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=303, headers=frame.NO_STORE)


def _unusable(field: str, spoken: Language) -> str:
    label = message(f"held.field.{field}", spoken)
    hint = message("held.field.meeting_date_hint", spoken) if field == "meeting_date" else ""
    return message("held.field.unusable", spoken, field=label, hint=hint).strip()


def choices(spoken: Language) -> dict[str, Any]:
    """What the fields of a document and a passage can be, in the reader's language."""
    named = [(one.code, one.name_en if spoken == "en" else one.name_fr) for one in jurisdictions.all_jurisdictions()]
    return {"types": list(DocumentType), "languages": LANGUAGES, "jurisdictions": named, "names": dict(named)}


def _page(
    request: Request,
    at: Installation,
    engine: Engine,
    given: Orders,
    *,
    spoken: Language,
    holding: Holding,
    job: str = "",
    refused: Refused | None = None,
) -> HTMLResponse:
    decided, corrected = overrides.load(at.data), corrections.load(at.data)
    index = engine.index()
    override = decided.of(holding.document_id)
    asked, wrong = frame.read(_Asked, frame.given(request, "show", "page"), spoken)
    every: list[Piece] = pieces(index, holding.document_id, corrected) if holding.here else []
    counts = {show: sum(piece.among(show) for piece in every) for show in get_args(ShowPassages)}
    show = asked.show or ("unsure" if counts["unsure"] else "all")
    shown = [piece for piece in every if piece.among(show)]
    first = (asked.page - 1) * _PAGE
    taken_up = Jobs(at.state).get(job) if job else None
    if holding.here:
        audit.opened(at.state, given.who, holding.document_id)
    context: dict[str, Any] = {
        "holding": holding,
        "record": with_audience(holding.record, decided) if holding.record else None,
        "override": override,
        "fields": refused.fields if refused else {name: getattr(override, name) or "" for name in FIELDS},
        "refusal": (refused.reason if refused else None) or wrong,
        "taken_up": taken_up,
        "under_way": taken_up is not None and taken_up.state is not JobState.DONE,
        "counts": counts,
        "show": show,
        "groups": titled(shown[first : first + _PAGE]),
        "page": asked.page,
        "pages": max(1, -(-len(shown) // _PAGE)),
        "lost": lost(index, holding.document_id, corrected) if holding.here else {},
        "here": where(holding.document_id),
        "excerpt": excerpt,
        **choices(spoken),
    }
    status = refused.status if refused else 422 if wrong else 200
    return _show(request, given, spoken, "manage_document.html", context, status=status)


def excerpt(text: str) -> str:
    """How a passage begins, cut after a word."""
    text = " ".join(text.split())
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT].rpartition(' ')[0]} …"


def _confirm(
    request: Request,
    at: Installation,
    engine: Engine,
    given: Orders,
    *,
    spoken: Language,
    holding_id: str,
    back: bool = False,
) -> HTMLResponse:
    """The page that asks before a document is withdrawn, or brought `back`."""
    holding = found(at, engine, holding_id)
    if holding.withdrawn is not back or holding.state == "gone":
        raise HTTPException(404)
    context = {"holding": holding, "here": where(holding_id), "back": back}
    return _show(request, given, spoken, "manage_document_confirm.html", context)


def _show(
    request: Request, given: Orders, spoken: Language, template: str, context: dict[str, Any], *, status: int = 200
) -> HTMLResponse:
    shown = frame.context("documents", spoken) | context
    return shell.page(
        request, given.who, spoken, template, shown, section="manage", status=status, headers=frame.NO_STORE
    )
