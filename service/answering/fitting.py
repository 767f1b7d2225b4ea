"""How well the spans of a passage answer what is asked: of the right type, counting the right thing, near the topic."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from indexer import jurisdictions
from indexer.documents import Passage
from indexer.statements import stating
from indexer.text import fold_in_place
from indexer.word_vectors import word_vectors
from service.answering.asked_for import AnswerType, AskedFor, asked_for, table, vocabulary
from service.answering.asked_words import AskedWords, ReadText, read_text, topic_words
from service.answering.draft import Span
from service.answering.found import Found
from service.answering.short_answers import ShortAnswer, names, quantities
from service.query import Query
from service.retrieval import Hit
from service.status import passage_status

# What a span of one type is worth where another is asked for; what is not named is worth nothing.
_WORTH: dict[AnswerType, dict[AnswerType, float]] = {
    AnswerType.COUNT: {AnswerType.COUNT: 1.0, AnswerType.SHARE: 0.7},
    AnswerType.SHARE: {AnswerType.SHARE: 1.0, AnswerType.COUNT: 0.4},
    AnswerType.MONEY: {AnswerType.MONEY: 1.0},
    AnswerType.DATE: {AnswerType.DATE: 1.0, AnswerType.DURATION: 0.5},  # "since when": "for two years"
    AnswerType.DURATION: {AnswerType.DURATION: 1.0, AnswerType.DATE: 0.4},  # "how long": "since 2015"
    AnswerType.FREQUENCY: {AnswerType.FREQUENCY: 1.0, AnswerType.DURATION: 0.3},
    AnswerType.PLACE: {AnswerType.PLACE: 1.0, AnswerType.NAME: 0.3},
    AnswerType.PERSON: {AnswerType.PERSON: 1.0, AnswerType.ORGANISATION: 0.4},
    AnswerType.ORGANISATION: {AnswerType.ORGANISATION: 1.0},
    AnswerType.NAME: {AnswerType.NAME: 1.0},
}
LOOKED_AT = 10  # hits whose sentences are judged
_NAMES = (AnswerType.NAME, AnswerType.ORGANISATION, AnswerType.PERSON, AnswerType.PLACE)
_REACH = 250.0  # characters over which a word of the same sentence loses half of its worth
_ELSEWHERE = 0.65  # worth of a word in another sentence of the passage
_HEADING = 0.7  # and in the titles above it
_NOT_ABOUT = 0.4  # worth of a span in a passage that is not about the jurisdictions that the question names
_OF_OTHERS = 0.1  # worth of a span that itself names others than those
_NOT_THEN = 0.85  # and of a meeting and text of other years
# Worth of a number of other things than are asked for, and of a name with no word near for the kind of thing it names.
_NO_NOUN = {AnswerType.COUNT: 0.4, AnswerType.SHARE: 0.4, AnswerType.NAME: 0.6}
_PEOPLE = 0.7  # how well one word for people stands for another
_LOOSE_NOUN, _OTHER_NOUN = 0.6, 0.4  # worth of a noun near a number that counts nothing itself, or something else
_NEAR_NOUN = 40  # characters around a number in which its noun may stand
_FIRST = 0.25  # the least that the first hit is on the topic: it may be in other words than the question's
_SAID = 0.5  # share of a span's score by the words near it; the rest is by what its sentence means
_FAR, _CLOSE = 0.2, 0.7  # cosines of a sentence to the question that mean nothing, and the same
_NEAR_MAKER = 60  # characters around a name in which a word may say that it is a supplier's
_NEAR_ONE, _NO_MAKER = 0.5, 0.25  # worth of a name where one does, but not right before it, and where none does


@dataclass(frozen=True, slots=True)
class Fit:
    """A span that could answer, in canonical offsets: what it is worth by itself, and how much of the topic is near.

    All from 0 to 1; `meant` is how near its sentence comes to the question by meaning, `least` what both together
    come to at least.
    """

    type: AnswerType
    span: Span
    worth: float
    topic: float
    meant: float
    least: float = 0.0

    @property
    def score(self) -> float:
        """How well it answers, from 0 to 1."""
        return self.worth * max(self.least, _SAID * self.topic + (1 - _SAID) * self.meant)


@dataclass(frozen=True, slots=True)
class SentenceFit:
    """A sentence of a hit, in canonical offsets, and its best span for each thing asked.

    `near` is the weighted share of the question's words that it holds with its surroundings; `about` is 1 where its
    passage is about whom and when the question says, less elsewhere.
    """

    hit: Hit
    span: Span
    cosine: float
    near: float
    about: float
    best: tuple[Fit | None, ...]

    @property
    def fit(self) -> Fit | None:
        """The best span, whichever of the things asked it answers."""
        return max((fit for fit in self.best if fit), key=lambda fit: fit.score, default=None)


class Fitting:
    """Judges hits for one question."""

    def __init__(self, found: Found) -> None:
        query = found.query
        self._found, self._query = found, query
        self.asked: tuple[AskedFor, ...] = asked_for(query.text, query.asked_in)
        self._topic = AskedWords(found.index, query, topic_words(query, self.asked))
        self._nouns = [AskedWords(found.index, query, asked.noun) for asked in self.asked]
        self._people = [_counts_people(query, asked) for asked in self.asked]
        self._own_words = frozenset(word.folded for word in read_text(query.text, query.asked_in).words)

    def sentences(self) -> list[SentenceFit]:
        """The sentences of the first hits, hit by hit; where the query asks for statuses, those that have one."""
        wanted = set(self._query.statuses)
        cut = [
            (hit, [s for s in stating(hit.passage) if not wanted or passage_status(hit.passage, *s) in wanted])
            for hit in self._found.hits[:LOOKED_AT]
        ]
        texts = [hit.passage.text[start:end] for hit, spans in cut for start, end in spans]
        if not texts:
            return []
        self._read_words([hit.passage for hit, spans in cut if spans])
        cosines = iter((self._found.embedder.encode_documents(texts) @ self._found.vector).tolist())
        return [sentence for hit, spans in cut for sentence in self._of(hit, spans, cosines)]

    def _read_words(self, passages: Iterable[Passage]) -> None:
        """Make the vectors of all words of the passages at once, rather than of some dozen texts one by one."""
        if self._topic.words:
            texts = [(text, passage.language) for passage in passages for text in (passage.text, _titles(passage))]
            words = dict.fromkeys(word.folded for text in texts for word in read_text(*text).words)
            word_vectors().of(list(words))

    def _of(self, hit: Hit, spans: Sequence[tuple[int, int]], cosines: Iterator[float]) -> Iterator[SentenceFit]:
        """The sentences of one hit."""
        passage = hit.passage
        read = read_text(passage.text, passage.language)
        held = self._topic.held(read, passage.language)
        titles = read_text(_titles(passage), passage.language)
        above = self._topic.held(titles, passage.language).max(axis=1, initial=0.0) * _HEADING
        whole = np.maximum(held.max(axis=1, initial=0.0) * _ELSEWHERE, above)
        could = self._spans(passage)
        about = self._about(passage)
        for start, end in spans:
            cosine = next(cosines)
            inside = (read.starts >= start) & (read.starts < end)
            near = np.maximum(held[:, inside].max(axis=1, initial=0.0), whole)
            meant = min(1.0, max(0.0, (cosine - _FAR) / (_CLOSE - _FAR)))
            within = [
                (span, self._near(span, read, held, inside, above))
                for span in could
                if start <= span.start and span.end <= end
            ]
            best: list[Fit | None] = []
            for number, asked in enumerate(self.asked):
                fits = [
                    Fit(
                        span.type,
                        Span(passage.start + span.start, passage.start + span.end),
                        about * self._worth(number, asked, span, passage, read),
                        topic,
                        meant,
                        _FIRST if hit is self._found.hits[0] else 0.0,
                    )
                    for span, topic in within
                    if _WORTH.get(asked.type, {}).get(span.type)
                ]
                best.append(max(fits, key=lambda fit: fit.score, default=None))
            whereabouts = Span(passage.start + start, passage.start + end)
            yield SentenceFit(hit, whereabouts, cosine, self._weighed(near), about, tuple(best))

    def _spans(self, passage: Passage) -> list[ShortAnswer]:
        """The spans of a passage that are worth something for what is asked."""
        wanted = {kind for asked in self.asked for kind in _WORTH.get(asked.type, ())}
        found: list[ShortAnswer] = []
        if not wanted <= set(_NAMES):
            found.extend(quantities(passage.text, passage.language))
        if not wanted.isdisjoint(_NAMES):
            found.extend(names(passage.text, passage.language, passage.speaker))
        return [span for span in found if span.type in wanted]

    def _about(self, passage: Passage) -> float:
        """What the passage's jurisdictions and date make of anything in it."""
        clues = self._query.clues
        worth = 1.0
        if clues.jurisdictions and not clues.about(passage):
            worth *= _NOT_ABOUT
        if clues.years and not clues.of_year(passage) and not any(year in passage.text for year in clues.years):
            worth *= _NOT_THEN
        return worth

    def _whose(self, written: str) -> float:
        """What a span is worth that names a jurisdiction: little if the question names others ("500 Albertans")."""
        named = self._query.clues.jurisdictions
        own = jurisdictions.named_in(written) if named else ()
        return _OF_OTHERS if own and named.isdisjoint(own) else 1.0

    def _worth(self, number: int, asked: AskedFor, span: ShortAnswer, passage: Passage, read: ReadText) -> float:
        """What a span is worth by its type, and by what it counts or who it is."""
        worth = _WORTH[asked.type][span.type] * span.sureness * self._whose(passage.text[span.start : span.end])
        if span.type in _NAMES:
            worth *= self._new_in(passage.text[span.start : span.end])
            if asked.type is AnswerType.ORGANISATION:
                worth *= _maker(passage.text, span)
        least = _NO_NOUN.get(asked.type)
        if asked.noun and least is not None:
            worth *= least + (1 - least) * self._noun(number, span, passage, read)
        return worth

    def _near(
        self,
        span: ShortAnswer,
        read: ReadText,
        held: npt.NDArray[np.float32],
        inside: npt.NDArray[np.bool_],
        above: npt.NDArray[np.float32],
    ) -> float:
        """How much of the topic is near a span: what stands farther off counts less."""
        starts = read.starts
        distance = np.where(starts < span.start, span.start - starts, np.maximum(0, starts - span.end))
        decay = np.where(inside, 1.0 / (1.0 + distance / _REACH), _ELSEWHERE * 0.8)
        return self._weighed(np.maximum((held * decay).max(axis=1, initial=0.0), above))

    def _noun(self, number: int, span: ShortAnswer, passage: Passage, read: ReadText) -> float:
        """How well what a span counts is what is asked for."""
        asked = self._nouns[number]
        if not asked.words:  # stop words alone
            return 0.5
        near = [
            at for at, word in enumerate(read.words) if span.start - _NEAR_NOUN <= word.start < span.end + _NEAR_NOUN
        ]
        if not near:
            return 0.0
        around = ReadText(tuple(read.words[at] for at in near), tuple(read.tokens[at] for at in near))
        held = asked.held(around, passage.language)
        outside = _OTHER_NOUN if span.noun_end > span.noun_start else _LOOSE_NOUN
        weights = np.array(
            [1.0 if span.start <= read.words[at].start < span.end else outside for at in near], np.float32
        )
        best = float((held * weights).max())
        if self._people[number]:
            said = passage.text[span.start : span.end]
            if not vocabulary().people.isdisjoint(word.folded for word in read_text(said, "en").words) or _is_demonym(
                said
            ):
                best = max(best, _PEOPLE)
        return best

    def _new_in(self, name: str) -> float:
        """The share of a name's words that the question does not say itself; none where it says most of them."""
        words = [word.folded for word in read_text(name, "en").words if len(word.folded) > 1]
        new = sum(word not in self._own_words for word in words)
        return new / len(words) if 2 * new >= len(words) > 0 else 0.0

    def _weighed(self, held: npt.NDArray[np.float32]) -> float:
        total = float(self._topic.weights.sum())
        return float(self._topic.weights @ held) / total if total else 0.0


