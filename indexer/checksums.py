"""The checksums of a generation, `checksums.json`: size and SHA-256 of each of its files, to check a copy by."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from indexer.errors import IndexUnusableError

CHECKSUMS = "checksums.json"
_LOCKS = ".lock"  # suffix of files that hold nothing
_BLOCK = 1 << 20


class FileDigest(BaseModel):
    """What a file holds: its size in bytes, and the SHA-256 of its content in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int
    sha256: str


class Checksums(BaseModel):
    """The digests of all files of a generation but this one and locks, by their path in it, parted by `/`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = 1
    files: dict[str, FileDigest]

    @field_validator("files")
    @classmethod
    def _inside(cls, files: dict[str, FileDigest]) -> dict[str, FileDigest]:
        for name in files:
            path = PurePosixPath(name)
            if path.is_absolute() or not path.parts or ".." in path.parts or "\0" in name or str(path) != name:
                raise ValueError(f"{name!r} is no file of a generation")
        return files


def digest(file: IO[bytes]) -> FileDigest:
    """The digest of a file's content, from where it stands."""
    sha256, size = hashlib.sha256(), 0
    while block := file.read(_BLOCK):
        sha256.update(block)
        size += len(block)
    return FileDigest(bytes=size, sha256=sha256.hexdigest())


def write(folder: Path) -> None:
    """Write the checksums of the files in `folder`, a generation that is complete. Raises OSError."""
    files: dict[str, FileDigest] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != _LOCKS:
            with path.open("rb") as file:
                files[path.relative_to(folder).as_posix()] = digest(file)
    text = Checksums(files=files).model_dump_json(indent=1) + "\n"
    (folder / CHECKSUMS).write_text(text, encoding="utf-8")


def read(folder: Path) -> Checksums:
    """The checksums of the generation in `folder`. Raises IndexUnusableError where they are missing or damaged."""
    path = folder / CHECKSUMS
    try:
        return Checksums.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise IndexUnusableError(
            f"{path}: cannot be read ({reason}); the generation was not brought whole, or an earlier version of the "
            "program wrote it: bring it again, or index again with --rebuild"
        ) from error
