"""Puts the paragraphs of a dumped table's row into its columns.

Within a page the cells of a row stand one after the other, so columns never go back before the page ends. What is
looked for is the assignment that scores best over all pages of the row: by the columns' widths, by sentences and lists
that go on over the page, by the words that tell a column, and by how far cells that are cut reach down the page.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from indexer.documents import Role
from indexer.readers.flat_table_scores import RowScores
from indexer.readers.flat_table_units import Sheet, Unit

_IMPOSSIBLE = 30.0
_NOT_FROM_START = 10.0
_EMPTY = 3.0
_EMPTY_LAST = 2.5
_LEFT_OPEN = 3.5
_ITEM_OPENNESS = 0.2
_SHORT_OF_FOOT = 0.8
_MOST_SHORT = 7.0
_FOOT_TOLERANCE = 1.5
_FOOT_SHARE = 0.05
_OFF_PAGE = 0.35
_MOST_OFF_PAGE = 5.0


@dataclass(frozen=True, slots=True)
class Assignment:
    """The column of each unit of a row; by how much that is better than the next best, `others`."""

    columns: tuple[int, ...]
    margins: tuple[float, ...]
    others: tuple[int, ...]
    score: float


# A linked list: a state's columns are told by its parents', so that a long row takes no more than its length.
Trail = tuple[int, "Trail | None"]


@dataclass(frozen=True, slots=True)
class _State:
    """A way to assign the units so far.

    `last` is the last unit of each column, -1 for none, `ended` that on the pages before this one. `here` and `above`
    are the columns' heights in lines on this page and on the one before it. `trail` is the last unit's column and the
    trail before it.
    """

    score: float
    last: tuple[int, ...]
    ended: tuple[int, ...]
    here: tuple[float, ...]
    above: tuple[float, ...]
    column: int = -1
    trail: Trail | None = None

    def columns(self, count: int) -> list[int]:
        """The columns of the last `count` units, in order."""
        found: list[int] = []
        trail = self.trail
        while trail is not None and len(found) < count:
            found.append(trail[0])
            trail = trail[1]
        return found[::-1]


@dataclass(slots=True)
class PageRoom:
    """How many lines a page takes, None where unknown, and how many each page has taken above the row."""

    height: float | None = None
    taken: dict[Sheet, float] = field(default_factory=dict)


def assign(units: Sequence[Unit], scores: RowScores, roles: Sequence[Role], room: PageRoom, beam: int) -> Assignment:
    """The best columns (from 0, of `roles`) for the units of a row."""
    search = _Search(units, scores, roles, room, beam)
    return search.run()


class _Search:
    def __init__(
        self, units: Sequence[Unit], scores: RowScores, roles: Sequence[Role], room: PageRoom, beam: int
    ) -> None:
        self._units = units
        self._scores = scores
        # The states that are tried part in few things, so that the same is asked of the scores again and again.
        self._begins, self._follows, self._goes_on = cache(scores.begins), cache(scores.follows), cache(scores.goes_on)
        self._count = len(roles)
        self._room = room
        self._beam = beam
        self._margins = [math.inf] * len(units)
        self._decided = [-1] * len(units)
        self._others = [-1] * len(units)

    def run(self) -> Assignment:
        none = (0.0,) * self._count
        nothing = (-1,) * self._count
        states = [_State(0.0, nothing, nothing, none, none)]
        pages = [list(run) for _, run in itertools.groupby(range(len(self._units)), lambda i: self._units[i].sheet)]
        for number, page in enumerate(pages):
            states = [_State(s.score, s.last, s.last, none, s.here, trail=s.trail) for s in states]
            for unit in page:
                states = self._extend(states, unit, first_page=number == 0)
            states = [self._closed(s, pages, number) for s in states]
            self._note_margins(states, page[-1] + 1, len(page) + (len(pages[number - 1]) if number else 0))
        best = max(states, key=lambda s: s.score)
        columns = tuple(best.columns(len(self._units)))
        margins = tuple(
            margin if decided == column else 0.0
            for margin, decided, column in zip(self._margins, self._decided, columns, strict=True)
        )
        others = tuple(
            other if decided == column else decided
            for other, decided, column in zip(self._others, self._decided, columns, strict=True)
        )
        return Assignment(columns, margins, others, best.score)

    def _extend(self, states: Sequence[_State], unit: int, *, first_page: bool) -> list[_State]:
        # By what the score of anything that follows depends on.
        best: dict[tuple[object, ...], _State] = {}
        height = self._units[unit].height
        for state in states:
            for column in range(max(0, state.column), self._count):
                score = state.score + self._step(state, unit, column, first_page=first_page)
                here = list(state.here)
                here[column] += height
                last = list(state.last)
                last[column] = unit
                key = column, tuple(last), state.ended, tuple(here), state.above
                known = best.get(key)
                if known is None or known.score < score:
                    best[key] = _State(score, *key[1:], column, (column, state.trail))
        return heapq.nlargest(self._beam, best.values(), key=lambda s: s.score)

    def _step(self, state: _State, unit: int, column: int, *, first_page: bool) -> float:
        score = self._scores.fit(unit, column)
        before = state.last[column]
        answer = self._units[unit].no_answer
        if before < 0:
            score += self._begins(unit, column)
            return score if first_page else score - _NOT_FROM_START
        if answer or self._units[before].no_answer:
            return score - _IMPOSSIBLE
        if column == state.column:
            return score + self._follows(before, unit, column)
        if not state.above[column]:
            # A cell without text on one page does not go on, on the next.
            return score - _IMPOSSIBLE
        return score + self._goes_on(before, unit, column)

    def _closed(self, state: _State, pages: Sequence[Sequence[int]], number: int) -> _State:
        """The state at the end of a page, with what only then can be told."""
        score = state.score
        if number:
            foot = max(state.above)
            for column, height in enumerate(state.above):
                if not height:
                    continue
                if state.here[column]:
                    short = max(0.0, foot - height - _FOOT_TOLERANCE - _FOOT_SHARE * foot)
                    score -= min(_MOST_SHORT, _SHORT_OF_FOOT * short)
                else:
                    score -= self._left_open(state.ended[column])
        if number == len(pages) - 1:
            for column, height in enumerate(state.here):
                if height:
                    score -= self._left_open(state.last[column])
            for column, last in enumerate(state.last):
                if last < 0:
                    score -= _EMPTY_LAST if column == self._count - 1 else _EMPTY
        score -= self._off_page(state, pages, number)
        return replace(state, score=score, column=-1)

    def _left_open(self, unit: int) -> float:
        """What it costs that nothing goes on with a unit: items often end without a full stop."""
        return _LEFT_OPEN * max(0.0, self._units[unit].openness - _ITEM_OPENNESS)

    def _off_page(self, state: _State, pages: Sequence[Sequence[int]], number: int) -> float:
        """How badly the row's height on a page fits what the page takes."""
        if self._room.height is None:
            return 0.0
        used = self._room.taken.get(self._units[pages[number][0]].sheet)
        beyond = max(state.here) + (used or 0.0) - self._room.height
        if beyond < 0 and (number == len(pages) - 1 or used is None):
            return 0.0
        return min(_MOST_OFF_PAGE, _OFF_PAGE * max(0.0, abs(beyond) - _FOOT_TOLERANCE))

    def _note_margins(self, states: Sequence[_State], stop: int, count: int) -> None:
        """Notes, of the last `count` units before `stop`, how much better the best state's column is than another."""
        ranked = sorted(states, key=lambda s: -s.score)
        tails = [state.columns(count) for state in ranked]
        for i, decided in enumerate(tails[0]):
            unit = stop - count + i
            other = next((k for k, tail in enumerate(tails) if tail[i] != decided), None)
            self._margins[unit] = math.inf if other is None else ranked[0].score - ranked[other].score
            self._decided[unit] = decided
            self._others[unit] = -1 if other is None else tails[other][i]
