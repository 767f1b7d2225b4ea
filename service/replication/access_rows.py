"""Keys and signing secrets of the source: read in one go, and put in the place of the replica's.

The rest of the source's memory, its audit log, feedback, sessions and jobs, is its own, as the replica's is.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import CouncilError
from service.state import DATABASE, State

_KEY_COLUMNS = ("id", "name", "role", "hash", "made", "expires", "revoked")  # but not when each was used
_TRIES = 5
_Rows = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class AccessRows:
    """The rows of `keys`, without their uses, and of `secrets`, both in the order of their ids."""

    keys: _Rows = ()
    secrets: _Rows = ()


def take_over(source_data: Path, state: State) -> bool:
    """Make keys and secrets those of the source; returns whether any changed. Sessions of keys that count no more end.

    Raises CouncilError where they cannot be read or written, or the source suddenly has none: then those before stay,
    as without any key the service would take everybody on this machine for a member.
    """
    wanted = _read(source_data / DATABASE)
    held = _rows_of(state)
    if wanted == held:
        return False
    if held.keys and not wanted.keys:
        raise CouncilError(
            f"{source_data / DATABASE}: holds no keys any more; those that this replica has stay. Is it the right one?"
        )
    with state.writing() as connection:
        names = ", ".join(_KEY_COLUMNS)
        places = ", ".join("?" * len(_KEY_COLUMNS))
        changes = ", ".join(f"{name} = excluded.{name}" for name in _KEY_COLUMNS[1:])
        gone = {row[0] for row in held.keys} - {row[0] for row in wanted.keys}
        connection.executemany("DELETE FROM keys WHERE id = ?", [(key,) for key in sorted(gone)])
        connection.executemany(
            f"INSERT INTO keys ({names}) VALUES ({places}) ON CONFLICT (id) DO UPDATE SET {changes}",  # noqa: S608  # nosec B608
            wanted.keys,
        )
        connection.execute(
            "DELETE FROM sessions WHERE key IS NOT NULL AND key NOT IN (SELECT id FROM keys WHERE revoked IS NULL)"
        )
        connection.execute("DELETE FROM secrets")
        connection.executemany("INSERT INTO secrets (name, value) VALUES (?, ?)", wanted.secrets)
    return True


def _rows_of(state: State) -> AccessRows:
    keys = state.rows(f"SELECT {', '.join(_KEY_COLUMNS)} FROM keys ORDER BY id")  # noqa: S608  # nosec B608
    return AccessRows(
        tuple(map(tuple, keys)), tuple(map(tuple, state.rows("SELECT name, value FROM secrets ORDER BY name")))
    )


def _read(path: Path) -> AccessRows:
    """The rows in a source's database; none where it has no such file yet."""
    try:
        for _ in range(_TRIES):
            before = _written(path)
            if before is None:
                return AccessRows()
            if before[1] is not None:  # a log, whose writer may be at work: SQLite has to read the two
                return _selected(path, "mode=ro")
            # Closed by all who wrote it, as one that was brought here is: read as it is, even where nothing can be
            # written beside it. Somebody who opens it meanwhile would leave a log.
            found = _selected(path, "mode=ro&immutable=1")
            if _written(path) == before:
                return found
    except (OSError, sqlite3.Error) as error:
        raise CouncilError(
            f"{path}: keys could not be read ({error}); let this user read it. Of a source on another machine, run "
            "council replicate there into a folder that is shared, or brought here, and take that one for the source"
        ) from error
    raise CouncilError(f"{path}: keeps changing while it is read; it is tried again")


def _written(path: Path) -> tuple[tuple[int, int], tuple[int, int] | None] | None:
    """Size and time of the database and of its log, None for a log that is empty; None where there is no database."""
    try:
        main = path.stat()
    except FileNotFoundError:
        return None
    try:
        log = path.with_name(f"{path.name}-wal").stat()
    except FileNotFoundError:
        return (main.st_size, main.st_mtime_ns), None
    return (main.st_size, main.st_mtime_ns), (log.st_size, log.st_mtime_ns) if log.st_size else None


def _selected(path: Path, how: str) -> AccessRows:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True, timeout=30.0)) as source:
        source.execute("BEGIN")  # all is read as of one moment
        for table in ("keys", "secrets"):
            told = source.execute(f"PRAGMA integrity_check({table})").fetchone()[0]
            if told != "ok":
                raise sqlite3.DatabaseError(told)
        keys = source.execute(f"SELECT {', '.join(_KEY_COLUMNS)} FROM keys ORDER BY id").fetchall()  # noqa: S608  # nosec B608
        secrets = source.execute("SELECT name, value FROM secrets ORDER BY name").fetchall()
    return AccessRows(tuple(map(tuple, keys)), tuple(map(tuple, secrets)))
