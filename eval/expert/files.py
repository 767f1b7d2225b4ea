"""Score sheets as files: CSV, as spreadsheets of both languages write it, and workbooks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Literal

from eval.expert.sheet import COLUMNS, Row
from indexer.errors import CouncilError, SettingError
from service.formulas import harmless, restored

Form = Literal["csv", "xlsx"]
EXPORT, IMPORT = "--export-scores", "--import-scores"
_SEPARATORS = (",", ";", "\t")  # of spreadsheets set to English, to French, and of what is copied out of them


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table as it stands in a file: its number, as spreadsheets count, and its cells as text."""

    number: int
    cells: tuple[str, ...]


def form_of(path: Path, option: str) -> Form:
    """The form of a score sheet by its file's name. Raises SettingError for any other."""
    for form in ("csv", "xlsx"):
        if path.suffix.casefold() == f".{form}":
            return form
    raise SettingError(f"{option} {path}: score sheets are CSV or XLSX; name a file that ends in .csv or .xlsx")


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write a sheet to a new file.

    Raises SettingError where the file's name tells no form, or the file exists: a person's scores may be in it.
    Raises CouncilError where it cannot be written.
    """
    form = form_of(path, EXPORT)
    if form == "xlsx":
        from eval.expert.workbook import score_workbook

        whole = score_workbook(rows)
    else:
        whole = _csv(rows)
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            stream.write(whole)


def read(path: Path) -> list[Line]:
    """The lines of a sheet's file, its head first, without empty ones.

    Raises SettingError for a file that cannot be read as what its name says.
    """
    form = form_of(path, IMPORT)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingError(
            f"{IMPORT} {path}: cannot be read ({error.strerror or error}); name a filled score sheet"
        ) from error
    if form == "xlsx":
        from eval.expert.workbook import cells

        table = cells(path, content)
    else:
        table = _cells(path, content)
    lines = [Line(number, tuple(row)) for number, row in enumerate(table, start=1) if any(cell.strip() for cell in row)]
    if not lines:
        raise SettingError(f"{IMPORT} {path}: holds no row; name a filled score sheet")
    return lines


def _csv(rows: Sequence[Row]) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for row in rows:
        table.writerow([harmless(_empty(value)) for value in astuple(row)])
    return text.getvalue().encode("utf-8-sig")  # without the mark Excel would not read the accents


def _empty(value: object) -> object:
    """A value as the sheet has it: what is not filled in stays empty."""
    return "" if value is None or value is False else "yes" if value is True else value


def _cells(path: Path, content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingError(
            f"{IMPORT} {path}: is not UTF-8 text; save it from the spreadsheet as 'CSV UTF-8', or as XLSX"
        ) from error
    head = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=head.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend([restored(cell) for cell in row] for row in table)
    except csv.Error as error:
        raise SettingError(
            f"{IMPORT} {path}, row {len(rows) + 1}: is no CSV ({error}); save it from the spreadsheet again"
        ) from error
    return rows


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise SettingError(
            f"{EXPORT} {path}: there is such a file, and scores may be in it; name another, or move it away"
        ) from error
    except OSError as error:
        raise CouncilError(
            f"{EXPORT} {path}: cannot be written ({error.strerror or error}); name another file"
        ) from error
