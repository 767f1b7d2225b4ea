"""Building an index in Qdrant: documents are read, embedded and written some at a time, and the alias is switched last.

A build that was interrupted goes on with what it had written. Parts of the sources (`Shard`) can be built by several
processes on several machines; `finish` then counts, pairs translations, and switches. Nothing locks: parts may run at
once, the same part twice, or `finish` beside a part, may not.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from typing import cast

import numpy as np
import numpy.typing as npt
from qdrant_client import models

from indexer import corrections, replicas, translations, versions
from indexer.build import BuildReport
from indexer.corrections import Corrections
from indexer.documents import Distribution, DocumentRecord, Passage
from indexer.embedding import Embedder
from indexer.errors import CouncilError
from indexer.index_protocol import Index
from indexer.overrides import Overrides
from indexer.overrides import load as load_overrides
from indexer.preparing import Prepared, embedded_text
from indexer.preparing_pool import Preparers
from indexer.qdrant import points, records
from indexer.qdrant.connection import Connection
from indexer.qdrant.generation import BUILDING, META, Building, Generation, Meta, dense
from indexer.qdrant.index import QdrantIndex
from indexer.qdrant.packing import packed, unpacked
from indexer.qdrant.points import DENSE, EMBEDDED, TERMS, Terms
from indexer.qdrant.records import KIND, PAIRS, PARTS, TOKENS
from indexer.qdrant.scope import DOCUMENT, RANK, Scope
from indexer.qdrant.statistics import STATISTICS, WORDS, Counting
from indexer.shards import Shard
from indexer.source_readings import Failure, Progress, Readings, read_all
from indexer.sources import find
from indexer.spool import Spool
from indexer.statements import glossary_digest
from indexer.store import SourceState
from indexer.wanted import Wanted, found_in, held_in

_READ = 512  # documents read, or looked at, before they are written
_AT_ONCE = 1_024  # passages embedded and written at once
_UPSERTED = 128  # points of one request
_COPIED = 64  # documents copied, or taken out, at once
_EVERYTHING = Scope(Distribution.SECRETARIAT)


def build(
    sources: Sequence[Path],
    connection: Connection,
    embedder: Embedder,
    data: Path,
    *,
    rebuild: bool = False,
    shard: Shard | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> BuildReport:
    """Make the next generation hold exactly the documents found in `sources`, and those uploaded, and switch to it.

    With a `shard` only its part of them is written, and `finish` switches. What is not changed is copied from the
    generation that serves. Errors are those of `indexer.build.build`.
    """
    replicas.refuse_to_change(data)
    found = find(sources)
    wanted = found_in(found, data)
    task = _Build(connection, embedder, data, progress, rebuild=rebuild, shard=shard or Shard())
    return task.run(wanted, skipped=found.skipped, alone=shard is None, must_read=True)


def update(
    connection: Connection,
    embedder: Embedder,
    data: Path,
    *,
    progress: Progress = lambda stage, done, total: None,
) -> BuildReport:
    """Make the index follow the uploads and decisions since it was built; what else it holds is kept."""
    replicas.refuse_to_change(data)
    task = _Build(connection, embedder, data, progress, rebuild=False, shard=Shard())
    wanted = held_in(task.serving, data)
    return task.run(wanted, skipped=(), alone=True, must_read=False)


def finish(connection: Connection, embedder: Embedder, data: Path) -> BuildReport:
    """Switch to the generation whose parts have all been written. Raises CouncilError where one is missing."""
    replicas.refuse_to_change(data)
    name = _next(connection)
    if name not in connection.generations():
        raise CouncilError(
            f"{connection.address.text}: no part of a generation waits to be finished; write the parts first: "
            "council index SOURCE... --shard 1/2 --store …"
        )
    return _Finishing(connection, name, embedder, data).run()


def _next(connection: Connection) -> str:
    serving = connection.serving()
    return f"g{int(serving[1:]) + 1 if serving else 1:06d}"


@dataclass(slots=True)
class _Told:
    """What a part did, as its point says and the report of the whole adds up."""

    read: int = 0
    embedded: int = 0
    failures: list[Failure] = field(default_factory=list)
    withdrawn: dict[str, SourceState] = field(default_factory=dict)

    def point(self, shard: Shard) -> models.PointStruct:
        """The point that says that the part is written."""
        withdrawn = {name: state.model_dump(mode="json") for name, state in self.withdrawn.items()}
        said = [self.read, self.embedded, withdrawn, [[str(f.path), f.message, f.kept] for f in self.failures]]
        return records.record_point(
            PARTS, str(shard.number), {"shard": shard.number, "of": shard.of, "told": packed(said)}
        )

    def add(self, told: str) -> None:
        """Add what another part says."""
        read, embedded, withdrawn, failures = unpacked(told)
        self.read, self.embedded = self.read + read, self.embedded + embedded
        self.withdrawn |= {name: SourceState.model_validate(state) for name, state in withdrawn.items()}
        self.failures += [Failure(Path(path), message, kept) for path, message, kept in failures]


class _Build:
    """One process's part of a generation."""

    def __init__(
        self,
        connection: Connection,
        embedder: Embedder,
        data: Path,
        progress: Progress,
        *,
        rebuild: bool,
        shard: Shard,
    ) -> None:
        self._connection, self._embedder, self._data = connection, embedder, data
        self._progress, self._rebuild, self._shard = progress, rebuild, shard
        name = connection.serving()
        self.serving = QdrantIndex(Generation.opened(connection, name, embedder)) if name and not rebuild else None
        self._name = _next(connection)
        self._begun = self._opened() if self._name in connection.generations() else None
        self._writer: _Writer | None = None

    def _opened(self) -> QdrantIndex | None:
        """What an interrupted build of the generation had written; None, and removed, where it is of no use."""
        said = next(self._connection.of_kind(self._name, BUILDING), None)
        meta = Building.model_validate(unpacked(said["building"])) if said else None
        if meta != _building(self._embedder):
            self._connection.remove(self._name)
            return None
        return QdrantIndex(Generation(self._connection, self._name, self._embedder, meta))

    def run(self, wanted: Sequence[Wanted], *, skipped: tuple[Path, ...], alone: bool, must_read: bool) -> BuildReport:
        """Write the part, and finish the generation where it is the whole of it."""
        mine = [one for one in wanted if one.name in self._shard]
        self._begin()
        told, held, same = self._read(mine)
        if must_read and told.failures and not held:
            reasons = "\n".join(failure.message for failure in told.failures)
            raise CouncilError(f"none of the {len(mine)} documents could be read; nothing switched\n{reasons}")
        if alone and self._as_it_serves(told, held, same):
            return self._unchanged(told, skipped)
        writer = self._writing()
        for done in range(0, len(same), _COPIED):
            self._progress("copy", done, len(same))
            writer.copy(same[done : done + _COPIED])
        self._progress("copy", len(same), len(same))
        told.embedded = writer.end()
        if self._begun is not None:
            self._drop([name for name in self._begun.manifest.sources if name in self._shard and name not in held])
        self._connection.upsert(self._records, [told.point(self._shard)])
        if alone:
            return _Finishing(self._connection, self._name, self._embedder, self._data).run(skipped)
        written = Generation(self._connection, self._name, self._embedder, _building(self._embedder))
        passages = sum(one.passages for one in written.headers if one.record.source in self._shard)
        return _report(self._name, told, documents=len(held), passages=passages, skipped=skipped)

    @property
    def _records(self) -> str:
        return self._connection.records(self._name)

    def _begin(self) -> None:
        """Take back that the part is written, which it is not until it says so again; and parts of another number."""
        if self._begun is None:
            return
        self._connection.delete(self._records, _of(PARTS, "shard", self._shard.number))
        same = models.FieldCondition(key="of", match=models.MatchValue(value=self._shard.of))
        others = _of(PARTS)
        self._connection.delete(self._records, models.Filter(must=others.must, must_not=[same]))
        if self._rebuild:
            self._drop([name for name in self._begun.manifest.sources if name in self._shard])
            self._begun = QdrantIndex(
                Generation(self._connection, self._name, self._embedder, _building(self._embedder))
            )

    def _read(self, mine: Sequence[Wanted]) -> tuple[_Told, set[str], list[_Same]]:
        """Read what is new and begin to write it; names of all that the part holds, and what is to be copied."""
        overrides, corrected = load_overrides(self._data), corrections.load(self._data)
        told, held, same = _Told(), set[str](), list[_Same]()
        begun = self._begun
        with Preparers(None) as preparers:
            for first in range(0, len(mine), _READ):
                some = mine[first : first + _READ]

                def progress(stage: str, done: int, total: int, first: int = first) -> None:
                    self._progress(stage, first + done, len(mine))

                with _spool() as spool:
                    gather = partial(
                        _gathered, overrides=overrides, corrected=corrected, preparers=preparers, spool=spool
                    )
                    if begun is not None:
                        known = [one for one in some if one.name in begun.manifest.sources]
                        written = _as_they_are(gather(known, begun, progress=_quiet))
                        held |= written  # before the interruption
                        some = [one for one in some if one.name not in written]
                    gathered = gather(some, self.serving, progress=progress)
                    told.failures += gathered.failures
                    told.withdrawn |= gathered.withdrawn
                    told.read += gathered.read
                    for reading in gathered.readings:
                        held.add(reading.record.source)
                        if reading.same:
                            same.append(_Same(reading.record.id, reading.state))
                        else:
                            self._writing().add(reading.load(), reading.state)
        self._progress("read", len(mine), len(mine))
        return told, held, same

    def _writing(self) -> _Writer:
        if self._writer is None:
            self._connection.create(self._name, self._embedder.dimension)
            said = {"building": packed(_building(self._embedder).model_dump(mode="json"))}
            self._connection.upsert(self._records, [records.record_point(BUILDING, "", said)])
            self._writer = _Writer(
                self._connection,
                self._name,
                self._embedder,
                self.serving,
                again=self._begun is not None,
                progress=self._progress,
            )
        return self._writer

    def _drop(self, sources: Sequence[str]) -> None:
        """Take documents out of the generation that is built, by their sources."""
        if self._begun is None:
            return
        ids = [self._begun.manifest.sources[source].document_id for source in sources]
        for first in range(0, len(ids), _COPIED):
            gone = models.FieldCondition(key=DOCUMENT, match=models.MatchAny(any=ids[first : first + _COPIED]))
            for collection in (self._records, self._connection.passages(self._name)):
                self._connection.delete(collection, models.Filter(must=[gone]))

    def _as_it_serves(self, told: _Told, held: set[str], same: Sequence[_Same]) -> bool:
        """Whether nothing is to be written: all is as the generation that serves has it."""
        if self.serving is None or self._begun is not None or self._writer is not None or len(same) != len(held):
            return False
        manifest = self.serving.manifest
        return not manifest.sources.keys() - held and manifest.withdrawn == told.withdrawn

    def _unchanged(self, told: _Told, skipped: tuple[Path, ...]) -> BuildReport:
        held = cast(QdrantIndex, self.serving)
        manifest = held.manifest
        return _report(
            held.generation,
            told,
            changed=False,
            documents=manifest.documents,
            passages=manifest.passages,
            skipped=skipped,
            headers=held.headers(),
        )


