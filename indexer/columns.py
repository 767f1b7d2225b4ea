"""What passages are filtered by, as arrays with a place for each passage number; read at the first use, then kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer import database

_AT_ONCE = 16_384  # passages
_FEW = 3  # values, that are compared one by one
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Column:
    """One of few values for each passage: `places`, of shape (passages,), are places in `values`."""

    values: tuple[object, ...]
    places: npt.NDArray[np.int32]

    @classmethod
    def of(cls, values: Sequence[object]) -> Column:
        """The column of a value a passage."""
        coded = _Coded()
        coded.add(values)
        return coded.ended()

    def told(self, tell: Callable[[object], object]) -> Column:
        """The column of what each value tells, in the order in which the passages have these."""
        of_values = Column.of([tell(value) for value in self.values])
        return Column(of_values.values, of_values.places[self.places])

    def meeting(self, condition: Callable[[object], bool], numbers: npt.NDArray[np.int64] | None = None) -> Marks:
        """For each passage, or each of the passages `numbers`, whether its value meets the condition."""
        places = self.places if numbers is None else self.places[numbers]
        met = [place for place, value in enumerate(self.values) if condition(value)]
        if len(met) <= _FEW:  # in a tenth of the time
            marks = np.zeros(len(places), np.bool_)
            for place in met:
                marks |= places == place
            return marks
        of_value = np.zeros(len(self.values), np.bool_)
        of_value[met] = True
        return of_value[places]

    def tally(self, numbers: npt.NDArray[np.int64]) -> dict[object, int]:
        """How many of the passages `numbers` have each value; values that none of them has are left out."""
        counts = np.bincount(self.places[numbers], minlength=len(self.values)).tolist()
        return {value: count for value, count in zip(self.values, counts, strict=True) if count}


class _Coded:
    """A column that is read some passages at a time."""

    def __init__(self) -> None:
        self._known: dict[object, int] = {}
        self._parts: list[npt.NDArray[np.int32]] = []

    def add(self, values: Sequence[object]) -> None:
        """Add the values of the next passages."""
        known = self._known
        self._parts.append(
            np.fromiter((known.setdefault(value, len(known)) for value in values), np.int32, len(values))
        )

    def ended(self) -> Column:
        """The column of all values added."""
        return Column(tuple(self._known), np.concatenate(self._parts or [np.empty(0, np.int32)]))


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of an index; `codes` are tuples of those whom a passage is about, `owners` the first of them."""

    documents: Column
    types: Column
    languages: Column
    roles: Column
    codes: Column
    owners: Column
    dates: Column

    def named(self, name: str) -> Column:
        """The column of this name. Raises AttributeError where there is none."""
        column: Column = getattr(self, name)
        return column


class ColumnReader:
    """Reads the columns of a passage database once; safe to use from several threads."""

    def __init__(self, reader: database.Reader) -> None:
        self._reader = reader
        self._lock = threading.Lock()
        self._columns: Columns | None = None

    def columns(self) -> Columns:
        """The columns; sqlite3.Error where the database cannot be read."""
        if self._columns is None:
            with self._lock:
                if self._columns is None:
                    self._columns = self._read()
        return self._columns

    def _read(self) -> Columns:
        known = {
            row["id"]: (row["type"], row["language"])
            for row in self._reader.rows("SELECT id, type, language FROM documents")
        }
        columns = [_Coded() for _ in range(4)]
        [(last,)] = self._reader.rows("SELECT coalesce(max(number), -1) FROM passages")
        # Some at a time: the rows of all passages would take ten times as much memory as what is kept of them.
        for first in range(0, last + 1, _AT_ONCE):
            rows = self._reader.rows(
                "SELECT document_id, role, jurisdictions, meeting_date FROM passages WHERE number >= ? AND number < ? "
                "ORDER BY number",
                (first, first + _AT_ONCE),
            )
            for column, values in zip(columns, zip(*rows, strict=True), strict=False):
                column.add(values)
        documents, roles, written, dates = (column.ended() for column in columns)
        codes = written.told(lambda value: tuple(json.loads(str(value))))
        return Columns(
            documents=documents,
            types=documents.told(lambda value: known[str(value)][0]),
            languages=documents.told(lambda value: known[str(value)][1]),
            roles=roles,
            codes=codes,
            owners=codes.told(lambda value: next(iter(value), None) if isinstance(value, tuple) else None),
            dates=dates,
        )
