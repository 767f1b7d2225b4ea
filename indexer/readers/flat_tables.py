"""Gives a table of organisations that a flat text holds as running lines back as a table: rows of cells, each whole."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from indexer.documents import BlockKind, CellPosition
from indexer.language import detect
from indexer.readers.canonical import CanonicalBuilder
from indexer.readers.flat_table_columns import Assignment, PageRoom, assign
from indexer.readers.flat_table_rows import FlatRow, FlatTable
from indexer.readers.flat_table_scores import RowScores
from indexer.readers.flat_table_start import guessed_widths
from indexer.readers.flat_table_units import Sheet, Unit, sheet, units
from indexer.readers.flat_table_widths import Measure, Metric, Widths, learn, letters, measures_of, misfit, typeset
from indexer.readers.joining import Spellings, join
from indexer.readers.lines import Draft, Line
from indexer.readers.reflow import reflow
from indexer.readers.typography import Typography

_ROUNDS = 2
_GUESSES = 2
_QUICK_BEAM = 24
_BEAM = 80
# An assignment that is better by less than this than the next best is a guess. Few rows tell the widths less well.
_UNSURE = 2.0
_UNSURE_BY_ROWS = 3.0


@dataclass(frozen=True, slots=True)
class _Sorted:
    """A row with its units and where they belong."""

    row: FlatRow
    units: tuple[Unit, ...]
    assignment: Assignment

    def of_column(self, column: int) -> list[Unit]:
        """The units of a column's cell, in order."""
        return [unit for unit, c in zip(self.units, self.assignment.columns, strict=True) if c == column]


def add_flat_table(builder: CanonicalBuilder, table: FlatTable, spellings: Spellings) -> None:
    """Appends the dumped table with its head row."""
    columns = len(table.roles)
    rows = _sort(table)
    number = builder.open_table(table.heads[0][0].page)
    typography = [Typography.of(_column_lines(rows, column)) for column in range(columns)]
    row_number = builder.open_row(number)
    for column, (head, length) in enumerate(zip(table.heads, table.head_lengths, strict=True)):
        builder.add_cell(CellPosition(number, row_number, column), _head_drafts(head, length, spellings))
    for row in rows:
        row_number = builder.open_row(number)
        builder.add_cell(CellPosition(number, row_number, 0), [_joined(row.row.name, spellings)])
        unsure = _unsure_columns(row, _UNSURE + _UNSURE_BY_ROWS / len(rows))
        with_targets = _column_of_targets(row, columns)
        for column in range(columns):
            lines = list(_cell_lines(row.of_column(column)))
            drafts = reflow(lines, spellings, typography[column])
            if column == with_targets:
                drafts.extend(_draft(line) for line in row.row.targets)
            position = CellPosition(number, row_number, column + 1)
            builder.add_cell(position, drafts, inferred=column in unsure)


def _sort(table: FlatTable) -> list[_Sorted]:
    """The rows with their units in columns. Widths are learnt from the table in rounds, from several first guesses."""
    sorting = _Sorting(table)
    tried: list[_Outcome] = []
    for start in sorting.starts():
        outcome = sorting.first(start, _QUICK_BEAM)
        for _ in range(_ROUNDS):
            outcome = sorting.next(outcome, _QUICK_BEAM)
        tried.append(outcome)
    best = max(tried, key=lambda outcome: sum(row.assignment.score for row in outcome.rows))
    return sorting.next(best, _BEAM).rows


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The rows as sorted, by what widths, and what room the pages had."""

    rows: list[_Sorted]
    widths: Widths
    room: PageRoom


class _Sorting:
    """Sorts a table's rows by given widths, and learns widths from rows as sorted."""

    def __init__(self, table: FlatTable) -> None:
        self._table = table
        self._units = [tuple(units(row.body)) for row in table.rows]
        self._language = detect(" ".join(line.text for row in table.rows for line in row.body))
        metrics: tuple[Metric, ...] = (letters, typeset)
        self._measures = {metric: [measures_of(row, metric) for row in self._units] for metric in metrics}

    def starts(self) -> list[Widths]:
        """First guesses: nothing known, and what the lines alone say."""
        columns = len(self._table.roles)
        unknown = (None,) * columns
        rows = list(zip(self._units, self._measures[typeset], strict=True))
        return [Widths(letters, unknown, unknown), *guessed_widths(rows, columns, typeset, _GUESSES)]

    def first(self, widths: Widths, beam: int) -> _Outcome:
        """The rows sorted by these widths."""
        room = PageRoom()
        return _Outcome(self._assigned(widths, room, beam), widths, room)

    def next(self, outcome: _Outcome, beam: int) -> _Outcome:
        """The rows sorted by the widths, and the height of a page, that an outcome tells."""
        widths = _fitting(self._measures, outcome.rows, len(self._table.roles))
        room = PageRoom(_page_height(outcome.rows, outcome.room))
        return _Outcome(self._assigned(widths, room, beam), widths, room)

    def _assigned(self, widths: Widths, room: PageRoom, beam: int) -> list[_Sorted]:
        rows: list[_Sorted] = []
        roles = self._table.roles
        for row, row_units, bounds in zip(self._table.rows, self._units, self._measures[widths.metric], strict=True):
            scores = RowScores(row_units, bounds, widths, roles, self._language)
            made = _Sorted(row, row_units, assign(row_units, scores, roles, room, beam))
            rows.append(made)
            _take_room(room, made, self._table)
        return rows