@dataclass(frozen=True, slots=True)
class _Same:
    """A document to be copied as it is, with what the manifest says of its source now."""

    document_id: str
    state: SourceState


class _Writer:
    """Writes documents into a generation, some at a time."""

    def __init__(
        self,
        connection: Connection,
        name: str,
        embedder: Embedder,
        serving: QdrantIndex | None,
        *,
        again: bool,
        progress: Progress,
    ) -> None:
        self._connection, self._name, self._embedder, self._serving = connection, name, embedder, serving
        self._again, self._progress = again, progress
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

    def copy(self, same: Sequence[_Same]) -> None:
        """Copy documents from the generation that serves."""
        if self._serving is None or not same:
            return
        states = {one.document_id: one.state for one in same}
        generation = self._connection.serving() or ""
        of_these = models.FieldCondition(key=DOCUMENT, match=models.MatchAny(any=list(states)))
        old = self._connection.passages(generation)
        self._clear(list(states))
        self._upsert(
            models.PointStruct(id=one.id, vector=one.vector or {}, payload=one.payload)  # type: ignore[arg-type]
            for one in self._connection.seen(old, _EVERYTHING, [of_these], vectors=[DENSE, TERMS])
        )
        old = self._connection.records(generation)
        for one in self._connection.seen(old, _EVERYTHING, [of_these]):
            payload = dict(one.payload or {})
            payload |= records.state(states[payload[DOCUMENT]])
            self._connection.upsert(self._records, [models.PointStruct(id=one.id, vector={}, payload=payload)])

    def _clear(self, document_ids: list[str]) -> None:
        """Take out what an interrupted build may have left of documents."""
        if self._again and document_ids:
            gone = models.FieldCondition(key=DOCUMENT, match=models.MatchAny(any=document_ids))
            for collection in (self._records, self._passages):
                self._connection.delete(collection, models.Filter(must=[gone]))

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        self._clear([one.record.id for one, _ in waiting])
        passages = [passage for one, _ in waiting for passage in one.passages]
        digests = [digest for one, _ in waiting for digest in one.digests]
        matrix = self._vectors(passages, digests)
        written = [tokens.split() for one, _ in waiting for tokens in one.tokens]
        terms = [Terms.of(tokens) for tokens in written]
        document_of = [one.record for one, _ in waiting for _ in one.passages]
        self._upsert(
            models.PointStruct(
                id=points.point_id(passage.id),
                vector={DENSE: vector.tolist()} | ({TERMS: of.vector()} if of.length else {}),
                payload=points.payload(passage, record, digest, of.length),
            )
            for passage, vector, of, record, digest in zip(passages, matrix, terms, document_of, digests, strict=True)
        )
        at = 0
        # A document's own point is last: where it is, all of its passages are.
        for one, state in waiting:
            own = slice(at, at := at + len(one.passages))
            counts = Counter(token for tokens in written[own] for token in set(tokens))
            self._connection.upsert(
                self._records, [records.document_point(one, state, [of.length for of in terms[own]], counts)]
            )

    def _upsert(self, some: Iterable[models.PointStruct]) -> None:
        batch: list[models.PointStruct] = []
        for point in some:
            batch.append(point)
            if len(batch) >= _UPSERTED:
                self._connection.upsert(self._passages, batch)
                batch = []
        self._connection.upsert(self._passages, batch)

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
        read = self._connection.by_ids(
            self._connection.passages(self._serving.generation),
            _EVERYTHING,
            [points.point_id(one) for one in ids],
            fields=[EMBEDDED],
            vectors=[DENSE],
        )
        return {int(one.id): ((one.payload or {})[EMBEDDED], dense(one)) for one in read}


