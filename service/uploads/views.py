"""Jobs in the shape that leaves the service, in the caller's language."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from indexer.corrections import Correction
from indexer.documents import Distribution, DocumentType, Language, Role
from indexer.overrides import Override
from service.messages import message
from service.uploads.jobs import FileState, Job, JobFile, JobKind, JobState


class JobFileView(BaseModel):
    """A document of a job, and what became of it."""

    name: str
    state: FileState = Field(
        description="waiting; indexed; held: the same bytes were there already, as the document named; unreadable; "
        "replaced: by a later upload of the same name; withdrawn"
    )
    document_id: str
    problem: str | None = Field(default=None, description="Why it is not indexed, and what to do about it")
    reason: str | None = Field(default=None, description="What the program that reads such files said, in English")


class JobView(BaseModel):
    """A job that brings the index up to date with uploads or decisions."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "job_id": "job-0f4b2a9c1d3e5f60",
                    "kind": "upload",
                    "state": "done",
                    "at": "2024-05-02T14:03:11.125+00:00",
                    "changed": "2024-05-02T14:03:13.480+00:00",
                    "files": [
                        {
                            "name": "harbour-form.docx",
                            "state": "indexed",
                            "document_id": "harbour-form-5d1c93aa",
                            "problem": None,
                            "reason": None,
                        }
                    ],
                    "generation": "g000007",
                    "problem": None,
                }
            ]
        }
    )

    job_id: str
    kind: JobKind
    state: JobState
    at: str = Field(description="When it was taken up")
    changed: str = Field(description="When something last happened to it")
    files: list[JobFileView]
    generation: str | None = Field(default=None, description="Generation of the index that follows it")
    problem: str | None = Field(default=None, description="Why it has to wait")


class JobList(BaseModel):
    """Jobs, the latest first, and how many there are."""

    jobs: list[JobView]
    total: int


class OverrideView(BaseModel):
    """What the secretariat decided on a document; what is null is as the document and the catalogue have it."""

    document_id: str
    withdrawn: bool
    distribution: Distribution | None
    approved_by: str | None
    approved_on: str | None
    title: str | None
    type: DocumentType | None
    language: Language | None
    meeting_date: str | None
    jurisdiction: str | None


class OverrideList(BaseModel):
    """Decisions on documents, by id, and how many there are."""

    overrides: list[OverrideView]
    total: int


class CorrectionView(BaseModel):
    """What the secretariat corrected on a passage; what is null is as the document has it."""

    passage_id: str
    role: Role | None
    jurisdictions: list[str] | None = Field(description="Codes of all that it is about, whose it is first")
    speaker: str | None = Field(description="Who speaks; empty where nobody does")
    text: str = Field(description="How the passage begins")
    found: bool = Field(description="Whether the document still has the passage; else the correction waits for it")


class CorrectionList(BaseModel):
    """The corrections of the passages of a document."""

    document_id: str
    corrections: list[CorrectionView]


def job_view(job: Job, language: Language) -> JobView:
    """The job, its problems in `language`."""
    return JobView(
        job_id=job.id,
        kind=job.content.kind,
        state=job.state,
        at=job.at,
        changed=job.changed,
        files=[file_view(file, language) for file in job.content.files],
        generation=job.content.generation,
        problem=message("holdings.trouble", language) if job.content.trouble else None,
    )


def file_view(file: JobFile, language: Language) -> JobFileView:
    """A document of a job, its problem in `language`."""
    problem = None
    if file.state is FileState.UNREADABLE:
        key = "holdings.unreadable" if file.digest is not None else "holdings.unreadable_again"
        problem = message(key, language, name=file.name)
    elif file.state is FileState.HELD:
        problem = message("holdings.held", language, name=file.name)
    return JobFileView(
        name=file.name, state=file.state, document_id=file.document_id, problem=problem, reason=file.reason
    )


def override_view(document_id: str, override: Override) -> OverrideView:
    """What was decided on a document."""
    fields = {name: getattr(override, name) for name in OverrideView.model_fields if name != "document_id"}
    return OverrideView(document_id=document_id, **fields)


def correction_view(passage_id: str, correction: Correction, *, found: bool) -> CorrectionView:
    """What was corrected on a passage."""
    return CorrectionView(passage_id=passage_id, found=found, **correction.model_dump())
