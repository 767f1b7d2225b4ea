"""The page that asks: one field, the answer, its proofs; what is taken away from it, and what is thought of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool

from indexer.documents import Language, Status
from service import feedback, identity, metrics
from service.access import Action, Caller
from service.answering import composing
from service.callers import Here, Seen, Who, may
from service.contract import JurisdictionName
from service.engine import Engine, UnknownPassageError
from service.installation import Installation
from service.messages import RefusedError, message
from service.query import MAX_QUESTION_CHARACTERS
from service.turns import in_turn
from service.web import account, answer_table, answer_word, shell
from service.web.answer_feedback import digest, given, missing
from service.web.answer_view import AnswerView, answered, jurisdiction_names
from service.web.asking import Asked, Fields, asked, chips
from service.web.attachment import attachment
from service.web.example_questions import examples, is_empty

_FILES = {
    "csv": (answer_table.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (answer_table.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "docx": (answer_word.as_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}
_MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class _Visit:
    """A request for the page, or for something that leads back to it: who makes it, and in which language."""

    request: Request
    engine: Engine
    who: Caller
    spoken: Language

    def page(self, what: Asked, context: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """The page that shows `what` is asked, and what `context` has of the answer."""
        blank = {
            "question": what.question,
            "filters": list(what.pairs()),
            "chips": chips(what, self.spoken),
            "view": None,
            "answer": None,
            "refusal": None,
            "longest": MAX_QUESTION_CHARACTERS,
            "longest_comment": feedback.MAX_COMMENT_CHARACTERS,
        }
        return shell.page(
            self.request, self.who, self.spoken, "ask.html", blank | dict(context), section="ask", status=status
        )

    def refused(self, error: RefusedError | UnknownPassageError, fields: Fields) -> HTMLResponse:
        """The page that says what cannot be used, with the question still in its field."""
        question = next((value for value in fields.getlist("q") if isinstance(value, str)), "").strip()
        if isinstance(error, RefusedError):
            return self.page(Asked(question), {"refusal": error.detail(self.spoken)}, 422)
        return self.page(Asked(question), {"refusal": message("ask.need.unknown", self.spoken)}, 404)


def add(app: FastAPI) -> None:
    """Add the page at `/`, its files and its feedback to `app`, and the files that all pages share."""
    app.mount("/static", StaticFiles(directory=shell.STATIC), name="static")

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def ask(request: Request, engine: Seen, who: Who, lang: str = "", thanks: str = "") -> HTMLResponse:
        return await in_turn(_asked, _Visit(request, engine, who, account.spoken(request, lang)), bool(thanks))

    @app.get("/export/answer", include_in_schema=False)
    async def export(request: Request, engine: Seen, who: Who, lang: str = "", format: str = "") -> Response:
        return await in_turn(_exported, _Visit(request, engine, who, account.spoken(request, lang)), format)

    @app.post("/feedback", include_in_schema=False)
    async def think(
        request: Request, engine: Seen, at: Here, who: Annotated[Caller, Depends(may(Action.GIVE_FEEDBACK))]
    ) -> Response:
        # Anybody may say something, but no foreign page in their name. Programs with a key are no browser.
        identity.require_same_origin(request, who, unsaid_counts=who.via in {"local", "key"})
        async with request.form(max_files=0, max_fields=_MOST_FIELDS) as fields:
            spoken = account.spoken(request, str(fields.get("lang", "")))
            return await run_in_threadpool(_kept, _Visit(request, engine, who, spoken), at, fields)

    @app.get("/feedback", include_in_schema=False)
    def nothing_here(request: Request, lang: str = "") -> Response:
        return RedirectResponse(shell.address("/", account.spoken(request, lang)), status_code=303)


def _asked(visit: _Visit, thanks: bool) -> HTMLResponse:
    try:
        what = asked(visit.request.query_params)
        if what.need is None and not what.question:
            index = visit.engine.index()
            begun = {"empty": is_empty(index), "examples": examples(index, visit.engine.embedder, visit.spoken)}
            return visit.page(what, begun)
        return visit.page(what, shown(answered(visit.engine, what, visit.spoken)) | {"thanks": thanks})
    except (RefusedError, UnknownPassageError) as error:
        return visit.refused(error, visit.request.query_params)


def _exported(visit: _Visit, form: str) -> Response:
    try:
        if form not in _FILES:
            raise RefusedError("refused.filter", name="format", value=form, known=", ".join(_FILES))
        view = answered(visit.engine, asked(visit.request.query_params), visit.spoken)
    except (RefusedError, UnknownPassageError) as error:
        return visit.refused(error, visit.request.query_params)
    written, media_type = _FILES[form]
    name = message("ask.file.name", visit.spoken, question=view.answer.question)
    headers = account.HEADERS | {"Content-Disposition": attachment(name, form), "Content-Language": visit.spoken}
    return Response(written(view), media_type=media_type, headers=headers)


def _kept(visit: _Visit, at: Installation, fields: Fields) -> Response:
    try:
        what = asked(fields)
        question = what.question or next(iter(fields.getlist("about")), "")
        told = given(fields, what, question, visit.spoken)
        feedback.keep(at.state, visit.who, visit.engine, told)
    except RefusedError as error:
        return visit.refused(error, fields)
    metrics.FEEDBACK.labels(told.verdict).inc()
    again = shell.address("/", visit.spoken, **what.parameters(), thanks=1)
    return RedirectResponse(f"{again}#feedback", status_code=303)


def shown(view: AnswerView) -> dict[str, Any]:
    """What the template needs to show an answer.

    `groups` are the findings of a list, those asked for and those apart; `whose` says whom a proof of a list is of;
    `quoted` numbers the citations that stand with the finding that they prove, `rest` are the others.
    """
    answer, listed = view.answer, view.answer.kind == "list"
    findings = view.findings
    quoted = set() if listed else {finding.citations[0] for finding in answer.findings if finding.citations}
    whose: dict[int, list[tuple[JurisdictionName | None, Status]]] = {}
    for finding in findings if listed else []:
        told = [(finding.status, finding.citations), *((other.status, other.citations) for other in finding.further)]
        for status, numbers in told:
            for number in numbers:
                whose.setdefault(number, []).append((finding.jurisdiction, status))
    return {
        "view": view,
        "answer": answer,
        "groups": [group for wanted in (True, False) if (group := [one for one in findings if one.asked is wanted])],
        "whose": whose,
        "quoted": quoted,
        "rest": [proof for number, proof in view.proofs.by_number.items() if number not in quoted],
        "files": [
            (form, shell.address("/export/answer", answer.language, **view.asked.parameters(), format=form))
            for form in _FILES
        ],
        "digest": digest(answer),
        "missing": missing(answer, answer.language),
        "names": partial(jurisdiction_names, spoken=answer.language),
        "item_label": partial(composing.item_label, language=answer.language),
        "item_details": partial(composing.item_details, language=answer.language),
    }
