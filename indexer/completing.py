"""What documents lack before they can be written: vectors and analyses, made or taken over from the old generation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from indexer import statement_writing, store
from indexer.documents import DocumentRecord, Passage
from indexer.embedding import Embedder
from indexer.held_digests import DIGEST, HeldDigests
from indexer.preparing import Prepared, embedded_text
from indexer.source_readings import SourceReading
from indexer.statement_writing import Analysis

_BATCH = 2_048  # passages that lack vectors and are embedded at once


@dataclass(frozen=True, slots=True)
class Complete:
    """A document with all that is to be written of it; the analyses are of its passages, one after the other."""

    prepared: Prepared
    vectors: npt.NDArray[np.float16]
    analyses: tuple[Analysis, ...]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Documents that stay as they are, and follow each other in the old generation too.

    Their passages are those numbered from `first` to before `end` there; `records` are without their text.
    """

    records: tuple[DocumentRecord, ...]
    first: int
    end: int


class Completed:
    """Completes documents, in their order. `embedded` counts the passages whose vectors the old generation lacks."""

    def __init__(self, old: store.Index | None, embedder: Embedder) -> None:
        self.embedded = 0
        self._spans = old.spans() if old else {}
        self._old = old
        self._embedder = embedder
        self._kept = statement_writing.Kept(old.statements) if old else None
        self._copies = self._kept is not None and self._kept.whole

    def all(self, readings: Iterable[SourceReading]) -> Iterator[Complete | Unchanged]:
        """The documents, each with all that it lacked, but for those that nothing is to be made of."""
        batch: list[Prepared | Unchanged] = []
        lacking = 0
        for reading in readings:
            if self._unchanged(reading):
                first, end = self._spans.get(reading.record.id, (0, 0))
                before = batch[-1] if batch else None
                if isinstance(before, Unchanged) and first in (before.end, end):
                    batch[-1] = Unchanged((*before.records, reading.record), before.first, max(end, before.end))
                else:
                    batch.append(Unchanged((reading.record,), first, end))
                continue
            prepared = reading.load()
            batch.append(prepared)
            lacking += len(prepared.rows) if prepared.meaning is None else _BATCH // 16
            if lacking >= _BATCH:
                yield from self._completed(batch)
                batch, lacking = [], 0
        yield from self._completed(batch)

    def _unchanged(self, reading: SourceReading) -> bool:
        if not reading.same or not self._copies:
            return False
        first, end = self._spans.get(reading.record.id, (0, 0))
        return end - first == reading.count

    def _completed(self, batch: Sequence[Prepared | Unchanged]) -> Iterator[Complete | Unchanged]:
        lacking = [one for one in batch if isinstance(one, Prepared) and one.meaning is None]
        vectors = iter(self._vectors(lacking))
        for one in batch:
            if isinstance(one, Unchanged):
                yield one
                continue
            self.embedded += int((self._held.places(_binary(one.digests)) < 0).sum())
            yield Complete(
                one,
                next(vectors) if one.meaning is None else one.meaning.vectors,
                (one.meaning.analysis,)
                if one.meaning is not None
                else tuple(statement_writing.read(one.passages, self._kept, self._embedder)),
            )

    @cached_property
    def _held(self) -> HeldDigests:
        return _embedded_before(self._old)

    def _vectors(self, lacking: Sequence[Prepared]) -> list[npt.NDArray[np.float16]]:
        """Vectors of the passages of documents; those that the old generation has are taken from it."""
        if not lacking:
            return []
        numbers = self._held.places(_binary([digest for one in lacking for digest in one.digests]))
        rows = np.empty((len(numbers), self._embedder.dimension), np.float16)
        have, missing = np.flatnonzero(numbers >= 0), np.flatnonzero(numbers < 0)
        if self._old is not None and len(have):
            rows[have] = self._old.vectors.vectors(numbers[have])
        if len(missing):
            passages: list[Passage] = [passage for one in lacking for passage in one.passages]
            rows[missing] = self._embedder.encode_documents([embedded_text(passages[row]) for row in missing])
        ends = np.cumsum([len(one.rows) for one in lacking]).tolist()
        return [rows[end - len(one.rows) : end] for one, end in zip(lacking, ends, strict=True)]


def _embedded_before(old: store.Index | None) -> HeldDigests:
    """The digests of the texts whose vectors the old generation has, by the numbers of their passages."""
    rows = [_binary([digest for _, digest in some]) for some in old.embedding_digests()] if old else []
    return HeldDigests(np.frombuffer(b"".join(rows), f"S{DIGEST}"))


def _binary(digests: Sequence[str]) -> bytes:
    """Digests, given in hexadecimal, one after the other."""
    written = bytes.fromhex("".join(digests))
    if len(written) != DIGEST * len(digests):
        raise ValueError("the index was written by another version of this program, with other digests of its texts")
    return written
