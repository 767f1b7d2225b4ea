"""Whom each document is for: what it says itself, what was decided, on whose approval, and what still waits for one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from indexer.documents import Distribution, DocumentRecord, Language
from indexer.index_protocol import Index
from indexer.notices import notices_in
from indexer.overrides import Override, Overrides
from indexer.store import SourceState
from indexer.text import fold

Reason = Literal["public", "notice", "manifest", "unstated"]
Show = Literal["outstanding", "approved", "narrowed", "all"]
_FRONT = 2_000  # characters in which a document speaks of itself, whatever the words


@dataclass(frozen=True, slots=True)
class Standing:
    """Whom a document is for.

    `own` is the audience that it has by itself, for the `reason`; `now` the one that sees it; `coming` a wider one that
    the next generation brings, where the index has not followed a decision yet.
    """

    document_id: str
    title: str
    language: Language
    source: str
    meeting_date: str | None
    own: Distribution
    reason: Reason
    now: Distribution
    coming: Distribution | None
    approved_by: str | None
    approved_on: str | None

    @property
    def decided(self) -> Distribution:
        """The audience that holds, followed already or not."""
        return self.coming or self.now

    @property
    def outstanding(self) -> bool:
        """Whether the document keeps itself from the public, and nobody approved or decided anything else."""
        return self.own is not Distribution.PUBLIC and self.approved_by is None and self.decided is self.own

    def among(self, show: Show) -> bool:
        """Whether the document belongs to what is to be shown."""
        if show == "approved":
            return self.decided.rank < self.own.rank
        if show == "narrowed":
            return self.decided.rank > self.own.rank
        return show == "all" or self.outstanding


def standings(index: Index, decided: Overrides) -> list[Standing]:
    """That of every document that `index` holds, by title."""
    states = {state.document_id: state for state in index.manifest.sources.values()}
    records = index.documents_by_id(index.passage_counts)
    found = [_standing(record, states[record.id], decided.of(record.id)) for record in records if record.id in states]
    return sorted(found, key=lambda standing: (fold(standing.title), standing.meeting_date or "", standing.document_id))


def standing_of(index: Index, decided: Overrides, document_id: str) -> Standing | None:
    """That of one document; None where `index` holds none with the id."""
    record = next(iter(index.documents_by_id([document_id])), None)
    state = next((one for one in index.manifest.sources.values() if one.document_id == document_id), None)
    return _standing(record, state, decided.of(document_id)) if record is not None and state is not None else None


def matching(found: Iterable[Standing], show: Show, words: str) -> list[Standing]:
    """Those to be shown whose title or file has the words, whatever their accents and case."""
    wanted = fold(words).split()
    return [
        standing
        for standing in found
        if standing.among(show) and all(word in fold(f"{standing.title} {standing.source}") for word in wanted)
    ]


def notice(text: str) -> str | None:
    """The sentence of a document's text that keeps it from being passed on, where one does."""
    start = 0
    for line in text.split("\n"):
        for begin, end in notices_in(line, itself=start >= _FRONT):
            return line[begin:end]
        start += len(line) + 1
    return None


def _standing(record: DocumentRecord, state: SourceState, override: Override) -> Standing:
    # A decision that narrows an audience holds at once; one that widens it, once a generation follows it.
    wanted = override.distribution or record.distribution
    return Standing(
        document_id=record.id,
        title=record.title,
        language=record.language,
        source=record.source,
        meeting_date=record.meeting_date,
        own=state.distribution,
        reason=_reason(state, override),
        now=max(wanted, record.distribution, key=lambda audience: audience.rank),
        coming=wanted if wanted.rank < record.distribution.rank else None,
        approved_by=override.approved_by,
        approved_on=override.approved_on,
    )


def _reason(state: SourceState, override: Override) -> Reason:
    stated = override.stated or (state.entry.distribution if state.entry is not None else None)
    if state.distribution is Distribution.PUBLIC:
        return "public"
    if stated is None:
        return "unstated"
    return "notice" if state.distribution.rank > stated.rank else "manifest"
