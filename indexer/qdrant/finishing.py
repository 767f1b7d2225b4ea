"""The last step of a build in Qdrant, once all parts are written: count, pair translations, and switch."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from qdrant_client import models

from indexer import corrections
from indexer.build import BuildReport
from indexer.documents import Distribution, DocumentRecord
from indexer.embedding import Embedder
from indexer.errors import CouncilError
from indexer.qdrant import pairing, records
from indexer.qdrant.connection import Connection, number
from indexer.qdrant.generation import BUILDING, META, Building, Generation, Meta
from indexer.qdrant.packing import packed, unpacked
from indexer.qdrant.records import KIND, PAIRS, PARTS, TOKENS
from indexer.qdrant.scope import DOCUMENT, RANK
from indexer.qdrant.statistics import STATISTICS, WORDS, Counting
from indexer.qdrant.turns import OvertakenError, check_base
from indexer.qdrant.writing import EVERYTHING
from indexer.shards import Shard
from indexer.source_readings import Failure
from indexer.statements import glossary_digest
from indexer.store import SourceState

_PAIRS = 128  # points of one request


@dataclass(slots=True)
class Told:
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


class Finishing:
    """The last step for the generation `name`, begun while `base` served; `check` raises where a turn was taken."""

    def __init__(
        self,
        connection: Connection,
        name: str,
        *,
        base: str | None,
        embedder: Embedder,
        data: Path,
        check: Callable[[], None],
    ) -> None:
        self._connection, self._name, self._base, self._check = connection, name, base, check
        self._embedder, self._data = embedder, data
        self._records = connection.records(name)

    def run(self, skipped: tuple[Path, ...] = ()) -> BuildReport:
        """Count, pair translations, and switch; returns the report of the whole."""
        told = self._parts()
        building = building_of(self._embedder)
        said = next(self._connection.of_kind(self._name, BUILDING), None)
        if said is None or Building.model_validate(unpacked(said["building"])) != building:
            raise CouncilError(
                f"{self._connection.address.text}: the parts were written with another model or version of this "
                "program; finish with the same, or write them again"
            )
        for kind in (PAIRS, STATISTICS, WORDS, META):
            self._connection.delete(self._records, of_kind(kind))
        generation = Generation(self._connection, self._name, self._embedder, building)
        self._check_whole(generation)
        originals = pairing.originals(generation)
        pairs = pairing.pair_points(generation, originals)
        while some := list(islice(pairs, _PAIRS)):
            self._connection.upsert(self._records, some)
        self._count()
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
        return report(
            self._name,
            told,
            documents=len(generation.headers),
            passages=generation.count,
            skipped=skipped,
            headers=[one.record for one in generation.headers],
            removed=tuple(sorted(before - sources.keys() - told.withdrawn.keys())),
            lost=self._lost(generation, told),
        )

    def _parts(self) -> Told:
        written = list(self._connection.of_kind(self._name, PARTS))
        of = max((part["of"] for part in written), default=0)
        if not of:
            raise CouncilError(
                f"{self._connection.address.text}: no part is written to its end; run council index with --shard again"
            )
        missing = sorted(set(range(1, of + 1)) - {part["shard"] for part in written})
        if missing:
            names = ", ".join(f"{number}/{of}" for number in missing)
            raise CouncilError(
                f"{self._connection.address.text}: the part {names} is not written; run council index with --shard "
                "for it, then finish again"
            )
        told = Told()
        for part in written:
            told.add(part["told"])
        return told

    def _check_whole(self, generation: Generation) -> None:
        """Take out passages without their document, which an interrupted part left, and see that none is missing."""
        if self._connection.count(generation.passages_in) != generation.count:
            everything = self._connection.seen(generation.passages_in, EVERYTHING, fields=[DOCUMENT])
            strays = [int(one.id) for one in everything if (one.payload or {})[DOCUMENT] not in generation.by_id]
            self._connection.delete_ids(generation.passages_in, strays)
        held = self._connection.count(generation.passages_in)
        if held != generation.count:
            raise CouncilError(
                f"{self._connection.address.text}: {held} passages are written and the documents have "
                f"{generation.count}; write the parts again with --rebuild"
            )

    def _count(self) -> None:
        counting = Counting()
        for record in self._connection.seen(self._records, EVERYTHING, fields=[RANK, TOKENS]):
            payload = record.payload or {}
            counting.add(payload[RANK], records.tokens(payload))
        for point in counting.points():
            self._connection.upsert(self._records, [point])

    def _switch(self) -> set[str]:
        """Switch, and remove what served before; returns the sources that it had.

        Raises OvertakenError where another build switched since this one began.
        """
        sources: set[str] = set()
        if self._base is not None:
            headers = self._connection.of_kind(self._base, records.DOCUMENTS, fields=["source"])
            sources = {str(header["source"]) for header in headers}
        self._connection.settle(self._name)
        self._check()
        check_base(self._connection, self._base)
        self._connection.switch(self._name)
        if self._base is not None:
            time.sleep(self._connection.address.options.grace)
        if self._connection.serving() != self._name:  # two switched at the same moment: the later one serves
            raise OvertakenError(
                f"{self._connection.address.text}: another build switched at the same moment; its generation serves; "
                "run the command again"
            )
        for name in self._connection.generations():
            # One of a higher number is being built: it will not switch, and tells its builder so.
            if name != self._name and number(name) <= number(self._name):
                self._connection.remove(name)
        return sources

    def _lost(self, generation: Generation, told: Told) -> tuple[tuple[str, str], ...]:
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


def building_of(embedder: Embedder) -> Building:
    """What a generation that is built with this model says of itself from its first point on."""
    return Building(model=embedder.id, dimension=embedder.dimension, glossary=glossary_digest())


def of_kind(kind: str) -> models.Filter:
    """What points of the records are of a kind."""
    return models.Filter(must=[models.FieldCondition(key=KIND, match=models.MatchValue(value=kind))])


def report(
    name: str,
    told: Told,
    *,
    documents: int,
    passages: int,
    skipped: tuple[Path, ...],
    changed: bool = True,
    headers: Sequence[DocumentRecord] = (),
    removed: tuple[str, ...] = (),
    lost: tuple[tuple[str, str], ...] = (),
) -> BuildReport:
    """What a build did, or a part of one."""
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
