"""A generation in Qdrant as one audience sees it: see `indexer.index_protocol.Index`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from qdrant_client import models

from indexer.documents import Distribution, DocumentRecord, Passage, RecordItem
from indexer.filters import Filters, conditions, meeting, meets
from indexer.index_protocol import Tallied
from indexer.live_statements import LiveStatements, LiveWords
from indexer.manifest import Manifest, ManifestHead, SourceState
from indexer.qdrant import points, records
from indexer.qdrant.connection import Payload
from indexer.qdrant.generation import Generation, Meta
from indexer.qdrant.legs import QdrantLexical, QdrantVectors, Seen
from indexer.qdrant.points import FILTERED
from indexer.qdrant.records import ITEMS, TEXT, TOKENS
from indexer.qdrant.scope import DOCUMENT, Scope
from indexer.qdrant.statistics import WORDS, surface_counts, words

_FILTERS_KEPT = 64
Numbers = npt.NDArray[np.int64]


class QdrantIndex:
    """One generation, as one audience sees it; safe to use from several threads.

    Each call to Qdrant carries what the audience may see (`Scope`), though only numbers that it sees are asked for.
    """

    def __init__(
        self,
        generation: Generation,
        audience: Distribution = Distribution.SECRETARIAT,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        self._held = generation
        self.generation = generation.name
        self.audience = audience
        self._scope = Scope(audience, hidden)
        self._count = generation.audience_count(audience)
        self._ids = frozenset(
            one.record.id
            for one in generation.headers
            if one.record.distribution.rank <= audience.rank and one.record.id not in hidden
        )
        gone = [range(*generation.ranges[one]) for one in sorted(hidden) if one in generation.ranges]
        numbers = np.array([number for one in gone for number in one if number < self._count], np.int64)
        self._shown: Numbers | None = None
        if len(numbers):
            self._shown = np.setdiff1d(np.arange(self._count, dtype=np.int64), numbers)
        self._allowed: dict[Filters, Numbers] = {}
        self.statements = LiveStatements(self.numbered, generation.embedder, generation.named)
        self.words = LiveWords(self.numbered, self.statements)
        total = generation.meta.lengths[audience] if isinstance(generation.meta, Meta) else 0
        self._seen = Seen(audience.rank, self._count, total / self._count if self._count else 0.0)
        self.vectors = QdrantVectors(self._seen, generation.meta.dimension, self._nearest, self._vectors_of)

    @property
    def address(self) -> str:
        """Where the index is, as the command line takes it."""
        return self._held.connection.address.text

    @property
    def manifest(self) -> Manifest:
        """What the generation says of itself and its sources."""
        return self._held.manifest

    @property
    def head(self) -> ManifestHead:
        """What the generation says of itself."""
        return self._held.manifest

    def source(self, name: str) -> SourceState | None:
        """What the generation keeps of one source."""
        return self._held.manifest.sources.get(name)

    @cached_property
    def lexical(self) -> QdrantLexical:
        """Search by words; the counts that it goes by are read at the first use."""
        held, scope = self._held, self._scope
        return QdrantLexical(held.statistics, self._seen, self._nearest, lambda numbers: held.terms(scope, numbers))

    def check_whole(self) -> bool:
        """Always so: nothing here reads files that others may cut short or clear away."""
        return True

    def seen_by(self, audience: Distribution, hidden: Iterable[str] = ()) -> QdrantIndex:
        """The same generation as `audience` sees it, without the documents `hidden`; never wider than this one."""
        narrower = min(audience, self.audience, key=lambda one: one.rank)
        return QdrantIndex(self._held, narrower, self._scope.hidden | frozenset(hidden))

    def read_ahead(self) -> None:
        """Read what is read once, so that no question waits for it."""
        _ = self._held.columns, self._held.statistics, self._versions

    # Documents

    @cached_property
    def _originals(self) -> dict[str, str]:
        meta = self._held.meta
        pairs = meta.originals.get(self.audience, {}) if isinstance(meta, Meta) else {}
        return {one: other for one, other in pairs.items() if {one, other} <= self._ids}

    def _as_seen(self, record: DocumentRecord) -> DocumentRecord:
        original = self._originals.get(record.id)
        return record if original is None else replace(record, translation_of=original)

    def documents(self) -> list[DocumentRecord]:
        """All documents, by meeting date and source."""
        return sorted(self._whole(self._ids), key=lambda record: (record.meeting_date or "", record.source))

    def document(self, document_id: str) -> DocumentRecord | None:
        """The document with this id, if the index holds it."""
        return next(iter(self._whole(self._ids.intersection([document_id]))), None)

    def _whole(self, ids: Iterable[str]) -> list[DocumentRecord]:
        texts = {payload[DOCUMENT]: payload[TEXT] for payload in self._of_documents(ids, TEXT)}
        return [replace(record, text=texts[record.id]) for record in self.documents_by_id(texts)]

    def _of_documents(self, ids: Iterable[str], field: str) -> Iterable[Payload]:
        """A field of the payloads of documents in scope."""
        wanted = sorted(ids)
        held = self._held
        for first in range(0, len(wanted), 64):
            some = models.FieldCondition(key=DOCUMENT, match=models.MatchAny(any=wanted[first : first + 64]))
            for record in held.connection.seen(held.records_in, self._scope, [some], fields=[DOCUMENT, field]):
                yield record.payload or {}

    def documents_by_id(self, ids: Iterable[str]) -> list[DocumentRecord]:
        """The documents with these ids without their text, in no particular order."""
        by_id = self._held.by_id
        return [self._as_seen(by_id[one].record) for one in dict.fromkeys(ids) if one in self._ids]

    def headers(self) -> list[DocumentRecord]:
        """All documents without their text, by meeting date and source."""
        return sorted(self.documents_by_id(self._ids), key=lambda record: (record.meeting_date or "", record.source))

    def written(self, document_id: str, start: int, end: int) -> str:
        """Characters `start` to `end` of a document's canonical text; "" for a document that is not seen here."""
        return self.written_at([(document_id, start, end)])[0]

    def written_at(self, places: Sequence[tuple[str, int, int]]) -> list[str]:
        """As `written`, for many places at once, each a document's id with a start and an end."""
        asked = {one for one, start, end in places if one in self._ids and 0 <= start < end}
        texts = {str(payload[DOCUMENT]): str(payload[TEXT]) for payload in self._of_documents(asked, TEXT)}
        return [texts.get(one, "")[start:end] if 0 <= start < end else "" for one, start, end in places]

    @cached_property
    def passage_counts(self) -> dict[str, tuple[int, int]]:
        """By id of each document how many passages it has, and of how many it is inferred whom they are about."""
        headers = {one: self._held.by_id[one] for one in self._ids}
        return {one: (header.passages, header.inferred) for one, header in headers.items()}

    def items(self, document_id: str | None = None) -> list[RecordItem]:
        """Decisions and follow-ups in reading order: of one document, or of all."""
        wanted = self._ids if document_id is None else self._ids.intersection([document_id])
        found = {str(one[DOCUMENT]): records.items(one) for one in self._of_documents(wanted, ITEMS)}
        return [item for one in self._held.headers for item in found.get(one.record.id, ())]

    # Passages

    def passages(self, document_id: str | None = None) -> list[Passage]:
        """Passages in reading order: of one document, or of all."""
        wanted = self._ids if document_id is None else self._ids.intersection([document_id])
        numbers = [number for one in wanted for number in range(*self._held.ranges[one])]
        return self.numbered(sorted(numbers))

    def passage(self, passage_id: str) -> Passage | None:
        """The passage with this id, if the index holds it."""
        return next(iter(self.passages_by_id([passage_id])), None)

    def passages_by_id(self, ids: Iterable[str]) -> list[Passage]:
        """The passages with these ids, in no particular order; ids that the index does not hold are passed over."""
        numbers = (self._held.number(one) for one in dict.fromkeys(ids))
        return self.numbered([number for number in numbers if self._visible(number)])

    def numbered(self, numbers: Sequence[int] | Numbers) -> list[Passage]:
        """The passages with these numbers, in the order asked for. Raises KeyError for one that is not seen here."""
        return self._held.passages(self._scope, self._checked([int(number) for number in numbers]))

    def places(self, passages: Sequence[Passage]) -> list[int]:
        """The numbers of passages that this index gave. Raises KeyError for one that is not seen here."""
        ids = np.array([points.point_id(passage.id) for passage in passages], np.uint64)
        return self._checked(self._held.numbers(ids).tolist())

    def _checked(self, numbers: list[int]) -> list[int]:
        for number in numbers:
            if not self._visible(number):
                raise KeyError(f"passage {number} is not held")
        return numbers

    def _visible(self, number: int) -> bool:
        if not 0 <= number < self._count or self._shown is None:
            return 0 <= number < self._count
        at = int(np.searchsorted(self._shown, number))
        return at < len(self._shown) and int(self._shown[at]) == number

    def versions(self, passage_id: str) -> tuple[str, ...]:
        """Ids of the passages that say the same in the document's other language version, in reading order."""
        versions = self.versions_of([self._held.number(passage_id)])
        return tuple(passage.id for others in versions.values() for passage in self.numbered(others))

    def versions_of(self, numbers: Sequence[int] | Numbers) -> dict[int, tuple[int, ...]]:
        """The passages that say the same in the other language, by each of `numbers` that has any."""
        ones, others = self._versions
        asked = [int(number) for number in numbers]
        begins, ends = (np.searchsorted(ones, asked, side).tolist() for side in ("left", "right"))
        return {
            number: tuple(others[begin:end].tolist())
            for number, begin, end in zip(asked, begins, ends, strict=True)
            if begin < end
        }

    @cached_property
    def _versions(self) -> tuple[Numbers, Numbers]:
        """Numbers of passages, ascending, and of the version of each: one that has several stands as often."""
        none = np.empty((0, 2), np.int64)
        found = [self._held.pairs.get(pair, none) for pair in self._originals.items()]
        pairs = np.concatenate([none, *found, *(of[:, ::-1] for of in found)])
        pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        return pairs[:, 0], pairs[:, 1]

    # Columns

    @cached_property
    def silent(self) -> npt.NDArray[np.bool_]:
        """For each passage number, whether that passage states nothing (a title alone, "N/A")."""
        return self._held.silent[: self._count]

    def owners(self, numbers: Numbers) -> npt.NDArray[np.int32]:
        """A number for whom each of these passages is about first, the same for the same one."""
        return self._held.columns.owners.places[numbers]

    def meets(self, numbers: Numbers, filters: Filters) -> npt.NDArray[np.bool_]:
        """Whether each of these passages meets the filters."""
        return meets(self._held.columns, filters, numbers)

    def owned(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Whether each of these passages is about anybody."""
        owners = self._held.columns.owners
        return np.array([value is not None for value in owners.values], np.bool_)[owners.places[numbers]]

    def tally(self, name: Tallied, numbers: Numbers) -> dict[object, int]:
        """How many of the passages `numbers`, which this index gave, have each value of a column."""
        return self._held.columns.named(name).tally(numbers)

    @cached_property
    def _all(self) -> Numbers:
        return np.arange(self._count, dtype=np.int64) if self._shown is None else self._shown

    @cached_property
    def meetings(self) -> tuple[str, ...]:
        """Dates of the meetings that passages come from, the latest first."""
        return tuple(sorted((str(date) for date in self.tally("dates", self._all) if date), reverse=True))

    @cached_property
    def _about(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for codes, held in self.tally("codes", self._all).items():
            for code in codes if isinstance(codes, tuple) else ():
                counts[code] += held
        return dict(counts)

    def jurisdiction_counts(self) -> dict[str, int]:
        """Number of passages by code of the jurisdiction that they are about."""
        return dict(self._about)

    @cached_property
    def vocabulary(self) -> Mapping[str, int]:
        """Words of the passages, folded, without stop words, and how many passages have each; read once."""
        held = self._held
        counts = words(held.connection.of_kind(held.name, WORDS), self.audience.rank)
        # Of documents that this audience saw until they were hidden.
        whole = Scope(self.audience)
        for document_id in self._scope.hidden & held.by_id.keys():
            one = models.FieldCondition(key=DOCUMENT, match=models.MatchValue(value=document_id))
            for record in held.connection.seen(held.records_in, whole, [one], fields=[TOKENS]):
                counts.subtract(surface_counts(records.tokens(record.payload or {})))
        return {word: count for word, count in counts.items() if count > 0}

    def holding(self, word: str, limit: int) -> list[int]:
        """Numbers of passages that hold a word of the `vocabulary`, those first in which it weighs most."""
        return [int(number) for number in self.lexical.holding(word, limit, self._shown)]

    # Filters

    def allowed(self, filters: Filters) -> Numbers | None:
        """Numbers of the passages that meet `filters`, ascending; None where nothing is filtered.

        Both legs take None for all that the audience sees, except where documents are hidden: then these numbers are
        what is left of them.
        """
        if not filters:
            return self._shown
        known = self._allowed
        found = known.get(filters)
        if found is None:
            found = meeting(self._held.columns, filters)
            found = found[: np.searchsorted(found, self._count)]
            if self._shown is not None:
                found = np.intersect1d(found, self._shown, assume_unique=True)
            found.flags.writeable = False
            if len(known) >= _FILTERS_KEPT:
                known = self._allowed = {}  # others may still read the old one
            known[filters] = found
        return found

    def _nearest(
        self, query: npt.NDArray[np.float32] | models.SparseVector, using: str, limit: int, allowed: Numbers | None
    ) -> tuple[Numbers, npt.NDArray[np.float32]]:
        held = self._held
        ids, scores = held.connection.nearest(
            held.passages_in, self._scope, query, using, limit=limit, conditions=self._conditions(allowed)
        )
        numbers = held.numbers(ids)
        known = numbers >= 0
        return numbers[known], scores[known]

    def _conditions(self, allowed: Numbers | None) -> list[models.Condition]:
        """What Qdrant filters by, for numbers that `allowed` gave or others.

        Numbers of the filters of late are said by what these ask for: a list of many numbers would take long to send.
        """
        if allowed is None or allowed is self._shown:
            return []
        for filters, numbers in self._allowed.copy().items():
            if numbers is allowed:
                return list(self._filtering(filters))
        return [models.HasIdCondition(has_id=self._held.points[allowed].tolist())]

    def _filtering(self, filters: Filters) -> Iterable[models.Condition]:
        for name, condition in conditions(filters):
            if name == "codes":
                wanted = list(filters.jurisdictions)
            else:
                wanted = [str(value) for value in self._held.columns.named(name).values if condition(value)]
            yield models.FieldCondition(key=FILTERED[name], match=models.MatchAny(any=wanted))

    def _vectors_of(self, numbers: Numbers) -> npt.NDArray[np.float32]:
        return self._held.vectors(self._scope, numbers)
