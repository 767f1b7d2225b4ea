"""A replica that follows its source: decisions first, keys, then a new generation, again and again.

Where index and source are one folder, on storage that both read, nothing is copied of the index: decisions and keys
are followed into the data folder of this machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from indexer import replicas, store
from indexer.checksums import CHECKSUMS
from indexer.data_folder import CORRECTIONS, OVERRIDES, UPLOADS
from indexer.documents import Distribution
from indexer.errors import CouncilError, IndexUnusableError, SettingError
from indexer.replicas import Replica
from service import locks
from service.identity import keys
from service.replication import access_rows, decisions
from service.replication.copying import Copied, Copy, SourceMovedError
from service.state import State

_LOCK = ".replicating"  # in the data folder
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of a replica and of its source, all absolute."""

    source: Path
    source_data: Path
    index: Path
    data: Path

    @property
    def shared(self) -> bool:
        """Whether the replica reads the source's own index folder."""
        return self.index.resolve() == self.source.resolve()


@dataclass(frozen=True, slots=True)
class Followed:
    """What one look at the source brought; `copied` is None where there was no new generation."""

    decisions: bool
    keys: bool
    copied: Copied | None
    generation: str


@dataclass(slots=True)
class Follower:
    """Follows a source into a replica; hold `turn` while it does. `interval` is that of looks during a long copy."""

    places: Places
    interval: float = 1.0
    _decisions: bool = False
    _keys: bool = False
    _next_look: float = field(default=0.0)
    _refused: tuple[object, str] | None = None  # the generation that was refused last, as it was then, and why

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Make the replica this command's alone. Raises CouncilError where another has it, SettingError as `claim`."""
        at = self.places
        claim(at)
        with ExitStack() as stack:
            if not stack.enter_context(locks.held(at.data / _LOCK)):
                raise CouncilError(f"{at.data}: another council replicate follows the source into this replica")
            decisions.clear_left(at.data)
            replicas.save(at.data, _replica(at, replicas.load(at.data)))
            yield

    def follow(self) -> Followed:
        """Look once. Raises CouncilError for what cannot be taken over, after all else was; what was there stays."""
        at = self.places
        self._decisions = self._keys = False
        try:
            generation = store.current_generation(at.source)
            if generation is None:
                raise CouncilError(f"{at.source}: no index here; mount the source, bring it, or name another")
            self._follow_rows()
            if at.shared:
                copied = None
                self._note(narrowed=self._narrowed_at_source())
            else:
                copied = self._follow_generation()
        except CouncilError as error:
            self._note(trouble=str(error))
            raise
        self._note(trouble=None)
        serving = store.current_generation(at.index) or ""
        return Followed(self._decisions, self._keys, copied, serving)

    def _follow_rows(self) -> None:
        """Take over decisions, then keys: the one whatever becomes of the other."""
        at = self.places
        self._next_look = time.monotonic() + self.interval
        failure: CouncilError | None = None
        try:
            self._decisions = decisions.take_over(at.source_data, at.data) or self._decisions
        except CouncilError as error:
            failure = error
        state = State(at.data)
        try:
            self._keys = access_rows.take_over(at.source_data, state) or self._keys
        finally:
            state.close()
        if failure is not None:
            raise failure
        try:
            replicas.mark_followed(at.data, at.source_data)
        except OSError as error:
            raise CouncilError(f"{at.data}: cannot be written ({error}); make room, or let this user write") from error

    def _meanwhile(self) -> None:
        """During a copy: a document that is withdrawn now is gone now."""
        if time.monotonic() < self._next_look:
            return
        try:
            self._follow_rows()
        except CouncilError as error:
            self._note(trouble=str(error))

    def _follow_generation(self) -> Copied | None:
        at = self.places
        for _ in range(_TRIES):
            generation = store.current_generation(at.source)
            if generation is None:
                raise CouncilError(f"{at.source}: no index here any more; mount the source, or bring it")
            if self._has(generation):
                self._note(taken=generation, narrowed=self._narrowed_at_source())
                return None
            looked = self._look_of(generation)
            if self._refused is not None and self._refused[0] == looked:
                raise CouncilError(self._refused[1])  # as damaged as it was: read again once something changed
            self._narrow(generation)
            try:
                with locks.held(at.index / locks.BUILD) as held:
                    if not held:
                        raise CouncilError(f"{at.index}: a restore or a build is writing there; it is tried again")
                    copied = Copy(at.source, generation, at.index, self._meanwhile).run()
            except SourceMovedError:
                continue
            except CouncilError as error:
                self._refused = (looked, str(error)) if looked == self._look_of(generation) else None
                raise
            self._refused = None
            self._note(taken=generation, narrowed=self._narrowed_at_source())
            return copied
        raise CouncilError(
            f"{at.source}: was built anew {_TRIES} times while it was copied; have more earlier generations kept there "
            "(council index --keep N)"
        )

    def _has(self, generation: str) -> bool:
        """Whether the generation that serves here is that one of the source, by its checksums."""
        at = self.places
        current = store.current_generation(at.index)
        if current is None:
            return False
        try:
            theirs = (at.source / generation / CHECKSUMS).read_bytes()
            ours = (at.index / current / CHECKSUMS).read_bytes()
        except OSError:
            return False
        return theirs.split() == ours.split()

    def _look_of(self, generation: str) -> object:
        """What changes where a generation of the source is brought again."""
        folder = self.places.source / generation
        seen = []
        for path in sorted(folder.rglob("*")):
            try:
                stat = path.stat()
            except OSError:
                continue
            seen.append((path.name, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))
        return generation, tuple(seen)

    def _narrow(self, generation: str) -> None:
        """Hide at once what the source's generation no longer holds, or keeps for others: a copy takes its time."""
        at = self.places
        current = store.current_generation(at.index)
        if current is None:
            return
        try:
            before, later = store.read_manifest(at.index, current), store.read_manifest(at.source, generation)
        except IndexUnusableError:
            return  # nobody knows what it takes away; the decisions are followed all the same
        narrowed = self._narrowed_at_source() | {
            document_id: kept_for
            for document_id, kept_for in replicas.narrowed(before, later).items()
            if kept_for is None or kept_for is not Distribution.PUBLIC
        }
        self._note(narrowed=narrowed)

    def _narrowed_at_source(self) -> dict[str, Distribution | None]:
        """What a source that is a replica itself hides of its generation, for its own source's sake."""
        between = replicas.load(self.places.source_data)
        return between.narrowed if between is not None else {}

    def _note(self, **changes: object) -> None:
        """Change what the replica tells of itself."""
        at = self.places
        replicas.save(at.data, _replica(at, replicas.load(at.data)).model_copy(update=changes))


