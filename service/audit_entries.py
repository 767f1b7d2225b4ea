"""Reading the audit log: entries by time, caller, action and subject, newest first; and writing them out."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from typing import Any, Literal, TextIO

from pydantic import BaseModel, ConfigDict, Field

from service.formulas import harmless
from service.period import Period
from service.state import State

AuditFormat = Literal["jsonl", "csv"]
DEFAULT_PAGE = 100
MAX_PAGE = 1_000
_MAX_CHARACTERS = 200
_DECISIONS = ("document.upload", "document.change", "document.approve", "document.delete")


class AuditEntry(BaseModel):
    """One entry of the audit log: who did what, to what, and when."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "number": 41,
                    "at": "2026-03-02T14:05:09.123+00:00",
                    "caller": "k4f0a9",
                    "role": "member",
                    "action": "document.read",
                    "subject": "2017-10-bc-exchange-form-en-1d2c3b4a",
                    "outcome": "done",
                    "detail": None,
                    "request": "5f2b7c1e9a3d4f60",
                }
            ]
        },
    )

    number: int = Field(description="Counts up; no number is given twice")
    at: str = Field(description="Time in UTC, ISO 8601")
    caller: str = Field(description="Id of the key, or who was signed in; ‘system’ for what the service does by itself")
    role: str = Field(description="Role of the caller at that time")
    action: str = Field(description="What was done: document.read, document.delete …; an action refused has its name")
    subject: str | None = Field(description="Id of the document, key or job; null where it was done to nothing named")
    outcome: str = Field(description="done, or refused")
    detail: str | None = Field(description="More, for people; no text of documents or questions")
    request: str | None = Field(description="Id of the request; null for what came by the command line")


class AuditPage(BaseModel):
    """Entries, newest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entries: list[AuditEntry]
    next: int | None = Field(description="Give it as `before` for the entries that follow; null where there are none")


class AuditFilters(Period):
    """Which entries; all conditions given must hold."""

    caller: str | None = Field(
        default=None, max_length=_MAX_CHARACTERS, description="Id of a key, or who was signed in"
    )
    action: str | None = Field(
        default=None, max_length=_MAX_CHARACTERS, description="The whole name of an action", examples=["document.read"]
    )
    subject: str | None = Field(default=None, max_length=_MAX_CHARACTERS, description="Id of a document, key or job")

    def conditions(self) -> tuple[str, list[Any]]:
        """The filters as SQL and its parameters. Raises RefusedError for a date that is none."""
        tests = self.tests()
        tests += [
            (f"{name} = ?", value)
            for name, value in (("caller", self.caller), ("action", self.action), ("subject", self.subject))
            if value is not None
        ]
        return " AND ".join(test for test, _ in tests) or "1", [value for _, value in tests]


class AuditParameters(AuditFilters):
    """Which page of which entries, as query parameters."""

    before: int | None = Field(
        default=None, ge=1, le=2**62, description="Entries with lower numbers than this: the `next` of the page before"
    )
    limit: int = Field(default=DEFAULT_PAGE, ge=1, le=MAX_PAGE, description="Entries to return")


def page(state: State, asked: AuditParameters) -> AuditPage:
    """A page of the entries that meet the filters. Pages do not shift as entries are added."""
    where, values = asked.conditions()
    if asked.before is not None:
        where, values = f"{where} AND number < ?", [*values, asked.before]
    found = state.rows(
        f"SELECT * FROM audit WHERE {where} ORDER BY number DESC LIMIT ?",  # noqa: S608 - the conditions are ours  # nosec B608
        [*values, asked.limit + 1],
    )
    entries = [_entry(row) for row in found[: asked.limit]]
    return AuditPage(entries=entries, next=entries[-1].number if len(found) > asked.limit else None)


def every(state: State, filters: AuditFilters) -> Iterator[AuditEntry]:
    """All entries that meet the filters, oldest first; read in pieces, so that a long log takes no memory."""
    where, values = filters.conditions()
    last = 0
    while True:
        found = state.rows(
            f"SELECT * FROM audit WHERE {where} AND number > ? ORDER BY number LIMIT ?",  # noqa: S608 - as above  # nosec B608
            [*values, last, MAX_PAGE],
        )
        if not found:
            return
        yield from (_entry(row) for row in found)
        last = found[-1]["number"]


def decisions(state: State, document_id: str) -> list[AuditEntry]:
    """What was decided on a document, the latest first: for those who decide, who opened it is left out."""
    marks = ", ".join("?" * len(_DECISIONS))
    rows = state.rows(
        f"SELECT * FROM audit WHERE subject = ? AND action IN ({marks}) ORDER BY number DESC LIMIT ?",  # noqa: S608 - marks only  # nosec B608
        [document_id, *_DECISIONS, DEFAULT_PAGE],
    )
    return [_entry(row) for row in rows]


def write(entries: Iterator[AuditEntry], form: AuditFormat, out: TextIO) -> int:
    """Write entries as JSON lines or CSV, and return how many; no cell of a CSV file can be taken for a formula."""
    count = 0
    if form == "jsonl":
        for entry in entries:
            out.write(entry.model_dump_json() + "\n")
            count += 1
        return count
    rows = csv.writer(out)
    rows.writerow(AuditEntry.model_fields)
    for entry in entries:
        rows.writerow([harmless(cell) for cell in entry.model_dump().values()])
        count += 1
    return count


def _entry(row: sqlite3.Row) -> AuditEntry:
    return AuditEntry(**{name: row[name] for name in AuditEntry.model_fields})
