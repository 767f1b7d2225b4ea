"""Tables of a scanned page, by the rules that OCR saw on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from indexer.readers.hocr import Box
from indexer.readers.pdf_tables import RuledTable, outermost

_THIN = 6  # times longer than thick, at least, is a rule
_TOUCH = 4.0  # points by which a scanned rule may miss the one that it meets
_MAX_RULES = 400  # more are a drawing


def tables_of_rules(rules: Sequence[Box]) -> list[RuledTable]:
    """The tables that these draw, from top to bottom; each rule is given by its box in points from the top left."""
    from pdfplumber.table import Table, cells_to_tables, edges_to_intersections, intersections_to_cells, merge_edges

    edges = [_edge(box) for box in rules if _is_rule(box)]
    if not 0 < len(edges) <= _MAX_RULES:
        return []
    merged = merge_edges(edges, _TOUCH, _TOUCH, _TOUCH, _TOUCH)
    cells = intersections_to_cells(edges_to_intersections(merged, _TOUCH, _TOUCH))
    page: Any = None  # a table asks it for text alone
    return outermost(Table(page, group) for group in cells_to_tables(cells))


def _is_rule(box: Box) -> bool:
    wide, high = box[2] - box[0], box[3] - box[1]
    return max(wide, high) >= _THIN * max(0.1, min(wide, high))


def _edge(box: Box) -> dict[str, Any]:
    x0, top, x1, bottom = box
    if x1 - x0 >= bottom - top:
        top = bottom = (top + bottom) / 2
        orientation = "h"
    else:
        x0 = x1 = (x0 + x1) / 2
        orientation = "v"
    edge = {"x0": x0, "x1": x1, "top": top, "bottom": bottom, "width": x1 - x0, "height": bottom - top}
    return {"object_type": "line", "orientation": orientation, **edge}
