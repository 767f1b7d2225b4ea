"""`/manage/feedback`: what readers said of answers, and a way to take it away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from indexer import jurisdictions
from indexer.documents import DocumentRecord, Language, Passage
from indexer.index_protocol import Index
from service import feedback
from service.access import Action, Caller
from service.callers import Here, Seen, may
from service.feedback import FeedbackEntry, FeedbackFilters, FeedbackParameters, Verdict
from service.identity import keys
from service.web import account, shell
from service.web.manage import frame
from service.web.manage.period_shown import first_day, last_day

Reader = Annotated[Caller, Depends(may(Action.READ_FEEDBACK))]
_PATH = "/manage/feedback"
_PAGE = 25
_FILTERS = ("from", "to", "verdict")


@dataclass(frozen=True, slots=True)
class Said:
    """Feedback with what it speaks of, as far as it is still held."""

    entry: FeedbackEntry
    answer: Literal["same", "earlier"]  # whether the generation of the answer still serves
    passage: Passage | None
    document: DocumentRecord | None
    jurisdiction: str | None  # name of the one left out


def said(entries: Iterable[FeedbackEntry], index: Index, spoken: Language) -> list[Said]:
    """The entries with what `index` holds of their passages."""
    entries = list(entries)
    passages = {
        passage.id: passage for passage in index.passages_by_id({entry.passage_id or "" for entry in entries} - {""})
    }
    records = {
        record.id: record for record in index.documents_by_id({passage.document_id for passage in passages.values()})
    }
    found = []
    for entry in entries:
        passage = passages.get(entry.passage_id or "")
        known = entry.answer_generation or entry.generation
        missed = jurisdictions.get(entry.jurisdiction) if entry.jurisdiction else None
        found.append(
            Said(
                entry,
                "same" if known == index.generation else "earlier",
                passage,
                records.get(passage.document_id) if passage else None,
                (missed.name_fr if spoken == "fr" else missed.name_en) if missed else None,
            )
        )
    return found


def add(app: FastAPI) -> None:
    """Add the page and its exports to `app`."""

    @app.get(_PATH, response_class=HTMLResponse, include_in_schema=False)
    def listed(request: Request, at: Here, engine: Seen, who: Reader, lang: str = "") -> HTMLResponse:
        spoken = account.spoken(request, lang)
        fields = frame.given(request, *_FILTERS, "offset")
        asked, refusal = frame.read(FeedbackParameters, fields, spoken, limit=_PAGE)
        found = feedback.page(at.state, asked)
        filters = {name: value for name, value in fields.items() if name != "offset"}
        context: dict[str, Any] = {
            "refusal": refusal,
            "verdicts": get_args(Verdict),
            "filters": filters,
            "from_day": first_day(filters.get("from", "")),
            "to_day": last_day(filters.get("to", "")),
            "total": found.total,
            "said": said(found.feedback, engine.index(), spoken),
            "names": {key.id: key.name for key in keys.listed(at.state)},
            "offset": asked.offset,
            "before": max(0, asked.offset - _PAGE) if asked.offset else None,
            "next": asked.offset + _PAGE if asked.offset + _PAGE < found.total else None,
        }
        filled = frame.context("feedback", spoken) | context
        status = 422 if refusal else 200
        return shell.page(
            request,
            who,
            spoken,
            "manage_feedback.html",
            filled,
            section="manage",
            status=status,
            headers=frame.NO_STORE,
        )

    @app.get(_PATH + "/export", include_in_schema=False)
    def export(request: Request, at: Here, engine: Seen, who: Reader, lang: str = "") -> Response:
        spoken = account.spoken(request, lang)
        filters, refusal = frame.read(FeedbackFilters, frame.given(request, *_FILTERS), spoken)
        if refusal is not None:
            return listed(request, at, engine, who, lang)  # which says what is wrong
        entries = feedback.every(at.state, filters)
        if request.query_params.get("format") == "needs":
            # The measuring of the service is no part of it: only who drafts needs for it takes it along.
            from eval.from_feedback import drafts

            lines = [draft.model_dump_json(exclude_defaults=True) for draft in drafts(entries, engine.index())]
            return frame.download(lines, "feedback-needs.jsonl")
        return frame.download([entry.model_dump_json() for entry in entries], "feedback.jsonl")
