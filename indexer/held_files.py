"""Files held open, to tell whether they are what they were: asked by their descriptors, which walks no path."""

from __future__ import annotations

import errno
import os
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# The last where another NFS client removed a file.
GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESTALE})


@dataclass(frozen=True, slots=True)
class Resized:
    """A file of which the size is another than when it was opened."""

    path: Path
    before: int
    now: int


class HeldFiles:
    """Files held open as long as the object lasts. Raises OSError for one that cannot be opened."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._held: list[tuple[int, int, Path]] = []  # descriptors, with the sizes of when they were opened
        weakref.finalize(self, _close, self._held)
        for path in paths:
            descriptor = os.open(path, os.O_RDONLY)
            self._held.append((descriptor, os.fstat(descriptor).st_size, path))

    def check(self) -> Resized | bool:
        """Whether all are where they were, or one that was cut short or made longer. OSError as of the system."""
        whole = True
        for descriptor, before, path in self._held:
            try:
                now = os.fstat(descriptor)
            except OSError as error:
                if error.errno not in GONE:
                    raise
                whole = False
                continue
            if now.st_size != before:
                return Resized(path, before, now.st_size)
            whole = whole and now.st_nlink > 0
        return whole


def _close(held: list[tuple[int, int, Path]]) -> None:
    for descriptor, _, _ in held:
        os.close(descriptor)
