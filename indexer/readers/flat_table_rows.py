"""Finds in running lines a table of organisations that an extractor dumped cell by cell, and where its rows begin.

The table opens with the heads of its columns: one for the organisations, then the templates' sections. A row opens with
an organisation's name, alone or before its first cell's text.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.document_words import column_role, heading_role
from indexer.documents import Role
from indexer.readers.flat_table_names import Name, name_at, plausible
from indexer.readers.flat_table_strangers import opens_with_stranger, with_strangers
from indexer.readers.flat_table_units import is_foot_address, sheet, split_answers
from indexer.readers.flat_table_words import flat_table_words
from indexer.readers.headings import is_heading
from indexer.readers.joining import begins_lower
from indexer.readers.lines import Line
from indexer.readers.markers import find_marker
from indexer.text import fold

_MIN_HEADS = 3
_MAX_HEAD_LINES = 60
_MAX_HEAD_PARTS = 3
_MIN_ROWS = 2
# A line so much wider than those of the cells is none of a cell.
_WIDER = 1.5
_FIRST_LINES = 20
# A cell is no wider than this share of the text above the table.
_CELL_SHARE = 0.55


@dataclass(frozen=True, slots=True)
class FlatRow:
    """An organisation's row: the lines of its name, those of its cells in the file's order, and lone link targets."""

    name: tuple[Line, ...]
    body: tuple[Line, ...]
    targets: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class FlatTable:
    """A dumped table: `lines[start:stop]`.

    `heads` are the lines of each head, the organisations' first, with what explains it; `head_lengths` how many of them
    are the head itself; `roles` those of all columns but the first.
    """

    start: int
    stop: int
    heads: tuple[tuple[Line, ...], ...]
    head_lengths: tuple[int, ...]
    roles: tuple[Role, ...]
    rows: tuple[FlatRow, ...]


def find_flat_table(lines: Sequence[Line]) -> FlatTable | None:
    """The first dumped table of organisations in the lines, if there is one."""
    for at, line in enumerate(lines):
        if _is_organisation_head(line):
            found = _table_at(lines, at)
            if found is not None:
                return found
    return None


def _is_organisation_head(line: Line) -> bool:
    return (line.gap or line.fresh) and fold(line.text).strip(" :") in flat_table_words().organisation_heads


def _table_at(lines: Sequence[Line], at: int) -> FlatTable | None:
    heads: list[tuple[int, int, Role]] = []
    cursor = at + 1
    limit = min(len(lines), at + _MAX_HEAD_LINES)
    while cursor < limit:
        found = _head_at(lines, cursor, {role for _, _, role in heads})
        if found is not None:
            heads.append((cursor, *found))
            cursor += found[0]
            continue
        if len(heads) >= _MIN_HEADS and (name_at(lines, cursor) is not None or opens_with_stranger(lines, cursor)):
            break
        cursor += 1
    else:
        return None
    if len(heads) < _MIN_HEADS:
        return None
    stop = _end(lines, at, cursor)
    repeated = _repeated_heads(lines, cursor, stop, lines[at:cursor])
    names = _names(lines, cursor, stop, repeated, len(heads))
    if len(names) < _MIN_ROWS:
        return None
    bounds = [at, *(start for start, _, _ in heads), names[0].at]
    groups = tuple(tuple(lines[a:b]) for a, b in itertools.pairwise(bounds))
    rows = _rows(lines, names, stop, repeated)
    lengths = (1, *(length for _, length, _ in heads))
    return FlatTable(at, stop, groups, lengths, tuple(role for _, _, role in heads), tuple(rows))


def _head_at(lines: Sequence[Line], at: int, known: set[Role]) -> tuple[int, Role] | None:
    """How many lines the column's head takes that begins here, and its role."""
    if find_marker(lines[at].text) is not None:
        return None
    text = ""
    for length in range(1, _MAX_HEAD_PARTS + 1):
        if at + length > len(lines) or (length > 1 and sheet(lines[at + length - 1]) != sheet(lines[at])):
            return None
        text = f"{text} {lines[at + length - 1].text}".strip()
        role = column_role(text, whole=True)
        if role is not None and role not in known:
            return length, role
    return None


