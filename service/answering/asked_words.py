"""Where a passage holds what a question is about, word by word: as asked, in other words, or in the other language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from indexer import jurisdictions, text
from indexer.document_words import table as document_words
from indexer.documents import LANGUAGES, Language
from indexer.glossary import Term, places_of
from indexer.glossary_words import Word, read_words
from indexer.index_protocol import Index
from indexer.lexical_query import LexicalQuery, Sought, lexical_query, passage_tokens, stem_tokens
from indexer.word_vectors import word_vectors
from service.answering.asked_for import AskedFor, vocabulary
from service.query import Query

_UNLIKE, _ALIKE = 0.3, 0.75  # cosines of two words from which they begin to mean the same, and do
_MOST_ALIKE = 0.85  # what another word of the same meaning is worth, beside the word itself


_PRONOUN = re.compile(r"(?:-t)?-(?:ils?|elles?|on|ce|je|nous|vous|tu)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text's words but stop words, in order, with the tokens of each; `every` are all of its words."""

    words: tuple[Word, ...]
    tokens: tuple[frozenset[str], ...]
    every: tuple[Word, ...] = ()

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """Where each word begins, of shape (words,)."""
        return np.array([word.start for word in self.words], np.int64)


@lru_cache(maxsize=1_024)
def read_text(written: str, language: Language) -> ReadText:
    """The words of a text in `language`; the passages of a topic come up again and again."""
    stop = text.stop_words().either
    every = tuple(read_words(written))
    words = tuple(word for word in every if word.folded not in stop)
    return ReadText(words, tuple(_tokens(word.folded, language) for word in words), every)


@lru_cache(maxsize=16_384)
def _tokens(folded: str, language: Language) -> frozenset[str]:
    return frozenset(passage_tokens(folded, language))


class AskedWords:
    """Words to look for in passages: `words`, folded, of a question in `query`'s language; `weights` by their rarity.

    Words that the question uses in a term of the glossary are held by any wording of the term.
    """

    def __init__(self, index: Index, query: Query, words: Sequence[str]) -> None:
        self.words = tuple(dict.fromkeys(words))
        self._asked: LexicalQuery = lexical_query(" ".join(self.words), query.asked_in)
        self.words = self._asked.asked
        self.weights = np.array(index.lexical.rarities(self._asked), np.float32)
        self._sought = {spoken: _by_token(self._asked.words[spoken]) for spoken in LANGUAGES}
        self._vectors = word_vectors().of(self.words) if self.words else np.empty((0, 1), np.float32)
        self._terms = [
            (match.term, set(text.words(query.text[match.start : match.end])))
            for match in query.terms
            if match.term.topic
        ]

    def held(self, read: ReadText, language: Language) -> npt.NDArray[np.float32]:
        """How well each word of a text stands for each word asked for, from 0 to 1, of shape (asked, words)."""
        if not self.words or not read.words:
            return np.zeros((len(self.words), len(read.words)), np.float32)
        cosines = self._vectors @ word_vectors().of([word.folded for word in read.words]).T
        held: npt.NDArray[np.float32] = np.clip((cosines - _UNLIKE) / (_ALIKE - _UNLIKE), 0.0, 1.0) * _MOST_ALIKE
        sought = self._sought[language]
        for column, tokens in enumerate(read.tokens):
            for token in tokens:
                for row, weight in sought.get(token, ()):
                    held[row, column] = max(held[row, column], weight)
        for term, words in self._terms:
            rows = [row for row, word in enumerate(self.words) if word in words]
            for match in places_of(term, read.every) if rows and _may_name(term, read, language) else ():
                columns = [at for at, word in enumerate(read.words) if match.start <= word.start < match.end]
                held[np.ix_(rows, columns)] = 1.0
        return held


def _may_name(term: Term, read: ReadText, language: Language) -> bool:
    """Whether a text holds all words of a wording of a term: to look for it as a phrase costs more."""
    held = frozenset[str]().union(*read.tokens)
    return any(form <= held for form in _forms(term, language))


@lru_cache(maxsize=4_096)
def _forms(term: Term, language: Language) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(stem_tokens(form, language)) for form in (*term.forms(language), *term.abbreviations))


def _by_token(words: Sequence[Sought]) -> dict[str, list[tuple[int, float]]]:
    """By token the rows of the words that it stands for, and how well it does."""
    found: dict[str, list[tuple[int, float]]] = {}
    for row, sought in enumerate(words):
        for token, weight in sought.tokens:
            found.setdefault(token, []).append((row, weight))
    return found


def topic_words(query: Query, asked: Sequence[AskedFor]) -> list[str]:
    """The words that a question is about: not what it asks for, nor whom or what year, which its passages tell."""
    left = list(query.text)
    named = jurisdictions.find_mentions(query.text)
    for start, end in [*((item.start, item.end) for item in asked), *((name.start, name.end) for name in named)]:
        left[start:end] = " " * (end - start)
    skipped = text.stop_words().question | vocabulary().silent | query.clues.years | _months()
    # "a-t-il" and "sont-elles" join a pronoun to a verb, and would be read as one word.
    found = text.without_stop_words(text.words(_PRONOUN.sub(" ", "".join(left))))
    return [word for word in found if word not in skipped]


@lru_cache(maxsize=1)
def _months() -> frozenset[str]:
    return frozenset(name for names in document_words().months.values() for name in names)