class _Finishing:
    """The last step, once all parts are written."""

    def __init__(self, connection: Connection, name: str, embedder: Embedder, data: Path) -> None:
        self._connection, self._name, self._embedder, self._data = connection, name, embedder, data
        self._records = connection.records(name)

    def run(self, skipped: tuple[Path, ...] = ()) -> BuildReport:
        """Count, pair translations, and switch; returns the report of the whole."""
        told = self._parts()
        building = _building(self._embedder)
        said = next(self._connection.of_kind(self._name, BUILDING), None)
        if said is None or Building.model_validate(unpacked(said["building"])) != building:
            raise CouncilError(
                f"{self._connection.address.text}: the parts were written with another model or version of this "
                "program; finish with the same, or write them again"
            )
        for kind in (PAIRS, STATISTICS, WORDS, META):
            self._connection.delete(self._records, _of(kind))
        generation = Generation(self._connection, self._name, self._embedder, building)
        self._check(generation)
        originals = self._pair(generation)
        self._count(generation)
        lengths = {
            audience: sum(one.tokens for one in generation.headers if one.record.distribution.rank <= audience.rank)
            for audience in Distribution
        }
        meta = Meta(
            **building.model_dump(),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            lengths=lengths,
            withdrawn=told.withdrawn,
            originals=originals,
        )
        self._connection.upsert(self._records, [meta.point()])
        before = self._switch()
        sources = generation.manifest.sources
        return _report(
            self._name,
            told,
            documents=len(generation.headers),
            passages=generation.count,
            skipped=skipped,
            headers=[one.record for one in generation.headers],
            removed=tuple(sorted(before - sources.keys() - told.withdrawn.keys())),
            lost=self._lost(generation, told),
        )

    def _parts(self) -> _Told:
        parts = list(self._connection.of_kind(self._name, PARTS))
        of = max((part["of"] for part in parts), default=0)
        if not of:
            raise CouncilError(
                f"{self._connection.address.text}: no part is written to its end; run council index with --shard again"
            )
        missing = sorted(set(range(1, of + 1)) - {part["shard"] for part in parts})
        if missing:
            names = ", ".join(f"{number}/{of}" for number in missing)
            raise CouncilError(
                f"{self._connection.address.text}: the part {names} is not written; run council index with --shard "
                "for it, then finish again"
            )
        told = _Told()
        for part in parts:
            told.add(part["told"])
        return told

    def _check(self, generation: Generation) -> None:
        """Take out passages without their document, which an interrupted part left, and see that none is missing."""
        if self._connection.count(generation.passages_in) != generation.count:
            known = models.FieldCondition(key=DOCUMENT, match=models.MatchAny(any=sorted(generation.by_id) or [""]))
            self._connection.delete(generation.passages_in, models.Filter(must_not=[known]))
        held = self._connection.count(generation.passages_in)
        if held != generation.count:
            raise CouncilError(
                f"{self._connection.address.text}: {held} passages are written and the documents have "
                f"{generation.count}; write the parts again with --rebuild"
            )

    def _pair(self, generation: Generation) -> dict[Distribution, dict[str, str]]:
        """Pair translations, and write which of their passages say the same."""
        index = QdrantIndex(generation)
        by_id = {record.id: record for record in index.documents()}
        whole = [by_id[one.record.id] for one in generation.headers]
        places = {Path(one.state.path).resolve(): one.record.id for one in generation.headers}
        stated = {
            one.record.id: places[path]
            for one in generation.headers
            for original in one.state.originals
            if (path := Path(original)) in places
        }
        originals = translations.originals(whole, stated)
        for pair in dict.fromkeys(pair for of_audience in originals.values() for pair in of_audience.items()):
            passages = [passage for document_id in pair for passage in index.passages(document_id)]
            numbers = np.array(index.places(passages), np.int64)
            same = versions.versions([pair], passages, index.vectors.vectors(numbers))[pair]
            first = generation.ranges[pair[0]][1] - generation.ranges[pair[0]][0]  # where the other's passages begin
            self._connection.upsert(
                self._records, [records.pair_point(*pair, [(one, other - first) for one, other in same])]
            )
        return originals

    def _count(self, generation: Generation) -> None:
        counting = Counting()
        for record in self._connection.seen(self._records, _EVERYTHING, fields=[RANK, TOKENS]):
            payload = record.payload or {}
            counting.add(payload[RANK], records.tokens(payload))
        for point in counting.points():
            self._connection.upsert(self._records, [point])

    def _switch(self) -> set[str]:
        """Switch, and remove what served before; returns the sources that it had."""
        before = self._connection.serving()
        sources: set[str] = set()
        if before is not None:
            headers = self._connection.of_kind(before, records.DOCUMENTS, fields=["source"])
            sources = {str(header["source"]) for header in headers}
        self._connection.settle(self._name)
        self._connection.switch(self._name)
        if before is not None:
            time.sleep(self._connection.address.options.grace)
        for name in self._connection.generations():
            if name != self._name:
                self._connection.remove(name)
        return sources

    def _lost(self, generation: Generation, told: _Told) -> tuple[tuple[str, str], ...]:
        corrected = corrections.load(self._data)
        held = {
            document_id: [
                passage_id
                for passage_id in known
                if generation.number(passage_id) in range(*generation.ranges.get(document_id, (0, 0)))
            ]
            for document_id, known in corrected.documents.items()
        }
        return corrected.lost(held, (state.document_id for state in told.withdrawn.values()))


