"""Citing the reader's version: where a passage has one, the sentence that says the same takes the statement's place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from indexer.documents import Passage
from service.answering.draft import Draft, Span, Statement
from service.answering.found import Found
from service.retrieval import Place

_SAME = 0.45  # cosine of two sentences from which one is the other's translation, in passages that are versions


def in_reader_language(found: Found, draft: Draft) -> Draft:
    """The draft with every statement in the reader's language, where its passage has a version that says it.

    Whole items of records, which are folded by their own rules, stay as they are.
    """
    reader = _Reader(found, (*draft.statements, *draft.context))
    return replace(
        draft,
        statements=tuple(reader.version(statement) for statement in draft.statements),
        context=tuple(reader.version(statement) for statement in draft.context),
    )


def _all(statements: Iterable[Statement]) -> Iterator[Statement]:
    for statement in statements:
        yield statement
        yield from _all(statement.further)


class _Reader:
    """Finds the counterparts of statements."""

    def __init__(self, found: Found, statements: Iterable[Statement]) -> None:
        self._found = found
        # All at once, which takes less time than one after the other.
        quotes = list(dict.fromkeys(one.quote for one in _all(statements) if self._elsewhere(one)))
        self._vectors = dict(zip(quotes, found.embedder.encode_documents(quotes), strict=True)) if quotes else {}

    def version(self, statement: Statement) -> Statement:
        """The statement as the reader's version has it, itself where there is none."""
        further = tuple(self.version(other) for other in statement.further)
        places = self._elsewhere(statement)
        if not places:
            return replace(statement, further=further) if further else statement
        passage = statement.hit.passage
        best = max(
            (
                (likeness, place, span)
                for place in places
                for likeness, span in self._counterparts(statement, place.passage)
            ),
            key=lambda one: one[0],
            default=None,
        )
        if best is None or best[0] < _SAME:
            return replace(statement, further=further)
        _, place, span = best
        short = self._short(statement, place.passage, span)
        if statement.short is not None and short is None:
            return replace(statement, further=further)
        elsewhere = [other for other in statement.hit.versions if other.passage.id != place.passage.id]
        others = (*elsewhere, Place(passage, statement.hit.document))
        hit = replace(statement.hit, passage=place.passage, document=place.document, versions=others)
        return replace(statement, hit=hit, span=span, short=short, further=further)

    def _elsewhere(self, statement: Statement) -> list[Place]:
        """The places where the reader's language may say what a statement says in the other."""
        reader = self._found.query.language
        if statement.hit.passage.language == reader or statement.item is not None:
            return []
        return [place for place in statement.hit.versions if place.passage.language == reader]

    def _counterparts(self, statement: Statement, passage: Passage) -> list[tuple[float, Span]]:
        """Sentences of a passage with their cosines to the statement."""
        index = self._found.index
        read = index.statements.of(index.places([passage]))
        if not len(read):
            return []
        cosines = (index.statements.vectors(read) @ self._vectors[statement.quote]).tolist()
        return [
            (cosine, Span(passage.start + start, passage.start + end))
            for cosine, (start, end) in zip(cosines, read.spans.tolist(), strict=True)
        ]

    @staticmethod
    def _short(statement: Statement, passage: Passage, span: Span) -> Span | None:
        """Where the short answer stands in the counterpart, if it is written the same there."""
        if statement.short is None:
            return None
        start = statement.span.start
        written = statement.quote[statement.short.start - start : statement.short.end - start]
        quote = passage.text[span.start - passage.start : span.end - passage.start]
        at = quote.find(written)
        return Span(span.start + at, span.start + at + len(written)) if at >= 0 else None
