"""Copying a generation from one index folder to another: every file checked, then put in place by rename.

A copy that was cut short lies under a name of its own, and is taken up again: what is whole of it stays.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from indexer import checksums, generations, store
from indexer.checksums import CHECKSUMS, Checksums, FileDigest
from indexer.errors import CouncilError, IndexUnusableError
from indexer.files import bring_to_disk, for_want_of_room

ASIDE = ".replicating-"  # and the digest of the source's checksums
_BLOCK = 1 << 20
_CLONE = 0x40049409  # FICLONE, Linux: a file that shares its blocks with another until one is written


class DamagedSourceError(CouncilError):
    """A generation of the source that is not what was written; it is left alone."""

    def __init__(self, generation: Path, reason: str) -> None:
        super().__init__(
            f"{generation}: is not copied, it is damaged or was not brought whole ({reason}); the replica goes on with "
            "what it has. Bring it again, or at the source index again with --rebuild"
        )


class SourceMovedError(CouncilError):
    """The source went on to another generation meanwhile; the next look takes that one."""


@dataclass(slots=True)
class Copied:
    """What a copy took: files taken over from the former generation, shared with the source, and copied."""

    generation: str = ""
    kept: int = 0
    shared: int = 0
    copied: int = 0
    bytes_copied: int = 0


@dataclass(slots=True)
class Copy:
    """Copies the generation `name` of the index folder `source` into `index` and has it serve there.

    `meanwhile` is called between blocks: what must not wait for a long copy is done there.
    """

    source: Path
    name: str
    index: Path
    meanwhile: Callable[[], None] = lambda: None
    _told: Copied = field(default_factory=Copied)

    def run(self) -> Copied:
        """Copy, check, switch. Raises DamagedSourceError, SourceMovedError, or CouncilError where it cannot be written.

        Until the last step the generation that was there serves.
        """
        try:
            return self._run()
        except OSError as error:
            room = "make room" if for_want_of_room(error) else f"let this user read {self.source} and write there"
            raise CouncilError(
                f"{self.index}: generation {self.name} could not be copied ({error}); {room}. What was there serves"
            ) from error

    def _run(self) -> Copied:
        listed = self._listed()
        written = (listed.model_dump_json(indent=1) + "\n").encode()
        aside = self.index / f"{ASIDE}{hashlib.sha256(written).hexdigest()[:16]}"
        former = self._former()
        self._clear_others(aside)
        self._take_back(aside, listed)
        aside.mkdir(exist_ok=True)
        for path in sorted(aside.rglob("*"), reverse=True):
            if path.is_file() and path.relative_to(aside).as_posix() not in listed.files:
                path.unlink()
        for name, digest in listed.files.items():
            self._file(name, digest, aside, former)
        (aside / CHECKSUMS).write_bytes(written)
        for path in (*aside.rglob("*"), aside):
            bring_to_disk(path)
        try:
            store.Index(self.index, aside.name)
        except IndexUnusableError as error:
            raise DamagedSourceError(self.source / self.name, str(error)) from error
        place = self.index / self._free_name()
        aside.rename(place)
        store.switch(self.index, place.name)
        generations.clear(self.index, place.name)
        self._told.generation = place.name
        return self._told

    def _listed(self) -> Checksums:
        try:
            listed = checksums.read(self.source / self.name)
        except IndexUnusableError as error:
            self._check_still_there()
            raise DamagedSourceError(self.source / self.name, str(error)) from error
        if store.MANIFEST not in listed.files:
            raise DamagedSourceError(self.source / self.name, f"{CHECKSUMS} does not list {store.MANIFEST}")
        return listed

    def _check_still_there(self) -> None:
        """Raise SourceMovedError where another generation serves at the source now."""
        if store.current_generation(self.source) != self.name:
            raise SourceMovedError(f"{self.source}: went on from {self.name} to another generation")

    def _former(self) -> tuple[Path, dict[FileDigest, str]] | None:
        """The generation that serves here, and its files by what they hold."""
        current = store.current_generation(self.index)
        if current is None:
            return None
        with contextlib.suppress(IndexUnusableError):
            listed = checksums.read(self.index / current)
            return self.index / current, {digest: name for name, digest in listed.files.items()}
        return None

    def _clear_others(self, aside: Path) -> None:
        for left in self.index.glob(f"{ASIDE}*"):
            if left != aside:
                shutil.rmtree(left)

    def _take_back(self, aside: Path, listed: Checksums) -> None:
        """Take up a generation that was put in place right before this command was killed, and never served."""
        place = self.index / self.name
        if aside.exists() or self.name == store.current_generation(self.index):
            return
        with contextlib.suppress(IndexUnusableError):
            if checksums.read(place) == listed:
                place.rename(aside)

    def _free_name(self) -> str:
        """The source's name for the generation, where it comes after all that are here, else the next one."""
        latest = max((generations.number(path.name) for path in generations.numbered(self.index)), default=-1)
        return self.name if generations.number(self.name) > latest else generations.next_name(self.index)

    def _file(
        self, name: str, digest: FileDigest, aside: Path, former: tuple[Path, dict[FileDigest, str]] | None
    ) -> None:
        place = aside / name
        if place.is_file() and self._digest(place) == digest:
            return
        place.unlink(missing_ok=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        if former is not None and digest in former[1]:
            with contextlib.suppress(OSError):
                os.link(former[0] / former[1][digest], place)
                if self._digest(place) == digest:
                    self._told.kept += 1
                    return
            place.unlink(missing_ok=True)
        source = self.source / self.name / name
        try:
            found = self._taken(source, place)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ESTALE):
                raise
            self._check_still_there()
            raise DamagedSourceError(self.source / self.name, f"{name} is missing") from error
        if found != digest:
            place.unlink(missing_ok=True)
            self._check_still_there()
            raise DamagedSourceError(self.source / self.name, f"{name} is not as it was written")

    def _taken(self, source: Path, place: Path) -> FileDigest:
        """Have what `source` holds at `place`, by sharing it where the file system can; the digest of what is there."""
        if _cloned(source, place) or _linked(source, place):
            self._told.shared += 1
            return self._digest(place)
        sha256, size = hashlib.sha256(), 0
        with source.open("rb") as file, place.open("wb") as out:
            while block := file.read(_BLOCK):
                out.write(block)
                sha256.update(block)
                size += len(block)
                self.meanwhile()
        self._told.copied += 1
        self._told.bytes_copied += size
        return FileDigest(bytes=size, sha256=sha256.hexdigest())

    def _digest(self, path: Path) -> FileDigest:
        sha256, size = hashlib.sha256(), 0
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                sha256.update(block)
                size += len(block)
                self.meanwhile()
        return FileDigest(bytes=size, sha256=sha256.hexdigest())


def _cloned(source: Path, place: Path) -> bool:
    """Whether the file system made `place` a file of its own that shares the blocks of `source`."""
    with source.open("rb") as file, place.open("wb") as out:
        try:
            fcntl.ioctl(out.fileno(), _CLONE, file.fileno())
        except OSError:
            pass
        else:
            return True
    place.unlink()
    return False


def _linked(source: Path, place: Path) -> bool:
    """Whether `place` is now another name of `source`, which never changes once it serves."""
    try:
        os.link(source, place)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, another owner, or a file system without such names
        return False
    return True
