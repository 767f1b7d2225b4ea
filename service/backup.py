"""Backups: the data folder and the generation that serves in one archive, each member with its digest.

The archive is a tar file, compressed by gzip. Its last member, `manifest.json`, lists the others: `index/…` is the
generation, `data/…` the data folder. Keys are in it as hashes only, and the secrets that sessions are signed with are
left out: people sign in again after a restore.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import os
import re
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from indexer.checksums import FileDigest
from indexer.errors import CouncilError, IndexUnusableError, SettingError
from indexer.files import bring_to_disk
from indexer.store import current_generation
from service.state import DATABASE, State

FORMAT_VERSION = 1
MANIFEST = "manifest.json"
SUFFIXES = (".tar.gz", ".tgz")
_BLOCK = 1 << 20
_LARGEST_MANIFEST = 64 << 20
_PART = re.compile(r"(?!\.{1,2}$)[^/\\\0]+")  # of a member's name
_DAMAGE = (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError, ValueError)


class BackupManifest(BaseModel):
    """What an archive holds; `generation` is None where there was no index yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["council-backup"] = "council-backup"
    format_version: int = FORMAT_VERSION
    program: str
    created: str
    generation: str | None
    members: dict[str, FileDigest]


class DamagedBackupError(CouncilError):
    """An archive that is not what was written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: the backup is damaged ({reason}); use another one. Nothing was put in place")


def write_backup(index: Path, data: Path, out: Path, *, index_too: bool = True) -> BackupManifest:
    """Write the backup of an index folder and its data folder, whatever is running; nobody else may read the file.

    Without `index_too` the data folder alone: for an index that is kept elsewhere.

    Raises SettingError for a file that is there already or has another suffix, CouncilError where there is nothing to
    keep, or it cannot be read or written.
    """
    if not out.name.endswith(SUFFIXES):
        raise SettingError(f"--out {out}: give a name that ends in {' or '.join(SUFFIXES)}")
    if out.exists():
        raise SettingError(f"--out {out}: is there already; give another name, or remove it")
    try:
        return _write(index if index_too else None, data, out)
    except (OSError, sqlite3.Error) as error:
        raise CouncilError(
            f"{out}: the backup could not be written ({error}); make room, or let this user read {index} and {data} "
            f"and write to {out.parent}"
        ) from error


def _write(index: Path | None, data: Path, out: Path) -> BackupManifest:
    members: dict[str, FileDigest] = {}
    handle, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)  # made for this user alone
    aside = Path(name)
    try:
        with contextlib.ExitStack() as stack:
            archive = stack.enter_context(
                tarfile.open(fileobj=stack.enter_context(os.fdopen(handle, "wb")), mode="w:gz", compresslevel=6)
            )
            # The service's memory first: what it tells of uploads is then in the folder that is read after it.
            if State(data).exists():
                copy = stack.enter_context(_snapshot(data / DATABASE, out.parent))
                members[f"data/{DATABASE}"] = _add(archive, f"data/{DATABASE}", copy)
            # Again until there is nothing new: an upload may have been moved on while the others were read.
            tried: set[Path] = set()
            while new := [path for path in _data_files(data) if path not in tried]:
                tried.update(new)
                for path in new:
                    with contextlib.suppress(FileNotFoundError), path.open("rb") as content:  # moved on, or deleted
                        member = f"data/{path.relative_to(data).as_posix()}"
                        members[member] = _add(archive, member, content)
            generation, files = _open_generation(index, stack) if index is not None else (None, {})
            for member, held in files.items():
                members[member] = _add(archive, member, held)
            if not members:
                raise CouncilError(
                    f"{index or data}: there is neither an index nor a data folder to keep; name another --index"
                )
            manifest = BackupManifest(
                program=version("council-search"),
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                generation=generation,
                members=members,
            )
            _add(archive, MANIFEST, io.BytesIO(manifest.model_dump_json(indent=1).encode()))
        bring_to_disk(aside)
        aside.rename(out)
        bring_to_disk(out.parent)
    finally:
        aside.unlink(missing_ok=True)
    return manifest


@contextlib.contextmanager
def _snapshot(database: Path, beside: Path) -> Iterator[IO[bytes]]:
    """A copy of a database that may be written meanwhile, as of one moment, without its secrets."""
    handle, name = tempfile.mkstemp(prefix=f".{DATABASE}.", dir=beside)
    os.close(handle)
    copy = Path(name)
    try:
        with (
            contextlib.closing(sqlite3.connect(database, timeout=30.0)) as source,
            contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
            target.execute("PRAGMA secure_delete = ON")
            target.execute("DELETE FROM secrets")
            target.execute("VACUUM")
        with copy.open("rb") as file:
            yield file
    finally:
        copy.unlink(missing_ok=True)


def _data_files(data: Path) -> list[Path]:
    """The files of the data folder but for the database and hidden ones."""
    files = [path for path in data.rglob("*") if path.is_file() and not path.is_symlink()] if data.is_dir() else []
    named = [(path, path.relative_to(data)) for path in files]
    return sorted(
        path
        for path, name in named
        if not any(part.startswith(".") for part in name.parts) and not str(name).startswith(DATABASE)
    )


def _open_generation(index: Path, stack: contextlib.ExitStack) -> tuple[str | None, dict[str, IO[bytes]]]:
    """The generation that serves, each of its files opened, so that a build cannot clear it away meanwhile."""
    for _ in range(10):
        generation = current_generation(index)
        if generation is None:
            return None, {}
        base = index / generation
        with contextlib.ExitStack() as opened:
            try:
                files: dict[str, IO[bytes]] = {
                    f"index/{path.relative_to(base).as_posix()}": opened.enter_context(path.open("rb"))
                    for path in sorted(base.rglob("*"))
                    if path.is_file()
                }
            except FileNotFoundError:
                continue
            if not files:
                continue
            stack.enter_context(opened.pop_all())
            return generation, files
    raise IndexUnusableError(f"{index}: the generation that serves has no files; council doctor tells more")


def _add(archive: tarfile.TarFile, name: str, file: IO[bytes]) -> FileDigest:
    """Add a file as it is at this moment; what a writer appends to it later is left out."""
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(0)
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(datetime.now(UTC).timestamp())
    read = _Digested(file)
    archive.addfile(entry, read)  # an OSError where it became shorter
    return FileDigest(bytes=size, sha256=read.digest.hexdigest())


class _Digested(io.RawIOBase):
    """A file whose bytes are digested as they are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        return block


