"""An answer as the rows of a table, as the page shows it: for a spreadsheet."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from indexer.layouts.record_words import record_words
from service.answering.composing import item_label
from service.briefs.restricted import footer_notice
from service.briefs.wording import clean
from service.contract import Citation, Finding, PassageHit
from service.formulas import harmless
from service.messages import message
from service.web.answer_view import AnswerView, jurisdiction_names
from service.workbook import fill

COLUMNS = {
    "part": 16,
    "number": 8,
    "jurisdiction": 26,
    "status": 16,
    "date": 12,
    "short_answer": 22,
    "quote": 70,
    "item": 16,
    "owner": 26,
    "due": 18,
    "state": 14,
    "why": 36,
    "document": 40,
    "page": 8,
    "file": 30,
    "language": 12,
    "role": 16,
    "notice": 40,
}  # names of the columns, and their widths in characters
_FOOT = 240  # characters that the foot of a sheet takes, beside its codes


@dataclass(frozen=True, slots=True)
class Row:
    """A row: a proof with what it proves. `date` is `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; "" is nothing to say."""

    part: str
    number: int | None = None
    jurisdiction: str = ""
    status: str = ""
    date: str = ""
    short_answer: str = ""
    quote: str = ""
    item: str = ""
    owner: str = ""
    due: str = ""
    state: str = ""
    why: str = ""
    document: str = ""
    page: int | None = None
    file: str = ""
    language: str = ""
    role: str = ""
    notice: str = ""

    def cells(self) -> list[str | int | None]:
        """The values in the order of the columns."""
        return [getattr(self, name) for name in COLUMNS]


def rows(view: AnswerView) -> list[Row]:
    """A row for each proof of each finding, in the page's order; the nearest passages where nothing is found."""
    answer, spoken = view.answer, view.answer.language
    found: list[Row] = []
    for finding in view.findings:
        part = message(f"ask.file.part.{'answer' if finding.asked else 'apart'}", spoken)
        found += [_of_finding(Row(part, number), finding, view) for number in finding.citations]
        for further in finding.further:
            row = Row(
                message("ask.file.part.further", spoken),
                jurisdiction=finding.jurisdiction.name if finding.jurisdiction else "",
                status="" if finding.item else message(f"status.{further.status}", spoken),
                date=further.meeting_date or "",
            )
            found += [_of_proof(replace(row, number=number), view) for number in further.citations]
    told = {row.number for row in found}
    for citation in answer.citations:
        if citation.number not in told:
            part = message(f"ask.file.part.{'context' if citation.number in answer.context else 'proof'}", spoken)
            date, who = citation.meeting_date or "", jurisdiction_names(citation.jurisdictions, spoken)
            found.append(_of_proof(Row(part, citation.number, date=date, jurisdiction=who), view))
    if not answer.answered:
        found += [_near(hit, view) for hit in answer.passages]
    return found


def as_csv(view: AnswerView) -> bytes:
    """The rows as a CSV file, in UTF-8 with the mark by which Excel knows it; formulas are made harmless."""
    spoken, whole = view.answer.language, io.StringIO(newline="")
    lines = csv.writer(whole)
    lines.writerow([message(f"ask.file.column.{name}", spoken) for name in COLUMNS])
    lines.writerows([harmless(cell) for cell in row.cells()] for row in rows(view))
    return whole.getvalue().encode("utf-8-sig", errors="replace")


def as_xlsx(view: AnswerView) -> bytes:
    """The rows as a workbook of one sheet, under the question, the short answer and what may not be passed on."""
    answer, spoken, found = view.answer, view.answer.language, rows(view)
    book = Workbook()
    book.properties.title, book.properties.creator = clean(answer.question)[:255], message("page.title", spoken)
    book.properties.language = f"{spoken}-CA"
    sheet = book.active
    sheet.title = message("page.answer", spoken)
    opening: list[tuple[str, Font]] = [(view.heading, Font(bold=True, size=14))]
    if view.short or not answer.answered:
        opening.append((view.short or answer.text, Font(bold=True)))
    opening.append((" ".join(view.remarks), Font()))
    if view.proofs.restricted:
        titles = "; ".join(f"{source.title} ({source.source})" for source in view.proofs.restricted)
        opening.append((f"{message('brief.notice.text', spoken)} {titles}", Font(bold=True, color="B3261E")))
    wrapped = Alignment(vertical="top", wrap_text=True)
    across = sum(list(COLUMNS.values())[:8])
    for at, (text, font) in enumerate(opening, start=1):
        sheet.merge_cells(start_row=at, start_column=1, end_row=at, end_column=8)
        cell = sheet.cell(at, 1)
        fill(cell, text)
        cell.alignment, cell.font = wrapped, font
        sheet.row_dimensions[at].height = 16 * sum(1 + len(line) // across for line in text.split("\n")) + 4
    head = len(opening) + 1
    for column, (name, width) in enumerate(COLUMNS.items(), start=1):
        cell = sheet.cell(head, column)
        fill(cell, message(f"ask.file.column.{name}", spoken))
        cell.font, cell.alignment, cell.fill = Font(bold=True), wrapped, PatternFill("solid", fgColor="E3EAF1")
        sheet.column_dimensions[get_column_letter(column)].width = width
    for at, row in enumerate(found, start=head + 1):
        for column, value in enumerate(row.cells(), start=1):
            cell = sheet.cell(at, column)
            fill(cell, value)
            cell.alignment = wrapped
    sheet.freeze_panes = sheet.cell(head + 1, 1)
    sheet.auto_filter.ref = f"A{head}:{get_column_letter(len(COLUMNS))}{head + len(found)}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    foot = clean(footer_notice(view.proofs.restricted, spoken) or "")
    sheet.oddFooter.left.text = foot[:_FOOT].replace("&", "&&")
    sheet.oddFooter.right.text = "&P / &N"
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()


def _of_finding(row: Row, finding: Finding, view: AnswerView) -> Row:
    item, spoken = finding.item, view.answer.language
    told = replace(
        row,
        jurisdiction=finding.jurisdiction.name if finding.jurisdiction else "",
        status="" if item else message(f"status.{finding.status}", spoken),
        date=finding.meeting_date or "",
        short_answer=finding.short_answer or "",
        why=finding.why or "",
    )
    if item is not None:
        told = replace(
            told,
            item=item_label(item, spoken),
            owner=item.owner or "",
            due=item.due or "",
            state=record_words().status_words[spoken][item.status],
        )
    return _of_proof(told, view)


def _of_proof(row: Row, view: AnswerView) -> Row:
    citation = view.proofs.by_number[row.number or 0].citation
    return replace(row, quote=citation.quote, **_place(citation, view))


def _near(hit: PassageHit, view: AnswerView) -> Row:
    spoken = view.answer.language
    row = Row(
        message("ask.file.part.near", spoken),
        date=hit.meeting_date or "",
        jurisdiction=jurisdiction_names(hit.jurisdictions, spoken),
    )
    return replace(row, quote=hit.text, **_place(hit, view))


def _place(of: Citation | PassageHit, view: AnswerView) -> dict[str, Any]:
    spoken = view.answer.language
    notice = view.proofs.notices.get(of.document_id)
    return {
        "document": of.document_title,
        "page": of.page,
        "file": of.source,
        "language": message(f"language.{of.document_language}", spoken),
        "role": message(f"role.{of.role}", spoken),
        "notice": "" if notice is None else message(f"ask.notice.{notice}", spoken),
    }
