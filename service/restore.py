"""Putting a backup back: everything is read and checked aside, and then put in place by renames."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from indexer import corrections, generations, overrides, store
from indexer.errors import CouncilError, SettingError
from indexer.files import bring_to_disk
from service import locks
from service.backup import BackupManifest, DamagedBackupError, read_backup
from service.state import DATABASE, State

_ASIDE = ".restoring"  # after the name of the index folder
_BUILDING = ".building-"  # which the next build clears away
_EXCHANGE = 2  # renameat2's RENAME_EXCHANGE
_HERE = -100  # AT_FDCWD


def restore(file: Path, index: Path, data: Path, *, force: bool = False) -> BackupManifest:
    """Put the backup in `file` in place of the index and data folders; both must be empty without `force`.

    Nothing is touched before every digest of the backup and what it holds were checked. What was there before is kept
    aside until all is in place. After a kill, each of the two is whole, old or new: restore again with `force`. Raises
    SettingError where something is there, CouncilError where the backup cannot be used or a service or a build is
    running.
    """
    if not force and (store.current_generation(index) is not None or (data.is_dir() and any(data.iterdir()))):
        raise SettingError(
            f"{index} or {data} holds something already; name other folders, or add --force to put the backup in place "
            "of both"
        )
    try:
        index.mkdir(parents=True, exist_ok=True)
        data.parent.mkdir(parents=True, exist_ok=True)
        with _alone(index):
            return _restore(file, index, data)
    except OSError as error:
        raise CouncilError(
            f"{index}: the backup could not be put in place ({error}); make room, or let this user write there, and "
            "restore again"
        ) from error


@contextlib.contextmanager
def _alone(index: Path) -> Iterator[None]:
    with locks.held(index / locks.SERVING) as unserved, locks.held(index / locks.BUILD) as unbuilt:
        if not unserved:
            raise CouncilError(f"{index}: the service is running over this index; stop it, then restore again")
        if not unbuilt:
            raise CouncilError(f"{index}: a build is writing this index; restore again when it has ended")
        yield


def _restore(file: Path, index: Path, data: Path) -> BackupManifest:
    aside = data.with_name(f".{data.name}{_ASIDE}")
    shutil.rmtree(aside, ignore_errors=True)  # left by a restore that was killed
    for left in index.glob(f"{_BUILDING}*"):
        shutil.rmtree(left)
    aside.mkdir(mode=0o700)
    try:
        manifest = read_backup(file, aside)
        new_data, new_index = aside / "data", aside / "index"
        new_data.mkdir(mode=0o700, exist_ok=True)
        _check_data(file, new_data)
        generation = generations.next_name(index)
        if manifest.generation is not None:
            staged = index / f"{_BUILDING}{generation}"
            shutil.move(new_index, staged)  # the data folder may lie on another disk
            store.Index(index, staged.name)  # raises IndexUnusableError where this program cannot read it
        for folder in (*new_data.rglob("*"), new_data):
            if folder.is_dir():
                bring_to_disk(folder)
        _put(new_data, data)
        if manifest.generation is not None:
            for path in (*staged.rglob("*"), staged):
                bring_to_disk(path)
            # Under a new name, so that whoever has the one before open sees that it is another.
            staged.rename(index / generation)
            store.switch(index, generation)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        for left in index.glob(f"{_BUILDING}*"):
            shutil.rmtree(left, ignore_errors=True)
    return manifest


def _check_data(file: Path, data: Path) -> None:
    """Check that what the backup holds of the data folder can be used."""
    overrides.load(data)
    corrections.load(data)
    state = State(data)
    if not state.exists():
        return
    try:
        found = state.rows("PRAGMA integrity_check")[0][0]
        state.rows("SELECT count(*) FROM keys")
    finally:
        state.close()
    if found != "ok":
        raise DamagedBackupError(file, f"{DATABASE}: {found}")


def _put(new: Path, place: Path) -> None:
    """Put `new` where `place` is and the other way round, in one step where the system can."""
    if not place.exists():
        new.rename(place)
    elif not _exchanged(new, place):
        before = new.with_name("before")
        place.rename(before)
        try:
            new.rename(place)
        except OSError:
            before.rename(place)
            raise
    bring_to_disk(place.parent)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether the system exchanged the two."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    return bool(renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0)
