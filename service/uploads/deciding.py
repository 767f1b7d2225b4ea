"""What the secretariat decides on a document: withdrawn, brought back, for another audience, corrected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from indexer import overrides
from indexer.documents import Distribution, DocumentType, Language
from indexer.overrides import DATE, Override
from indexer.store import Manifest, SourceState
from indexer.wanted import uploaded_file
from service.messages import RefusedError
from service.problems import ProblemError
from service.uploads import staging
from service.uploads.installing import before_file
from service.uploads.jobs import FileState, Job, JobContent, JobFile, new_id
from service.uploads.receiving import check_jurisdiction
from service.uploads.staging import Holdings

_Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]+$")
]
_TOLD = ("type", "language", "meeting_date", "jurisdiction", "withdrawn")  # whose values the audit log may hold


class DocumentChange(BaseModel):
    """What is to hold for a document from now on. What is left out stays; null goes back to the document's own."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"distribution": "public", "approved_by": "Deputy Minister’s Office", "approved_on": "2024-05-02"},
                {"distribution": "secretariat"},
                {"title": "Exchange form, Nova Scotia, May 2022", "meeting_date": "2022-05"},
            ]
        },
    )

    distribution: Distribution | None = Field(
        default=None, description="Audience; a wider one takes `approved_by` and `approved_on`", examples=["public"]
    )
    approved_by: _Line | None = Field(default=None, description="Who approved it for its author")
    approved_on: date | None = Field(default=None, description="Day of the approval", examples=["2024-05-02"])
    title: _Line | None = None
    type: DocumentType | None = None
    language: Language | None = None
    meeting_date: str | None = Field(
        default=None, pattern=DATE, description="YYYY, YYYY-MM or YYYY-MM-DD", examples=["2022-05"]
    )
    jurisdiction: str | None = Field(
        default=None, description="Code, as GET /v1/jurisdictions gives", examples=["NS"], max_length=20
    )
    withdrawn: Literal[False] | None = Field(
        default=None, description="false brings back a document that was withdrawn with DELETE"
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A change made: the job that follows it, and what it was, for the audit log."""

    job: Job
    detail: str
    approval: str | None


def withdraw(at: Holdings, document_id: str, caller: str) -> Job | None:
    """Take a document out of every answer at once, and its file away if it was uploaded; None if there is none."""
    data, jobs = at.data, at.jobs
    with staging.turn(data):
        found = _find(at.manifest(), document_id)
        if found is None or overrides.load(data).of(document_id).withdrawn:
            return None
        name, state = found
        gone = JobFile(name=PurePosixPath(name).name, document_id=document_id, state=FileState.WITHDRAWN)
        job = jobs.add(new_id(), caller, JobContent(kind="delete", files=[gone]))
        overrides.change(data, document_id, lambda before: before.model_copy(update={"withdrawn": True}))
        for other in jobs.unfinished():
            for place, file in enumerate(other.content.files):
                if file.document_id == document_id and file.state is FileState.WAITING:
                    file.state = FileState.WITHDRAWN
                    jobs.save(other, ("file", {"file": place}))
        if state.upload:
            path = uploaded_file(name, data)
            path.unlink(missing_ok=True)
            before_file(path).unlink(missing_ok=True)
        return job


def change(at: Holdings, document_id: str, caller: str, wanted: DocumentChange) -> Change | None:
    """Decide on a document; what narrows its audience holds at once, the rest from the next generation on.

    None if there is no such document. Raises ProblemError for a wider audience without an approval, and for an upload
    that was deleted; RefusedError for values that cannot be used.
    """
    _check(wanted)
    data, jobs = at.data, at.jobs
    with staging.turn(data):
        found = _find(at.manifest(), document_id)
        before = overrides.load(data).of(document_id)
        if found is None or (before.withdrawn and wanted.withdrawn is not False):
            return None
        name, state = found
        if before.withdrawn and state.upload:
            raise ProblemError("upload_gone", 409, name=PurePosixPath(name).name)
        new = _changed(before, wanted, state.distribution)
        file = JobFile(name=PurePosixPath(name).name, document_id=document_id)
        job = jobs.add(new_id(), caller, JobContent(kind="change", files=[file]))
        overrides.change(data, document_id, lambda _: new)
    approval = f"{new.distribution}: {new.approved_by}, {new.approved_on}" if wanted.approved_by else None
    return Change(job, _detail(wanted, before.distribution or state.distribution), approval)


def _find(manifest: Manifest, document_id: str) -> tuple[str, SourceState] | None:
    states = manifest.sources | manifest.withdrawn
    return next(((name, state) for name, state in states.items() if state.document_id == document_id), None)


def _check(wanted: DocumentChange) -> None:
    if not wanted.model_fields_set:
        raise RefusedError("holdings.nothing_to_change")
    check_jurisdiction(wanted.jurisdiction)
    if wanted.approved_on is not None and wanted.approved_on > (datetime.now(UTC) + timedelta(days=1)).date():
        raise RefusedError("holdings.approved_later", date=wanted.approved_on)


def _changed(before: Override, wanted: DocumentChange, own: Distribution) -> Override:
    """The override that follows from `before`; `own` is the audience of a document on which nothing was decided."""
    fields: dict[str, Any] = wanted.model_dump(exclude_unset=True)
    fields.pop("withdrawn", None)
    if wanted.approved_on is not None:
        fields["approved_on"] = wanted.approved_on.isoformat()
    if "distribution" in fields:
        new, now = wanted.distribution or own, before.distribution or own
        approved = wanted.approved_by is not None and wanted.approved_on is not None
        if new.rank < now.rank and not approved:
            raise ProblemError("approval_missing", 422, now=str(now), new=str(new))
        if new is not now:  # an approval holds for the audience that it was given for
            fields = {"approved_by": None, "approved_on": None} | fields
    return Override.model_validate(before.model_dump() | fields | {"withdrawn": False})


def _detail(wanted: DocumentChange, now: Distribution) -> str:
    said = []
    for name in sorted(wanted.model_fields_set):
        value = getattr(wanted, name)
        if name == "distribution":
            said.append(f"distribution: {now} -> {value or 'its own'}")
        else:
            said.append(f"{name}: {value}" if name in _TOLD else name)
    return "; ".join(said)
