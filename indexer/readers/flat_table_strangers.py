"""Names of organisations that are no members but have a row in a dumped table: they stand as the members' names do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import replace

from indexer.document_words import is_no_answer
from indexer.jurisdictions import exact, find_mentions
from indexer.organisation_names import is_organisation
from indexer.readers.flat_table_names import MOSTLY, Name, cuts, is_closed
from indexer.readers.flat_table_units import sheet, units
from indexer.readers.headings import is_upper
from indexer.readers.joining import begins_lower, ends_hyphenated, ends_linking
from indexer.readers.lines import Line
from indexer.readers.markers import find_marker
from indexer.text import fold

_MAX_LINES = 7
# A column of names is about so wide, in letters, where the members' names are too short to tell.
_USUAL_WIDTH = 20
_TOLERANCE = 2
_CLOSING = (".", ";", ",", ":", "?", "!", "…")
# Without a word that tells an organisation, no more rows than one to so many of members are believed.
_FEW = 3


def opens_with_stranger(lines: Sequence[Line], at: int) -> bool:
    """Whether a paragraph that begins at this line is an organisation's name and no wider than those usually are."""
    name = _paragraph(lines, at, len(lines))
    return name is not None and _width(name) <= _USUAL_WIDTH + _TOLERANCE and is_organisation(name.text)


def with_strangers(
    lines: Sequence[Line], span: tuple[int, int], known: Sequence[Name], passed: Set[int], columns: int
) -> list[Name]:
    """The members' names and the others between them, in order.

    `span` is the table's body, `passed` the lines of repeated heads; a row has `columns` cells besides its name.
    """
    if len(known) < 2:
        return list(known)
    table = _Table(lines, span, known, passed, columns)
    return sorted([*known, *table.strangers()], key=lambda name: name.at)


class _Table:
    def __init__(
        self, lines: Sequence[Line], span: tuple[int, int], known: Sequence[Name], passed: Set[int], columns: int
    ) -> None:
        self._lines = lines
        self._start, self._stop = span
        self._known = known
        self._passed = passed
        self._columns = columns
        self._capitals = sum(1 for name in known if is_upper(name.text)) > MOSTLY * len(known)
        self._width = max(_USUAL_WIDTH, *map(_width, known)) + _TOLERANCE
        self._glued = any(name.rest is not None for name in known)

    def strangers(self) -> list[Name]:
        """The names that open rows of others."""
        found = self._candidates()
        told = [name for name in found if self._fits(name) and is_organisation(name.text)]
        if self._capitals:
            told = self._between_rows(told, [*self._known, *told], 1)
            return sorted([*told, *self._untold(found, told)], key=lambda name: name.at)
        return self._between_rows(told, [*self._known, *told], self._columns - 1)

    def _untold(self, found: Sequence[Name], told: Sequence[Name]) -> list[Name]:
        """Names in capitals without such a word: none where a cell's titles are set in capitals too."""
        others = [name for name in found if name not in told and is_upper(name.text)]
        good = [name for name in others if self._fits(name) and len(name.text.split()) > 1 and name.rest is None]
        good = [name for name in good if not find_mentions(name.text)]
        kept = self._between_rows(good, [*self._known, *told, *good], self._columns - 1)
        return kept if len(kept) == len(others) and len(kept) * _FEW <= len(self._known) else []

    def _candidates(self) -> list[Name]:
        """The paragraphs that are no member's name and may be another's."""
        taken = {at for name in self._known for at in range(name.at, name.stop)} | self._passed
        found: list[Name] = []
        for at in range(self._start, self._stop):
            name = _paragraph(self._lines, at, self._stop) if at not in taken else None
            if name is not None and not taken.intersection(range(name.at, name.stop)) and exact(name.text) is None:
                found.append(name)
        return found

    def _fits(self, name: Name) -> bool:
        """Whether it is set as the members' names are, and does not go on with what stands above it."""
        if _width(name) > self._width or (self._capitals and not is_upper(name.text)):
            return False
        if name.rest is not None and not (self._capitals and self._glued and not is_upper(name.rest.text)):
            return False
        if name.at == self._start:
            return True
        above = self._lines[name.at - 1]
        if sheet(above) != sheet(self._lines[name.at]):
            return True
        return not (ends_linking(above.text) or ends_hyphenated(above.text) or above.text.endswith(":"))

    def _between_rows(self, names: Sequence[Name], rows: Sequence[Name], least: int) -> list[Name]:
        """Those said once, with so many paragraphs of cells before them in the row above, and in their own."""
        often = Counter(fold(name.text) for name in rows)
        ordered = sorted(rows, key=lambda name: name.at)
        kept: list[Name] = []
        for i, name in enumerate(ordered):
            if name not in names or often[fold(name.text)] > 1:
                continue
            above = self._cells(ordered[i - 1], name.at) if i else least
            below = self._cells(name, ordered[i + 1].at if i + 1 < len(ordered) else self._stop)
            if above >= least and below >= least:
                kept.append(name)
        return kept

    def _cells(self, name: Name, stop: int) -> int:
        """How many paragraphs stand from the name to line `stop`."""
        body = [self._lines[at] for at in range(name.stop, stop) if at not in self._passed]
        return len(units(body)) + (name.rest is not None)


def _paragraph(lines: Sequence[Line], at: int, limit: int) -> Name | None:
    """The paragraph that begins at this line, if it may be a name; before a dash, or an answer, where that follows."""
    line = lines[at]
    if not (line.gap or line.fresh or at == 0) or begins_lower(line.text) or not line.text[:1].isalpha():
        return None
    for stop in range(at + 1, min(limit, at + _MAX_LINES) + 1):
        last = lines[stop - 1]
        if sheet(last) != sheet(line) or find_marker(last.text) is not None:
            return None
        for cut in cuts(last.text):
            head, rest = last.text[:cut].rstrip(), last.text[cut:].lstrip()
            shortened = (*lines[at : stop - 1], replace(last, text=head, width=len(head)))
            name = Name(at, stop, shortened, replace(last, text=rest, width=len(rest), gap=True))
            if head and rest and is_organisation(name.text):
                return name
        if is_closed(lines, stop):
            name = Name(at, stop, tuple(lines[at:stop]))
            return None if is_no_answer(name.text) or name.text.endswith(_CLOSING) else name
    return None


def _width(name: Name) -> float:
    return max(float(len(line.text)) for line in name.lines)
