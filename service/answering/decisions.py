"""Decisions and follow-ups: what a meeting settled, whom it charged with what, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexer.documents import DocumentType, Passage, RecordItem
from indexer.runs import held
from service import access
from service.answering.candidates import Candidate, candidates
from service.answering.draft import Draft, Span, Statement, whole
from service.answering.evidence import Evidence
from service.answering.facts import statement
from service.answering.found import Found
from service.answering.items_asked import ItemsAsked, items_asked
from service.answering.later import with_later
from service.answering.reader_language import bears_out
from service.answering.register import SETTLED, Entry, Register, register
from service.ranking import DEFAULT_RANKING
from service.retrieval import Hit, Place
from service.shown_versions import in_place
from service.status import status_of


@dataclass(frozen=True, slots=True)
class ItemThresholds:
    """When an item answers; chosen on the tune split of `eval/gold`."""

    answered: float = 0.5  # score of the best item, below which none answers
    well: float = 0.8  # score from which it answers well; below, the best sentence of a discussion is given too
    near: float = 0.85  # share of the best item's score that another needs, where the question asks for one
    listed: float = 0.7  # the same, where it asks for all that are about something
    owner: float = 0.85  # how well an owner has to be the one named, where it asks for all of somebody's
    most: int = 20  # items given where it asks for all that fit
    behind: float = 0.45  # share of a discussion's score, as a decision would have it, below which that one comes first
    few: int = 3  # items given where it asks for one


DEFAULT_ITEM_THRESHOLDS = ItemThresholds()


def settled(found: Found, thresholds: ItemThresholds = DEFAULT_ITEM_THRESHOLDS) -> Draft:
    """The items that answer, each whole; sentences about them where none answers well."""
    read = register(found.index)
    asked = items_asked(found.query.text)
    ranked = candidates(found, read, asked)
    several = _all_that_fit(ranked, asked, read, thresholds)
    chosen = several or _pointed_at(ranked, thresholds)
    if not chosen:
        return _sentences(found)
    hits = _Hits(found, read)
    statements = [_quoted(found, _item(hits, candidate), candidate, read) for candidate in chosen]
    if asked.later and len(chosen) == 1 and chosen[0].entry.item:
        statements = [with_later(found, statements[0], chosen[0], asked)]
    if not several and not chosen[0].entry.led_to_nothing and _in_doubt(found, chosen[0], thresholds):
        statements = _with_discussion(found, chosen[0], statements, thresholds)
    return Draft(tuple(statements))


def _in_doubt(found: Found, best: Candidate, thresholds: ItemThresholds) -> bool:
    """Whether the item does not answer well, or the search found something else first."""
    return best.score < thresholds.well or (bool(found.hits) and found.hits[0].passage.role not in SETTLED)


def _with_discussion(
    found: Found, best: Candidate, statements: list[Statement], thresholds: ItemThresholds
) -> list[Statement]:
    """The statements with the best sentence of a discussion: before them, where they are far behind it."""
    # Elsewhere than in records only where the search itself prefers that.
    first_elsewhere = bool(found.hits) and found.hits[0].passage.role not in SETTLED
    others = [
        item
        for item in found.evidence
        if item.hit.passage.role not in SETTLED
        and (first_elsewhere or item.hit.document.type is DocumentType.DECISION_RECORD)
    ]
    if not others or others[0].score < found.thresholds.also * found.evidence[0].score:
        return statements
    about = statement(others[0])
    if best.score < thresholds.behind * (others[0].hit.score + DEFAULT_RANKING.settled):
        return [about, *statements]
    return [*statements, about]


def _all_that_fit(
    ranked: Sequence[Candidate], asked: ItemsAsked, read: Register, thresholds: ItemThresholds
) -> list[Candidate]:
    """The items that meet every condition, by meeting and in the record's order; none where one is asked for.

    A question asks for all where it says so, and where it says nothing but conditions: whose, when, which number.
    """
    topic, documents = _places(asked.words, read)
    owned = any(candidate.marks.owner for candidate in ranked)
    topic = [word for word in topic if not (owned and word in read.owner_words)]
    conditions = bool(owned or documents is not None or asked.numbers or asked.periods or asked.kinds or asked.statuses)
    if not (asked.several or (conditions and not topic)):
        return []
    fitting = [
        candidate
        for candidate in ranked
        if candidate.entry.item
        and candidate.marks.meets(asked)
        and (not owned or topic or candidate.marks.owner >= thresholds.owner)
        and (documents is None or candidate.entry.document_id in documents)
    ]
    if topic and fitting:
        least = max(thresholds.answered, thresholds.listed * fitting[0].score)
        fitting = [candidate for candidate in fitting if candidate.score >= least]
    fitting.sort(key=lambda candidate: (candidate.entry.meeting_date, candidate.entry.document_id, candidate.number))
    return fitting[-thresholds.most :]


def _places(words: Sequence[str], read: Register) -> tuple[list[str], set[str] | None]:
    """The words without those that say which record is meant, and the records meant; None where none says.

    Such a word stands at the beginning of some records, where the place of the meeting is, and in no item.
    """
    topic: list[str] = []
    documents: set[str] | None = None
    for word in words:
        meant = {key for key, opening in read.openings.items() if word in opening} if word not in read.words else set()
        if meant and len(meant) < len(read.openings):
            documents = meant if documents is None else documents & meant
        else:
            topic.append(word)
    return topic, documents


def _pointed_at(ranked: Sequence[Candidate], thresholds: ItemThresholds) -> list[Candidate]:
    """The best item, and others nearly as good; that nothing followed is said alone, where it is the best."""
    if not ranked or ranked[0].score < thresholds.answered:
        return []
    if ranked[0].entry.led_to_nothing:
        return [ranked[0]]
    least = thresholds.near * ranked[0].score
    return [
        candidate
        for candidate in ranked[: thresholds.few]
        if candidate.score >= least and not candidate.entry.led_to_nothing
    ]


class _Hits:
    """Hits of entries: those that the search found, made for the others."""

    def __init__(self, found: Found, read: Register) -> None:
        self._found, self._read = found, read
        self._hits = {hit.passage.id: hit for hit in found.hits}

    def of(self, candidate: Candidate) -> Hit:
        """The candidate's passage as a hit."""
        hit = self._hits.get(candidate.passage.id)
        if hit is None:
            others = [
                (entry, entry.passages[0])
                for entry in self._read.of_group(candidate.entry.group)
                if entry is not candidate.entry and _allowed(self._found, entry)
            ]
            wanted = {candidate.entry.document_id, *(entry.document_id for entry, _ in others)}
            documents = {record.id: access.visible(record) for record in self._found.index.documents_by_id(wanted)}
            hit = Hit(
                candidate.passage,
                documents[candidate.entry.document_id],
                candidate.score,
                candidate.cosine,
                candidate.lexical,
                tuple(Place(passage, documents[entry.document_id]) for entry, passage in others),
            )
        return hit