def _titles(passage: Passage) -> str:
    return "\n".join(passage.heading)


def _counts_people(query: Query, asked: AskedFor) -> bool:
    words = query.text[asked.start : asked.end]
    return bool(asked.noun) and (not vocabulary().people.isdisjoint(asked.noun) or _is_demonym(words))


@lru_cache(maxsize=4_096)
def _is_demonym(words: str) -> bool:
    """Whether words end in the name of a jurisdiction's people: "2,000 Manitobans"."""
    found = jurisdictions.find_mentions(words)
    return bool(found) and found[-1].end == len(words) and words.rstrip().endswith("s")


def _maker(text: str, span: ShortAnswer) -> float:
    """How surely a name is that of who supplies something: by the word before it, or by words near it."""
    makers = _makers()
    before = fold_in_place(text[max(0, span.start - _NEAR_MAKER) : span.start])
    if makers.before.search(before):
        return 1.0
    near = before + fold_in_place(text[span.end : span.end + _NEAR_MAKER])
    return _NEAR_ONE if makers.near.search(near) else _NO_MAKER


@dataclass(frozen=True, slots=True)
class _Makers:
    """Words right before the name of a supplier, and near it, over folded text."""

    before: re.Pattern[str]
    near: re.Pattern[str]


@lru_cache(maxsize=1)
def _makers() -> _Makers:
    names = table()["names"]
    return _Makers(
        before=re.compile(rf"(?<!\w)(?:{'|'.join(names['makers_before'])}) (?:the |l'|la |le )?$"),
        near=re.compile(rf"(?<!\w)(?:{'|'.join(names['makers_near'].split())})(?!\w)"),
    )
