"""Precedents: what others did, build or offer that answers a need, best first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat

import numpy as np
import numpy.typing as npt

from indexer import jurisdictions, sentences
from indexer.documents import Passage, Role, Status
from indexer.embedding import Embedder
from indexer.index_protocol import Index
from indexer.runs import begins
from indexer.statements import Read
from service import access
from service.allowed_versions import allowed_versions
from service.folding import Folded, fold
from service.need_matching import MANY, Matched, Matcher
from service.need_sought import Sought
from service.query import Query
from service.ranked import Ranked
from service.retrieval import Hit, Place
from service.status import status_of

# Roles of sections whose titles may tell a status, which is not that of the words then: see `indexer.status.status_of`.
_TOLD_BY_TITLES = (Role.REMARK, Role.SHOWCASE, Role.PRIORITY)
_LEAST_WORDS = 5  # of a sentence that proves something
FURTHEST_LAST = (
    Status.ASKING,
    Status.EXPLORING,
    Status.PLANNED,
    Status.IN_PROGRESS,
    Status.SHARING,
    Status.PILOTING,
    Status.DELIVERED,
)


@dataclass(frozen=True, slots=True)
class Weights:
    """How statements are ranked, and how many are looked at; chosen on the split "tune" of `eval/gold`.

    A passage scores by its lexical share, and by the cosine and the likeness of words of its best sentence; to that
    comes what the last five of these say.
    """

    pool: int = 40  # passages from each leg, for each wording of the need
    ranked: int = 40  # passages whose sentences are looked at
    read: int = 2  # sentences of each whose meaning is looked at, the likest by their words
    named: float = 0.3  # x the share of the terms of the field sought that the sentence names
    step: float = 0.003  # added for each step further, from asking to delivered
    offered: float = 0.01  # added if it is offered to be shown
    recent: float = 0.002  # added for each year after the earliest meeting found, five at most
    own: float = 0.2  # taken off where who has the need speaks, at another meeting
    general: float = 0.1  # taken off what is background, or asks


DEFAULT_WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Precedent:
    """A statement that may help: characters `start` to `end` of the hit's document. Its score is the hit's."""

    hit: Hit
    start: int
    end: int
    status: Status
    jurisdiction: str | None

    @property
    def quote(self) -> str:
        """Its words."""
        passage = self.hit.passage
        return passage.text[self.start - passage.start : self.end - passage.start]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A passage with its number, lexical share and cosine."""

    number: int
    passage: Passage
    share: float
    cosine: float


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a candidate, as offsets into the passage's text."""

    candidate: _Candidate
    start: int
    end: int
    kept: Status | None = None  # where the index tells it

    @property
    def text(self) -> str:
        return self.candidate.passage.text[self.start : self.end]

    @property
    def status(self) -> Status:
        """What its own words tell."""
        return _status(self.text, self.candidate.passage.role) if self.kept is None else self.kept


def find(
    index: Index, embedder: Embedder, sought: Sought, query: Query, *, limit: int, weights: Weights = DEFAULT_WEIGHTS
) -> list[Precedent]:
    """The `limit` best precedents, one of a passage, best first: of what meets the query's filters and statuses.

    A passage that stands in both languages is given in the question's.
    """
    matcher = Matcher(index, embedder, sought.wordings)
    allowed = index.allowed(query.filters)
    matched = matcher.passages(weights.pool, allowed, query.filters)
    candidates = _candidates(index, matched, sought, query, weights.ranked)
    if len(index.vectors) < MANY or query.statuses:
        likest = _likest(matcher, query, candidates, weights)
    else:
        likest = _likest_kept(index, matcher, candidates, weights)
    best = _scored(likest, candidates, sought, weights)
    ranked = sorted((ranked for _, ranked in best.values()), key=lambda item: (-item.score, item.number))
    versions = allowed_versions(index, [item.number for item in ranked], allowed)
    shown = fold(ranked, versions, query.asked_in, limit)
    return _precedents(index, {n: sentence for n, (sentence, _) in best.items()}, ranked, shown)


def _candidates(index: Index, matched: Matched, sought: Sought, query: Query, count: int) -> list[_Candidate]:
    """The passages that match best and may be precedents, best first."""
    order = np.argsort(-(matched.shares + matched.cosines), kind="stable")
    # A filter says whose the precedents are, not whom they name.
    only = frozenset(query.filters.jurisdictions)
    found: list[_Candidate] = []
    for first in range(0, len(order), 2 * count):
        some = order[first : first + 2 * count]
        found += [
            _Candidate(int(matched.numbers[at]), passage, float(matched.shares[at]), float(matched.cosines[at]))
            for at, passage in zip(some, index.numbered(matched.numbers[some]), strict=True)
            if not sought.rules_out(passage) and not (only and only.isdisjoint(passage.jurisdictions[:1]))
        ]
        if len(found) >= count:
            break
    return found[:count]


def _likest(
    matcher: Matcher, query: Query, candidates: Sequence[_Candidate], weights: Weights
) -> dict[int, tuple[float, _Sentence]]:
    """By number of passage its best sentence, and how like it is to what is sought."""
    found = [sentence for candidate in candidates for sentence in _sentences(candidate, query)]
    by_words = matcher.words([sentence.text for sentence in found])
    by_words += weights.named * matcher.named(
        [sentence.text for sentence in found], [sentence.candidate.passage.language for sentence in found]
    )
    read = _first_of_each(found, by_words, weights.read)
    cosines = matcher.cosines([found[at].text for at in read]).tolist()
    likest: dict[int, tuple[float, _Sentence]] = {}
    for at, cosine in zip(read, cosines, strict=True):
        number, likeness = found[at].candidate.number, float(by_words[at]) + cosine
        if number not in likest or likeness > likest[number][0]:
            likest[number] = likeness, found[at]
    return likest


