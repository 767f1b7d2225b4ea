"""Writing files so that they outlast a crash."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_IO_FAMILY = 0xFF  # SQLite's extended codes name the family in their lowest byte


def for_want_of_room(error: BaseException) -> bool:
    """Whether an error, or one that it came from, is that the disk, a quota or a limit takes no more."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _FULL:
            return True
        code = getattr(seen, "sqlite_errorcode", 0) if isinstance(seen, sqlite3.Error) else 0
        # Where the write-ahead log may not grow, SQLite speaks of an I/O error.
        if code & _IO_FAMILY in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def bring_to_disk(path: Path) -> None:
    """Have the system write the file, or the folder's list of names, to the disk now."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
