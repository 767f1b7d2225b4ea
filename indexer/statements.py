"""What the sentences of each passage say, read once when a generation is written: answers then weigh arrays.

`sentences/` of a generation holds memory-mapped arrays. Sentences are rows in the order of their passages; `starts`
says where those of each passage begin. Tokens and words are numbers in one vocabulary, kept in `vocabulary.sqlite`.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from array import array
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer import database, glossary, sentences
from indexer.documents import Passage
from indexer.embedding import Embedder
from indexer.glossary import Term, find_terms
from indexer.lexical_query import passage_token_set
from indexer.text import surface_forms

MIN_SENTENCE_WORDS = 5  # less is a heading or a scrap, and proves nothing by itself
_REMEMBERED = 16_384  # passages of which the sentences are kept
_BATCH = 2_048  # passages whose sentences are embedded at once
_VOCABULARY = "vocabulary.sqlite"
_READ_WITH = "read_with.json"
_ARRAYS = ("starts", "spans", "vectors", "term_starts", "terms", "token_starts", "tokens", "word_starts", "words")
_UNKNOWN = -1


@lru_cache(maxsize=_REMEMBERED)
def stating(passage: Passage) -> tuple[tuple[int, int], ...]:
    """The sentences of a passage that state something: neither titles nor what only announces a list."""
    return tuple(
        (start, end)
        for start, end in sentences.split(passage.text)
        if len((sentence := passage.text[start:end]).split()) >= MIN_SENTENCE_WORDS
        and sentence not in passage.heading  # a title says what follows, and proves nothing
        and not sentence.endswith(":")
    )


def passage_words(passage: Passage) -> tuple[str, ...]:
    """The distinct words of a passage and the titles above it but stop words."""
    return tuple(dict.fromkeys(surface_forms("\n".join((*passage.heading, passage.text)))))


@cache
def _term_numbers() -> dict[Term, int]:
    return {term: number for number, term in enumerate(glossary.terms())}


@cache
def _glossary_digest() -> str:
    return hashlib.blake2b(repr(glossary.terms()).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Ragged:
    """Numbers of rows one after the other: `row` says of each which row it is of, counted from 0."""

    row: npt.NDArray[np.int64]
    values: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Read:
    """Sentences of some passages: of which of them each is, where it stands in that one's text, and its row."""

    passage: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)


