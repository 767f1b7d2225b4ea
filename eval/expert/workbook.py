"""A score sheet as a workbook: drop-down lists for the scores, and the rubric beside it in both languages."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from eval.expert import rubric
from eval.expert.sheet import COLUMNS, FILLED_IN, ON_FIRST_ROW, Row
from indexer.errors import SettingError
from service.workbook import fill

SCORES, RUBRIC = "Scores", "Rubric - Barème"
_WIDTHS = {  # in characters
    "question": 35,
    "reference_answer": 45,
    "sentence": 60,
    "citations": 70,
    "sentence_comment": 35,
    "citation_comment": 35,
    "answer_digest": 26,
}
_WIDTH, _RUBRIC_WIDTHS = 12, (10, 80, 80)
_CHOICES: dict[str, tuple[int | str, ...]] = {
    "sentence_score": rubric.SENTENCE_SCORES,
    "citation_score": rubric.CITATION_SCORES,
    "harmful": ("yes", "oui"),
}
_HEAD, _TO_FILL = PatternFill("solid", fgColor="D9E2EC"), PatternFill("solid", fgColor="FFF7CC")
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_BOLD = Font(bold=True)


def score_workbook(rows: Sequence[Row]) -> bytes:
    """A workbook with the sheet to fill in, its cells for the person in yellow, and a sheet with the rubric."""
    book = Workbook()
    scores = book.active
    scores.title = SCORES
    scores.freeze_panes = "A2"
    for number, column in enumerate(COLUMNS, start=1):
        scores.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(column, _WIDTH)
        _put(scores, 1, number, column, font=_BOLD, fill=_HEAD)
    for at, row in enumerate(rows, start=2):
        for number, (column, value) in enumerate(zip(COLUMNS, astuple(row), strict=True), start=1):
            asked = column in FILLED_IN and (column not in ON_FIRST_ROW or row.sentence_number == 1)
            empty = value in ("", None) or value is False
            shown = None if empty else "yes" if value is True else value
            _put(scores, at, number, shown, **({"fill": _TO_FILL} if asked else {}))
    scores.auto_filter.ref = scores.dimensions
    for column, choices in _CHOICES.items():
        _offer(scores, get_column_letter(COLUMNS.index(column) + 1), choices, len(rows) + 1)
    _write_rubric(book.create_sheet(RUBRIC))
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()


def cells(path: Path, content: bytes) -> list[list[str]]:
    """The cells of the sheet with the scores, as text. Raises SettingError for what is no such workbook."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what Excel adds to a workbook and openpyxl leaves out
            book = load_workbook(io.BytesIO(content))
    except Exception as error:  # a damaged workbook makes the libraries below raise anything
        raise SettingError(
            f"--import-scores {path}: is no workbook that can be opened ({error or type(error).__name__}); "
            "save it from the spreadsheet as XLSX again"
        ) from error
    if SCORES not in book.sheetnames:
        raise SettingError(
            f"--import-scores {path}: has no sheet '{SCORES}', only {', '.join(book.sheetnames)}; name it so again"
        )
    return [[_text(path, cell) for cell in row] for row in book[SCORES].iter_rows()]


def _text(path: Path, cell: Any) -> str:
    if cell.data_type == "f":
        raise SettingError(
            f"--import-scores {path}, row {cell.row}, column {cell.column_letter}: holds a formula; "
            "type what it gives instead"
        )
    return "" if cell.value is None else str(cell.value)


def _put(sheet: Any, row: int, column: int, value: Any, **styles: Any) -> None:
    cell = sheet.cell(row, column)
    fill(cell, value)
    cell.alignment = _WRAPPED
    for name, style in styles.items():
        setattr(cell, name, style)


def _offer(sheet: Any, letter: str, choices: Sequence[int | str], last: int) -> None:
    named = ", ".join(str(choice) for choice in choices)
    validation = DataValidation("list", formula1=f'"{named.replace(", ", ",")}"', allow_blank=True)
    validation.showErrorMessage = True
    validation.errorTitle = "Rubric / Barème"
    validation.error = f"Choose one of / Choisissez parmi : {named}"
    validation.add(f"{letter}2:{letter}{max(last, 2)}")
    sheet.add_data_validation(validation)


def _write_rubric(sheet: Any) -> None:
    for number, width in enumerate(_RUBRIC_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for at, (values, styles) in enumerate(_rubric_rows(), start=1):
        for number, value in enumerate(values, start=1):
            _put(sheet, at, number, value, **styles)


def _rubric_rows() -> Iterator[tuple[tuple[int | str | None, ...], dict[str, Any]]]:
    for section in rubric.texts().section:
        yield (None, section.en, section.fr), {"font": _BOLD, "fill": _HEAD}
        for line in section.lines:
            yield (line.value, line.en, line.fr), {}
        yield (), {}