def _likest_kept(
    index: Index, matcher: Matcher, candidates: Sequence[_Candidate], weights: Weights
) -> dict[int, tuple[float, _Sentence]]:
    """As `_likest`, from what the index keeps of sentences. One that only announces a list is none."""
    read = index.statements.of([candidate.number for candidate in candidates])
    by_words = matcher.words_kept(read) + weights.named * matcher.named_kept(read)
    first = np.flatnonzero(begins(read.passage))  # of each passage
    order = np.lexsort((-by_words, read.passage))
    place = np.empty(len(read), np.int64)  # among those of its passage
    place[order] = np.arange(len(read)) - np.repeat(first, np.diff(first, append=len(read)))
    likeness = np.where(place < weights.read, by_words + matcher.cosines_kept(read), -np.inf)
    best = np.lexsort((-likeness, read.passage))[first]
    chosen = Read(read.passage[best], read.spans[best], read.rows[best])
    likest: dict[int, tuple[float, _Sentence]] = {}
    for passage, like, (start, end), statuses in zip(
        chosen.passage.tolist(),
        likeness[best].tolist(),
        chosen.spans.tolist(),
        index.statements.statuses(chosen) or repeat(None, len(chosen)),
        strict=True,
    ):
        candidate = candidates[passage]
        kept = None if statuses is None or candidate.passage.role in _TOLD_BY_TITLES else statuses[0]
        likest[candidate.number] = like, _Sentence(candidate, start, end, kept)
    return likest


def _scored(
    likest: Mapping[int, tuple[float, _Sentence]], candidates: Sequence[_Candidate], sought: Sought, weights: Weights
) -> dict[int, tuple[_Sentence, Ranked]]:
    """By number of passage its best sentence, and the passage with the score that it has by that sentence."""
    first_year = min((_year(c.passage) for c in candidates if c.passage.meeting_date), default=0)
    return {
        number: (sentence, Ranked(number, passage, sentence.candidate.share + likeness + gain))
        for number, (likeness, sentence) in likest.items()
        for passage in (sentence.candidate.passage,)
        for gain in (_gain(passage, sentence.status, sought, first_year, weights),)
    }


def _sentences(candidate: _Candidate, query: Query) -> Iterator[_Sentence]:
    """The sentences of a passage that may be quoted: a title says what follows, and proves nothing by itself."""
    passage = candidate.passage
    for start, end in _spans(passage.text):
        sentence = passage.text[start:end]
        if len(sentence.split()) < _LEAST_WORDS or sentence in passage.heading:
            continue
        if not query.statuses or _status(sentence, passage.role) in query.statuses:
            yield _Sentence(candidate, start, end)


def _first_of_each(found: Sequence[_Sentence], likeness: npt.NDArray[np.float32], most: int) -> list[int]:
    """The places of the `most` likest sentences of each passage."""
    taken: Counter[int] = Counter()
    places = []
    for at in np.argsort(-likeness, kind="stable").tolist():
        number = found[at].candidate.number
        if taken[number] < most:
            taken[number] += 1
            places.append(at)
    return places


@lru_cache(maxsize=4_096)
def _status(sentence: str, role: Role) -> Status:
    return status_of(sentence, role)


@lru_cache(maxsize=2_048)
def _spans(written: str) -> tuple[tuple[int, int], ...]:
    return sentences.split(written)


def _gain(passage: Passage, status: Status, sought: Sought, first_year: int, weights: Weights) -> float:
    gain = weights.step * FURTHEST_LAST.index(status)
    if passage.role is Role.SHOWCASE:
        gain += weights.offered
    if passage.meeting_date:
        gain += weights.recent * min(_year(passage) - first_year, 5)
    if sought.is_own(passage):
        gain -= weights.own
    if passage.role is Role.BACKGROUND or status is Status.ASKING:
        gain -= weights.general
    return gain


def _year(passage: Passage) -> int:
    return int(passage.meeting_date[:4]) if passage.meeting_date else 0


def _precedents(
    index: Index, best: dict[int, _Sentence], ranked: Sequence[Ranked], shown: Sequence[Folded]
) -> list[Precedent]:
    folded = sorted({number for item in shown for number in item.others})
    others = dict(zip(folded, index.numbered(folded), strict=True))
    passages = [*(ranked[item.place].passage for item in shown), *others.values()]
    records = index.documents_by_id({passage.document_id for passage in passages})
    documents = {record.id: access.visible(record) for record in records}
    precedents = []
    for item in shown:
        chosen = ranked[item.place]
        sentence, passage = best[chosen.number], chosen.passage
        hit = Hit(
            passage=passage,
            document=documents[passage.document_id],
            score=item.score,
            dense=sentence.candidate.cosine,
            lexical=sentence.candidate.share,
            versions=tuple(Place(others[n], documents[others[n].document_id]) for n in item.others),
        )
        whose = passage.jurisdictions or jurisdictions.named_in(sentence.text)
        precedents.append(
            Precedent(
                hit,
                passage.start + sentence.start,
                passage.start + sentence.end,
                sentence.status,
                next(iter(whose), None),
            )
        )
    return precedents
