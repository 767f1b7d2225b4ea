"""What the secretariat decided on documents: withdrawn, passed on with their author's approval, corrected.

Kept in one JSON file in the data folder, by id of the document, and put down whole by rename: a reader sees the old
file or the new one. Builds follow it; a running service follows it between builds wherever it takes something away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from indexer import decided_file
from indexer.data_folder import OVERRIDES
from indexer.documents import Distribution, DocumentType

DATE = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"


class Override(BaseModel):
    """What was decided on one document; what is None stays as the document and the catalogue have it.

    `distribution` wins over both and over the notice in the text: `approved_by` and `approved_on` say whose approval
    that rests on. `stated` is an audience that a catalogue might name: a notice in the text still narrows it. A
    `withdrawn` document is in no index.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    withdrawn: bool = False
    distribution: Distribution | None = None
    stated: Distribution | None = None
    approved_by: str | None = None
    approved_on: str | None = Field(default=None, pattern=DATE)
    title: str | None = None
    type: DocumentType | None = None
    language: Literal["en", "fr"] | None = None
    meeting_date: str | None = Field(default=None, pattern=DATE)
    jurisdiction: str | None = None


NOTHING = Override()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format_version: int = decided_file.FORMAT_VERSION
    documents: dict[str, Override] = {}


class Overrides:
    """The overrides of all documents, as one file has them; a value that never changes."""

    def __init__(self, documents: Mapping[str, Override] | None = None) -> None:
        self.documents: Mapping[str, Override] = MappingProxyType(dict(documents or {}))

    def of(self, document_id: str) -> Override:
        """What was decided on a document; an override that changes nothing where nothing was."""
        return self.documents.get(document_id, NOTHING)


def load(data: Path) -> Overrides:
    """The overrides in the data folder; none where it holds no file.

    Raises IndexUnusableError where the file cannot be read: to go on without it would show what was taken away.
    """
    read = decided_file.read(data / OVERRIDES, _File)
    return Overrides(read.documents if read is not None else None)


def change(data: Path, document_id: str, changed: Callable[[Override], Override]) -> Override:
    """Put what `changed` makes of a document's override in its place, on the disk when this returns.

    Two callers at once take turns. Raises CouncilError where the file cannot be written; the old one then stays.
    """
    with decided_file.turn(data / OVERRIDES):
        before = load(data)
        new = changed(before.of(document_id))
        documents = {**before.documents, document_id: new}
        if new == NOTHING:
            del documents[document_id]
        decided_file.write(data / OVERRIDES, _File(documents=documents))
        return new


def revision(data: Path) -> tuple[int, int, int] | None:
    """What changes whenever the file does, at the cost of one look; None where there is none."""
    return decided_file.revision(data / OVERRIDES)