def _fitting(measures: dict[Metric, list[list[Measure]]], rows: Sequence[_Sorted], columns: int) -> Widths:
    """The widths by the metric that explains the lines better."""
    learnt: list[tuple[float, Widths]] = []
    for metric, measured in measures.items():
        pairs = [
            (bounds, column)
            for row, all_bounds in zip(rows, measured, strict=True)
            for bounds, column in zip(all_bounds, row.assignment.columns, strict=True)
        ]
        widths = learn(pairs, columns, metric)
        learnt.append((misfit(pairs, widths), widths))
    return min(learnt, key=lambda found: found[0])[1]


def _heights(row: _Sorted) -> dict[Sheet, float]:
    """How many lines the row takes of each page."""
    heights: dict[Sheet, dict[int, float]] = {}
    for unit, column in zip(row.units, row.assignment.columns, strict=True):
        page = heights.setdefault(unit.sheet, {})
        page[column] = page.get(column, 0.0) + unit.height
    found = {page: max(columns.values()) for page, columns in heights.items()}
    named = sheet(row.row.name[0])
    return found | {named: max(found.get(named, 0.0), float(len(row.row.name)))}


def _take_room(room: PageRoom, row: _Sorted, table: FlatTable) -> None:
    """Notes what the row takes of its pages; the page on which the table begins holds other things too."""
    for page, height in _heights(row).items():
        if page != sheet(table.heads[0][0]):
            room.taken[page] = room.taken.get(page, 0.0) + height


def _page_height(rows: Sequence[_Sorted], room: PageRoom) -> float | None:
    """How many lines a page takes, by those on which a row is cut; None where too few are."""
    cut = {page for row in rows for page in list(_heights(row))[:-1]}
    full = sorted(room.taken[page] for page in cut if page in room.taken)
    return full[int(0.75 * (len(full) - 1))] if len(full) >= 3 else None


def _unsure_columns(row: _Sorted, least: float) -> frozenset[int]:
    """The columns of the row's cells of which a unit was put there, or elsewhere, by guess."""
    unsure: set[int] = set()
    for column, margin, other in zip(
        row.assignment.columns, row.assignment.margins, row.assignment.others, strict=True
    ):
        if margin < least:
            unsure.update((column, other))
    return frozenset(unsure)


def _column_of_targets(row: _Sorted, columns: int) -> int:
    """The column whose cell takes the targets of links: the first one that says something."""
    for column in range(columns):
        cell = row.of_column(column)
        if cell and not cell[0].no_answer:
            return column
    return 0


def _cell_lines(cell: Sequence[Unit]) -> Iterator[Line]:
    """The lines of a cell, as if it stood on one page."""
    before: Unit | None = None
    for unit in cell:
        for i, line in enumerate(unit.lines):
            gap = not (i or (before is not None and _continues(before, unit)))
            yield replace(line, gap=gap, far=False, fresh=False)
        before = unit


def _continues(before: Unit, unit: Unit) -> bool:
    """Whether a unit goes on with the sentence of the one before it in its cell."""
    if unit.marker is not None or not before.openness:
        return False
    if before.leads_in:
        return unit.lower and unit.sheet != before.sheet
    return unit.lower or before.openness >= 1


def _column_lines(rows: Sequence[_Sorted], column: int) -> Iterable[Line]:
    return (line for row in rows for unit in row.of_column(column) for line in unit.lines)


def _head_drafts(head: Sequence[Line], length: int, spellings: Spellings) -> list[Draft]:
    """The head, and below it what explains it."""
    drafts = [_joined(head[:length], spellings)]
    if len(head) > length:
        drafts.append(_joined(head[length:], spellings))
    return drafts


def _joined(lines: Sequence[Line], spellings: Spellings) -> Draft:
    text, breaks = lines[0].text, []
    for before, line in itertools.pairwise(lines):
        text, offset = join(text, line.text, spellings)
        if line.page is not None and line.page != before.page:
            breaks.append((offset, line.page))
    return replace(_draft(lines[0]), text=text, breaks=tuple(breaks))


def _draft(line: Line) -> Draft:
    return Draft(BlockKind.PARAGRAPH, line.text, line.page, width=line.width)
