"""What the secretariat corrected on passages: what they are for, whose they are, who speaks.

Kept in one JSON file in the data folder, by ids of the document and of the passage, which stay while document and text
do. Every build applies them to what it read, so they outlast the index; one whose passage is no longer there is
reported and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Self

from pydantic import BaseModel, ConfigDict, field_validator

from indexer import decided_file, jurisdictions
from indexer.data_folder import CORRECTIONS
from indexer.documents import Attribution, Passage, Role

MOST_KEPT_OF_TEXT = 240  # characters of a passage, by which people know it again


class Correction(BaseModel):
    """What holds for one passage from now on; what is None stays as the document has it.

    `jurisdictions` are all that the passage is about, whose it is first; none for one that is nobody's. `speaker` is
    "" where nobody speaks. `text` is how the passage begins.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role | None = None
    jurisdictions: tuple[str, ...] | None = None
    speaker: str | None = None
    text: str = ""

    @field_validator("jurisdictions")
    @classmethod
    def _known(cls, codes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        known = {one.code for one in jurisdictions.all_jurisdictions()}
        for code in codes or ():
            if code not in known:
                raise ValueError(f"no jurisdiction has the code {code}")
        return None if codes is None else tuple(dict.fromkeys(codes))

    @property
    def empty(self) -> bool:
        """Whether it changes nothing."""
        return self.role is None and self.jurisdictions is None and self.speaker is None

    def applied(self, passage: Passage) -> Passage:
        """The passage as corrected: what a person looked at is stated, whatever they left as it was."""
        if self.empty:
            return passage
        return replace(
            passage,
            role=passage.role if self.role is None else self.role,
            jurisdictions=passage.jurisdictions if self.jurisdictions is None else self.jurisdictions,
            speaker=passage.speaker if self.speaker is None else self.speaker or None,
            attribution=Attribution.STATED,
        )


class Own(BaseModel):
    """What a document itself says of a passage that is corrected: kept beside it, so that it can be undone."""

    model_config = ConfigDict(frozen=True)

    role: Role
    jurisdictions: tuple[str, ...]
    speaker: str | None
    attribution: Attribution

    @classmethod
    def of(cls, passage: Passage) -> Self:
        """What holds for a passage that was not corrected."""
        return cls(**{name: getattr(passage, name) for name in cls.model_fields})

    def restored(self, passage: Passage) -> Passage:
        """The passage as its document has it."""
        return replace(passage, **{name: getattr(self, name) for name in Own.model_fields})


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format_version: int = decided_file.FORMAT_VERSION
    documents: dict[str, dict[str, Correction]] = {}


class Corrections:
    """The corrections of all documents, as one file has them; a value that never changes."""

    def __init__(self, documents: Mapping[str, Mapping[str, Correction]] | None = None) -> None:
        self.documents: Mapping[str, Mapping[str, Correction]] = MappingProxyType(dict(documents or {}))

    def of(self, document_id: str) -> Mapping[str, Correction]:
        """The corrections of a document, by id of the passage."""
        return self.documents.get(document_id, {})

    def document_of(self, passage_id: str) -> str | None:
        """The document in which a passage is corrected, whether or not it is still there."""
        return next((document_id for document_id, known in self.documents.items() if passage_id in known), None)

    def lost(self, held: Mapping[str, Iterable[str]], withdrawn: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
        """Ids of document and passage of the corrections that find no passage among those `held`, by document.

        Those of documents that are `withdrawn` wait with them.
        """
        out = frozenset(withdrawn)
        return tuple(
            (document_id, passage_id)
            for document_id, known in sorted(self.documents.items())
            if document_id not in out
            for passage_id in sorted(known.keys() - frozenset(held.get(document_id, ())))
        )


def load(data: Path) -> Corrections:
    """The corrections in the data folder; none where it holds no file.

    Raises IndexUnusableError where the file cannot be read: to build without it would undo what was corrected.
    """
    read = decided_file.read(data / CORRECTIONS, _File, held_up="nothing is built")
    return Corrections(read.documents if read is not None else None)


def change(
    data: Path, document_id: str, passages: Mapping[str, str], changed: Callable[[Correction], Correction]
) -> None:
    """Put what `changed` makes of the corrections of some passages of a document in their place, all in one step.

    `passages` are the beginnings of their texts by id. What corrects nothing is dropped. It is on the disk when this
    returns; two callers at once take turns. Raises CouncilError where the file cannot be written; the old one stays.
    """
    path = data / CORRECTIONS
    with decided_file.turn(path):
        before = load(data)
        of_document = dict(before.of(document_id))
        for passage_id, text in passages.items():
            new = changed(of_document.get(passage_id, Correction()))
            kept = text[:MOST_KEPT_OF_TEXT] or new.text
            of_document[passage_id] = new.model_copy(update={"text": kept})
            if new.empty:
                del of_document[passage_id]
        documents = {**before.documents, document_id: of_document}
        if not of_document:
            del documents[document_id]
        decided_file.write(path, _File(documents={name: dict(known) for name, known in documents.items()}))


def applied(
    passages: Sequence[Passage], corrections: Mapping[str, Correction]
) -> tuple[tuple[Passage, ...], dict[str, Own]]:
    """Passages of a document with its corrections, and what the document itself says of those that have one."""
    if not corrections:
        return tuple(passages), {}
    own = {passage.id: Own.of(passage) for passage in passages if passage.id in corrections}
    found = (corrections[p.id].applied(p) if p.id in own else p for p in passages)
    return tuple(found), own


def uncorrected(passages: Sequence[Passage], own: Mapping[str, Own]) -> tuple[Passage, ...]:
    """Passages of a document as it says them itself, from what `applied` gave."""
    return tuple(own[passage.id].restored(passage) if passage.id in own else passage for passage in passages)
