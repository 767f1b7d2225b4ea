"""Jobs that bring the index up to date, in the service's memory: any worker and any later start takes them up."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from indexer.documents import Distribution, DocumentType, Language
from indexer.overrides import DATE, Override
from service.state import State

JobKind = Literal["upload", "delete", "change"]
_KEPT_DAYS = 90


class JobState(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"


class FileState(StrEnum):
    """What became of a document of a job."""

    WAITING = "waiting"
    INDEXED = "indexed"
    HELD = "held"  # the same bytes were there already
    UNREADABLE = "unreadable"
    REPLACED = "replaced"  # by a later upload of the same name
    WITHDRAWN = "withdrawn"


class UploadFields(BaseModel):
    """What is stated of an uploaded document, as a catalogue would; what is left out is read from the document."""

    model_config = ConfigDict(extra="forbid")

    distribution: Distribution | None = None
    title: str | None = Field(default=None, min_length=1, max_length=500)
    type: DocumentType | None = None
    language: Language | None = None
    meeting_date: str | None = Field(default=None, pattern=DATE)
    jurisdiction: str | None = Field(default=None, max_length=20)


class JobFile(BaseModel):
    """One document of a job. `place` is where its file was received, `before` what was decided on it until then."""

    name: str
    document_id: str
    state: FileState = FileState.WAITING
    digest: str | None = None
    place: int | None = None
    fields: UploadFields = UploadFields()
    before: Override | None = None
    reason: str | None = None


class JobContent(BaseModel):
    """What a job is about; `trouble` says that the index could not be written and will be tried again."""

    kind: JobKind
    files: list[JobFile]
    generation: str | None = None
    trouble: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands."""

    id: str
    at: str
    changed: str
    state: JobState
    content: JobContent


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a job, numbered from 1 within it."""

    number: int
    event: str
    content: dict[str, Any]


def new_id() -> str:
    """An id for a job."""
    return f"job-{secrets.token_hex(8)}"


class Jobs:
    """All jobs; safe to use from several threads and processes."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, job_id: str, caller: str, content: JobContent, state: JobState = JobState.QUEUED) -> Job:
        """Put a job down; it is on the disk when this returns."""
        now = _now()
        with self._state.writing() as connection:
            connection.execute(
                "INSERT INTO jobs (id, at, caller, state, content, changed) VALUES (?, ?, ?, ?, ?, ?)",
                (job_id, now, caller, str(state), content.model_dump_json(), now),
            )
        return Job(job_id, now, now, state, content)

    def get(self, job_id: str) -> Job | None:
        """The job with this id, if there is one."""
        return next(iter(self._jobs("WHERE id = ?", (job_id,))), None)

    def latest(self, limit: int, offset: int) -> tuple[list[Job], int]:
        """Jobs from the latest on, and how many there are."""
        count = self._state.rows("SELECT count(*) FROM jobs")
        return self._jobs("ORDER BY number DESC LIMIT ? OFFSET ?", (limit, offset)), count[0][0] if count else 0

    def unfinished(self) -> list[Job]:
        """The jobs that have not ended, the oldest first."""
        return self._jobs("WHERE state <> ? ORDER BY number", (str(JobState.DONE),))

    def any_unfinished(self) -> bool:
        """Whether there is anything to do."""
        return bool(self._state.rows("SELECT 1 FROM jobs WHERE state <> ? LIMIT 1", (str(JobState.DONE),)))

    def save(self, job: Job, *events: tuple[str, dict[str, Any]]) -> None:
        """Put a job down as it stands now, with what happened to it, in one step."""
        with self._state.writing() as connection:
            connection.execute(
                "UPDATE jobs SET state = ?, content = ?, changed = ? WHERE id = ?",
                (str(job.state), job.content.model_dump_json(), _now(), job.id),
            )
            for name, content in events:
                connection.execute(
                    "INSERT INTO job_events SELECT ?, coalesce(max(number), 0) + 1, ?, ? FROM job_events WHERE job = ?",
                    (job.id, name, json.dumps(content, ensure_ascii=False), job.id),
                )

    def tell(self, ids: Sequence[str], event: str, content: dict[str, Any]) -> None:
        """Put down something that happened to several jobs; a power cut may take it."""
        with self._state.writing(synced=False) as connection:
            for job_id in ids:
                connection.execute(
                    "INSERT INTO job_events SELECT ?, coalesce(max(number), 0) + 1, ?, ? FROM job_events WHERE job = ?",
                    (job_id, event, json.dumps(content, ensure_ascii=False), job_id),
                )

    def events(self, job_id: str, after: int) -> list[Event]:
        """What happened to a job since the event numbered `after`."""
        rows = self._state.rows(
            "SELECT number, event, content FROM job_events WHERE job = ? AND number > ? ORDER BY number LIMIT 1000",
            (job_id, after),
        )
        return [Event(row["number"], row["event"], json.loads(row["content"])) for row in rows]

    def forget_old(self) -> None:
        """Drop jobs that ended long ago."""
        border = (datetime.now(UTC) - timedelta(days=_KEPT_DAYS)).isoformat(timespec="milliseconds")
        old = "SELECT id FROM jobs WHERE state = ? AND changed < ?"
        with self._state.writing() as connection:
            connection.execute(f"DELETE FROM job_events WHERE job IN ({old})", (str(JobState.DONE), border))  # noqa: S608  # nosec B608
            connection.execute("DELETE FROM jobs WHERE state = ? AND changed < ?", (str(JobState.DONE), border))

    def _jobs(self, where: str, values: Sequence[object]) -> list[Job]:
        rows = self._state.rows(f"SELECT id, at, changed, state, content FROM jobs {where}", values)  # noqa: S608  # nosec B608
        return [
            Job(
                row["id"],
                row["at"],
                row["changed"],
                JobState(row["state"]),
                JobContent.model_validate_json(row["content"]),
            )
            for row in rows
        ]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
