"""Writing documents into a generation that is built, some at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from qdrant_client import models

from indexer.documents import Distribution, Passage
from indexer.embedding import Embedder
from indexer.preparing import Prepared, embedded_text
from indexer.qdrant import points, records
from indexer.qdrant.connection import Connection
from indexer.qdrant.generation import dense
from indexer.qdrant.points import DENSE, EMBEDDED, TERMS, Terms
from indexer.qdrant.scope import DOCUMENT, Scope
from indexer.source_readings import Progress
from indexer.store import SourceState

COPIED = 64  # documents copied, or taken out, at once
EVERYTHING = Scope(Distribution.SECRETARIAT)
_AT_ONCE = 1_024  # passages embedded and written at once
_UPSERTED = 128  # points of one request, some 2 MB as JSON: a server takes 32,
_TEXT = 4_000_000  # and characters of documents' texts


@dataclass(frozen=True, slots=True)
class Same:
    """A document to be copied as the generation `origin` has it, with what the manifest says of its source now."""

    document_id: str
    state: SourceState
    origin: str


class Writer:
    """Writes documents into a generation; `serving` is the one of which vectors are taken over.

    `check` is called before anything is written, and raises where another process has the turn by now. `again` says
    that an interrupted build wrote there before.
    """

    def __init__(
        self,
        connection: Connection,
        name: str,
        embedder: Embedder,
        serving: str | None,
        *,
        again: bool,
        check: Callable[[], None],
        progress: Progress,
    ) -> None:
        self._connection, self._name, self._embedder, self._serving = connection, name, embedder, serving
        self._again, self._check, self._progress = again, check, progress
        self._passages, self._records = connection.passages(name), connection.records(name)
        self._waiting: list[tuple[Prepared, SourceState]] = []
        self._embedded = 0

    def add(self, prepared: Prepared, state: SourceState) -> None:
        """Write a document, once there are enough of them."""
        self._waiting.append((prepared, state))
        if sum(len(one.passages) for one, _ in self._waiting) >= _AT_ONCE:
            self._flush()

    def end(self) -> int:
        """Write what waits; returns how many texts were embedded since the beginning."""
        self._flush()
        return self._embedded

    def copy(self, same: Sequence[Same]) -> None:
        """Copy documents from other generations."""
        by_origin: defaultdict[str, dict[str, SourceState]] = defaultdict(dict)
        for one in same:
            by_origin[one.origin][one.document_id] = one.state
        for origin, states in by_origin.items():
            self._check()
            self._clear(list(states))
            of_these = models.FieldCondition(key=DOCUMENT, match=models.MatchAny(any=list(states)))
            held = self._connection.seen(
                self._connection.passages(origin), EVERYTHING, [of_these], vectors=[DENSE, TERMS]
            )
            self._upsert(
                self._passages,
                (
                    models.PointStruct(id=one.id, vector=one.vector or {}, payload=one.payload)  # type: ignore[arg-type]
                    for one in held
                ),
            )
            held = self._connection.seen(self._connection.records(origin), EVERYTHING, [of_these])
            self._upsert(
                self._records,
                (
                    models.PointStruct(
                        id=one.id,
                        vector={},
                        payload=(one.payload or {}) | records.state(states[(one.payload or {})[DOCUMENT]]),
                    )
                    for one in held
                ),
            )

    def drop(self, document_ids: Sequence[str]) -> None:
        """Take documents out of the generation that is built."""
        for first in range(0, len(document_ids), COPIED):
            self._check()
            some = list(document_ids[first : first + COPIED])
            gone = models.FieldCondition(key=DOCUMENT, match=models.MatchAny(any=some))
            for collection in (self._records, self._passages):
                self._connection.delete(collection, models.Filter(must=[gone]))

    def _clear(self, document_ids: list[str]) -> None:
        """Take out what an interrupted build may have left of documents."""
        if self._again:
            self.drop(document_ids)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        passages = [passage for one, _ in waiting for passage in one.passages]
        digests = [digest for one, _ in waiting for digest in one.digests]
        matrix = self._vectors(passages, digests)
        written = [tokens.split() for one, _ in waiting for tokens, _ in one.words]
        terms = [Terms.of(tokens) for tokens in written]
        document_of = [one.record for one, _ in waiting for _ in one.passages]
        self._check()  # after embedding, which may take long
        self._clear([one.record.id for one, _ in waiting])
        self._upsert(
            self._passages,
            (
                models.PointStruct(
                    id=points.point_id(passage.id),
                    vector={DENSE: vector.tolist()} | ({TERMS: of.vector()} if of.length else {}),
                    payload=points.payload(passage, record, digest, of.length),
                )
                for passage, vector, of, record, digest in zip(
                    passages, matrix, terms, document_of, digests, strict=True
                )
            ),
        )
        # A document's own point is last: where it is, all of its passages are.
        documents: list[models.PointStruct] = []
        at = 0
        for one, state in waiting:
            own = slice(at, at := at + len(one.passages))
            counts = Counter(token for tokens in written[own] for token in set(tokens))
            documents.append(records.document_point(one, state, [of.length for of in terms[own]], counts))
        self._upsert(self._records, documents)

    def _upsert(self, collection: str, some: Iterable[models.PointStruct]) -> None:
        """Write points, as many at once as a server takes."""
        batch: list[models.PointStruct] = []
        long = 0
        for point in some:
            length = len((point.payload or {}).get(records.TEXT, "")) if collection == self._records else 0
            if len(batch) >= _UPSERTED or (batch and long + length > _TEXT):
                self._connection.upsert(collection, batch)
                batch, long = [], 0
            batch.append(point)
            long += length
        self._connection.upsert(collection, batch)

    def _vectors(self, passages: Sequence[Passage], digests: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of passages, as precise as a folder keeps them; those that serve already are taken over."""
        matrix = np.empty((len(passages), self._embedder.dimension), np.float32)
        known = self._known([passage.id for passage in passages])
        missing = []
        for row, (passage, digest) in enumerate(zip(passages, digests, strict=True)):
            before, vector = known.get(points.point_id(passage.id), ("", None))
            if vector is not None and before == digest:
                matrix[row] = vector
            else:
                missing.append(row)
        if missing:
            made = self._embedder.encode_documents([embedded_text(passages[row]) for row in missing])
            matrix[missing] = made.astype(np.float16)
        self._embedded += len(missing)
        self._progress("embed", self._embedded, self._embedded)
        return matrix

    def _known(self, ids: Sequence[str]) -> dict[int, tuple[str, npt.NDArray[np.float32] | None]]:
        if self._serving is None:
            return {}
        read = self._connection.retrieved(
            self._connection.passages(self._serving),
            [points.point_id(one) for one in ids],
            fields=[EMBEDDED],
            vectors=[DENSE],
        )
        return {int(one.id): ((one.payload or {})[EMBEDDED], dense(one)) for one in read}
