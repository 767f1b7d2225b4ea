"""Building an index in Qdrant: documents are read, embedded and written some at a time, and the alias is switched last.

A whole build writes into collections that it made itself. What one that was interrupted had written is copied, not read
or embedded again. Parts of the sources (`Shard`) can be built by several processes on several machines into the same
collections, each going on where it was interrupted; `finish` then counts, pairs translations, and switches.

Several builds may run at once, and no generation is a mixture of them: the one that switches first has switched, and
the others, which began from what served before, stop (`OvertakenError`). Of two processes that write the same part, or
that write a part and finish, the one that began later goes on and the other stops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from typing import cast

from indexer import corrections, replicas
from indexer.build import BuildReport
from indexer.corrections import Corrections
from indexer.embedding import Embedder
from indexer.errors import CouncilError, IndexUnusableError
from indexer.index_protocol import Index
from indexer.overrides import Overrides
from indexer.overrides import load as load_overrides
from indexer.preparing_pool import Preparers
from indexer.qdrant import records
from indexer.qdrant.connection import Connection, number, parts
from indexer.qdrant.finishing import Finishing, Told, building_of, report
from indexer.qdrant.generation import BUILDING, Building, Generation
from indexer.qdrant.index import QdrantIndex
from indexer.qdrant.packing import packed, unpacked
from indexer.qdrant.records import PARTS
from indexer.qdrant.turns import FINISH, OvertakenError, Turn, check_base
from indexer.qdrant.writing import COPIED, Same, Writer
from indexer.shards import Shard
from indexer.source_readings import Progress, Readings, read_all
from indexer.sources import find
from indexer.spool import Spool
from indexer.wanted import Wanted, found_in, held_in

_READ = 512  # documents read, or looked at, before they are written


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
    generation that serves. Errors are those of `indexer.build.build`, and OvertakenError where another build came in
    between.
    """
    replicas.refuse_to_change(data)
    found = find(sources)
    wanted = found_in(found, data)
    task = _Build(connection, embedder, data, progress, rebuild=rebuild, shard=shard)
    return task.run(wanted, skipped=found.skipped, must_read=True)


def update(
    connection: Connection,
    embedder: Embedder,
    data: Path,
    *,
    progress: Progress = lambda stage, done, total: None,
) -> BuildReport:
    """Make the index follow the uploads and decisions since it was built; what else it holds is kept."""
    replicas.refuse_to_change(data)
    task = _Build(connection, embedder, data, progress, rebuild=False, shard=None)
    wanted = held_in(task.serving, data)
    return task.run(wanted, skipped=(), must_read=False)


def finish(connection: Connection, embedder: Embedder, data: Path) -> BuildReport:
    """Switch to the generation whose parts have all been written. Raises CouncilError where one is missing."""
    replicas.refuse_to_change(data)
    base = connection.serving()
    waiting = [name for name in connection.generations() if name == _of_parts(base, parts(name))]
    if not waiting:
        raise CouncilError(
            f"{connection.address.text}: no part of a generation waits to be finished, or another build switched since "
            "they were written; write the parts first: council index SOURCE... --shard 1/2 --store …"
        )
    name = waiting[-1]
    turn = Turn(connection, name, range(FINISH, parts(name) + 1))
    return Finishing(connection, name, base=base, embedder=embedder, data=data, check=turn.check).run()


def _of_parts(base: str | None, of: int) -> str:
    """The generation that `of` parts are written into while `base` serves: the same for all of them."""
    return f"g{number(base) + 1:06d}p{of}"


