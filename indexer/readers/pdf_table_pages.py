"""A table that goes on over several pages of a PDF, put together: repeated heads left out, cut rows joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indexer import jurisdictions
from indexer.readers.joining import begins_lower, is_finished
from indexer.readers.lines import Line
from indexer.readers.pdf_pages import LaidTable

_SAME_EDGE = 12.0  # points

# A row: its cells as (column, lines), from left to right.
Row = list[tuple[int, list[Line]]]


def continues(before: LaidTable, table: LaidTable) -> bool:
    """Whether `table` is the part on the next page of the table that ended with `before`."""
    return (
        table.page == before.page + 1
        and table.columns == before.columns
        and abs(table.left - before.left) <= _SAME_EDGE
        and abs(table.right - before.right) <= _SAME_EDGE
    )


def joined_rows(parts: Sequence[LaidTable]) -> list[Row]:
    """The rows of a table given page by page.

    A page's first row whose first cell is empty goes on from the row before: each of its cells is joined to the one
    above it, so that a sentence cut by the page is whole. So does a row that begins with the rest of a member's name.
    """
    rows: list[Row] = []
    head = parts[0].row_texts(0)
    for number, part in enumerate(parts):
        repeats = number > 0 and part.rows > 1 and any(head) and part.row_texts(0) == head
        for at in range(1 if repeats else 0, part.rows):
            row = [(cell.column, list(cell.lines)) for cell in part.cells if cell.row == at]
            if number and at == (1 if repeats else 0) and rows and _goes_on(row, rows[-1]):
                _join(rows[-1], row)
            else:
                rows.append(row)
    return rows


def _goes_on(row: Row, before: Row) -> bool:
    columns = [column for column, _ in row]
    filled = [column for column, lines in row if lines]
    same = columns == [column for column, _ in before]
    if len(columns) < 2 or not filled or not same:
        return False
    if columns[0] not in filled:
        return True
    head, above = row[0][1], before[0][1]
    if not above:
        return False
    return (begins_lower(head[0].text) and not is_finished(above[-1].text)) or _is_cut_name(above, head)


def _is_cut_name(above: Sequence[Line], head: Sequence[Line]) -> bool:
    """Whether only both cells together are the name of a jurisdiction."""
    one, other = (" ".join(line.text for line in lines) for lines in (above, head))
    alone = jurisdictions.exact(one) or jurisdictions.exact(other)
    return alone is None and jurisdictions.exact(f"{one} {other}") is not None


def _join(row: Row, rest: Row) -> None:
    for at, ((_, lines), (_, more)) in enumerate(zip(row, rest, strict=True)):
        if more:
            # It is known to be the same cell, so a small letter is proof enough that the sentence goes on; and what
            # stands in the first cell is one name.
            goes_on = begins_lower(more[0].text) or (at == 0 and bool(lines))
            first = replace(more[0], gap=False, far=False, fresh=not goes_on)
            lines.extend([first, *more[1:]])
