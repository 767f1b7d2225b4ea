"""What the client is given of jobs, callers, feedback and the audit log. Fields that it does not know are let be."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from indexer.documents import Distribution


class JobFile(BaseModel):
    """A document of a job, and what became of it; `problem` says why it is not indexed and what to do."""

    name: str
    state: str
    document_id: str
    problem: str | None = None
    reason: str | None = None


class Job(BaseModel):
    """A job that brings the index up to date with uploads or decisions."""

    job_id: str
    kind: str
    state: Literal["queued", "running", "done"]
    at: str
    changed: str
    files: list[JobFile]
    generation: str | None = None
    problem: str | None = None


class JobEvent(BaseModel):
    """Something that happened to a job: `progress`, `file`, `trouble`, or `end`, which is the last."""

    event: str
    id: str | None = None
    data: dict[str, Any]


class Decisions(BaseModel):
    """What the secretariat decided on a document; null where it decided nothing."""

    document_id: str
    withdrawn: bool
    distribution: Distribution | None = None
    approved_by: str | None = None
    approved_on: str | None = None
    title: str | None = None
    type: str | None = None
    language: str | None = None
    meeting_date: str | None = None
    jurisdiction: str | None = None


class PassageCorrected(BaseModel):
    """What the secretariat corrected on a passage; null where it is as the document has it.

    `text` is how the passage begins; it is `found` while the document has it.
    """

    passage_id: str
    role: str | None = None
    jurisdictions: list[str] | None = None
    speaker: str | None = None
    text: str = ""
    found: bool = True


class Session(BaseModel):
    """Who the caller is to the service."""

    role: Literal["anonymous", "member", "secretariat", "administrator"]
    via: Literal["nothing", "local", "key", "session"]
    name: str
    known_as: str = ""


class FeedbackEntry(BaseModel):
    """Feedback as it is kept."""

    id: str
    at: str
    caller: str
    role: str
    question: str
    language: str
    verdict: str
    passage_id: str | None = None
    document_id: str | None = None
    jurisdiction: str | None = None
    comment: str | None = None


class AuditEntry(BaseModel):
    """One entry of the audit log: who did what, to what, and when."""

    number: int
    at: str
    caller: str
    role: str
    action: str
    subject: str | None = None
    outcome: str
    detail: str | None = None
    request: str | None = None


class ReplicaState(BaseModel):
    """What a replica follows, and how far it got."""

    source: str
    generation: str | None = None
    age_seconds: float | None = None
    trouble: str | None = None


class Health(BaseModel):
    """State of the service; `behind` says that an earlier generation serves, as the latest is damaged."""

    status: str
    generation: str | None = None
    behind: bool | None = None
    replica: ReplicaState | None = None
