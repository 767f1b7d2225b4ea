"""What the sentences of passages say, analysed when they are asked for: for an index that keeps nothing of them."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from indexer.documents import Language, Passage, Status
from indexer.embedding import Embedder
from indexer.glossary import Term
from indexer.lexical_query import passage_token_set
from indexer.statements import Ragged, Read, named_now, passage_words, stating
from indexer.status import passage_statuses
from indexer.text import surface_forms
from indexer.word_vectors import likeness, word_vectors

_MOST_SENTENCES = 4_096  # of one passage: a row is its number times this, and the place in it
_VECTORS_KEPT = 20_000  # 15 MB
_REMEMBERED = 16_384

Numbered = Callable[[Sequence[int]], list[Passage]]
Vectors = npt.NDArray[np.float32]


class LiveStatements:
    """The sentences of the passages that `numbered` gives by their numbers; safe to use from several threads.

    `named` gives the terms of the glossary that passages name, where these are kept.
    """

    def __init__(
        self, numbered: Numbered, embedder: Embedder, named: Callable[[npt.NDArray[np.int64]], Ragged | None]
    ) -> None:
        self._numbered, self._embedder, self._named = numbered, embedder, named
        self._vectors: dict[str, npt.NDArray[np.float16]] = {}

    def of(self, numbers: Sequence[int] | npt.NDArray[np.int64]) -> Read:
        """The sentences of the passages with these numbers, passage by passage."""
        wanted = [int(number) for number in numbers]
        spans = [stating(passage)[:_MOST_SENTENCES] for passage in self._numbered(wanted)]
        counts = [len(of) for of in spans]
        first = [number * _MOST_SENTENCES for number in wanted]
        rows = [row for at, count in zip(first, counts, strict=True) for row in range(at, at + count)]
        return Read(
            np.repeat(np.arange(len(wanted)), counts),
            np.array([span for of in spans for span in of], np.int32).reshape(len(rows), 2),
            np.array(rows, np.int64),
        )

    def vectors(self, read: Read) -> Vectors:
        """The vectors of sentences, of shape (sentences, dimension)."""
        texts = self.texts(read)
        known = self._vectors
        found = {text: known[text] for text in texts if text in known}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            made = self._embedder.encode_documents(missing).astype(np.float16)
            new = dict(zip(missing, made, strict=True))
            if len(known) + len(new) > _VECTORS_KEPT:
                known = self._vectors = {}  # others may still read the old one
            known.update(new)
            found |= new
        if not texts:
            return np.empty((0, self._embedder.dimension), np.float32)
        return np.stack([found[text] for text in texts]).astype(np.float32)

    def tokens(self, read: Read) -> Ragged:
        """The tokens of sentences, as numbers that `numbers` gives."""
        held = [_tokens(text, language) for text, language in self._texts(read)]
        row = np.repeat(np.arange(len(held)), [len(of) for of in held])
        return Ragged(row, np.concatenate(held) if held else np.empty(0, np.int32))

    def naming(self, read: Read, terms: Sequence[Term], texts: Sequence[Passage]) -> npt.NDArray[np.bool_]:
        """Which sentences name which terms of the glossary, of shape (sentences, terms); `texts` are the passages."""
        return named_now(read, terms, texts)

    def named(self, numbers: Sequence[int] | npt.NDArray[np.int64]) -> Ragged | None:
        """The terms that each of the passages names, as places in `glossary.terms()`; None where nothing says so."""
        return self._named(np.asarray(numbers, np.int64))

    def statuses(self, read: Read) -> list[tuple[Status, ...]] | None:
        """What `passage_statuses` gives for each sentence."""
        passages = self._passages(read)
        return [
            _statuses(passages[row // _MOST_SENTENCES], start, end)
            for row, (start, end) in zip(read.rows.tolist(), read.spans.tolist(), strict=True)
        ]

    def numbers(self, words: Iterable[str]) -> dict[str, int]:
        """The numbers of tokens, drawn from themselves."""
        return {word: _number(word) for word in words}

    def texts(self, read: Read) -> list[str]:
        """The texts of sentences."""
        return [text for text, _ in self._texts(read)]

    def _passages(self, read: Read) -> dict[int, Passage]:
        numbers = np.unique(read.rows // _MOST_SENTENCES).tolist()
        return dict(zip(numbers, self._numbered(numbers), strict=True))

    def _texts(self, read: Read) -> list[tuple[str, Language]]:
        passages = self._passages(read)
        return [
            (passages[row // _MOST_SENTENCES].text[start:end], passages[row // _MOST_SENTENCES].language)
            for row, (start, end) in zip(read.rows.tolist(), read.spans.tolist(), strict=True)
        ]


class LiveWords:
    """The words of the passages that `numbered` gives, and of the sentences that `statements` reads."""

    def __init__(self, numbered: Numbered, statements: LiveStatements) -> None:
        self._numbered, self._statements = numbered, statements

    def likenesses(self, asked: Vectors, weights: Vectors, passages: Sequence[int]) -> npt.NDArray[np.float32]:
        """How well the words of each passage hold those asked for, as `word_vectors.likeness`; of shape (passages,)."""
        return _likenesses(asked, weights, [_words(passage) for passage in self._numbered(passages)])

    def likenesses_of(self, asked: Vectors, weights: Vectors, sentences: Read) -> npt.NDArray[np.float32]:
        """As `likenesses`, for sentences; of shape (sentences,)."""
        return _likenesses(asked, weights, [_said(text) for text in self._statements.texts(sentences)])

    def nearest(self, asked: Vectors, passages: Sequence[int]) -> npt.NDArray[np.float32]:
        """The cosine to each word asked for of the word of any passage nearest to it, -1 for none; of shape (m,)."""
        words = dict.fromkeys(word for passage in self._numbered(passages) for word in _words(passage))
        if not words or not len(asked):
            return np.full(len(asked), -1.0, np.float32)
        found: npt.NDArray[np.float32] = (asked @ word_vectors().of(list(words)).T).max(axis=1)
        return found


def _likenesses(asked: Vectors, weights: Vectors, held: Sequence[tuple[str, ...]]) -> npt.NDArray[np.float32]:
    if not len(asked):
        return np.zeros(len(held), np.float32)
    return np.array([likeness(asked, weights, word_vectors().of(words)) for words in held], np.float32)


_statuses = lru_cache(maxsize=_REMEMBERED)(passage_statuses)
_words = lru_cache(maxsize=_REMEMBERED)(passage_words)


@lru_cache(maxsize=_REMEMBERED)
def _said(sentence: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(surface_forms(sentence)))


@lru_cache(maxsize=_REMEMBERED)
def _tokens(sentence: str, language: Language) -> npt.NDArray[np.int32]:
    tokens = passage_token_set(sentence, language)
    return np.unique(np.fromiter(map(_number, tokens), np.int32, len(tokens)))


def _number(token: str) -> int:
    return zlib.crc32(token.encode()) >> 1
