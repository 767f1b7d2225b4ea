"""A table as a workbook (XLSX): one sheet, every text a text, whatever it begins with."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from indexer.errors import SettingError

MOST_ROWS = 1_048_576  # of a sheet, the head among them
_WIDE = {
    "text": 80,
    "heading": 40,
    "document_title": 40,
    "owner": 30,
    "due": 30,
    "source": 30,
    "need": 60,
    "statement": 80,
    "why": 50,
    "document": 30,
    "need_document": 30,
}  # in characters
_WIDTH = 14
_NOTICE_WIDTH = 100
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def workbook(
    name: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    most_rows: int = MOST_ROWS,
    widths: Sequence[int] | None = None,
    notice: Sequence[str] = (),
) -> bytes:
    """A workbook file with one sheet called `name`: a head of `columns`, then `rows`.

    `widths` are the columns' in characters, by their names if None. `notice` is a title and the lines under it, on a
    second sheet; the title stands at the foot of each printed page too.
    Characters that a workbook cannot hold are left out, and a cell is cut at the format's 32,767 characters.
    Raises SettingError where there are more rows than a sheet has.
    """
    if len(rows) + 1 > most_rows:
        raise SettingError(f"--format xlsx: a sheet has {most_rows} rows, and here are more; use --format csv")
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths or [_WIDE.get(column, _WIDTH) for column in columns], start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    head, body = Font(bold=True), Alignment(vertical="top", wrap_text=True)
    sheet.append([_cell(sheet, column, font=head) for column in columns])
    for row in rows:
        sheet.append([_cell(sheet, value, alignment=body) for value in row])
    if notice:
        sheet.oddFooter.center.text = notice[0].replace("&", "&&")
        second = book.create_sheet(notice[0])
        second.column_dimensions["A"].width = _NOTICE_WIDTH
        second.append([_cell(second, notice[0], font=head)])
        for line in notice[1:]:
            second.append([_cell(second, line, alignment=body)])
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()


def _cell(sheet: Any, value: Any, **styles: Any) -> Any:
    cell = WriteOnlyCell(sheet)
    fill(cell, value)
    for name, style in styles.items():
        setattr(cell, name, style)
    return cell


def fill(cell: Any, value: Any) -> None:
    """Put `value` in a cell of openpyxl: a text as a text, without the characters that a workbook cannot hold."""
    if not isinstance(value, str):
        cell.value = value
        return
    cell.value = NOT_XML.sub("", value)
    cell.data_type = "s"  # or "=1+1" would be a formula and "#N/A" an error
    cell.quotePrefix = value.startswith(("=", "+", "-", "@"))  # and become one when a person edits the cell
