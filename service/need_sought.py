"""What a precedent is sought for: a need in its own words, and in those in which the documents state it.

"Newfoundland is shopping for scheduling software" is, in its form, "online booking of appointments: which solutions?".
Whoever solved a problem is likelier to speak of it in the documents' words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from indexer import sentences
from indexer.documents import Passage, PassageKind, Role
from indexer.embedding import Embedder
from indexer.filters import Filters
from indexer.index_protocol import Index
from service.need_matching import Matcher, Wording
from service.needs import Need, needs_of, topic
from service.query import Query

_NO_PRECEDENTS = (Role.NEED, Role.ATTENDANCE)
_TALK = (Role.DISCUSSION, Role.REMARK)  # where a jurisdiction may state a need, besides its needs
_LABEL_WORDS = 8
_EXPLAINED = 0.5  # weight of a need with what explains it
_LEAST_WORDS = 4  # of a sentence that states something


@dataclass(frozen=True, slots=True)
class StatingWeights:
    """How the sentences are chosen that state a need as a question does, and what they count.

    Chosen on the split "tune" of `eval/gold`.
    """

    weight: float = 1.0  # of all of them together; the question's own words have 1
    least: float = 0.3  # likeness to the question from which they count at all,
    full: float = 0.7  # and from which they count in full
    sharpness: float = 10.0  # how much more the likest of them counts than the next
    taken: int = 2
    near: int = 5  # passages looked at, of each kind
    read: int = 20  # sentences of them whose meaning is looked at, the likest by their words
    need: float = 0.2  # gain of a section of needs over talk
    named: float = 0.3  # gain of a jurisdiction that the question names
    year: float = 0.2  # gain of a year that it names


DEFAULT_STATING = StatingWeights()


@dataclass(frozen=True, slots=True)
class Sought:
    """A need to find precedents for: its wordings, whose it is (codes), and the meeting at which they told it.

    `stating` are ids of the passages that state it.
    """

    wordings: tuple[Wording, ...]
    whose: frozenset[str] = frozenset()
    meeting: str | None = None
    stating: frozenset[str] = frozenset()

    def is_own(self, passage: Passage) -> bool:
        """Whether the passage is of a jurisdiction that has the need."""
        return not self.whose.isdisjoint(passage.jurisdictions[:1])

    def rules_out(self, passage: Passage) -> bool:
        """Whether the passage can be no precedent: it states a need, or is of who has this one, at that meeting."""
        return (
            passage.kind is not PassageKind.STATEMENT
            or passage.role in _NO_PRECEDENTS
            or passage.id in self.stating
            or (self.is_own(passage) and _same_meeting(passage.meeting_date, self.meeting))
        )


@dataclass(frozen=True, slots=True)
class _Stated:
    """A need that may be the question's, how like the question its likest sentence is, and what it is ranked by."""

    need: Need
    likeness: float
    rank: float


def of_question(index: Index, embedder: Embedder, query: Query, weights: StatingWeights = DEFAULT_STATING) -> Sought:
    """The need that a question is about, in its words and in those of the documents that state it."""
    own = Wording(topic(query.text, query.terms), query.asked_in)
    stated = _stated(index, Matcher(index, embedder, [own]), query, weights)
    sure = min(1.0, (stated[0].likeness - weights.least) / (weights.full - weights.least)) if stated else 0.0
    if sure <= 0:
        return Sought((own,))
    shares = np.exp(weights.sharpness * np.array([item.rank - stated[0].rank for item in stated]))
    wordings = tuple(
        wording
        for item, share in zip(stated, shares / shares.sum(), strict=True)
        for wording in _wordings(item.need, float(weights.weight * sure * share))
    )
    first, named = stated[0].need.passage, query.clues.jurisdictions
    if named and named.isdisjoint(first.jurisdictions):
        return Sought((own, *wordings))
    return Sought(
        wordings=(own, *wordings),
        whose=named & set(first.jurisdictions),  # a question that names nobody may be anybody's
        meeting=first.meeting_date,
        stating=frozenset(item.need.passage.id for item in stated),
    )


