"""The sentences of the passages found that bear on the question, best first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat

import numpy as np
import numpy.typing as npt

from indexer import jurisdictions, text
from indexer.documents import LANGUAGES, Attribution, Language, Passage, Status
from indexer.embedding import Embedder
from indexer.glossary import Term
from indexer.index_protocol import Index
from indexer.lexical_query import Sought, lexical_query, stem_tokens
from indexer.statements import Held, Read
from service.answering.draft import Span
from service.list_question import tells_of_partners
from service.query import Query
from service.retrieval import Hit
from service.status import passage_statuses

_REMEMBERED = 65_536  # sentences of which it is kept whom they are about


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a hit: characters `start` to `end` of the document's canonical text, and how it scores.

    `cosine` is the sentence's to the question, `overlap` the weighted share of what the question names that it holds.
    `on_topic` says that the sentence names a term of the glossary that the question names. `jurisdictions` are those
    that it is about: whose passage it is, and others that the passage is about and the sentence names. `kept` are its
    statuses where the index keeps them.
    """

    hit: Hit
    start: int
    end: int
    score: float
    cosine: float
    overlap: float
    on_topic: bool
    kept: tuple[Status, ...] | None = None

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """Whom it is about."""
        passage = self.hit.passage
        if len(passage.jurisdictions) < 2:  # whoever else is named does not count
            return passage.jurisdictions
        return about(passage, self.start - passage.start, self.end - passage.start)

    @property
    def status(self) -> Status:
        """The status that its own words tell."""
        return self.statuses[0]

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The status of its words, then that of its section where the section asks or offers."""
        if self.kept is not None:
            return self.kept
        passage = self.hit.passage
        return passage_statuses(passage, self.start - passage.start, self.end - passage.start)

    @property
    def span(self) -> Span:
        """Where the sentence stands in the document's canonical text."""
        return Span(self.start, self.end)

    @property
    def quote(self) -> str:
        """The sentence, as it stands in the passage."""
        return self.hit.passage.text[self.start - self.hit.passage.start : self.end - self.hit.passage.start]


def find(
    index: Index, embedder: Embedder, query: Query, vector: npt.NDArray[np.float32], hits: Sequence[Hit]
) -> list[Evidence]:
    """The best sentence of each hit, best first; `vector` is the query's, of shape (dimension,)."""
    return best_of_each(weigh(index, embedder, query, vector, hits))


def best_of_each(weighed: Iterable[Evidence]) -> list[Evidence]:
    """The best sentence of each passage, best first."""
    best: dict[str, Evidence] = {}
    for item in weighed:
        held = best.get(item.hit.passage.id)
        if held is None or item.score > held.score:
            best[item.hit.passage.id] = item
    return sorted(best.values(), key=lambda evidence: -evidence.score)


def weigh(
    index: Index,
    embedder: Embedder,
    query: Query,
    vector: npt.NDArray[np.float32],
    hits: Sequence[Hit],
    *,
    weigher: Weigher | None = None,
) -> list[Evidence]:
    """Every sentence of the hits, in their order; where the query asks for statuses, those that have one of them.

    `weigher` is the query's, made anew unless given.

    A sentence scores by its cosine to the question, by the share of the question's weighted words that it holds, and
    by its passage's own score, so that a sentence is preferred whose surroundings are on the topic too.
    """
    if not hits:
        return []
    passages = [hit.passage for hit in hits]
    read = index.statements.of(index.places(passages))
    if not len(read):
        return []
    cosines = index.statements.vectors(read) @ vector
    overlaps = (weigher or Weigher(index, query)).of(read, passages)
    scores = np.array([hit.score for hit in hits])[read.passage]
    found = [
        Evidence(hits[at], passages[at].start + start, passages[at].start + end, score, cosine, share, names_term, kept)
        for at, (start, end), score, cosine, share, names_term, kept in zip(
            read.passage.tolist(),
            read.spans.tolist(),
            ((cosines + overlaps.shares + scores) / 2).tolist(),
            cosines.tolist(),
            overlaps.shares.tolist(),
            overlaps.names_term.tolist(),
            index.statements.statuses(read) or repeat(None, len(read)),
            strict=True,
        )
    ]
    if not query.statuses:
        return found
    return [item for item in found if item.status in query.statuses]