class Statements:
    """The sentences of a generation, opened; safe to use from several threads.

    Raises OSError or ValueError where the files are missing or damaged.
    """

    def __init__(self, folder: Path, passages: int) -> None:
        self._folder = folder
        arrays = {name: _mapped(folder / f"{name}.npy") for name in _ARRAYS}
        self._starts, self._spans, self._vectors = arrays["starts"], arrays["spans"], arrays["vectors"]
        self._terms = arrays["term_starts"], arrays["terms"]
        self._tokens = arrays["token_starts"], arrays["tokens"]
        self._words = arrays["word_starts"], arrays["words"]
        count = int(self._starts[-1])
        if len(self._starts) != passages + 1 or not count == len(self._spans) == len(self._vectors):
            raise ValueError(f"{folder.name} is not of these passages")
        for starts, values in (self._terms, self._tokens, self._words):
            if int(starts[-1]) != len(values):
                raise ValueError(f"{folder.name} is cut short")
        read_with = json.loads((folder / _READ_WITH).read_text(encoding="utf-8"))
        self._same_glossary = read_with["glossary"] == _glossary_digest()
        self._database = database.Reader(folder / _VOCABULARY)
        self._known: dict[str, int] = {}
        if self._database.cut_short():
            raise ValueError(f"{_VOCABULARY} is cut short")

    def of(self, numbers: Sequence[int]) -> Read:
        """The sentences of the passages with these numbers, passage by passage."""
        passages = np.asarray(numbers, dtype=np.int64)
        begins, ends = self._starts[passages], self._starts[passages + 1]
        rows = _ranges(begins, ends)
        return Read(np.repeat(np.arange(len(passages)), ends - begins), self._spans[rows], rows)

    def vectors(self, read: Read) -> npt.NDArray[np.float32]:
        """The vectors of sentences, of shape (sentences, dimension)."""
        return self._vectors[read.rows].astype(np.float32)

    def tokens(self, read: Read) -> Ragged:
        """The tokens of sentences, as `passage_token_set` gives them."""
        return _ragged(*self._tokens, read.rows)

    def words(self, numbers: Sequence[int]) -> Ragged:
        """The distinct words of the passages with these numbers: see `passage_words`."""
        return _ragged(*self._words, np.asarray(numbers, dtype=np.int64))

    def naming(self, read: Read, terms: Sequence[Term], texts: Sequence[Passage]) -> npt.NDArray[np.bool_]:
        """Which sentences name which terms of the glossary, of shape (sentences, terms); `texts` are the passages."""
        if not self._same_glossary:
            return _named_now(read, terms, texts)
        found = np.zeros((len(read), len(terms)), np.bool_)
        held = _ragged(*self._terms, read.rows)
        for column, term in enumerate(terms):
            found[held.row[held.values == _term_numbers()[term]], column] = True
        return found

    def numbers(self, words: Iterable[str]) -> dict[str, int]:
        """The numbers of tokens or words in the vocabulary; those that no sentence holds are left out."""
        wanted = list(words)
        known = self._known
        missing = [word for word in wanted if word not in known]
        if missing:
            rows = self._database.rows(
                "SELECT word, number FROM vocabulary WHERE word IN (SELECT value FROM json_each(?))",
                (json.dumps(missing),),
            )
            found = dict.fromkeys(missing, _UNKNOWN) | {row[0]: row[1] for row in rows}
            if len(known) + len(found) > _REMEMBERED:
                known = {word: known[word] for word in wanted if word in known}
                self._known = known  # others may still read the old one
            known.update(found)
        return {word: number for word in wanted if (number := known[word]) != _UNKNOWN}

    def written(self, numbers: Iterable[int]) -> dict[int, str]:
        """The words of the vocabulary with these numbers."""
        rows = self._database.rows(
            "SELECT number, word FROM vocabulary WHERE number IN (SELECT value FROM json_each(?))",
            (json.dumps(list(numbers)),),
        )
        return {row[0]: row[1] for row in rows}

    @property
    def vocabulary_size(self) -> int:
        """How many words there are; their numbers are below it."""
        return int(self._database.rows("SELECT coalesce(max(number), -1) + 1 FROM vocabulary")[0][0])


def _named_now(read: Read, terms: Sequence[Term], texts: Sequence[Passage]) -> npt.NDArray[np.bool_]:
    """As `Statements.naming`, from the texts: what was written was read with another glossary."""
    found = np.zeros((len(read), len(terms)), np.bool_)
    for row, (passage, (start, end)) in enumerate(zip(read.passage.tolist(), read.spans.tolist(), strict=True)):
        named = {match.term for match in find_terms(texts[passage].text[start:end])}
        found[row] = [term in named for term in terms]
    return found


def _mapped(path: Path) -> npt.NDArray[np.int64]:
    """An array that stays on the disk; an empty one cannot be mapped."""
    try:
        found: npt.NDArray[np.int64] = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError:
        found = np.load(path, allow_pickle=False)
        if found.size:
            raise
    return found


