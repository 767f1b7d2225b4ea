"""Locks on folders: the system lets them go with the process that holds them."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

BUILD = ".lock"  # held by a build, as `indexer.build` does
SERVING = ".serving"  # shared by the services that run over the index


@contextlib.contextmanager
def held(path: Path, *, shared: bool = False) -> Iterator[bool]:
    """Hold the lock of a file, made if missing; gives False at once where another holds it."""
    with path.open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextlib.contextmanager
def serving(index: Path) -> Iterator[None]:
    """Hold the lock that says that a service runs over `index`; nothing where its folder cannot be written."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            stack.enter_context(held(index / SERVING, shared=True))
        yield
