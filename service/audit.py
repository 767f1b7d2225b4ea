"""The audit log: who did what to which document or key, and who asked for it; kept in the service's memory.

An entry is on the disk before what it tells of is acknowledged. Only the opening of a document does not wait for the
disk: its entry is in the file by then, so that no death of the process undoes it; a power cut may take the last ones.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from threading import Lock

from indexer.errors import CouncilError
from service import request_ids
from service.access import Action, Caller
from service.state import State

DOCUMENT_READ = "document.read"
PRUNED = "audit.prune"
SYSTEM = ("system", "administrator")  # name and role of what the service does by itself
_log = logging.getLogger(__name__)
# Readers of one process take turns here, where they wait for no longer than a write takes, rather than in SQLite.
_reading = Lock()


class AuditUnwritableError(CouncilError):
    """An entry could not be written, so what it would tell of is not done."""


def record(
    state: State,
    caller: Caller,
    action: str,
    *,
    subject: str | None = None,
    outcome: str = "done",
    detail: str | None = None,
) -> None:
    """Write one entry: `action` such as `document.delete`, `subject` the id of what it was done to.

    `outcome` is `done` or `refused`; `detail` is for people and holds no text of documents or questions.
    """
    _write(state, caller.name, str(caller.role), action, subject=subject, outcome=outcome, detail=detail)


def opened(state: State, caller: Caller, document_id: str, *, detail: str | None = None) -> None:
    """Write down that a caller opens a document, by itself, by a passage or by a page of it; before it is shown.

    Without any key there is nobody to tell apart, and nothing is written. Raises AuditUnwritableError where it cannot
    be: a document is not shown to somebody who would not be on record.
    """
    if caller.via == "local":
        return
    try:
        with _reading:
            _write(
                state, caller.name, str(caller.role), DOCUMENT_READ, subject=document_id, detail=detail, synced=False
            )
    except CouncilError as error:
        raise AuditUnwritableError(str(error)) from error


def refused(state: State, caller: Caller, action: Action) -> None:
    """Write down that a caller may not do what was asked; not for callers without a key, who could fill the disk."""
    if caller.via not in {"key", "session"}:
        return
    try:
        record(state, caller, str(action), outcome="refused")
    except CouncilError as error:  # it stays refused
        _log.error("a refusal could not be written to the audit log: %s", error)


def prune(state: State, days: int) -> int:
    """Remove the entries older than `days`, and return how many; that entries were removed is an entry itself."""
    before = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
    if not state.rows("SELECT 1 FROM audit WHERE at < ? LIMIT 1", (before,)):
        return 0
    with state.writing() as connection:
        removed = connection.execute("DELETE FROM audit WHERE at < ?", (before,)).rowcount
    _write(state, *SYSTEM, PRUNED, detail=f"entries older than {days} days: {removed}")
    return removed


def _write(
    state: State,
    name: str,
    role: str,
    action: str,
    *,
    subject: str | None = None,
    outcome: str = "done",
    detail: str | None = None,
    synced: bool = True,
) -> None:
    with state.writing(synced=synced) as connection:
        connection.execute(
            "INSERT INTO audit (at, caller, role, action, subject, outcome, detail, request) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                datetime.now(UTC).isoformat(timespec="milliseconds"),
                name,
                role,
                action,
                subject,
                outcome,
                detail,
                request_ids.current(),
            ),
        )