class _Build:
    """One process's part of a generation, or all of it where there is no `shard`."""

    def __init__(
        self,
        connection: Connection,
        embedder: Embedder,
        data: Path,
        progress: Progress,
        *,
        rebuild: bool,
        shard: Shard | None,
    ) -> None:
        self._connection, self._embedder, self._data = connection, embedder, data
        self._progress, self._rebuild = progress, rebuild
        self._alone, self._shard = shard is None, shard or Shard()
        self._base = connection.serving()
        old = self._base is not None and not rebuild
        self.serving = QdrantIndex(Generation.opened(connection, self._base or "", embedder)) if old else None
        self._writer: Writer | None = None
        self._check: Callable[[], None] = lambda: None
        self._name = ""  # while nothing is written
        # What an interrupted build left: a part goes on in it, a whole build copies from it.
        self._begun: QdrantIndex | None = None
        if not self._alone:
            self._join()
        elif not rebuild:
            self._begun = self._left()

    def _left(self) -> QdrantIndex | None:
        """What a whole build wrote that was interrupted, or is under way; None if there is none."""
        for name in reversed(self._connection.generations()):
            if not parts(name) and number(name) > number(self._base):
                try:
                    building = self._building(name)
                    if building == building_of(self._embedder):
                        return QdrantIndex(Generation(self._connection, name, self._embedder, building))
                except IndexUnusableError:  # its builder, or another, removed it meanwhile
                    continue
        return None

    def _building(self, name: str) -> Building | None:
        """What a generation says of itself, if it has come so far."""
        if not self._connection.holds(self._connection.records(name)):
            return None
        said = next(self._connection.of_kind(name, BUILDING), None)
        return Building.model_validate(unpacked(said["building"])) if said else None

    def _join(self) -> None:
        """Take the part's turn in the generation of all parts, which is made if this is the first of them.

        Parts of another number are removed, and those of another model.
        """
        self._name = _of_parts(self._base, self._shard.of)
        held = [name for name in self._connection.generations() if parts(name)]
        building = building_of(self._embedder)
        before = self._building(self._name) if self._name in held else None
        for name in held:
            if name != self._name or before not in (None, building):
                self._connection.remove(name)
        self._connection.create(self._name, self._embedder.dimension)
        self._say_building()
        self._check = Turn(self._connection, self._name, [self._shard.number]).check
        # It is not written to its end until it says so again.
        self._connection.delete_ids(self._records, [records.point_number(PARTS, str(self._shard.number))])
        if before == building:
            self._begun = self._opened()
            if self._rebuild:
                self._writing().drop(self._ids(name for name in self._begun.manifest.sources if name in self._shard))
                self._begun = self._opened()

    def _opened(self) -> QdrantIndex:
        return QdrantIndex(Generation(self._connection, self._name, self._embedder, building_of(self._embedder)))

    def _say_building(self) -> None:
        said = {"building": packed(building_of(self._embedder).model_dump(mode="json"))}
        self._connection.upsert(self._records, [records.record_point(BUILDING, "", said)])

    def _ids(self, sources: Iterable[str]) -> list[str]:
        states = self._begun.manifest.sources if self._begun is not None else {}
        return [states[source].document_id for source in sources]

    @property
    def _records(self) -> str:
        return self._connection.records(self._name)

    def run(self, wanted: Sequence[Wanted], *, skipped: tuple[Path, ...], must_read: bool) -> BuildReport:
        """Write the part, and finish the generation where it is the whole of it."""
        try:
            return self._run(wanted, skipped, must_read=must_read)
        except OvertakenError:
            self._give_up()
            raise
        except CouncilError:
            check_base(self._connection, self._base)  # a build that switched removed what this one wrote into
            raise

    def _give_up(self) -> None:
        """Remove what nobody will switch to; collections that parts share are another's by now."""
        if self._alone and self._name and self._connection.serving() != self._name:
            self._connection.remove(self._name)

    def _run(self, wanted: Sequence[Wanted], skipped: tuple[Path, ...], *, must_read: bool) -> BuildReport:
        mine = [one for one in wanted if one.name in self._shard]
        told, held, same = self._read(mine)
        if must_read and told.failures and not held:
            reasons = "\n".join(failure.message for failure in told.failures)
            raise CouncilError(f"none of the {len(mine)} documents could be read; nothing switched\n{reasons}")
        if self._alone and self._as_it_serves(told, held, same):
            return self._unchanged(told, skipped)
        writer = self._writing()
        for done in range(0, len(same), COPIED):
            self._progress("copy", done, len(same))
            writer.copy(same[done : done + COPIED])
        self._progress("copy", len(same), len(same))
        told.embedded = writer.end()
        if self._begun is not None and not self._alone:
            sources = self._begun.manifest.sources
            writer.drop(self._ids(name for name in sources if name in self._shard and name not in held))
        self._check()
        self._connection.upsert(self._records, [told.point(self._shard)])
        if self._alone:
            finishing = Finishing(
                self._connection,
                self._name,
                base=self._base,
                embedder=self._embedder,
                data=self._data,
                check=self._check,
            )
            return finishing.run(skipped)
        check_base(self._connection, self._base)
        written = self._opened()
        passages = sum(
            written.passage_counts[record.id][0] for record in written.headers() if record.source in self._shard
        )
        return report(self._name, told, documents=len(held), passages=passages, skipped=skipped)

    def _read(self, mine: Sequence[Wanted]) -> tuple[Told, set[str], list[Same]]:
        """Read what is new and begin to write it; names of all that the part holds, and what is to be copied."""
        overrides, corrected = load_overrides(self._data), corrections.load(self._data)
        told, held, same = Told(), set[str](), list[Same]()
        with Preparers(None) as preparers:
            for first in range(0, len(mine), _READ):
                some = mine[first : first + _READ]

                def progress(stage: str, done: int, total: int, first: int = first) -> None:
                    self._progress(stage, first + done, len(mine))

                with _spool() as spool:
                    gather = partial(
                        _gathered, overrides=overrides, corrected=corrected, preparers=preparers, spool=spool
                    )
                    begun = self._begun
                    if begun is not None:
                        known = [one for one in some if self._may_go_on_with(one.name)]
                        written = self._as_begun(gather(known, begun, progress=_quiet), begun)
                        held |= written.keys()  # before the interruption
                        same += [one for one in written.values() if self._alone]
                        some = [one for one in some if one.name not in written]
                    gathered = gather(some, self.serving, progress=progress)
                    told.failures += gathered.failures
                    told.withdrawn |= gathered.withdrawn
                    told.read += gathered.read
                    for reading in gathered.readings:
                        held.add(reading.record.source)
                        if reading.same:
                            same.append(Same(reading.record.id, reading.state, self._base or ""))
                        else:
                            self._writing().add(reading.load(), reading.state)
        self._progress("read", len(mine), len(mine))
        return told, held, same

    def _may_go_on_with(self, source: str) -> bool:
        """Whether an interrupted build had written a source, otherwise than the generation that serves has it."""
        begun = self._begun.manifest.sources.get(source) if self._begun is not None else None
        serving = self.serving.manifest.sources.get(source) if self.serving is not None and self._alone else None
        return begun is not None and begun != serving

    def _as_begun(self, gathered: Readings, begun: QdrantIndex) -> dict[str, Same]:
        """By name the sources of which all is as it was begun; one that cannot be read any more is none of them."""
        failed = {failure.path for failure in gathered.failures}
        return {
            reading.record.source: Same(reading.record.id, reading.state, begun.generation)
            for reading in gathered.readings
            if reading.same and Path(reading.state.path) not in failed
        }

    def _writing(self) -> Writer:
        if self._writer is None:
            if self._alone:
                self._name = self._connection.claim(self._embedder.dimension)
                self._say_building()
            self._writer = Writer(
                self._connection,
                self._name,
                self._embedder,
                self._base if self.serving is not None else None,
                again=self._begun is not None and not self._alone,
                check=self._check,
                progress=self._progress,
            )
        return self._writer

    def _as_it_serves(self, told: Told, held: set[str], same: Sequence[Same]) -> bool:
        """Whether nothing is to be written: all is as the generation that serves has it."""
        if self.serving is None or self._writer is not None or len(same) != len(held):
            return False
        if any(one.origin != self._base for one in same):
            return False
        manifest = self.serving.manifest
        return not manifest.sources.keys() - held and manifest.withdrawn == told.withdrawn

    def _unchanged(self, told: Told, skipped: tuple[Path, ...]) -> BuildReport:
        held = cast(QdrantIndex, self.serving)
        manifest = held.manifest
        return report(
            held.generation,
            told,
            changed=False,
            documents=manifest.documents,
            passages=manifest.passages,
            skipped=skipped,
            headers=held.headers(),
        )


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
