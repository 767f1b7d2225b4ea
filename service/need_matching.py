"""How well passages and their sentences match a need in its several wordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from indexer import text
from indexer.documents import LANGUAGES, Language
from indexer.embedding import Embedder
from indexer.filters import Filters
from indexer.glossary import Term, find_terms
from indexer.index_protocol import Index, LexicalLeg
from indexer.lexical import LexicalHits
from indexer.lexical_query import LexicalQuery, Sought, lexical_query, stem_tokens
from indexer.statements import Held, Read
from indexer.word_vectors import word_vectors
from service.term_vectors import meaning

_TERMS = 0.75  # weight of the glossary's other wordings, in the lexical share and in the vector
_TERMS_SOUGHT = 3  # terms of the field for which passages are sought that name them,
_NAMING = 20  # so many for each
MANY = 20_000  # passages, from which on those nearest to each wording are taken from
_TOGETHER = 20  # times as many that are nearest by words to all wordings together, to have their shares,
_TOGETHER_BY_MEANING = 10  # and by meaning
_TOGETHER_BY_WORDS = 3  # times as many where they are nearest by words
_LEXICAL = 5  # x so many passages as are wanted of each leg get their lexical share


# By lexical index, which is of one audience, and the term's first English form: as many as the glossary has terms.
_NAMING_KEPT: WeakKeyDictionary[LexicalLeg, dict[str, npt.NDArray[np.int64]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Wording:
    """A way to word what is sought, and its weight among the others."""

    text: str
    language: Language
    weight: float = 1.0

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms of the field that it names."""
        return _terms(self.text)


@lru_cache(maxsize=1_024)
def _terms(written: str) -> tuple[Term, ...]:
    return tuple(dict.fromkeys(match.term for match in find_terms(written)))


@dataclass(frozen=True, slots=True)
class Matched:
    """Passages by number, with the mean lexical share and the mean cosine of each; all of shape (passages,)."""

    numbers: npt.NDArray[np.int64]
    shares: npt.NDArray[np.float32]
    cosines: npt.NDArray[np.float32]