def _end(lines: Sequence[Line], head: int, start: int) -> int:
    """Where the table ends: at a title that opens an annex, or where lines are too wide for a cell."""
    ending = flat_table_words().ending
    full = max((line.width for line in lines[:head] if " " in line.text), default=0.0)
    widest = max(_WIDER * _widest_cell(lines, start), _CELL_SHARE * full)
    for at in range(start, len(lines)):
        line = lines[at]
        if (line.gap or line.fresh) and ending.match(fold(line.text)) and is_heading(line.text):
            return at
        if line.width > widest and " " in line.text:
            return _paragraph_start(lines, start, at)
    return len(lines)


def _widest_cell(lines: Sequence[Line], start: int) -> float:
    """The width that nearly all lines of the first rows keep to."""
    widths: list[float] = []
    for at in range(start, len(lines)):
        if len(widths) >= _FIRST_LINES and (lines[at].gap or lines[at].fresh) and name_at(lines, at) is not None:
            break
        if " " in lines[at].text:
            widths.append(lines[at].width)
    widths.sort()
    return widths[int(0.95 * (len(widths) - 1))] if widths else 0.0


def _paragraph_start(lines: Sequence[Line], start: int, at: int) -> int:
    """Where the text begins that line `at` belongs to: its paragraph, and titles of that before it."""
    while at > start and not (lines[at].gap or lines[at].fresh):
        at -= 1
    while at > start:
        title = at - 1
        while title > start and not (lines[title].gap or lines[title].fresh):
            title -= 1
        if not (at - title <= 2 and lines[title].far and is_heading(lines[title].text)):
            break
        at = title
    return at


def _names(lines: Sequence[Line], start: int, stop: int, repeated: frozenset[int], columns: int) -> list[Name]:
    """The names that open rows: members', and those of organisations that stand among them as they do."""
    names: list[Name] = []
    at = start
    while at < stop:
        found = name_at(lines, at) if at not in repeated else None
        if found is None or found.stop > stop:
            at += 1
            continue
        if names and names[-1].stop == found.at and names[-1].rest is None:
            names.pop()  # names one under the other are a list
        names.append(found)
        at = found.stop
    return with_strangers(lines, (start, stop), plausible(names), repeated, columns)


def _rows(lines: Sequence[Line], names: Sequence[Name], stop: int, repeated: frozenset[int]) -> list[FlatRow]:
    rows: list[FlatRow] = []
    carried: list[Line] = []
    for i, name in enumerate(names):
        end = names[i + 1].at if i + 1 < len(names) else stop
        body = [*carried, *([name.rest] if name.rest is not None else [])]
        targets: list[Line] = []
        for k in range(name.stop, end):
            if k not in repeated:
                (targets if is_foot_address(lines, k) else body).append(lines[k])
        carried = _belongs_below(body) if i + 1 < len(names) else []
        kept = body[: len(body) - len(carried)]
        rows.append(FlatRow(name.lines, tuple(kept), tuple(targets)))
    return rows


def _repeated_heads(lines: Sequence[Line], start: int, stop: int, head: Sequence[Line]) -> frozenset[int]:
    """The lines at the top of pages that say the heads again, whole or from some line on."""
    texts = [fold(line.text) for line in head]
    found: set[int] = set()
    for at in range(start, stop):
        if at and sheet(lines[at]) == sheet(lines[at - 1]):
            continue
        for first in range(len(texts)):
            rest = texts[first:]
            same = [fold(line.text) for line in lines[at : at + len(rest)]] == rest
            if same and (len(rest) > 1 or heading_role(lines[at].text) is not None):
                found.update(range(at, at + len(rest)))
                break
    return frozenset(found)


def _belongs_below(body: Sequence[Line]) -> list[Line]:
    """The lines at the end of a row that are the next one's, whose name comes only after its first lines.

    A page on which a row goes on holds no cell that says that there is nothing to say: such a cell begins and ends on
    the row's first page.
    """
    first = next((i for i, line in enumerate(body) if sheet(line) == sheet(body[-1])), 0)
    if first == 0 or not any(split_answers(line.text)[0] for line in body[first:]):
        return []
    at = first
    while at < len(body) and (begins_lower(body[at].text) or not (body[at].gap or at == first)):
        at += 1
    return list(body[at:])
