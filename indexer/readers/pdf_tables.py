"""Ruled tables of a PDF page, found by their lines with pdfplumber."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Box = tuple[float, float, float, float]

# One path may draw a whole grid.
_MIN_PATHS = 1
# Maps and charts; looking for tables among their lines takes minutes.
_MAX_PATHS = 4_000
_MAX_CELLS = 3_000
_MIN_COLUMNS = 2
_TOUCHING = 3.0  # points
_SHORTEST_RULE = 6.0  # points
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
    return outermost(page.find_tables({**_SETTINGS, "explicit_horizontal_lines": _open_ends(page)}))


def outermost(tables: Iterable[Any]) -> list[RuledTable]:
    """The tables that pdfplumber made, from top to bottom, without frames of one column and tables in others' cells."""
    found: list[RuledTable] = []
    for table in tables:
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


def _open_ends(page: Any) -> list[float]:
    """Heights at which columns' rules end without a rule across: a table that the page cuts is closed there."""
    level = [(edge["top"], edge["x0"], edge["x1"]) for edge in page.edges if edge["orientation"] == "h"]
    ends: list[tuple[float, float]] = []
    for edge in page.edges:
        if edge["orientation"] == "v" and edge["bottom"] - edge["top"] > _SHORTEST_RULE:
            for height in (edge["top"], edge["bottom"]):
                if not any(_touches(rule, height, edge["x0"]) for rule in level):
                    ends.append((height, edge["x0"]))
    found: list[float] = []
    for height, _ in ends:
        beside = {round(x) for other, x in ends if abs(other - height) <= _TOUCHING}
        if len(beside) > _MIN_COLUMNS and not any(abs(height - other) <= _TOUCHING for other in found):
            found.append(height)
    return found


def _touches(rule: tuple[float, float, float], height: float, x: float) -> bool:
    at, left, right = rule
    return abs(at - height) <= _TOUCHING and left - _TOUCHING <= x <= right + _TOUCHING


def _leave_out_characters(page: Any) -> None:
    """Spares pdfplumber the characters, most of its work: the lines alone make the tables."""
    from pdfminer.layout import LTChar

    convert = page.iter_layout_objects
    page.iter_layout_objects = lambda objects: convert(item for item in objects if not isinstance(item, LTChar))


def _within(inner: Box, outer: Box) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]
