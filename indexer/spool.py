"""What a build has read and not yet written, on the disk: of a million passages memory would not hold it."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a spool, in bytes."""

    start: int
    length: int


class Spool:
    """A file without a name in `folder`, gone with the process however it ends. Raises OSError where the disk is full.

    Use as a context manager; `put` from one thread at a time, `get` from several.
    """

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        self._end = 0

    @classmethod
    def shared(cls, number: int) -> Spool:
        """The spool of another process, to read from, by the number of the open file that was passed on."""
        spool = cls.__new__(cls)
        spool._file, spool._end = os.fdopen(number, "rb", buffering=0), 0
        return spool

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def fileno(self) -> int:
        """The number of the open file."""
        return self._file.fileno()

    def put(self, data: bytes) -> Place:
        """Keep some bytes; returns where they are."""
        place = Place(self._end, len(data))
        rest = memoryview(data)
        while rest:
            written = os.pwrite(self._file.fileno(), rest, self._end)
            rest, self._end = rest[written:], self._end + written
        return place

    def get(self, place: Place) -> bytes:
        """The bytes kept at a place."""
        parts: list[bytes] = []
        at = place.start
        while at < place.start + place.length:
            part = os.pread(self._file.fileno(), place.start + place.length - at, at)
            if not part:
                raise OSError(f"what was kept aside ends at {at}")
            parts.append(part)
            at += len(part)
        return b"".join(parts)
