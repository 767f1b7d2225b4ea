"""Citing the reader's version: where a passage has one, the sentence that says the same takes the statement's place.

What an answer says is settled before, in whichever version it was found; this only chooses the words quoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from indexer import jurisdictions
from indexer.documents import Language, Passage
from indexer.embedding import Embedder
from indexer.index_protocol import Index
from service.answering import short_counterpart
from service.answering.draft import Draft, Span, Statement
from service.answering.found import Found
from service.precedents import Precedent
from service.retrieval import Hit, Place
from service.shown_versions import in_place

_SAME = 0.45  # cosine of two sentences from which one is the other's translation, in passages that are versions,
_SAME_PLACE = 0.2  # and where each is at the same place in passages of as many sentences


def in_reader_language(found: Found, draft: Draft) -> Draft:
    """The draft with every statement in the reader's language, where its passage has a version that says it.

    Whole items of records, which are folded by their own rules, stay as they are.
    """
    told = [*_all((*draft.statements, *draft.context))]
    reader = _Reader(
        found.index, found.embedder, found.query.language, [(one.hit, one.span) for one in told if one.item is None]
    )
    return replace(
        draft,
        statements=tuple(_statement(reader, one) for one in draft.statements),
        context=tuple(_statement(reader, one) for one in draft.context),
    )


def precedents_in(
    index: Index, embedder: Embedder, precedents: Sequence[Precedent], language: Language
) -> list[Precedent]:
    """The precedents in `language`, where their passages have a version that says the same."""
    reader = _Reader(index, embedder, language, [(one.hit, Span(one.start, one.end)) for one in precedents])
    return [_precedent(reader, one) for one in precedents]


def bears_out(passage: Passage, quote: str, code: str | None) -> bool:
    """Whether what a passage says can be told of a jurisdiction."""
    return code is None or code in passage.jurisdictions or code in jurisdictions.named_in(quote)


def _all(statements: Iterable[Statement]) -> Iterator[Statement]:
    for statement in statements:
        yield statement
        yield from _all(statement.further)


def _statement(reader: _Reader, statement: Statement) -> Statement:
    """The statement as the reader's version has it, itself where there is none that gives the same short answer."""
    further = tuple(_statement(reader, other) for other in statement.further)
    same = replace(statement, further=further) if further else statement
    if statement.item is not None:
        return same
    there = reader.counterpart(statement.hit, statement.span, statement.jurisdiction)
    if there is None:
        return same
    short = None
    if statement.short is not None:
        short = short_counterpart.find(
            statement.hit.passage, statement.span, statement.short, there.hit.passage, there.span
        )
        if short is None:
            return same
    return replace(same, hit=there.hit, span=there.span, short=short)


def _precedent(reader: _Reader, precedent: Precedent) -> Precedent:
    span = Span(precedent.start, precedent.end)
    there = reader.counterpart(precedent.hit, span, precedent.jurisdiction)
    return replace(precedent, hit=there.hit, start=there.span.start, end=there.span.end) if there else precedent


@dataclass(frozen=True, slots=True)
class _There:
    """Where the reader's version says the same."""

    hit: Hit
    span: Span


class _Reader:
    """Finds what says the same in the reader's language as sentences of hits do."""

    def __init__(self, index: Index, embedder: Embedder, language: Language, told: Iterable[tuple[Hit, Span]]) -> None:
        self._language = language
        foreign = [(hit.passage, span, places) for hit, span in told if (places := self._elsewhere(hit))]
        # All at once, which takes less time than one after the other.
        passages = {
            one.id: one for passage, _, places in foreign for one in (passage, *(place.passage for place in places))
        }
        self._sentences = dict(zip(passages, _sentences(index, list(passages.values())), strict=True))
        self._vectors: dict[str, npt.NDArray[np.float32]] = {}
        unknown: list[str] = []
        for passage, span, _ in foreign:
            quote = _quote(passage, span)
            vector = self._sentences[passage.id].vector(span.start - passage.start, span.end - passage.start)
            if vector is None:  # cut otherwise than the index does
                unknown.append(quote)
            else:
                self._vectors[quote] = vector
        if unknown:
            self._vectors |= dict(zip(unknown, embedder.encode_documents(unknown), strict=True))

    def counterpart(self, hit: Hit, span: Span, code: str | None) -> _There | None:
        """What says the same as the span of a hit, of the jurisdiction `code` too; None where nothing does."""
        places = self._elsewhere(hit)
        best = max(
            (
                (likeness, place, there)
                for place in places
                for likeness, there in self._alike(hit.passage, span, place.passage, alone=len(places) == 1)
                if bears_out(place.passage, _quote(place.passage, there), code)
            ),
            key=lambda one: one[0],
            default=None,
        )
        return _There(in_place(hit, best[1]), best[2]) if best else None

    def _elsewhere(self, hit: Hit) -> list[Place]:
        """The places where the reader's language may say what a hit says in the other."""
        passage = hit.passage
        if passage.language == self._language:
            return []
        return [
            place
            for place in hit.versions
            if place.passage.language == self._language and place.passage.meeting_date == passage.meeting_date
        ]

    def _alike(self, passage: Passage, span: Span, other: Passage, *, alone: bool) -> list[tuple[float, Span]]:
        """The sentence of another passage that is likest to a span, with its cosine, if it is like enough."""
        own, theirs = self._sentences[passage.id], self._sentences[other.id]
        if not theirs.spans:
            return []
        cosines = theirs.vectors @ self._vectors[_quote(passage, span)]
        best = int(np.argmax(cosines))
        middle = (span.start + span.end) // 2 - passage.start
        at_same_place = (
            alone and len(own.spans) == len(theirs.spans) and own.spans[best][0] <= middle < own.spans[best][1]
        )
        if cosines[best] < (_SAME_PLACE if at_same_place else _SAME):
            return []
        start, end = theirs.spans[best]
        return [(float(cosines[best]), Span(other.start + start, other.start + end))]


@dataclass(frozen=True, slots=True)
class _Sentences:
    """The sentences of a passage, as offsets into its text, and their vectors, of shape (sentences, dimension)."""

    spans: list[tuple[int, int]]
    vectors: npt.NDArray[np.float32]

    def vector(self, start: int, end: int) -> npt.NDArray[np.float32] | None:
        """The vector of the sentence from `start` to `end`; None where none is so."""
        return self.vectors[self.spans.index((start, end))] if (start, end) in self.spans else None


def _sentences(index: Index, passages: Sequence[Passage]) -> list[_Sentences]:
    if not passages:
        return []
    read = index.statements.of(index.places(passages))
    spans, vectors = [(start, end) for start, end in read.spans.tolist()], index.statements.vectors(read)
    ends = np.searchsorted(read.passage, np.arange(len(passages)), "right").tolist()
    return [_Sentences(spans[begin:end], vectors[begin:end]) for begin, end in zip([0, *ends], ends, strict=False)]


def _quote(passage: Passage, span: Span) -> str:
    return passage.text[span.start - passage.start : span.end - passage.start]