def _building(embedder: Embedder) -> Building:
    return Building(model=embedder.id, dimension=embedder.dimension, glossary=glossary_digest())


def _of(kind: str, key: str | None = None, value: int = 0) -> models.Filter:
    """What points of the records are of a kind."""
    must: list[models.Condition] = [models.FieldCondition(key=KIND, match=models.MatchValue(value=kind))]
    if key is not None:
        must.append(models.FieldCondition(key=key, match=models.MatchValue(value=value)))
    return models.Filter(must=must)


def _gathered(
    wanted: Sequence[Wanted],
    old: Index | None,
    *,
    overrides: Overrides,
    corrected: Corrections,
    preparers: Preparers,
    spool: Spool,
    progress: Progress,
) -> Readings:
    """As `read_all`. Raises CouncilError where the disk takes no more."""
    try:
        return read_all(wanted, old, overrides, corrected, preparers=preparers, spool=spool, progress=progress)
    except OSError as error:
        raise _not_aside(error) from error


def _as_they_are(gathered: Readings) -> set[str]:
    """The sources of which all is as it was, by name; one that cannot be read any more is none of them."""
    failed = {failure.path for failure in gathered.failures}
    return {
        reading.record.source
        for reading in gathered.readings
        if reading.same and Path(reading.state.path) not in failed
    }