def read_backup(path: Path, into: Path | None = None) -> BackupManifest:
    """Check every digest of a backup, and write its files into the folder `into` if one is given.

    Raises DamagedBackupError for anything that is not as it was written, or would lie outside `into`; CouncilError
    where the file cannot be read or the files not be written.
    """
    try:
        with path.open("rb") as raw:
            return _read(path, raw, into)
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile):
            raise DamagedBackupError(path, str(error)) from error
        raise CouncilError(
            f"{path}: the backup could not be read ({error}); let this user read it, or make room where it is to go"
        ) from error
    except _DAMAGE as error:
        raise DamagedBackupError(path, str(error) or type(error).__name__) from error


def _read(path: Path, raw: IO[bytes], into: Path | None) -> BackupManifest:
    found: dict[str, FileDigest] = {}
    manifest: BackupManifest | None = None
    with gzip.GzipFile(fileobj=raw) as unpacked, tarfile.open(fileobj=unpacked, mode="r|") as archive:
        for entry in archive:
            if manifest is not None or entry.name in found:
                raise DamagedBackupError(path, f"{entry.name} should not be there")
            if not entry.isreg() or not _fit(entry.name):
                raise DamagedBackupError(path, f"{entry.name!r} is no file that a backup has")
            file = archive.extractfile(entry)
            if file is None:
                raise DamagedBackupError(path, f"{entry.name} has no content")
            if entry.name == MANIFEST:
                manifest = _manifest(path, file.read(_LARGEST_MANIFEST))
                continue
            found[entry.name] = _take(file, None if into is None else into / entry.name)
        while unpacked.read(_BLOCK):  # to the end, where gzip's own checksum stands
            pass
    if manifest is None:
        raise DamagedBackupError(path, "it ends too early")
    for name in sorted({*found, *manifest.members}):
        if found.get(name) != manifest.members.get(name):
            raise DamagedBackupError(path, f"{name} is not as it was written")
    return manifest


def _fit(name: str) -> bool:
    """Whether a member's name is one that a backup may have: no way out of its folder, nothing hidden among data."""
    parts = name.split("/")
    if len(parts) < 2 or not all(_PART.fullmatch(part) for part in parts):
        return name == MANIFEST
    return parts[0] == "index" or (parts[0] == "data" and not any(part.startswith(".") for part in parts))


def _manifest(path: Path, content: bytes) -> BackupManifest:
    try:
        manifest = BackupManifest.model_validate_json(content)
    except ValidationError as error:
        raise DamagedBackupError(path, f"its manifest cannot be read: {error.errors()[0]['msg']}") from error
    if manifest.format_version != FORMAT_VERSION:
        raise CouncilError(
            f"{path}: the backup has format version {manifest.format_version}, this program reads {FORMAT_VERSION}; "
            f"use the version {manifest.program} of the program"
        )
    return manifest


def _take(file: IO[bytes], to: Path | None) -> FileDigest:
    digest, size = hashlib.sha256(), 0
    with contextlib.ExitStack() as stack:
        out: IO[bytes] | None = None
        if to is not None:
            to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            out = stack.enter_context(os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"))
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
            if out is not None:
                out.write(block)
        if out is not None:
            out.flush()
            os.fsync(out.fileno())
    return FileDigest(bytes=size, sha256=digest.hexdigest())
