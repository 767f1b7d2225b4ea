"""Ruled tables over several pages of a PDF: cut rows joined cell by cell, repeated heads left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from indexer.documents import Document
from indexer.jurisdictions import exact
from indexer.readers import read

BODY = getSampleStyleSheet()["BodyText"]
LONG = " ".join(f"The keeper of pier {number} has counted every lamp and every bell." for number in range(1, 90))


def table_pdf(path: Path, rows: list[list[str]], *, repeat: int = 0) -> Document:
    cells = [[Paragraph(text, BODY) if text else "" for text in row] for row in rows]
    table = Table(cells, colWidths=[90, 220, 160], repeatRows=repeat, splitInRow=1)
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, (0, 0, 0)), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    SimpleDocTemplate(str(path), pagesize=letter).build([table])
    return read(path)


def rows_of(document: Document) -> list[list[str]]:
    (table,) = document.tables
    return [[" ".join(document.text[cell.start : cell.end].split()) for cell in row] for row in table.rows]


def test_cells_cut_by_the_page_are_joined_to_their_own_cell(tmp_path: Path) -> None:
    rows = [["Place", "Lamps", "Bells"], ["North pier", LONG, LONG[:3000]], ["South pier", "None.", "One."]]
    document = table_pdf(tmp_path / "cut.pdf", rows, repeat=1)
    assert len(document.pages) > 1
    assert rows_of(document) == rows
    # The second column's text begins on the first page and ends on a later one; so does the third's, after it.
    lamps, bells = document.tables[0].rows[1][1], document.tables[0].rows[1][2]
    assert document.page_at(lamps.start) == document.page_at(bells.start) == 1
    assert document.page_at(lamps.end - 1) == len(document.pages)


def test_a_row_with_a_first_cell_of_its_own_stays_a_row(tmp_path: Path) -> None:
    rows = [[f"Pier {number}", "Lamps. " * 40, "Bells. " * 30] for number in range(1, 9)]
    document = table_pdf(tmp_path / "rows.pdf", rows)
    assert len(document.pages) > 1
    assert rows_of(document) == [[cell.strip() for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("name", "rest", "whole"),
    [
        ("EMPLOYMENT AND SOCIAL", "DEVELOPMENT CANADA (ESDC)", True),
        ("British", "Columbia", True),
        ("Île-du-Prince-", "Édouard", True),
        ("Ontario", "Yukon", False),
        ("North pier", "Yukon", False),
        ("North pier", "South pier", False),
    ],
)
def test_a_name_cut_by_the_page_is_one_name(tmp_path: Path, name: str, rest: str, whole: bool) -> None:
    # The table's rows are drawn on two pages as a program draws them that cuts the row in its first cell.
    table = Table([[name, "The lamp is"], [rest, "lit at dusk."]], colWidths=[200, 220], rowHeights=[600, 600])
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, (0, 0, 0)), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    path = tmp_path / "name.pdf"
    SimpleDocTemplate(str(path), pagesize=letter).build([table])
    document = read(path)
    assert len(document.pages) == 2
    rows = rows_of(document)
    if whole:
        assert [row[1] for row in rows] == ["The lamp is lit at dusk."]
        assert exact(rows[0][0]) is not None
        assert len([b for b in document.blocks if b.cell is not None and b.cell.column == 0]) == 1
    else:
        assert rows == [[name, "The lamp is"], [rest, "lit at dusk."]]
