"""Hard conditions on passages, and which passages meet them by their columns: the same whatever keeps the index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from indexer.columns import Columns, Marks

Condition = Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class Filters:
    """Hard conditions on passages; an empty field does not filter. Values of one field are alternatives.

    `documents` are ids of the only documents allowed: None allows all, an empty tuple none.

    `meetings`, `date_from` and `date_to` take `YYYY`, `YYYY-MM` or `YYYY-MM-DD` and include their whole year or month;
    a passage without a meeting date is outside every range.
    """

    jurisdictions: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    document_languages: tuple[str, ...] = ()
    date_from: str | None = None
    date_to: str | None = None
    documents: tuple[str, ...] | None = None
    meetings: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.documents is not None or any(getattr(self, field.name) for field in fields(self))


def conditions(filters: Filters) -> Iterator[tuple[str, Condition]]:
    """By the name of a column of `Columns` what its value has to be; all of them have to be met."""
    for name, wanted in (
        ("types", filters.types or None),
        ("roles", filters.roles or None),
        ("languages", filters.document_languages or None),
        ("documents", filters.documents),
    ):
        if wanted is not None:
            yield name, frozenset(map(str, wanted)).__contains__
    if filters.jurisdictions:
        codes = frozenset(filters.jurisdictions)
        yield "codes", lambda value: isinstance(value, tuple) and not codes.isdisjoint(value)
    if filters.meetings:
        yield "dates", lambda value: isinstance(value, str) and _of_any(value, filters.meetings)
    if filters.date_from or filters.date_to:
        yield "dates", lambda value: isinstance(value, str) and _within(value, filters)


def meeting(columns: Columns, filters: Filters) -> npt.NDArray[np.int64]:
    """The numbers of the passages that meet the filters, ascending."""
    found: npt.NDArray[np.int64] | None = None
    for name, condition in conditions(filters):
        met = columns.named(name).meeting(condition, found)
        found = np.flatnonzero(met) if found is None else found[met]
    return np.arange(len(columns.roles.places)) if found is None else found


def meets(columns: Columns, filters: Filters, numbers: npt.NDArray[np.int64]) -> Marks:
    """For each of the passages `numbers` whether it meets the filters; of shape (numbers,)."""
    marks = np.ones(len(numbers), np.bool_)
    for name, condition in conditions(filters):
        marks &= columns.named(name).meeting(condition, numbers)
    return marks


def _of_any(date: str, meetings: Iterable[str]) -> bool:
    """Whether a meeting's date is one of those given, or in a year or month that is given."""
    return any(date == one or date.startswith(f"{one}-") for one in meetings)


def _within(date: str, filters: Filters) -> bool:
    """Whether a meeting's date is in the range, compared as far as both go: 2020-09-15 is within --to 2020-09."""
    since, until = filters.date_from, filters.date_to
    return (not since or date >= since[: len(date)]) and (not until or date[: len(until)] <= until)