def _spool() -> Spool:
    try:
        return Spool(Path(gettempdir()))
    except OSError as error:
        raise _not_aside(error) from error


def _not_aside(error: OSError) -> CouncilError:
    return CouncilError(
        f"{gettempdir()}: what is read cannot be kept aside there ({error.strerror or error}); nothing switched; make "
        "room there, or name another folder (TMPDIR), then run the command again: it goes on with what is written"
    )


def _quiet(stage: str, done: int, total: int) -> None:
    """What one document takes is not told by itself."""


def _report(
    name: str,
    told: _Told,
    *,
    documents: int,
    passages: int,
    skipped: tuple[Path, ...],
    changed: bool = True,
    headers: Sequence[DocumentRecord] = (),
    removed: tuple[str, ...] = (),
    lost: tuple[tuple[str, str], ...] = (),
) -> BuildReport:
    return BuildReport(
        generation=name,
        changed=changed,
        documents=documents,
        passages=passages,
        read=told.read,
        embedded=told.embedded,
        removed=removed,
        skipped=skipped,
        failures=tuple(told.failures),
        unread_pages=tuple(sorted((one.source, one.unread_pages) for one in headers if one.unread_pages)),
        withdrawn=tuple(sorted(told.withdrawn)),
        lost_corrections=lost,
    )
