"""The audit log: who did what to which document or key, and who asked for it; kept in the service's memory."""

from __future__ import annotations

from datetime import UTC, datetime

from service import request_ids
from service.access import Caller
from service.state import State


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
    with state.writing() as connection:
        connection.execute(
            "INSERT INTO audit (at, caller, role, action, subject, outcome, detail, request) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                datetime.now(UTC).isoformat(timespec="milliseconds"),
                caller.name,
                str(caller.role),
                action,
                subject,
                outcome,
                detail,
                request_ids.current(),
            ),
        )