@lru_cache(maxsize=_REMEMBERED)
def about(passage: Passage, start: int, end: int) -> tuple[str, ...]:
    """Whom a sentence is about: see `Evidence`.

    In somebody's own section others are only named, unless they are partners; a speaker tells of others too. In a
    passage that is nobody's own, a sentence without a name is about those whom its paragraph named last.
    """
    if len(passage.jurisdictions) < 2:  # whoever else is named does not count
        return passage.jurisdictions
    said = passage.text
    named = [code for code in jurisdictions.named_in(said[start:end]) if code in passage.jurisdictions]
    owner = _owner(passage)
    if owner is not None and not passage.speaker and named and not tells_of_partners(said[start:end]):
        named = []
    if owner is None and not named:
        paragraph = said[said.rfind("\n", 0, start) + 1 : start]
        before = [mention.code for mention in jurisdictions.find_mentions(paragraph)]
        named = [code for code in before[-1:] if code in passage.jurisdictions] or list(passage.jurisdictions[:1])
    return tuple(dict.fromkeys((*([owner] if owner else []), *named)))


def _owner(passage: Passage) -> str | None:
    """Whose section the passage stands in, or who says it; None where it is nobody's own."""
    first = next(iter(passage.jurisdictions), None)
    if first is None or passage.attribution is Attribution.STATED or passage.speaker:
        return first
    return first if any(first in jurisdictions.named_in(title) for title in passage.heading) else None


@dataclass(frozen=True, slots=True)
class _Overlaps:
    """What sentences hold of what the question names: weighted shares from 0 to 1, and whether a term is in each."""

    shares: npt.NDArray[np.float64]
    names_term: npt.NDArray[np.bool_]


class Weigher:
    """Weighs what a question names: the glossary's terms, in any wording of either language, and its other words.

    A term weighs as much as the rarest word of its commonest wording, a word by its inverse document frequency; words
    of no topic weigh nothing. In a sentence of the other language a word is held by its translations, as far as they
    are good ones.
    """

    def __init__(self, index: Index, query: Query) -> None:
        self._index = index
        self._terms = list(dict.fromkeys(match.term for match in query.terms if match.term.topic))
        rest = list(query.text)
        for match in query.terms:
            rest[match.start : match.end] = " " * (match.end - match.start)
        skipped = text.stop_words().question | text.stop_words().either
        words = [word for word in dict.fromkeys(text.words("".join(rest))) if word not in skipped]
        asked = lexical_query(" ".join(words), query.asked_in)
        rarity = index.lexical.rarity
        self._words = {
            language: [(dict(sought.tokens), rarity(sought)) for sought in asked.words[language]]
            for language in LANGUAGES
        }
        self._named = {language: self._weights(language) for language in LANGUAGES}
        self._total = {
            language: sum(weight for weight, _ in self._named[language].values())
            + sum(weight for _, weight in self._words[language])
            for language in LANGUAGES
        }

    def of(self, read: Read, passages: Sequence[Passage]) -> _Overlaps:
        """The overlap of each sentence; `passages` are those that they stand in."""
        statements = self._index.statements
        tokens = statements.tokens(read)
        named = statements.naming(read, self._terms, passages)
        written = np.array([passage.language for passage in passages])[read.passage]
        shares, names_term = np.zeros(len(read)), np.zeros(len(read), np.bool_)
        for language in LANGUAGES:
            terms, total = self._named[language], self._total[language]
            rows = np.flatnonzero(written == language)
            if not len(rows) or not total:
                continue
            held = Held(statements, tokens, len(read), self._sought(language))
            # Where no form has all its tokens in a sentence, none is looked for in it.
            likely = np.zeros(len(read), np.bool_)
            for _, forms in terms.values():
                for form in forms:
                    likely |= held.all_of(form)
            named_here = named & likely[:, np.newaxis]
            found = named_here.astype(np.float64) @ np.array([terms[term][0] for term in self._terms], np.float64)
            for sought, weight in self._words[language]:
                found += weight * held.best_of(sought)
            shares[rows] = found[rows] / total
            names_term[rows] = np.logical_or.reduce(named_here, axis=1)[rows]
        return _Overlaps(shares, names_term)

    def _sought(self, language: Language) -> list[str]:
        """The tokens of sentences in a language that tell anything."""
        forms = (form for _, forms in self._named[language].values() for form in forms)
        words = (sought for sought, _ in self._words[language])
        return list(dict.fromkeys(token for tokens in (*forms, *words) for token in tokens))

    def _weights(self, language: Language) -> dict[Term, tuple[float, list[set[str]]]]:
        """Terms with their weight and the tokens of each wording."""
        terms = {}
        for term in self._terms:
            forms = [set(stem_tokens(form, language)) for form in (*term.forms(language), *term.abbreviations)]
            weights = [
                max((self._index.lexical.rarity(Sought(((token, 1.0),))) for token in form), default=0.0)
                for form in forms
            ]
            terms[term] = (min(weights), forms)
        return terms
