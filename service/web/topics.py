"""The map of a topic: who stood where at which meeting, over time, with the words that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from indexer import jurisdictions
from indexer.documents import Language, Status
from indexer.store import Filters
from service.briefs import brief_docx, brief_html, wording
from service.briefs.content import Brief, Cited, Member, Standing
from service.briefs.gathering import UnknownTopicError, gather
from service.briefs.meetings import meetings_of
from service.callers import Seen, Who
from service.engine import Engine
from service.filters import make_filters
from service.kept_by_view import KeptByView
from service.messages import RefusedError, message
from service.query import MAX_QUESTION_CHARACTERS
from service.topics_named import topics_named
from service.web import account, shell
from service.web.attachment import attachment
from service.web.topic_map import anchor, timeline, topic_map

_MOST_KEPT = 64  # briefs of a view
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a map was asked for: part of its address."""

    topic: str
    language: Language
    filters: Filters


_kept: KeptByView[_Asked, Brief] = KeptByView(_MOST_KEPT)


class _Parameters(BaseModel):
    """A map's address."""

    q: str = ""
    jurisdiction: list[str] = []
    date_from: str = Field(default="", alias="from")
    date_to: str = Field(default="", alias="to")
    lang: str = ""

    def asked(self, spoken: Language) -> _Asked:
        """What is asked for. Raises RefusedError for a filter that means nothing."""
        filters = make_filters(
            jurisdictions=self.jurisdiction, date_from=self.date_from or None, date_to=self.date_to or None
        )
        return _Asked(self.q.strip(), spoken, filters)


class _ExportParameters(_Parameters):
    """The address of a brief."""

    form: Literal["docx", "html"] = Field(default="docx", alias="format")


@dataclass(frozen=True, slots=True)
class Stand:
    """What a jurisdiction said at a meeting, furthest first; `anchor` is where the map leads to."""

    anchor: str
    meeting: str | None
    standings: tuple[Standing, ...]


def add(app: FastAPI) -> None:
    """Add the page at `/topics`, and the brief that it can be taken along as."""

    @app.get("/topics", response_class=HTMLResponse, include_in_schema=False)
    def topics(request: Request, engine: Seen, who: Who, parameters: Annotated[_Parameters, Query()]) -> HTMLResponse:
        spoken = account.spoken(request, parameters.lang)
        topic = parameters.q.strip()
        context: dict[str, Any] = {
            "topic": topic,
            "longest": MAX_QUESTION_CHARACTERS,
            "asked": parameters,
            "brief": None,
            "refusal": None,
            "unknown": None,
            **_choices(engine, spoken),
        }
        status = 200
        if topic:
            try:
                context |= _shown(_brief(engine, parameters.asked(spoken)))
            except RefusedError as error:
                context["refusal"], status = error.detail(spoken), 422
            except UnknownTopicError:
                context["unknown"] = message("topics.unknown", spoken, topic=topic)
        return shell.page(request, who, spoken, "topics.html", context, section="topics", status=status)

    @app.get("/export/brief", include_in_schema=False)
    def export(request: Request, engine: Seen, parameters: Annotated[_ExportParameters, Query()]) -> Response:
        try:
            brief = _brief(engine, parameters.asked(account.spoken(request, parameters.lang)))
        except UnknownTopicError as error:
            raise HTTPException(404) from error
        form = parameters.form
        return Response(
            brief_docx.as_docx(brief) if form == "docx" else brief_html.as_html(brief).encode(),
            media_type=_DOCX if form == "docx" else "text/html; charset=utf-8",
            headers={**account.HEADERS, "Content-Disposition": attachment(brief.topic, form)},
        )


def _brief(engine: Engine, asked: _Asked) -> Brief:
    return _kept.get(
        engine.index(), asked, lambda: gather(engine, asked.topic, language=asked.language, filters=asked.filters)
    )


def _choices(engine: Engine, spoken: Language) -> dict[str, Any]:
    """What can be chosen from: the jurisdictions and meetings of the documents at hand, and topics to begin with."""
    index = engine.index()
    told = index.jurisdiction_counts()
    return {
        "jurisdictions": [
            (known.code, known.name_en if spoken == "en" else known.name_fr)
            for known in jurisdictions.all_jurisdictions()
            if known.code in told
        ],
        "meetings": meetings_of(date for record in index.headers() if (date := record.meeting_date)),
        "suggested": [(named.term.forms(spoken)[0], named.jurisdictions) for named in topics_named(index)],
    }


def _shown(brief: Brief) -> dict[str, Any]:
    """What the template needs to show a brief."""
    cited = {one.number: one for one in brief.citations}
    drawn = topic_map(brief)
    return {
        "brief": brief,
        "map": drawn,
        "timeline": timeline(brief),
        "statuses": [
            status
            for status in Status
            if any(one.status is status for member in brief.members for one in member.standings)
        ],
        "stands": {member.code: stands(member) for member in brief.members},
        "cited": cited,
        "source_of": lambda quote: [cited[number] for number in quote.numbers],
        "place": lambda one: where(one, brief.language),
        "quoted": wording.quoted,
    }


def stands(member: Member) -> tuple[Stand, ...]:
    """What a jurisdiction said, by meeting."""
    meetings = dict.fromkeys(standing.meeting for standing in member.standings)
    return tuple(
        Stand(anchor(member.code, meeting), meeting, tuple(s for s in member.standings if s.meeting == meeting))
        for meeting in meetings
    )


def where(cited: Cited, spoken: Language) -> str:
    """Title and page of a citation."""
    page = [] if cited.page is None else [message("page.number", spoken, number=cited.page)]
    return ", ".join([wording.clean(cited.source.title), *page])