def _ranges(begins: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The whole numbers of each range, one range after the other."""
    lengths = ends - begins
    before = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(begins - before, lengths)


def _ragged(starts: npt.NDArray[np.int64], values: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> Ragged:
    begins, ends = starts[rows], starts[rows + 1]
    return Ragged(np.repeat(np.arange(len(rows)), ends - begins), values[_ranges(begins, ends)].astype(np.int32))


class Held:
    """Which of the tokens sought each sentence holds."""

    def __init__(self, statements: Statements, tokens: Ragged, sentences: int, sought: Sequence[str]) -> None:
        numbers = statements.numbers(sought)
        self._column = {token: column for column, token in enumerate(numbers)}
        self._held = np.zeros((sentences, len(numbers)), np.bool_)
        if numbers:
            ids = np.fromiter(numbers.values(), np.int32, len(numbers))
            order = np.argsort(ids)
            columns = order[np.minimum(np.searchsorted(ids, tokens.values, sorter=order), len(ids) - 1)]
            known = ids[columns] == tokens.values
            self._held[tokens.row[known], columns[known]] = True

    def all_of(self, tokens: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Whether each sentence holds all of some tokens."""
        columns = [self._column.get(token, _UNKNOWN) for token in tokens]
        if _UNKNOWN in columns:
            return np.zeros(len(self._held), np.bool_)
        held: npt.NDArray[np.bool_] = self._held[:, columns].all(axis=1)
        return held

    def best_of(self, sought: Mapping[str, float]) -> npt.NDArray[np.float64]:
        """How well each sentence holds a word, given by its tokens with how well each stands for it."""
        known = {self._column[token]: weight for token, weight in sought.items() if token in self._column}
        if not known:
            return np.zeros(len(self._held))
        weights = np.fromiter(known.values(), np.float64, len(known))
        best: npt.NDArray[np.float64] = (self._held[:, list(known)] * weights).max(axis=1)
        return best


class _Ragged:
    """Rows of numbers as they are written."""

    def __init__(self) -> None:
        self.starts, self.values = array("q", [0]), array("i")

    def add(self, row: Iterable[int]) -> None:
        self.values.extend(row)
        self.starts.append(len(self.values))


def write(folder: Path, passages: Sequence[Passage], embedder: Embedder) -> None:
    """Write what the sentences of `passages`, in the order of their numbers, say into the new `folder`."""
    folder.mkdir()
    vocabulary: dict[str, int] = {}
    numbers = _term_numbers()
    terms, tokens, words = _Ragged(), _Ragged(), _Ragged()
    starts, spans = array("q", [0]), array("i")
    counts = [len(stating(passage)) for passage in passages]
    vectors = np.lib.format.open_memmap(
        folder / "vectors.npy", "w+", np.float16, (sum(counts), embedder.dimension)
    ) if sum(counts) else np.empty((0, embedder.dimension), np.float16)  # fmt: skip
    done = 0
    for first in range(0, len(passages), _BATCH):
        written: list[str] = []
        for passage in passages[first : first + _BATCH]:
            for start, end in stating(passage):
                sentence = passage.text[start:end]
                written.append(sentence)
                spans.extend((start, end))
                terms.add(sorted({numbers[match.term] for match in find_terms(sentence)}))
                tokens.add(_numbers(passage_token_set(sentence, passage.language), vocabulary))
            starts.append(len(spans) // 2)
            words.add(_numbers(passage_words(passage), vocabulary))
        if written:
            vectors[done : done + len(written)] = embedder.encode_documents(written)
            done += len(written)
    if isinstance(vectors, np.memmap):
        vectors.flush()
    else:
        np.save(folder / "vectors.npy", vectors)
    arrays: Mapping[str, array[int]] = {
        "starts": starts,
        "term_starts": terms.starts,
        "terms": terms.values,
        "token_starts": tokens.starts,
        "tokens": tokens.values,
        "word_starts": words.starts,
        "words": words.values,
    }
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", np.array(values))
    np.save(folder / "spans.npy", np.array(spans, np.int32).reshape(-1, 2))
    (folder / _READ_WITH).write_text(json.dumps({"glossary": _glossary_digest()}) + "\n", encoding="utf-8")
    with closing(sqlite3.connect(folder / _VOCABULARY)) as connection, connection:
        connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "CREATE TABLE vocabulary (number INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);"
        )
        connection.executemany("INSERT INTO vocabulary (word, number) VALUES (?, ?)", vocabulary.items())


def _numbers(words: Iterable[str], vocabulary: dict[str, int]) -> list[int]:
    return sorted(vocabulary.setdefault(word, len(vocabulary)) for word in words)
