"""What the pages of meetings and of the register show, as files: CSV, workbooks, the exchange analysis."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from fastapi import FastAPI, Request, Response

from indexer.documents import Distribution, DocumentRecord, Language
from indexer.embedding import Embedder
from indexer.index_protocol import Index
from service import access
from service.answering.citing import source_name
from service.briefs import exchange_files
from service.briefs.content import Source
from service.briefs.exchange import NoExchangeError, exchange_table
from service.briefs.meetings import named
from service.briefs.restricted import restricted
from service.callers import Seen, Who
from service.contract import FollowUp
from service.filters import make_filters, make_item_filters
from service.formulas import harmless
from service.kept_helpers import kept_helpers
from service.matches import Helper, ToldNeed
from service.meetings import meetings
from service.messages import RefusedError, message
from service.register_rows import rows
from service.web import account, register_page
from service.web.attachment import attachment
from service.web.exchange import needs_in_order
from service.web.exchange_parts import refusal, unknown
from service.workbook import workbook

TableFormat = Literal["csv", "xlsx"]
AnalysisFormat = Literal["docx", "xlsx"]
Form = TypeVar("Form", bound=str)
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
# Columns by the names of their messages, with their width in a workbook, in characters.
_MATCH_COLUMNS = {
    "meeting": 14,
    "jurisdiction": 28,
    "need": 60,
    "need_language": 12,
    "need_document": 30,
    "need_page": 10,
    "helper": 28,
    "how_far": 16,
    "helper_meeting": 14,
    "statement": 70,
    "language": 12,
    "document": 30,
    "page": 10,
    "why": 50,
    "restricted": 30,
}
_ITEM_COLUMNS = {
    "meeting": 14,
    "kind": 14,
    "number": 10,
    "text": 80,
    "owner": 30,
    "due": 30,
    "status": 14,
    "agenda_item": 40,
    "language": 12,
    "document": 40,
    "page": 10,
    "restricted": 30,
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table to write out: the columns by the names of their messages, the rows, and what may not be passed on."""

    name: str
    widths: dict[str, int]
    rows: list[list[Any]]
    restricted: tuple[Source, ...]


def add(app: FastAPI) -> None:
    """Add the routes to `app`."""

    @app.get("/export/matches", include_in_schema=False)
    def export_matches(
        request: Request,
        engine: Seen,
        who: Who,
        *,
        meeting: str = "",
        jurisdiction: str = "",
        format: str = "csv",
        lang: str = "",
    ) -> Response:
        spoken = account.spoken(request, lang)
        index = engine.index()
        try:
            form = _format(format, get_args(TableFormat))
            date = _meeting(meeting)
            (code,) = make_filters(jurisdictions=[jurisdiction]).jurisdictions if jurisdiction else (None,)
            found = meetings(index, spoken).at(date)
            if not found:
                return unknown(request, who, spoken, date)
            table = matches_table(index, engine.embedder, date, spoken, code)
        except RefusedError as error:
            return refusal(request, who, spoken, error)
        name = "-".join([message("exported.file.matches", spoken), found[0].date if len(found) == 1 else date])
        return _file(written(table, form, spoken), f"{name}-{code}" if code else name, form)

    @app.get("/export/follow-ups", include_in_schema=False)
    def export_follow_ups(request: Request, engine: Seen, who: Who, format: str = "csv", lang: str = "") -> Response:
        spoken = account.spoken(request, lang)
        try:
            form = _format(format, get_args(TableFormat))
            wanted = register_page.asked(request.query_params)
            table = register_table(engine.index(), wanted, spoken)
        except RefusedError as error:
            return refusal(request, who, spoken, error)
        name = "-".join([message("exported.file.follow_ups", spoken), *wanted.filters.meetings])
        return _file(written(table, form, spoken), name, form)

    @app.get("/export/analysis", include_in_schema=False)
    def export_analysis(
        request: Request, engine: Seen, who: Who, *, meeting: str = "", format: str = "docx", lang: str = ""
    ) -> Response:
        spoken = account.spoken(request, lang)
        try:
            form = _format(format, get_args(AnalysisFormat))
            date = _meeting(meeting)
            table = exchange_table(engine.index(), meeting=date, language=spoken)
        except RefusedError as error:
            return refusal(request, who, spoken, error)
        except NoExchangeError:
            return refusal(request, who, spoken, RefusedError("exported.none"), status=404)
        content = exchange_files.as_docx(table) if form == "docx" else exchange_files.as_xlsx(table)
        return _file(content, f"{message('exported.file.analysis', spoken)}-{table.meeting}", form)


