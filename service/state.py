"""The service's own memory in the data folder, one SQLite file: keys, sessions, audit log, feedback, upload jobs."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from indexer.errors import CouncilError

DATABASE = "service.sqlite"
_WAIT = 30.0  # seconds that a writer waits for another
# Each step brings the file from the version of its place to the next; PRAGMA user_version says how far it is.
_STEPS = (
    """
    CREATE TABLE keys (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, made TEXT NOT NULL,
        expires TEXT, revoked TEXT, used TEXT
    ) WITHOUT ROWID;
    CREATE TABLE sessions (
        hash TEXT PRIMARY KEY, key TEXT REFERENCES keys (id), issuer TEXT, name TEXT NOT NULL, known_as TEXT NOT NULL,
        role TEXT NOT NULL, ends TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX sessions_by_key ON sessions (key);
    CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE audit (
        number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, caller TEXT NOT NULL, role TEXT NOT NULL,
        action TEXT NOT NULL, subject TEXT, outcome TEXT NOT NULL, detail TEXT, request TEXT
    );
    CREATE INDEX audit_by_time ON audit (at);
    CREATE TABLE feedback (
        id TEXT PRIMARY KEY, at TEXT NOT NULL, caller TEXT NOT NULL, role TEXT NOT NULL, question TEXT NOT NULL,
        language TEXT NOT NULL, content TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE jobs (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, caller TEXT NOT NULL,
        state TEXT NOT NULL, content TEXT NOT NULL, changed TEXT NOT NULL
    );
    CREATE INDEX jobs_by_state ON jobs (state);
    CREATE TABLE job_events (
        job TEXT NOT NULL, number INTEGER NOT NULL, event TEXT NOT NULL, content TEXT NOT NULL,
        PRIMARY KEY (job, number)
    ) WITHOUT ROWID;
    """,
)


class State:
    """The file in the data folder, made at the first use; safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        self.path = data / DATABASE
        self._local = threading.local()

    def exists(self) -> bool:
        """Whether the file is there; reading it where it is not finds nothing and makes none."""
        return self.path.exists()

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """What a statement selects; nothing where there is no file yet. Raises CouncilError where it cannot be read."""
        if not self.exists():
            return []
        with self._told():
            return self._connection().execute(statement, parameters).fetchall()

    @contextmanager
    def writing(self, *, synced: bool = True) -> Iterator[sqlite3.Connection]:
        """A transaction that is on the disk at the end of the block, and undone where it raises.

        Not `synced`, it is in the file then, whatever becomes of the process, but a power cut may undo it: much faster.
        """
        with self._told():
            connection = self._connection()
            connection.execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            connection = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None)
            self.path.chmod(0o600)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")  # what was acknowledged outlasts a power cut
            _bring_up_to_date(connection, self.path)
            self._local.connection = connection
        return connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise CouncilError(
                f"{self.path}: cannot be used ({error}); let this user read and write it, make room on the disk, or "
                "restore it from a backup"
            ) from error


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(_STEPS):
        raise CouncilError(f"{path}: a later version of this program wrote it; use that version")
    if version == len(_STEPS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])  # another process may have been first
        for step in _STEPS[version:]:
            for statement in step.split(";"):
                if statement.strip():
                    connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(_STEPS)}")
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
