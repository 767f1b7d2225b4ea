"""What the section's pages show of the holdings: documents with their state, passages with what is unsure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePosixPath
from typing import Literal

from indexer import corrections
from indexer.corrections import Correction, Corrections
from indexer.describe import document_id as id_of
from indexer.documents import Attribution, Distribution, DocumentRecord, DocumentType, Language, Passage
from indexer.index_protocol import Index
from indexer.overrides import Overrides
from indexer.store import SourceState
from indexer.text import fold
from indexer.wanted import upload_name
from indexer.whose_form import is_inferred
from service.uploads.jobs import FileState, Job

State = Literal["served", "changing", "coming", "withdrawn", "gone"]
Show = Literal["all", "check", "uploads", "withdrawn"]
ShowPassages = Literal["unsure", "corrected", "all"]
# What a person should look at in a document.
Doubt = Literal["no_jurisdiction", "inferred_jurisdiction", "no_date", "unread_pages", "unsure", "lost"]


@dataclass(frozen=True, slots=True)
class Holding:
    """A document that the index holds, that is on its way into it, or that was withdrawn.

    `record` is None for what the index does not show; `unsure` of its `passages` are attributed by inference, and
    `lost` corrections find none of them any more.
    """

    document_id: str
    name: str | None
    title: str | None
    state: State
    upload: bool
    record: DocumentRecord | None = None
    passages: int = 0
    unsure: int = 0
    lost: int = 0

    @property
    def here(self) -> bool:
        """Whether the index shows it."""
        return self.record is not None

    @property
    def withdrawn(self) -> bool:
        """Whether the secretariat took it out."""
        return self.state in {"withdrawn", "gone"}

    @property
    def language(self) -> Language | None:
        """The language of the document, and so of its title."""
        return self.record.language if self.record else None

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What should be looked at."""
        record = self.record
        if record is None:
            return ()
        form = record.type is DocumentType.EXCHANGE_FORM
        found: dict[Doubt, bool] = {
            "no_jurisdiction": form and record.jurisdiction is None,
            "inferred_jurisdiction": form and is_inferred(record.jurisdiction_reason),
            "no_date": record.meeting_date is None and record.type is not DocumentType.OTHER,
            "unread_pages": bool(record.unread_pages),
            "unsure": self.unsure > 0,
            "lost": self.lost > 0,
        }
        return tuple(doubt for doubt, there in found.items() if there)

    def among(self, show: Show) -> bool:
        """Whether the document belongs to what is to be shown."""
        if show == "check":
            return bool(self.doubts)
        if show == "uploads":
            return self.upload
        return show == "all" or self.withdrawn


def holdings(
    index: Index, decided: Overrides, corrected: Corrections, waiting: Sequence[Job], *, only: str | None = None
) -> list[Holding]:
    """Every document that is held, comes, or was withdrawn, by title; or the one with the id `only`.

    `waiting` are the jobs that have not ended.
    """
    sources = {state.document_id: (name, state) for name, state in _states(index).items()}
    coming = {
        file.document_id: file.name for job in waiting for file in job.content.files if file.state is FileState.WAITING
    }
    gone = {one for one, override in decided.documents.items() if override.withdrawn}
    every = {**sources, **coming, **dict.fromkeys(gone)}
    wanted = every if only is None else [one for one in every if one == only]
    records = {record.id: record for record in index.documents_by_id(wanted)}
    found = []
    for one in wanted:
        name, state = sources.get(one, (None, None))
        record, override = records.get(one), decided.of(one)
        held, unsure = index.passage_counts.get(one, (0, 0))
        known = corrected.of(one)
        lost = len(known) - len(index.passages_by_id(known)) if known and record else 0
        stands: State
        if override.withdrawn:
            stands = "gone" if state is None or state.upload else "withdrawn"
        elif record is None:
            stands = "coming"
        else:
            stands = "changing" if one in coming else "served"
        file = PurePosixPath(name).name if name else coming.get(one)
        upload = state.upload if state else file is not None and id_of(upload_name(file)) == one
        title = override.title or (record.title if record else file)
        found.append(Holding(one, file, title, stands, upload, record, held, unsure, lost))
    return sorted(found, key=lambda one: (fold(one.title or one.document_id), one.document_id))


def matching(found: Sequence[Holding], show: Show, words: str) -> list[Holding]:
    """Those to be shown whose title or file has all `words`."""
    sought = fold(words).split()
    return [one for one in found if one.among(show) and all(word in _names(one) for word in sought)]


def _names(one: Holding) -> str:
    return fold(f"{one.title or ''} {one.name or ''} {one.document_id}")


def _states(index: Index) -> Mapping[str, SourceState]:
    return index.manifest.withdrawn | index.manifest.sources


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage as it will stand once the index has followed, with what was corrected.

    `own` is what the document itself says; `pending` that the index has not followed yet.
    """

    passage: Passage
    own: Passage
    correction: Correction | None
    pending: bool

    @property
    def unsure(self) -> bool:
        """Whether it was inferred whose it is, and nobody has looked."""
        return self.passage.attribution is Attribution.INFERRED

    def among(self, show: ShowPassages) -> bool:
        """Whether the passage belongs to what is to be shown."""
        if show == "corrected":
            return self.correction is not None
        return show == "all" or self.unsure


@dataclass(frozen=True, slots=True)
class Titled:
    """Passages in a row under the same titles."""

    heading: tuple[str, ...]
    pieces: tuple[Piece, ...]


def pieces(index: Index, document_id: str, corrected: Corrections) -> list[Piece]:
    """The passages of a document in reading order, under the corrections that were made."""
    held = index.passages(document_id)
    state = next((one for one in index.manifest.sources.values() if one.document_id == document_id), None)
    own = corrections.uncorrected(held, state.own if state else {})
    known = corrected.of(document_id)
    coming, _ = corrections.applied(own, known)
    return [
        Piece(passage, plain, known.get(passage.id), pending=passage != now)
        for passage, plain, now in zip(coming, own, held, strict=True)
    ]


def titled(found: Sequence[Piece]) -> list[Titled]:
    """The passages by what stands above them."""
    return [Titled(heading, tuple(group)) for heading, group in groupby(found, key=lambda piece: piece.passage.heading)]


def lost(index: Index, document_id: str, corrected: Corrections) -> dict[str, Correction]:
    """The corrections of a document that find no passage, by the id that it had."""
    known = corrected.of(document_id)
    held = {passage.id for passage in index.passages_by_id(known)}
    return {passage_id: one for passage_id, one in known.items() if passage_id not in held}


def with_audience(record: DocumentRecord, decided: Overrides) -> DocumentRecord:
    """The record for the audience that holds now: a narrower one does at once."""
    narrowed: Distribution | None = decided.of(record.id).distribution
    return replace(record, distribution=narrowed) if narrowed and narrowed.rank > record.distribution.rank else record