def claim(at: Places) -> None:
    """Raise SettingError where the folders hold an installation of its own, or the source's data folder is named."""
    if at.data.resolve() == at.source_data.resolve():
        raise SettingError(f"--data {at.data}: is the source's own data folder; give the replica one of its own")
    try:
        at.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not at.shared:
            at.index.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CouncilError(f"{error.filename}: cannot be made ({error.strerror}); name another folder") from error
    if replicas.load(at.data) is not None:
        return
    own = None
    if not at.shared and store.current_generation(at.index) is not None:
        own = at.index
    elif any((at.data / name).exists() for name in (OVERRIDES, CORRECTIONS)) or any((at.data / UPLOADS).glob("*")):
        own = at.data
    else:
        state = State(at.data)
        try:
            own = at.data if keys.any_made(state) else None
        finally:
            state.close()
    if own is not None:
        raise SettingError(f"{own}: holds an installation of its own; name other folders with --index and --data")


def _replica(at: Places, before: Replica | None) -> Replica:
    source, source_data = str(at.source), str(at.source_data)
    if before is None:
        return Replica(source=source, source_data=source_data)
    return before.model_copy(update={"source": source, "source_data": source_data})


def keep_following(
    follower: Follower, told: Callable[[Followed | CouncilError], None], wait: Callable[[float], bool]
) -> None:
    """Follow until `wait`, given the seconds to wait, returns True. `told` gets what changed, and each new trouble."""
    trouble: str | None = None
    while True:
        try:
            followed = follower.follow()
        except CouncilError as error:
            if str(error) != trouble:
                told(error)
            trouble = str(error)
        else:
            if followed.decisions or followed.keys or followed.copied is not None or trouble is not None:
                told(followed)
            trouble = None
        if wait(follower.interval):
            return
