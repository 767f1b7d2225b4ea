"""A person with a spreadsheet: opens a score sheet, types into cells, saves it as the program and its language do."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl

Table = list[list[object]]


def edit(path: Path, change: Callable[[Table], Table | None], **habits: object) -> Path:
    """Change the table in a CSV file or workbook, head included; `habits` are those of `save_csv`."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book["Scores"]
        table: Table = [[cell.value for cell in row] for row in sheet.iter_rows()]
        table = change(table) or table
        sheet.delete_rows(1, sheet.max_row)
        for at, row in enumerate(table, start=1):
            for column, value in enumerate(row, start=1):
                cell = sheet.cell(at, column)
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"
        book.save(path)
        return path
    text = path.read_bytes().decode("utf-8-sig")
    table = [list(row) for row in csv.reader(io.StringIO(text, newline=""))]
    save_csv(path, change(table) or table, **habits)
    return path


def save_csv(path: Path, table: Table, separator: str = ",", ending: str = "\r\n", mark: bool = True) -> None:
    """As Excel saves in English; in French with semicolons; LibreOffice with bare line feeds and without a mark."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=ending).writerows(table)
    path.write_bytes(text.getvalue().encode("utf-8-sig" if mark else "utf-8"))


def put(column: str, *values: object, at: int = 1) -> Callable[[Table], None]:
    """A change that types values down a column, from row `at` under the head on."""

    def change(table: Table) -> None:
        place = table[0].index(column)
        for row, value in zip(table[at:], values, strict=False):
            row[place] = value

    return change


def all_of(*changes: Callable[[Table], Table | None]) -> Callable[[Table], Table]:
    """Several changes, one after the other."""

    def change(table: Table) -> Table:
        for one in changes:
            table = one(table) or table
        return table

    return change