def of_need(need: Need) -> Sought:
    """The need that a passage states."""
    passage = need.passage
    return Sought(
        wordings=_wordings(need, 1.0),
        whose=frozenset(passage.jurisdictions),
        meeting=passage.meeting_date,
        stating=frozenset({passage.id}),
    )


def _wordings(need: Need, weight: float) -> tuple[Wording, ...]:
    """A need as a whole, its first sentence, which names it, and what that puts before a colon; `weight` in all."""
    start, end = sentences.split(need.sought)[0]
    first = need.sought[start:end]
    label, colon, rest = first.partition(":")
    parts = {need.sought: _EXPLAINED, first: 1.0}
    if colon and rest.strip() and len(label.split()) <= _LABEL_WORDS:
        parts[label.strip()] = 1.0
    total = sum(parts.values())
    return tuple(Wording(part, need.passage.language, weight * share / total) for part, share in parts.items())


def _stated(index: Index, matcher: Matcher, query: Query, weights: StatingWeights) -> list[_Stated]:
    """The needs of the documents that are what the question is about, the likest first."""
    found = [
        (need, need.quote[start:end])
        for passage in _stating(index, matcher, query, weights.near)
        for need in (needs_of(passage) if passage.role is Role.NEED else _said(passage))
        for start, end in sentences.split(need.quote)
        if len(need.quote[start:end].split()) >= _LEAST_WORDS
    ]
    by_words = matcher.words([sentence for _, sentence in found])
    gains = np.array([_gain(need.passage, query, weights) for need, _ in found], np.float32)
    first = np.argsort(-(by_words + gains), kind="stable")[: weights.read]
    cosines = matcher.cosines([found[at][1] for at in first])
    best: dict[tuple[str, int], _Stated] = {}
    for at, cosine in zip(first, cosines, strict=True):
        need, likeness = found[at][0], float(by_words[at] + cosine)
        key = need.passage.id, need.start
        if key not in best or likeness > best[key].likeness:
            best[key] = _Stated(need, likeness, likeness + float(gains[at]))
    return sorted(best.values(), key=lambda item: -item.rank)[: weights.taken]


def _said(passage: Passage) -> Iterator[Need]:
    """The sentences of a passage that is no section of needs, each of which may state one."""
    for start, end in sentences.split(passage.text):
        yield Need(passage, passage.start + start, passage.start + end, passage.text[start:end])


def _stating(index: Index, matcher: Matcher, query: Query, near: int) -> Iterable[Passage]:
    """The passages that may state it: needs, and what the jurisdictions named say in needs and at meetings.

    Only of documents that the query's filters allow.
    """
    # Filters say what the precedents must be; a need stands where it stands, but in a document that may be read.
    readable = Filters(document_languages=query.filters.document_languages, documents=query.filters.documents)
    kinds = [replace(readable, roles=(Role.NEED,))]
    named = tuple(sorted(query.clues.jurisdictions))
    if named:
        kinds += [replace(kinds[0], jurisdictions=named), replace(readable, roles=_TALK, jurisdictions=named)]
    numbers = {number: None for filters in kinds for number in matcher.nearest(near, index.allowed(filters)).tolist()}
    return (passage for passage in index.numbered(list(numbers)) if passage.kind is PassageKind.STATEMENT)


def _gain(passage: Passage, query: Query, weights: StatingWeights) -> float:
    return (
        (weights.need if passage.role is Role.NEED else 0.0)
        + (weights.named if query.clues.about(passage) else 0.0)
        + (weights.year if query.clues.of_year(passage) else 0.0)
    )


def _same_meeting(one: str | None, other: str | None) -> bool:
    """Whether two dates may be of the same meeting, one perhaps given by its month or year alone."""
    return one is None or other is None or one.startswith(other) or other.startswith(one)
