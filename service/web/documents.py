"""The pages of the documents: which there are, and one of them as text, beside the pages that printed it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from indexer.documents import Distribution, DocumentRecord, Language, Passage
from indexer.index_protocol import Index
from indexer.page_images import WIDTHS, PageImages, PageUnavailableError
from service import audit
from service.callers import Here, Seen, Who
from service.edge.conditional import matches
from service.filters import make_filters, make_item_filters
from service.messages import RefusedError, message
from service.query import MAX_QUESTION_CHARACTERS
from service.web import account, document_list, shell
from service.web.document_text import lay_out
from service.web.mentions import Mention, around, mentions
from service.web.sheets import PageShelf, Sheets, sheets, source_of

_MARK = re.compile(r"(\d{1,9})-(\d{1,9})")
_PAGE = re.compile(r"[1-9]\d{0,5}")
_NAMED = 3  # jurisdictions that a part's label names; the others are counted


def add(app: FastAPI) -> None:
    """Add the pages to `app`, and as `app.state.page_shelf` what draws: to be stopped when the service ends."""
    shelf = PageShelf(PageImages(megabytes=app.state.installation.settings.read_megabytes))
    app.state.page_shelf = shelf

    @app.get("/documents", response_class=HTMLResponse, include_in_schema=False)
    def documents(
        request: Request,
        engine: Seen,
        *,
        who: Who,
        kind: str = "",
        meeting: str = "",
        jurisdiction: str = "",
        doc_language: str = "",
        lang: str = "",
    ) -> HTMLResponse:
        spoken = account.spoken(request, lang)
        records = engine.index().headers()
        context: dict[str, Any] = {
            "choices": document_list.choices(records, spoken),
            "name": lambda code: document_list.name(code, spoken),
            "kind_name": lambda kind: message(f"document_page.kind.{kind}", spoken),
            "language_name": lambda language: message(f"document_page.column.{language}", spoken),
            "held": bool(records),
            "meetings": (),
            "refusal": None,
            "wanted": document_list.Wanted(kind or None, meeting or None, jurisdiction or None, doc_language or None),
        }
        status = 200
        try:
            wanted = _wanted(kind, meeting, jurisdiction, doc_language)
            context |= {"wanted": wanted, "meetings": document_list.by_meeting(records, wanted, spoken)}
        except RefusedError as error:
            context["refusal"] = error.detail(spoken)
            status = 422
        return shell.page(request, who, spoken, "documents.html", context, section="documents", status=status)

    @app.get("/documents/{document_id}", response_class=HTMLResponse, include_in_schema=False)
    def document(
        document_id: str,
        request: Request,
        *,
        engine: Seen,
        who: Who,
        at: Here,
        q: str = "",
        mark: str = "",
        page: str = "",
        lang: str = "",
    ) -> HTMLResponse:
        spoken = account.spoken(request, lang)
        index = engine.index()
        record = index.document(document_id)
        if record is None:
            return shell.page(request, who, spoken, "document_missing.html", {}, section="documents", status=404)
        audit.opened(at.state, who, record.id)
        asked, refusal = _asked(record, q, mark, page)
        passages = index.passages(record.id)
        found: tuple[Mention, ...] = ()
        if asked.topic:
            try:
                found = mentions(engine, record.id, asked.topic, spoken)
            except RefusedError as error:
                refusal, asked = error, _Asked("", asked.mark, asked.page)
        source = source_of(index, record, at.data)
        drawn = None if source is None else sheets(shelf, source, record, passages, mark=asked.mark, page=asked.page)
        context = _shown(record, passages, asked, found=found, drawn=drawn, spoken=spoken) | {
            "refusal": refusal.detail(spoken) if refusal else None,
            "version": _version(index, passages, asked.mark),
        }
        status = 422 if refusal else 200
        return shell.page(request, who, spoken, "document.html", context, section="documents", status=status)

    @app.get("/documents/{document_id}/pages/{number}.png", include_in_schema=False)
    def page_image(
        document_id: str,
        number: str,
        request: Request,
        *,
        engine: Seen,
        who: Who,
        at: Here,
        width: Annotated[str, Query()] = str(WIDTHS[0]),
    ) -> Response:
        index = engine.index()
        record = index.document(document_id)
        source = source_of(index, record, at.data) if record is not None else None
        if record is None or source is None or not _PAGE.fullmatch(number) or width not in map(str, WIDTHS):
            raise HTTPException(404)
        audit.opened(at.state, who, record.id, detail=f"page {number}")
        headers = {"ETag": f'"{source.digest[:32]}-{number}-{width}"', "Cache-Control": "private, no-cache"}
        if matches(request.headers.getlist("if-none-match"), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        try:
            png = shelf.png(source, int(number), int(width))
        except PageUnavailableError as error:
            raise HTTPException(503 if error.why == "busy" else 404) from error
        return Response(png, media_type="image/png", headers=headers)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address of a document's page asks for; `mark` lies within its text, `page` is one of its pages."""

    topic: str
    mark: tuple[int, int] | None
    page: int | None


