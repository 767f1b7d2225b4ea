"""A generation in Qdrant, opened: what is read of it once, and reading the rest of it point by point.

Memory: some 60 bytes a passage, its documents without their texts, and the passages asked for of late.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, ValidationError
from qdrant_client import models

from indexer.columns import Column, Columns
from indexer.documents import Distribution, DocumentRecord, Passage
from indexer.embedding import Embedder
from indexer.errors import IndexUnusableError
from indexer.qdrant import points, records
from indexer.qdrant.connection import Connection
from indexer.qdrant.packing import packed, unpacked
from indexer.qdrant.points import DENSE, LENGTH, PASSAGE_FIELDS, TERMS, Terms
from indexer.qdrant.records import HEADER, Header, Table
from indexer.qdrant.scope import Scope
from indexer.qdrant.statistics import STATISTICS, Statistics
from indexer.statements import Ragged, glossary_digest
from indexer.store import Manifest, SourceState

FORMAT_VERSION = 1
META, BUILDING = "meta", "building"
_KEPT = 20_000  # passages, and as many of their vectors: what comes up for a topic comes up again
_T = TypeVar("_T")
Numbers = npt.NDArray[np.int64]


class Building(BaseModel):
    """What a generation says of itself from its first point on: who may go on with it, and who may read it."""

    model_config = ConfigDict(frozen=True)

    format_version: int = FORMAT_VERSION
    model: str
    dimension: int
    glossary: str = ""


class Meta(Building):
    """What it says when it is whole; `lengths` are the numbers of tokens of the passages that each audience sees."""

    created: str
    lengths: dict[Distribution, int]
    withdrawn: dict[str, SourceState]
    originals: dict[Distribution, dict[str, str]]

    def point(self) -> models.PointStruct:
        """The point that says so."""
        return records.record_point(META, "", {"meta": packed(self.model_dump(mode="json"))})


class Kept(Generic[_T]):
    """Values by number of passage, a bounded number of them; safe to use from several threads."""

    def __init__(self) -> None:
        self._values: dict[int, _T] = {}

    def get(self, numbers: Sequence[int], read: Callable[[list[int]], Mapping[int, _T]]) -> list[_T]:
        """The values of these passages; those not kept are read."""
        known = self._values
        found = {number: known[number] for number in numbers if number in known}
        missing = [number for number in dict.fromkeys(numbers) if number not in found]
        if missing:
            new = read(missing)
            if len(known) + len(new) > _KEPT:
                known = self._values = {}  # others may still read the old one
            known.update(new)
            found |= new
        return [found[number] for number in numbers]


class Generation:
    """Shared by the views of all audiences; safe to use from several threads."""

    def __init__(self, connection: Connection, name: str, embedder: Embedder, meta: Building) -> None:
        self.connection, self.name, self.embedder, self.meta = connection, name, embedder, meta
        self.passages_in = connection.passages(name)
        self.records_in = connection.records(name)
        held = _read(connection, name)
        self.headers = [one for one, _ in held]
        self.by_id = {one.record.id: one for one in self.headers}
        ends = list(accumulate(one.passages for one in self.headers))
        self.ranges = {one.record.id: (end - one.passages, end) for one, end in zip(self.headers, ends, strict=True)}
        self.count = ends[-1] if ends else 0
        tables = [table for _, table in held]  # as arrays they take a tenth
        self.points = np.array([point for table in tables for point in table.points], np.uint64)
        self._order = np.argsort(self.points, kind="stable").astype(np.int32)
        self._sorted = self.points[self._order]
        self.silent = np.array([silent for table in tables for silent in table.silent], np.bool_)
        self.columns = _columns(held)
        terms = [of for table in tables for of in table.terms]
        self._terms_from = np.cumsum([0, *map(len, terms)])
        self._named = np.array([term for of in terms for term in of], np.int16)
        self._passages: Kept[Passage] = Kept()
        self._terms: Kept[Terms] = Kept()
        self._vectors: Kept[npt.NDArray[np.float16]] = Kept()

    @classmethod
    def opened(cls, connection: Connection, name: str, embedder: Embedder) -> Generation:
        """A whole generation. Raises IndexUnusableError where it is not, or written otherwise."""
        where = connection.address.text
        again = f"build it again: council index SOURCE... --store {where} --rebuild"
        meta = read_meta(connection, name)
        if meta.model != embedder.id:
            raise IndexUnusableError(
                f"{where}: the index was written with the model {meta.model}, this is {embedder.id}; use the same "
                f"--model, or {again}"
            )
        found = cls(connection, name, embedder, meta)
        held = connection.count(found.passages_in)
        if held != found.count:
            raise IndexUnusableError(f"{where}: {held} points and {found.count} passages do not agree; {again}")
        return found

    def audience_count(self, audience: Distribution) -> int:
        """How many passages an audience sees, always the first ones."""
        return _seen(self.headers, audience)

    @cached_property
    def manifest(self) -> Manifest:
        """The generation's manifest, put together."""
        return manifest(self.meta, self.headers)

    @cached_property
    def statistics(self) -> Statistics:
        """How often tokens stand in the passages; read once."""
        return Statistics(self.connection.of_kind(self.name, STATISTICS))

    @cached_property
    def pairs(self) -> dict[tuple[str, str], Numbers]:
        """By a translation and its original, in either order, the numbers of passages that say the same."""
        found: dict[tuple[str, str], Numbers] = {}
        for payload in self.connection.of_kind(self.name, records.PAIRS):
            one, other = payload["one"], payload["other"]
            if one in self.ranges and other in self.ranges:
                numbers = records.places(payload) + np.array([self.ranges[one][0], self.ranges[other][0]])
                found[one, other], found[other, one] = numbers, numbers[:, ::-1]
        return found

    def named(self, numbers: Numbers) -> Ragged | None:
        """The terms of the glossary that passages name; None where they were read with another glossary."""
        if self.meta.glossary != glossary_digest():
            return None
        begins, ends = self._terms_from[numbers], self._terms_from[numbers + 1]
        row = np.repeat(np.arange(len(numbers)), ends - begins)
        held = [self._named[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
        return Ragged(row, np.concatenate([np.empty(0, np.int16), *held]).astype(np.int32))

    # From point to number and back

    def numbers(self, ids: npt.NDArray[np.uint64]) -> Numbers:
        """The numbers of points, -1 for one that is none of the generation's."""
        if not self.count:
            return np.full(len(ids), -1, np.int64)
        at = np.minimum(np.searchsorted(self._sorted, ids), self.count - 1)
        found: Numbers = np.where(self._sorted[at] == ids, self._order[at], -1).astype(np.int64)
        return found

    def number(self, passage_id: str) -> int:
        """The number of a passage by its id, -1 if there is none."""
        return int(self.numbers(np.array([points.point_id(passage_id)], np.uint64))[0])

    # Points, by numbers that the scope allows

    def passages(self, scope: Scope, numbers: Sequence[int]) -> list[Passage]:
        """The passages with these numbers."""

        def read(missing: list[int]) -> dict[int, Passage]:
            found = self._records(scope, missing, fields=PASSAGE_FIELDS)
            return {number: points.passage(record.payload or {}) for number, record in found.items()}

        return self._passages.get(numbers, read)

    def terms(self, scope: Scope, numbers: Sequence[int]) -> list[Terms]:
        """The tokens of the passages with these numbers."""

        def read(missing: list[int]) -> dict[int, Terms]:
            found = self._records(scope, missing, fields=[LENGTH], vectors=[TERMS])
            return {number: _terms(record) for number, record in found.items()}

        return self._terms.get(numbers, read)

    def vectors(self, scope: Scope, numbers: Numbers) -> npt.NDArray[np.float32]:
        """The vectors of the passages with these numbers, of shape (len(numbers), dimension)."""

        def read(missing: list[int]) -> dict[int, npt.NDArray[np.float16]]:
            found = self._records(scope, missing, fields=False, vectors=[DENSE])
            return {number: dense(record).astype(np.float16) for number, record in found.items()}

        if not len(numbers):
            return np.empty((0, self.meta.dimension), np.float32)
        return np.stack(self._vectors.get(numbers.tolist(), read)).astype(np.float32)

    def _records(
        self, scope: Scope, numbers: Sequence[int], *, fields: bool | list[str], vectors: list[str] | None = None
    ) -> dict[int, models.Record]:
        ids = self.points[np.asarray(numbers, np.int64)].tolist()
        places = dict(zip(ids, numbers, strict=True))
        read = self.connection.by_ids(self.passages_in, scope, ids, fields=fields, vectors=vectors)
        found = {places[int(record.id)]: record for record in read}
        if len(found) != len(places):
            raise IndexUnusableError(
                f"{self.connection.address.text}: generation {self.name} lacks passages that it had; another serves "
                "by now: ask again"
            )
        return found


def read_headers(connection: Connection, name: str) -> list[Header]:
    """The documents of a generation as an index in a folder is numbered: by audience, then by source."""
    return [header for header, _ in _read(connection, name)]


def _read(connection: Connection, name: str) -> list[tuple[Header, Table]]:
    held = [records.header(one) for one in connection.of_kind(name, records.DOCUMENTS, fields=HEADER)]
    return sorted(held, key=lambda one: (one[0].record.distribution.rank, one[0].record.source))


def _columns(held: Sequence[tuple[Header, Table]]) -> Columns:
    """What passages are filtered and counted by."""
    codes = [codes for _, table in held for codes in table.codes]

    def of_document(value: Callable[[DocumentRecord], object]) -> Column:
        return Column.of([value(one.record) for one, _ in held for _ in range(one.passages)])

    return Columns(
        documents=of_document(lambda record: record.id),
        types=of_document(lambda record: str(record.type)),
        languages=of_document(lambda record: record.language),
        roles=Column.of([role for _, table in held for role in table.roles]),
        codes=Column.of(codes),
        owners=Column.of([next(iter(of), None) for of in codes]),
        dates=Column.of([date for _, table in held for date in table.dates]),
    )


def manifest(meta: Building, headers: Sequence[Header]) -> Manifest:
    """The manifest of a generation, put together."""
    return Manifest(
        format_version=meta.format_version,
        created=meta.created if isinstance(meta, Meta) else "",
        model=meta.model,
        dimension=meta.dimension,
        documents=len(headers),
        passages=sum(one.passages for one in headers),
        audiences={audience: _seen(headers, audience) for audience in Distribution},
        sources={one.record.source: one.state for one in headers},
        withdrawn=meta.withdrawn if isinstance(meta, Meta) else {},
    )


def _seen(headers: Sequence[Header], audience: Distribution) -> int:
    return sum(one.passages for one in headers if one.record.distribution.rank <= audience.rank)


def dense(record: models.Record) -> npt.NDArray[np.float32]:
    """The dense vector of a record that was read with it."""
    held = record.vector
    return np.array(held[DENSE] if isinstance(held, dict) else held, np.float32)


def _terms(record: models.Record) -> Terms:
    held = record.vector[TERMS] if isinstance(record.vector, dict) and TERMS in record.vector else None
    length = int((record.payload or {})[LENGTH])
    return Terms.stored(held, length) if isinstance(held, models.SparseVector) else Terms.of([])


def read_meta(connection: Connection, name: str) -> Meta:
    """What a whole generation says of itself. Raises IndexUnusableError where it does not, or is of another format."""
    where = connection.address.text
    again = f"build it again: council index SOURCE... --store {where} --rebuild"
    payload = next(connection.of_kind(name, META), None)
    if payload is None:
        raise IndexUnusableError(f"{where}: generation {name} is not whole; {again}")
    raw = unpacked(payload["meta"])
    if raw.get("format_version") != FORMAT_VERSION:
        raise IndexUnusableError(
            f"{where}: the index has format version {raw.get('format_version')}, this program reads {FORMAT_VERSION}; "
            f"{again}"
        )
    try:
        return Meta.model_validate(raw)
    except ValidationError as error:
        raise IndexUnusableError(
            f"{where}: what generation {name} says of itself is damaged ({error}); {again}"
        ) from error
