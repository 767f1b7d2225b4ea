"""What passages are filtered by, as arrays with a place for each passage number; read at the first use, then kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer import database

Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Column:
    """One of few values for each passage: `places`, of shape (passages,), are places in `values`."""

    values: tuple[object, ...]
    places: npt.NDArray[np.int32]

    @classmethod
    def of(cls, values: Sequence[object]) -> Column:
        """The column of a value a passage."""
        known: dict[object, int] = {}
        places = np.fromiter((known.setdefault(value, len(known)) for value in values), np.int32, len(values))
        return cls(tuple(known), places)

    def meeting(self, condition: Callable[[object], bool]) -> Marks:
        """For each passage whether its value meets the condition."""
        return np.array([condition(value) for value in self.values], np.bool_)[self.places]

    def tally(self, numbers: npt.NDArray[np.int64]) -> dict[object, int]:
        """How many of the passages `numbers` have each value; values that none of them has are left out."""
        counts = np.bincount(self.places[numbers], minlength=len(self.values)).tolist()
        return {value: count for value, count in zip(self.values, counts, strict=True) if count}


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
        rows = self._reader.rows("SELECT document_id, role, jurisdictions, meeting_date FROM passages ORDER BY number")
        written = Column.of([row[2] for row in rows])
        read = [tuple(json.loads(str(value))) for value in written.values]
        codes = [read[place] for place in written.places.tolist()]
        return Columns(
            documents=Column.of([row[0] for row in rows]),
            types=Column.of([known[row[0]][0] for row in rows]),
            languages=Column.of([known[row[0]][1] for row in rows]),
            roles=Column.of([row[1] for row in rows]),
            codes=Column.of(codes),
            owners=Column.of([next(iter(of), None) for of in codes]),
            dates=Column.of([row[3] for row in rows]),
        )
