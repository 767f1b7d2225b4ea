"""What speaks for a paragraph's standing in a column, and for one paragraph's going on with another, as scores.

A score of 1 is a hint, 3 a good reason. None of them forbids anything.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from indexer.documents import Language, Role
from indexer.readers.flat_table_units import Sheet, Unit
from indexer.readers.flat_table_widths import Measure, Widths, needed
from indexer.readers.flat_table_words import flat_table_words
from indexer.text import stems

_REMARK_OPENS = 4.0
_OPENS = 3.0
_OPENS_INSIDE = 1.0
_SHOWN = 3.5
_LEAST_SHARE = 0.34
_CLEARLY = 0.85
_NUMBER_GOES_ON = 3.0
# In doubt a paragraph stays in its column.
_TURNS = 0.4
# A line that breaks with so many letters free was ended, not broken.
_ROOM = 3.0
_EARLY = 0.5
_MOST_EARLY = 3.0


class RowScores:
    """The scores of a row's units. Columns are counted from 0, in the order of `roles`."""

    def __init__(
        self,
        units: Sequence[Unit],
        measures: Sequence[Measure],
        widths: Widths,
        roles: Sequence[Role],
        language: Language,
    ) -> None:
        self._units = units
        self._measures = measures
        self._widths = widths
        self._roles = roles
        words = flat_table_words()
        self._opens = [[not u.no_answer and words.opens(u.text, role) for role in roles] for u in units]
        self._remarked = Role.REMARK in roles and any(opens[roles.index(Role.REMARK)] for opens in self._opens)
        self._fits = [
            [
                0.0 if unit.no_answer else words.mentions_for(unit.text, role) - widths.cost(measure, column)
                for column, role in enumerate(roles)
            ]
            for unit, measure in zip(units, measures, strict=True)
        ]
        if self._remarked and Role.SHOWCASE in roles:
            for unit, bonus in shown(units, language).items():
                self._fits[unit][roles.index(Role.SHOWCASE)] += bonus

    def fit(self, unit: int, column: int) -> float:
        """How well a unit suits a column by itself."""
        return self._fits[unit][column]

    def begins(self, unit: int, column: int) -> float:
        """How well a unit opens a column's cell."""
        found = self._units[unit]
        score = 0.0
        if self._roles[column] is Role.REMARK:
            if self._opens[unit][column]:
                score += _REMARK_OPENS
            elif self._remarked:
                score -= _REMARK_OPENS
        elif self._opens[unit][column]:
            score += _OPENS
        if found.lower:
            return score - 1.5
        return score - 3.0 if found.marker is not None and found.marker.number > 1 else score

    def follows(self, before: int, unit: int, column: int) -> float:
        """How well a unit stands after another in one cell, on one page."""
        above, below = self._units[before], self._units[unit]
        score = self._inside(unit, column)
        if below.marker is not None:
            numbered = self._numbered(before, unit)
            if numbered is not None:
                return score + numbered
            if above.leads_in:
                return score + 2.0
            if above.openness >= 1:
                return score - 3.0
            return score + 0.5 if above.marker is not None and above.marker.sign == below.marker.sign else score
        if below.lower:
            return score - 3.0 if not above.openness else score + self._joins(before, unit, column)
        return score - 1.0 if above.openness >= 1 else score

    def goes_on(self, before: int, unit: int, column: int) -> float:
        """How well a unit goes on with a cell whose last unit on the page before was another."""
        above, below = self._units[before], self._units[unit]
        score = self._inside(unit, column) - _TURNS
        if below.marker is not None:
            numbered = self._numbered(before, unit)
            if numbered is not None:
                return score + numbered
            if above.leads_in:
                return score + 2.0
            return score - 3.0 if above.openness >= 1 else score - 1.0
        if below.lower:
            return score - 3.0 if not above.openness else score + self._joins(before, unit, column)
        return score + 1.0 if above.openness >= 1 else score - 1.0

    def _inside(self, unit: int, column: int) -> float:
        """How well a unit stands in the middle of a column's cell."""
        if self._remarked and self._opens[unit][self._roles.index(Role.REMARK)]:
            return -_REMARK_OPENS
        return _OPENS_INSIDE if self._opens[unit][column] else 0.0

    def _joins(self, before: int, unit: int, column: int) -> float:
        """How well a sentence that is open goes on with a unit, by where its line breaks too."""
        above = self._units[before]
        score = 2.0 + above.openness
        width = self._widths.plain[column]
        if width is not None and self._measures[before].kind < 2:
            free = width - _ROOM - needed(above, self._units[unit], self._widths.metric)
            score -= min(_MOST_EARLY, _EARLY * max(0.0, free))
        return score

    def _numbered(self, before: int, unit: int) -> float | None:
        """The score of a number after the unit `before`; None where there is no number to go by."""
        marker = self._units[unit].marker
        if marker is None or not marker.number:
            return None
        above = self._units[before].marker
        if above is not None and above.sign == marker.sign and above.number:
            return _NUMBER_GOES_ON if marker.number == above.number + 1 else -2.0
        return None if marker.number == 1 else -2.0


def shown(units: Sequence[Unit], language: Language) -> dict[int, float]:
    """The units that the remarks name, and how surely: the remarks list what is shown.

    The remarks are known where a unit opens as they do: they go on to the end of its page.
    """
    words = flat_table_words()
    chains = _chains(units)
    listed: list[list[int]] = []
    others: list[list[int]] = []
    sheet: Sheet | None = None
    for chain in chains:
        first = units[chain[0]]
        if words.opens(first.text, Role.REMARK):
            sheet = first.sheet
        elif first.sheet == sheet:
            listed.append(chain)
        else:
            sheet = None
            others.append(chain)
    tokens = {chain[0]: frozenset(stems(" ".join(units[i].text for i in chain), language)) for chain in chains}
    found_in = Counter(token for chain in others for token in tokens[chain[0]])
    bonus: dict[int, float] = {}
    for remark in listed:
        weights = {t: 1.0 / found_in[t] if t in found_in else 0.5 for t in tokens[remark[0]]}
        total = math.fsum(weights.values())
        shares = {
            chain[0]: math.fsum(w for t, w in weights.items() if t in tokens[chain[0]]) / total
            for chain in others
            if total
        }
        if not shares:
            continue
        best = max(shares, key=lambda i: shares[i])
        rivals = [i for i, share in shares.items() if share >= _CLEARLY * shares[best]]
        if shares[best] >= _LEAST_SHARE:
            for i in rivals:
                bonus[i] = max(bonus.get(i, 0.0), _SHOWN * shares[best] / len(rivals))
    return bonus


def _chains(units: Sequence[Unit]) -> list[list[int]]:
    """The units joined to paragraphs: one in lower case goes with an open one before it, on its page."""
    chains: list[list[int]] = []
    for i, unit in enumerate(units):
        before = units[i - 1] if i else None
        if before is not None and unit.lower and before.openness > 0 and before.sheet == unit.sheet:
            chains[-1].append(i)
        else:
            chains.append([i])
    return chains