class Matcher:
    """The wordings of one need, ready to be held against the passages of an index."""

    def __init__(self, index: Index, embedder: Embedder, wordings: Sequence[Wording]) -> None:
        self._index, self._embedder = index, embedder
        self._weights = np.array([wording.weight for wording in wordings], np.float32)
        self._weights /= self._weights.sum()
        self._asked = [lexical_query(wording.text, wording.language, wording.terms) for wording in wordings]
        self._vectors = _vectors(embedder, wordings)
        self._vector = self._weights @ self._vectors
        self._terms = _weighed_terms(index, wordings)
        self._words, self._rarities = _words(index, self._asked, self._weights.tolist())

    def passages(self, pool: int, allowed: npt.NDArray[np.int64] | None, filters: Filters) -> Matched:
        """The `pool` nearest passages by words and by meaning, of each wording, among the `allowed` if given.

        These are the ones that meet the `filters`.
        """
        by_words = self._by_words(pool, allowed, filters)
        near = self._near(pool, allowed)
        naming = [self._naming(term.term, allowed, filters) for term in self._terms[:_TERMS_SOUGHT]]
        numbers = np.unique(np.concatenate([*near, *naming, *(hits.numbers[:best] for _, hits, best in by_words)]))
        shares = np.zeros(len(numbers), np.float32)
        for weight, hits, _ in by_words:
            found = np.isin(hits.numbers, numbers)
            shares[np.searchsorted(numbers, hits.numbers[found])] += weight * hits.shares[found]
        return Matched(numbers, shares, self._index.vectors.vectors(numbers) @ self._vector)

    def _by_words(
        self, pool: int, allowed: npt.NDArray[np.int64] | None, filters: Filters
    ) -> list[tuple[np.float32, LexicalHits, int]]:
        """Hits by words, the weight of their shares, and how many of them are taken: for each wording.

        Among many for all wordings together, in one search.
        """
        lexical = self._index.lexical
        if len(self._index.vectors) < MANY or len(self._asked) == 1:
            return [
                (
                    weight,
                    lexical.search(asked, _LEXICAL * pool, allowed=allowed, filters=filters, wording_weight=_TERMS),
                    pool,
                )
                for weight, asked in zip(self._weights, self._asked, strict=True)
            ]
        weighed = [(asked, float(weight)) for weight, asked in zip(self._weights, self._asked, strict=True)]
        # The more of them, the fewer candidates go without their share; to sift so many by a filter would cost more.
        count = (_TOGETHER if allowed is None else _LEXICAL) * pool
        hits = lexical.search_together(weighed, count, allowed=allowed, filters=filters, wording_weight=_TERMS)
        return [(np.float32(1.0), hits, _TOGETHER_BY_WORDS * pool)]

    def _naming(self, term: Term, allowed: npt.NDArray[np.int64] | None, filters: Filters) -> npt.NDArray[np.int64]:
        """Numbers of the passages that name a term of the field most; kept where no filter holds."""
        lexical = self._index.lexical
        kept = _NAMING_KEPT.setdefault(lexical, {}) if allowed is None else {}
        numbers = kept.get(term.en[0])
        if numbers is None:
            asked = lexical_query(term.en[0], "en", [term])
            numbers = kept[term.en[0]] = lexical.search(asked, _NAMING, allowed=allowed, filters=filters).numbers
        return numbers

    def _near(self, pool: int, allowed: npt.NDArray[np.int64] | None) -> list[npt.NDArray[np.int64]]:
        """Numbers of the `pool` passages nearest to each wording.

        Among many they are taken from those nearest to all of them together: the wordings are of one need.
        """
        vectors = self._index.vectors
        if len(vectors) < MANY or len(self._vectors) == 1:
            return [vectors.search(vector, pool, allowed=allowed).numbers for vector in self._vectors]
        unit = self._vector / max(float(np.linalg.norm(self._vector)), 1e-9)
        numbers = vectors.search(unit.astype(np.float32), _TOGETHER_BY_MEANING * pool, allowed=allowed).numbers
        cosines = vectors.vectors(numbers) @ self._vectors.T
        order = np.argsort(-cosines, axis=0, kind="stable")[:pool]
        return [numbers[order[:, column]] for column in range(order.shape[1])]

    def nearest(self, count: int, allowed: npt.NDArray[np.int64] | None) -> npt.NDArray[np.int64]:
        """Numbers of the `count` passages nearest by meaning, among the `allowed` if given."""
        return self._index.vectors.search(self._vector, count, allowed=allowed).numbers

    def words(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """How well each sentence's words hold those asked for, one by one; of shape (sentences,)."""
        likenesses = np.zeros(len(sentences), np.float32)
        held = [surface_words(sentence) for sentence in sentences]
        filled = [place for place, words in enumerate(held) if words]
        if not filled or not len(self._words):
            return likenesses
        row = {word: at for at, word in enumerate(dict.fromkeys(word for words in held for word in words))}
        cosines = word_vectors().of(list(row)) @ self._words.T
        starts = np.cumsum([0, *(len(held[place]) for place in filled[:-1])])
        # The word nearest to each word asked for, sentence by sentence.
        nearest = np.maximum.reduceat(cosines[[row[word] for place in filled for word in held[place]]], starts, axis=0)
        likenesses[filled] = nearest @ self._rarities
        return likenesses

    def named(self, sentences: Sequence[str], languages: Sequence[Language]) -> npt.NDArray[np.float32]:
        """The share of the terms of the field sought that each sentence names, by weight; of shape (sentences,)."""
        found = np.zeros(len(sentences), np.float32)
        for place, (sentence, language) in enumerate(zip(sentences, languages, strict=True) if self._terms else ()):
            tokens = _tokens(sentence, language)
            for term in self._terms:
                if any(form <= tokens for form in term.forms[language]):
                    found[place] += term.weight
        return found

    def words_kept(self, read: Read) -> npt.NDArray[np.float32]:
        """As `words`, for sentences as the index keeps them."""
        total = np.float32(self._rarities.sum())
        return total * self._index.words.likenesses_of(self._words, self._rarities, read)

    def named_kept(self, read: Read) -> npt.NDArray[np.float32]:
        """As `named`, for sentences as the index keeps them."""
        found = np.zeros(len(read), np.float32)
        forms = [[form for of in term.forms.values() for form in of] for term in self._terms]
        sought = list(dict.fromkeys(token for of in forms for form in of for token in form))
        if sought:
            statements = self._index.statements
            held = Held(statements, statements.tokens(read), len(read), sought)
            for term, of in zip(self._terms, forms, strict=True):
                found += term.weight * np.logical_or.reduce([held.all_of(form) for form in of])
        return found

    def cosines_kept(self, read: Read) -> npt.NDArray[np.float32]:
        """As `cosines`, for sentences as the index keeps them."""
        found: npt.NDArray[np.float32] = self._index.statements.vectors(read) @ self._vector
        return found

    def cosines(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """The cosine of each sentence, of shape (sentences,)."""
        if not sentences:
            return np.empty(0, np.float32)
        found: npt.NDArray[np.float32] = self._embedder.encode_documents(sentences) @ self._vector
        return found


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of the field that is sought: its share among them, and the tokens of each of its forms by language."""

    term: Term
    weight: float
    forms: Mapping[Language, tuple[frozenset[str], ...]]


def _weighed_terms(index: Index, wordings: Sequence[Wording]) -> list[_Term]:
    """The topics that the wordings name, the weightiest first: by the wordings that name them, and by rarity."""
    named: dict[Term, float] = {}
    for wording in wordings:
        for term in wording.terms:
            if term.topic:
                named[term] = named.get(term, 0.0) + wording.weight
    forms = {term: _forms(term) for term in named}
    weights = {
        term: weight * min(_rarity(index, form) for of in forms[term].values() for form in of)
        for term, weight in named.items()
    }
    total = sum(weights.values()) or 1.0
    ordered = sorted(weights, key=lambda term: -weights[term])
    return [_Term(term, weights[term] / total, forms[term]) for term in ordered]


def _rarity(index: Index, form: frozenset[str]) -> float:
    """How rare a form is: as rare as its rarest token; a form of stop words alone is as common as can be."""
    return max((index.lexical.rarity(Sought(((token, 1.0),))) for token in form), default=0.0)


@lru_cache(maxsize=1_024)
def _forms(term: Term) -> Mapping[Language, tuple[frozenset[str], ...]]:
    return {
        language: tuple(
            tokens
            for form in (*term.forms(language), *term.abbreviations)
            if (tokens := frozenset(stem_tokens(form, language)))
        )
        for language in LANGUAGES
    }


@lru_cache(maxsize=8_192)
def _tokens(written: str, language: Language) -> frozenset[str]:
    return frozenset(stem_tokens(written, language))


def _vectors(embedder: Embedder, wordings: Sequence[Wording]) -> npt.NDArray[np.float32]:
    """Of shape (wordings, dimension); to each the terms of the field that it names add theirs, in both languages."""
    vectors = np.array(embedder.encode_queries([wording.text for wording in wordings]))
    for row, wording in enumerate(wordings):
        for term in wording.terms:
            vectors[row] += _TERMS * meaning(embedder, term) / len(wording.terms)
    unit: npt.NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit


def _words(
    index: Index, asked: Sequence[LexicalQuery], weights: Sequence[float]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """The distinct words asked for: their vectors, of shape (words, dimension), and the share of each by its rarity.

    Shares sum to the wordings' `weights`, wording by wording.
    """
    said = text.stop_words().question
    shares: dict[str, float] = {}
    for query, weight in zip(asked, weights, strict=True):
        rarities = dict(zip(query.asked, index.lexical.rarities(query), strict=True))
        topical = {word: rarity for word, rarity in rarities.items() if word not in said} or rarities
        total = sum(topical.values()) or 1.0
        for word, rarity in topical.items():
            shares[word] = shares.get(word, 0.0) + weight * rarity / total
    return word_vectors().of(list(shares)), np.array(list(shares.values()), np.float32)


@lru_cache(maxsize=8_192)
def surface_words(written: str) -> tuple[str, ...]:
    """The distinct words of a sentence but stop words; those of a topic come up again and again."""
    return tuple(dict.fromkeys(text.surface_forms(written)))
