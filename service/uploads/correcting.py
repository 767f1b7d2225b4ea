"""Correcting what a passage is for, whose it is and who speaks: kept, and followed from the next generation on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from indexer import corrections, overrides
from indexer.documents import Passage, Role
from indexer.index_protocol import Index
from service.messages import RefusedError
from service.uploads import staging
from service.uploads.jobs import Job, JobContent, JobFile, JobState, new_id
from service.uploads.receiving import check_jurisdiction
from service.uploads.staging import Holdings

MOST_JURISDICTIONS = 20
_Code = Annotated[str, StringConstraints(max_length=20)]
_Speaker = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class PassageCorrection(BaseModel):
    """What is to hold for a passage from now on. What is left out stays; null goes back to the document's own."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"jurisdictions": ["NS"]},
                {"role": "need", "jurisdictions": ["NB", "NS"], "whole_section": True},
                {"role": None, "jurisdictions": None, "speaker": None},
            ]
        },
    )

    role: Role | None = Field(default=None, description="What the passage is for", examples=["need"])
    jurisdictions: list[_Code] | None = Field(
        default=None,
        description="Codes of all that the passage is about, whose it is first; none for one that is nobody's",
        examples=[["NS"]],
        max_length=MOST_JURISDICTIONS,
    )
    speaker: _Speaker | None = Field(default=None, description="Who speaks; empty where nobody does")
    whole_section: bool = Field(
        default=False, description="Whether it is to hold for the other passages of the same section too"
    )

    @property
    def decided(self) -> dict[str, object]:
        """What is said of the correction itself."""
        return self.model_dump(exclude_unset=True, exclude={"whole_section"})


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction made: in which document, the job that follows it, and what it was, for the audit log."""

    document_id: str
    job: Job
    detail: str


def section_of(passages: Sequence[Passage], passage: Passage) -> tuple[Passage, ...]:
    """The passages that stand in one section with `passage`, itself among them; `passages` are its document's.

    They are those around it under the same titles, for the same, of the same speaker.
    """
    at = next(place for place, one in enumerate(passages) if one.id == passage.id)

    def same(one: Passage) -> bool:
        return (one.heading, one.role, one.speaker) == (passage.heading, passage.role, passage.speaker)

    before = tuple(takewhile(same, reversed(passages[:at])))
    return (*reversed(before), *takewhile(same, passages[at:]))


def correct(at: Holdings, index: Index, passage_id: str, caller: str, wanted: PassageCorrection) -> Corrected | None:
    """Correct a passage; None where there is no such passage.

    A correction whose passage is no longer there can be dropped, by null in all of its fields. Raises RefusedError for
    a code that no jurisdiction has, and where nothing is to change.
    """
    if not wanted.decided:
        raise RefusedError("holdings.nothing_to_correct")
    for code in wanted.jurisdictions or ():
        check_jurisdiction(code)
    with staging.turn(at.data):
        passage = index.passage(passage_id)
        if passage is not None:
            document_id, held = passage.document_id, index.passages(passage.document_id)
            chosen = section_of(held, passage) if wanted.whole_section else (passage,)
            texts = {one.id: one.text for one in chosen}
        else:
            known, dropped = corrections.load(at.data), all(value is None for value in wanted.decided.values())
            lost_of = known.document_of(passage_id)
            if lost_of is None or not dropped or overrides.load(at.data).of(lost_of).withdrawn:
                return None
            document_id, texts = lost_of, {passage_id: ""}
        job = _job(at, document_id, caller)
        corrections.change(at.data, document_id, texts, lambda before: _changed(before, wanted))
    return Corrected(document_id, job, _detail(passage_id, wanted, len(texts)))


def _job(at: Holdings, document_id: str, caller: str) -> Job:
    """The job that follows; it has ended where the index holds no such document, and so has nothing to follow."""
    name = next((name for name, state in at.manifest().sources.items() if state.document_id == document_id), None)
    if name is None:
        job = at.jobs.add(new_id(), caller, JobContent(kind="change", files=[]), JobState.DONE)
        at.jobs.save(job, ("end", {}))
        return job
    file = JobFile(name=PurePosixPath(name).name, document_id=document_id)
    return at.jobs.add(new_id(), caller, JobContent(kind="change", files=[file]))


def _changed(before: corrections.Correction, wanted: PassageCorrection) -> corrections.Correction:
    return corrections.Correction.model_validate(before.model_dump() | wanted.decided)


def _detail(passage_id: str, wanted: PassageCorrection, count: int) -> str:
    """What the audit log says: codes and roles, no words of the document."""
    said = [passage_id if count == 1 else f"{passage_id} and {count - 1} more of its section"]
    for name, value in sorted(wanted.decided.items()):
        if name == "speaker":
            said.append("speaker: its own" if value is None else "speaker")
        elif value is None:
            said.append(f"{name}: its own")
        else:
            said.append(f"{name}: {', '.join(value) or 'nobody' if isinstance(value, list) else value}")
    return "; ".join(said)
