"""Ruled tables of a PDF page, found by their lines with pdfplumber."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

Box = tuple[float, float, float, float]

# One path may draw a whole grid.
_MIN_PATHS = 1
# Maps and charts; looking for tables among their lines takes minutes.
_MAX_PATHS = 4_000
_MAX_CELLS = 3_000
_MIN_COLUMNS = 2
_SETTINGS = {"vertical_strategy": "lines", "horizontal_strategy": "lines", "intersection_tolerance": 3}


@dataclass(frozen=True, slots=True)
class RuledCell:
    """A cell's row and column, and its box (left, top, right, bottom) in points from the top left corner."""

    row: int
    column: int
    box: Box


@dataclass(frozen=True, slots=True)
class RuledTable:
    """A ruled table; merged cells stand once, where they begin."""

    box: Box
    cells: tuple[RuledCell, ...]
    columns: int


def has_rules(page: Any, raw: Any) -> bool:
    """Whether a pypdfium2 page draws enough lines to hold a table, and not so many that it is a picture."""
    paths = page.get_objects(filter=(raw.FPDF_PAGEOBJ_PATH,), max_depth=4)
    return _MIN_PATHS <= sum(1 for _ in itertools.islice(paths, _MAX_PATHS + 1)) <= _MAX_PATHS


def ruled_tables(page: Any) -> list[RuledTable]:
    """The tables of a pdfplumber page, from top to bottom; frames of one column are none."""
    _leave_out_characters(page)
    found: list[RuledTable] = []
    for table in page.find_tables(_SETTINGS):
        cells = tuple(
            RuledCell(r, c, tuple(box))
            for r, row in enumerate(table.rows)
            for c, box in enumerate(row.cells)
            if box is not None
        )
        width = 1 + max((cell.column for cell in cells), default=0)
        if width >= _MIN_COLUMNS and 0 < len(cells) <= _MAX_CELLS:
            found.append(RuledTable(tuple(table.bbox), cells, width))
    found.sort(key=lambda t: (t.box[1], t.box[0]))
    return [t for i, t in enumerate(found) if not any(_within(t.box, other.box) for other in found[:i])]


def _leave_out_characters(page: Any) -> None:
    """Spares pdfplumber the characters, most of its work: the lines alone make the tables."""
    from pdfminer.layout import LTChar

    convert = page.iter_layout_objects
    page.iter_layout_objects = lambda objects: convert(item for item in objects if not isinstance(item, LTChar))


def _within(inner: Box, outer: Box) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]