def matches_table(
    index: Index, embedder: Embedder, meeting: str, spoken: Language, jurisdiction: str | None = None
) -> Table:
    """The needs of a meeting with who can help, as its page has them: a row for each need and helper."""
    documents: list[DocumentRecord] = []
    made: list[list[Any]] = []
    for told in needs_in_order(index, meeting, spoken, jurisdiction):
        helpers = kept_helpers(index, embedder, told.need, spoken)
        for helper in helpers or (None,):
            drawn_from = [told.document, *([helper.precedent.hit.document] if helper else [])]
            documents += drawn_from
            made.append([*_need(told, spoken), *_helper(helper, spoken), _notice(drawn_from, spoken)])
    return Table("matches", _MATCH_COLUMNS, made, restricted(documents))


def register_table(index: Index, wanted: register_page.Asked, spoken: Language) -> Table:
    """The register as its page has it, all pages of it."""
    found = rows(index, wanted.filters, language=spoken)
    records = index.documents_by_id({row.item.document_id for row in found})
    documents = {record.id: access.visible(record) for record in records}
    made = [[*_item(row.item, spoken), _notice([documents[row.item.document_id]], spoken)] for row in found]
    return Table("follow_ups", _ITEM_COLUMNS, made, restricted(documents.values()))


def written(table: Table, form: TableFormat, spoken: Language) -> bytes:
    """The table as a file, its heads in the reader's language; no cell of it is a formula.

    What may not be passed on is named row by row, as a CSV file has room for nothing else, and on a sheet of its own.
    """
    heads = [message(f"exported.column.{name}", spoken) for name in table.widths]
    if form == "xlsx":
        return workbook(
            message(f"exported.sheet.{table.name}", spoken),
            heads,
            table.rows,
            widths=list(table.widths.values()),
            notice=_notice_sheet(table.restricted, spoken),
        )
    lines = io.StringIO(newline="")
    rows_ = csv.writer(lines)
    rows_.writerow(heads)
    rows_.writerows([harmless(cell) for cell in row] for row in table.rows)
    # Excel takes a CSV file for UTF-8 only with a byte order mark.
    return lines.getvalue().encode("utf-8-sig")


def _need(told: ToldNeed, spoken: Language) -> list[Any]:
    passage = told.need.passage
    return [
        passage.meeting_date,
        named(told.jurisdiction, spoken) if told.jurisdiction else None,
        told.need.quote,
        message(f"language.{passage.language}", spoken),
        source_name(told.document),
        passage.page,
    ]


def _helper(helper: Helper | None, spoken: Language) -> list[Any]:
    if helper is None:
        return [*[None] * 7, message("meetings.nobody", spoken)]
    found = helper.precedent
    passage = found.hit.passage
    return [
        named(found.jurisdiction, spoken) if found.jurisdiction else None,
        message(f"status.{found.status}", spoken),
        passage.meeting_date,
        found.quote,
        message(f"language.{passage.language}", spoken),
        source_name(found.hit.document),
        passage.page,
        helper.why,
    ]


def _item(item: FollowUp, spoken: Language) -> list[Any]:
    return [
        item.meeting_date,
        message(f"answer.item.{item.kind}", spoken),
        item.number,
        item.text,
        item.owner,
        item.due,
        item.status_word,
        "; ".join(item.heading),
        message(f"language.{item.language}", spoken),
        item.source,
        item.page,
    ]


def _notice(documents: Iterable[DocumentRecord], spoken: Language) -> str | None:
    if all(document.distribution is Distribution.PUBLIC for document in documents):
        return None
    return message("exported.restricted", spoken)


def _notice_sheet(sources: Sequence[Source], spoken: Language) -> tuple[str, ...]:
    if not sources:
        return ()
    return (
        message("brief.notice.title", spoken),
        message("brief.notice.text", spoken),
        *(f"{source.title} ({source.source})" for source in sources),
    )


def _format(value: str, known: tuple[Form, ...]) -> Form:
    if value not in known:
        raise RefusedError("exported.format", value=value, known=", ".join(known))
    return value


def _meeting(value: str) -> str:
    if not value.strip():
        raise RefusedError("exported.meeting")
    return make_item_filters(meetings=[value.strip()]).meetings[0]


def _file(content: bytes, name: str, form: str) -> Response:
    """A file to be saved."""
    headers = {**account.HEADERS, "Content-Disposition": attachment(name, form)}
    return Response(content, media_type=_TYPES[form], headers=headers)