def _item(hits: _Hits, candidate: Candidate) -> Statement:
    """An item, or the statement that nothing followed, as a statement: what of it stands in the passage to cite."""
    item, passage = candidate.entry.item, candidate.passage
    span = _span(item, passage)
    written = passage.text[span.start - passage.start : span.end - passage.start]
    return Statement(
        hit=hits.of(candidate),
        span=span,
        status=status_of(written, passage.role),
        jurisdiction=next(iter(item.jurisdictions), None) if item else None,
        item=item,
    )


def _span(item: RecordItem | None, passage: Passage) -> Span:
    """What of an item stands in a passage; without an item, the whole of it."""
    return Span(max(item.start, passage.start), min(item.end, passage.end)) if item else whole(passage)


def _quoted(found: Found, statement: Statement, candidate: Candidate, read: Register) -> Statement:
    """The statement of an item in the words of its version in the reader's language, where the filters allow one.

    What is told of the item, how it stands for one, is as it was found.
    """
    entry = _in_reader_language(found, candidate, read)
    if entry is None:
        return statement
    item, passage = entry.item, entry.passages[_place_of(found, candidate, entry)]
    span = _span(item, passage)
    quote = passage.text[span.start - passage.start : span.end - passage.start]
    own = statement.item
    if (item is None) is not (own is None) or not bears_out(passage, quote, statement.jurisdiction):
        return statement
    there = next((place for place in statement.hit.versions if place.passage.id == passage.id), None)
    if there is None:
        (record,) = found.index.documents_by_id([entry.document_id])
        there = Place(passage, access.visible(record))
    told = replace(item, kind=own.kind, number=own.number, status=own.status) if item and own else None
    return replace(statement, hit=in_place(statement.hit, there), span=span, item=told)


def _in_reader_language(found: Found, candidate: Candidate, read: Register) -> Entry | None:
    """The version of an entry that is to be quoted in its place, None where it is in the reader's language itself."""
    if candidate.entry.language == found.query.language:
        return None
    return next(
        (
            entry
            for entry in read.of_group(candidate.entry.group)
            if entry.language == found.query.language
            and entry.meeting_date == candidate.entry.meeting_date
            and _allowed(found, entry)
        ),
        None,
    )


def _allowed(found: Found, entry: Entry) -> bool:
    """Whether the filters allow an entry."""
    allowed = found.index.allowed(found.query.filters)
    return allowed is None or bool(held(allowed, np.array(entry.numbers, np.int64)).all())


def _place_of(found: Found, candidate: Candidate, entry: Entry) -> int:
    """Which of an entry's passages says what the candidate's does."""
    versions = found.index.versions_of([candidate.number]).get(candidate.number, ())
    place = candidate.entry.numbers.index(candidate.number)
    return next(
        (at for at, number in enumerate(entry.numbers) if number in versions), min(place, len(entry.numbers) - 1)
    )


def _sentences(found: Found) -> Draft:
    """The best sentences, those of decisions and follow-ups rather."""
    thresholds = found.thresholds

    def rank(item: Evidence) -> float:
        return item.score + (thresholds.settled if item.hit.passage.role in SETTLED else 0.0)

    ranked = sorted(found.evidence, key=rank, reverse=True)[: thresholds.statements]
    return Draft(tuple(statement(item) for item in ranked if rank(item) >= thresholds.also * rank(ranked[0])))