def _wanted(kind: str, meeting: str, jurisdiction: str, language: str) -> document_list.Wanted:
    """What the list is narrowed to. Raises RefusedError for a value that means nothing."""
    checked = make_filters(
        types=[kind] if kind else [],
        jurisdictions=[jurisdiction] if jurisdiction else [],
        document_languages=[language] if language else [],
    )
    meetings = make_item_filters(meetings=[meeting] if meeting else []).meetings
    return document_list.Wanted(
        next(iter(checked.types), None),
        next(iter(meetings), None),
        next(iter(checked.jurisdictions), None),
        next(iter(checked.document_languages), None),
    )


def _asked(record: DocumentRecord, topic: str, mark: str, page: str) -> tuple[_Asked, RefusedError | None]:
    """What the parameters ask for, and what is wrong with the first that means nothing: it is passed over."""
    refusal: RefusedError | None = None
    marked = _MARK.fullmatch(mark)
    span = (int(marked[1]), int(marked[2])) if marked else None
    if span is not None and not span[0] < span[1] <= len(record.text):
        span = None
    if mark and span is None:
        refusal = RefusedError("document_page.refused.mark", most=len(record.text))
    number = int(page) if _PAGE.fullmatch(page) and int(page) <= (record.pages or 0) else None
    if page and number is None:
        refusal = refusal or RefusedError("document_page.refused.page", pages=record.pages or 0)
    return _Asked(topic.strip(), span, number), refusal


def _shown(
    record: DocumentRecord,
    passages: list[Passage],
    asked: _Asked,
    *,
    found: tuple[Mention, ...],
    drawn: Sheets | None,
    spoken: Language,
) -> dict[str, Any]:
    """What the template needs to show a document."""
    numbers = {one.passage_id: number for number, one in enumerate(found, start=1)}
    return {
        "record": record,
        "source_name": record.source.rpartition("/")[2],
        "restricted": record.distribution is not Distribution.PUBLIC,
        "laid": lay_out(record, passages, asked.mark),
        "topic": asked.topic,
        "mark": asked.mark,
        "mentions": found,
        "mention_numbers": numbers,
        "around": around(found, {one.id: (one.start, one.end) for one in passages}, asked.mark),
        "sheets": drawn,
        "page_starts": _page_starts(passages),
        "page_width": WIDTHS[0],
        "page_large": WIDTHS[-1],
        "marked_part": next((one.id for one in passages if _within(asked.mark, one)), None),
        "named": lambda codes: _named(codes, spoken),
        "name": lambda code: document_list.name(code, spoken),
        "longest": MAX_QUESTION_CHARACTERS,
    }


def _page_starts(passages: list[Passage]) -> dict[int, str]:
    """The first passage of each page, by its number."""
    starts: dict[int, str] = {}
    for passage in passages:
        if passage.page is not None:
            starts.setdefault(passage.page, passage.id)
    return starts


def _within(mark: tuple[int, int] | None, passage: Passage) -> bool:
    return mark is not None and passage.start < mark[1] and mark[0] < passage.end


def _named(codes: tuple[str, ...], spoken: Language) -> str:
    """Jurisdictions by their names, the first ones; the others are counted."""
    names = ", ".join(document_list.name(code, spoken) for code in codes[:_NAMED])
    rest = len(codes) - _NAMED
    return message("document_page.others", spoken, names=names, number=rest) if rest > 0 else names


def _version(index: Index, passages: list[Passage], mark: tuple[int, int] | None) -> Passage | None:
    """The passage of the other language version that says the same as the one at the mark, or as one near to it."""
    place = mark[0] if mark is not None else 0
    pairs = index.versions_of(index.places(passages))
    by_number = dict(zip(index.places(passages), passages, strict=True))
    near = min(pairs, key=lambda number: _distance(by_number[number], place), default=None)
    return None if near is None else index.numbered(pairs[near][:1])[0]


def _distance(passage: Passage, place: int) -> int:
    return max(0, passage.start - place, place - passage.end + 1)
