"""The exchange table of a meeting as a Word document and as a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from math import sqrt

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from indexer.documents import Language, Role
from service.briefs.brief_docx import notice
from service.briefs.exchange import COLUMNS, ExchangeTable, Organisation, Written
from service.briefs.restricted import footer_notice
from service.briefs.word import Cell, Run, WordDocument
from service.briefs.wording import clean, meeting
from service.messages import message
from service.workbook import fill

_NONE = "—"
_CELL = 1_400  # characters that a row of the workbook shows at its greatest height; what is longer goes on below
_MOST = 32_000  # characters; a cell takes few more
_WIDTHS = {"organisation": 26, "priorities": 60, "showcase": 45, "needs": 45, "remarks": 38, "source": 34}
_LEAST, _GREATEST = 0.12, 0.5  # shares of the width that a column of the Word table has
_NAMES_SHARE = 0.15
_FOOT = 240  # characters that the foot of a sheet takes, beside its codes


def as_docx(table: ExchangeTable) -> bytes:
    """The table as a Word document, landscape."""
    spoken = table.language
    document = WordDocument(
        [Run(_title(table))], spoken, notice=footer_notice(table.restricted, spoken), landscape=True
    )
    if table.restricted:
        document.boxed(notice(table.restricted, spoken))
    document.paragraph([Run(message("exchange.drawn", spoken, date=meeting(table.indexed, spoken)))])
    rows: list[list[Cell]] = [
        [_who(organisation, spoken), *(_cell(organisation, column, spoken) for column in COLUMNS)]
        for organisation in table.organisations
    ]
    heads = [message(f"exchange.column.{name}", spoken) for name in ("organisation", *COLUMNS)]
    document.table(message("exchange.caption", spoken), heads, rows, _shares(table), whole_rows=False)
    document.paragraph([Run(message("exchange.empty", spoken), muted=True)])
    return document.content()


def as_xlsx(table: ExchangeTable) -> bytes:
    """The table as a workbook of one sheet: an organisation's long texts go on in further rows under its name."""
    spoken = table.language
    book = Workbook()
    book.properties.title, book.properties.creator = clean(_title(table)), message("page.title", spoken)
    book.properties.language = f"{spoken}-CA"
    sheet = book.active
    sheet.title = table.meeting
    said = message("exchange.drawn", spoken, date=meeting(table.indexed, spoken))
    opening = [_title(table), f"{said} {message('exchange.empty', spoken)}"]
    if table.restricted:
        titles = "; ".join(f"{source.title} ({source.source})" for source in table.restricted)
        opening.append(f"{message('brief.notice.text', spoken)} {titles}")
    names = ("organisation", *COLUMNS, "source")
    wrapped = Alignment(vertical="top", wrap_text=True)
    for at, text in enumerate(opening, start=1):
        sheet.merge_cells(start_row=at, start_column=1, end_row=at, end_column=len(names))
        cell = sheet.cell(at, 1)
        fill(cell, text)
        cell.alignment = wrapped
        cell.font = Font(bold=at != 2, size=14 if at == 1 else 11, color="B3261E" if at == 3 else None)
        sheet.row_dimensions[at].height = 15 * (1 + len(text) // sum(_WIDTHS.values())) + (6 if at == 1 else 2)
    line = Side(style="thin", color="C4CCD4")
    head = len(opening) + 1
    for column, name in enumerate(names, start=1):
        cell = sheet.cell(head, column)
        fill(cell, message(f"exchange.column.{name}", spoken))
        cell.font, cell.alignment = Font(bold=True), wrapped
        cell.fill, cell.border = PatternFill("solid", fgColor="E3EAF1"), Border(line, line, line, line)
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS[name]
    at = head
    for row in (row for organisation in table.organisations for row in _rows(organisation, spoken)):
        at += 1
        for column, text in enumerate(row, start=1):
            cell = sheet.cell(at, column)
            fill(cell, text)
            cell.alignment, cell.border = wrapped, Border(line, line, line, line)
            cell.font = Font(bold=column == 1)
    sheet.freeze_panes = sheet.cell(head + 1, 2)
    sheet.auto_filter.ref = f"A{head}:{get_column_letter(len(names))}{at}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    foot = clean(footer_notice(table.restricted, spoken) or "")
    sheet.oddFooter.left.text = foot[:_FOOT].replace("&", "&&")
    sheet.oddFooter.right.text = "&P / &N"
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()


def _title(table: ExchangeTable) -> str:
    return message("exchange.title", table.language, meeting=meeting(table.meeting, table.language))


def _who(organisation: Organisation, spoken: Language) -> Cell:
    source = organisation.source
    lines: list[list[Run]] = [[Run(organisation.name, bold=True)]]
    if organisation.written:
        lines.append([Run(message("exchange.written", spoken, name=organisation.written), muted=True)])
    lines.append([Run(source.title, source.language, muted=True), Run(f" ({source.source})", muted=True)])
    return lines


def _cell(organisation: Organisation, column: str, spoken: Language) -> Cell:
    parts = organisation.cells[column]
    if not parts:
        return [[Run(_NONE, muted=True)]]
    paragraphs: list[list[Run]] = []
    for part, label in zip(parts, _labels(organisation, column, spoken), strict=True):
        if label:
            paragraphs.append([Run(label, bold=True, muted=True)])
        lines = part.text.split("\n")
        runs = [
            Run(line + ("\n" if at < len(lines) - 1 else ""), part.source.language, bold=line in part.titles)
            for at, line in enumerate(lines)
        ]
        paragraphs.append([*runs, *([Run(where, muted=True)] if (where := _where(part, spoken)) else [])])
    return paragraphs


def _labels(organisation: Organisation, column: str, spoken: Language) -> list[str | None]:
    """For each text the part that begins with it, where achievements and priorities stand apart in one column."""
    parts = organisation.cells[column]
    if not organisation.parted or column != "priorities":
        return [None] * len(parts)
    labels: list[str | None] = []
    for at, part in enumerate(parts):
        begins = at == 0 or parts[at - 1].role is not part.role
        name = "achievement" if part.role is Role.ACHIEVEMENT else "priority"
        labels.append(message(f"exchange.part.{name}", spoken) if begins else None)
    return labels


def _where(part: Written, spoken: Language) -> str:
    page = [message("exchange.page", spoken, number=part.page)] if part.page is not None else []
    other = [message(f"brief.in.{part.source.language}", spoken)] if part.source.language != spoken else []
    return f" ({', '.join([*page, *other])})" if page or other else ""


def _shares(table: ExchangeTable) -> list[float]:
    """Widths of the Word table's columns: more where more stands, but not in proportion, as rows differ."""
    roots = [
        sqrt(1 + sum(len(part.text) for row in table.organisations for part in row.cells[column])) for column in COLUMNS
    ]
    return [_NAMES_SHARE, *(min(max(root / sum(roots), _LEAST), _GREATEST) for root in roots)]


def _rows(organisation: Organisation, spoken: Language) -> Iterator[list[str]]:
    """The workbook's rows of an organisation, each with its name and source."""
    columns = [_chunks(_texts(organisation, column, spoken)) for column in COLUMNS]
    source = organisation.source
    who = organisation.name
    if organisation.written:
        who += "\n" + message("exchange.written", spoken, name=organisation.written)
    where = f"{source.title}\n{source.source}, {message(f'brief.in.{source.language}', spoken)}"
    for at in range(max(1, *(len(chunks) for chunks in columns))):
        cells = [chunks[at] if at < len(chunks) else (_NONE if at == 0 else "") for chunks in columns]
        yield [who, *cells, where]


def _texts(organisation: Organisation, column: str, spoken: Language) -> list[str]:
    labels = _labels(organisation, column, spoken)
    return [
        (f"{label}\n" if label else "") + clean(part.text) + _where(part, spoken)
        for part, label in zip(organisation.cells[column], labels, strict=True)
    ]


def _chunks(texts: Sequence[str]) -> list[str]:
    """The texts, a blank line between two, as many in a cell as it shows."""
    chunks: list[str] = []
    for piece in (text[at : at + _MOST] for text in texts for at in range(0, len(text), _MOST)):
        if chunks and len(chunks[-1]) + len(piece) <= _CELL:
            chunks[-1] += "\n\n" + piece
        else:
            chunks.append(piece)
    return chunks
