"""What the sentences of each passage say, read once when a generation is written: answers then weigh arrays.

`sentences/` of a generation holds memory-mapped arrays. Sentences are rows in the order of their passages; `starts`
says where those of each passage begin. Tokens and words are numbers in one vocabulary, kept in `vocabulary.sqlite`;
`statuses` are numbers of what `indexer.status` reads, which holds as long as its rules are the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from indexer import database, glossary, sentences, status
from indexer.documents import LANGUAGES, Passage, Status
from indexer.glossary import Term, find_terms
from indexer.lexical_query import surface_token
from indexer.text import surface_forms

if TYPE_CHECKING:
    from indexer.index_protocol import SentenceReader

MIN_SENTENCE_WORDS = 5  # less is a heading or a scrap, and proves nothing by itself
_REMEMBERED = 16_384  # passages of which the sentences are kept
_COUNTED = 1 << 22  # words at once, 34 MB
VOCABULARY = "vocabulary.sqlite"
_READ_WITH = "read_with.json"
LONG, SHORT, BYTE = np.dtype("<i8"), np.dtype("<i4"), np.dtype("u1")
STARTS = ".starts"
DIGEST = 16  # bytes
END = b"\n"  # of each file: one without numbers too can then be told from one that was cut short
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
def term_numbers() -> dict[Term, int]:
    """The places of terms in `glossary.terms()`."""
    return {term: number for number, term in enumerate(glossary.terms())}


@cache
def glossary_digest() -> str:
    """What tells a glossary from any other."""
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

    def __init__(self, folder: Path, passages: int, dimension: int) -> None:
        self._starts = _mapped(folder / "starts", LONG, passages + 1)
        count = int(self._starts[-1])
        self._spans = _mapped(folder / "spans", SHORT, 2 * count).reshape(count, 2)
        self._vectors = _mapped(folder / "vectors", np.dtype("<f2"), dimension * count).reshape(count, dimension)
        self._terms = _mapped_ragged(folder / "terms", count)
        self._tokens = _mapped_ragged(folder / "tokens", count)
        self._words = _mapped_ragged(folder / "words", passages)
        self._digests = _mapped(folder / "digests", np.dtype(f"S{DIGEST}"), passages)
        read_with = json.loads((folder / _READ_WITH).read_text(encoding="utf-8"))
        self.same_glossary = read_with["glossary"] == glossary_digest()
        same_rules = read_with.get("statuses") == status.rules_digest()
        self._statuses = _mapped(folder / "statuses", BYTE, count) if same_rules else None
        self._database = database.Reader(folder / VOCABULARY)
        self._known: dict[str, int] = {}
        if self._database.cut_short():
            raise ValueError(f"{VOCABULARY} is cut short")
        # How many words there are; their numbers are below it.
        self.vocabulary_size = int(self._database.rows("SELECT coalesce(max(number), -1) + 1 FROM vocabulary")[0][0])

    def of(self, numbers: Sequence[int] | npt.NDArray[np.int64]) -> Read:
        """The sentences of the passages with these numbers, passage by passage."""
        passages = np.asarray(numbers, dtype=np.int64)
        begins, ends = self._starts[passages], self._starts[passages + 1]
        rows = _ranges(begins, ends)
        spans = self._spans[rows].astype(np.int32, copy=False)
        return Read(np.repeat(np.arange(len(passages)), ends - begins), spans, rows)

    def vectors(self, read: Read) -> npt.NDArray[np.float32]:
        """The vectors of sentences, of shape (sentences, dimension)."""
        return self._vectors[read.rows].astype(np.float32)

    def tokens(self, read: Read) -> Ragged:
        """The tokens of sentences, as `passage_token_set` gives them."""
        return _ragged(*self._tokens, read.rows)

    def said(self, read: Read) -> Ragged:
        """The distinct words of sentences but stop words, as those of `words`; some tokens are words as they stand."""
        tokens = self.tokens(read)
        words = self.words_of_tokens[tokens.values]
        known = words != _UNKNOWN
        return Ragged(tokens.row[known], words[known])

    @cached_property
    def words_of_tokens(self) -> npt.NDArray[np.int32]:
        """By number of a token that is a word as it stands the number of that word, -1 for others; read once."""
        words = np.full(self.vocabulary_size, _UNKNOWN, np.int32)
        for language in LANGUAGES:
            mark = surface_token("", language)
            rows = self._database.rows(
                "SELECT token.number, whole.number FROM vocabulary AS token CROSS JOIN vocabulary AS whole "
                "ON whole.word = substr(token.word, ?) WHERE token.word >= ? AND token.word < ?",
                (len(mark) + 1, mark, mark[:-1] + chr(ord(mark[-1]) + 1)),
            )
            for row in rows:
                words[row[0]] = row[1]
        return words

    def words(self, numbers: Sequence[int] | npt.NDArray[np.int64]) -> Ragged:
        """The distinct words of the passages with these numbers: see `passage_words`."""
        return _ragged(*self._words, np.asarray(numbers, dtype=np.int64))

    def commonest_words(self, most: int) -> npt.NDArray[np.int32]:
        """The numbers of the words that most passages hold, in ascending order."""
        held = self._words[1]
        counts = np.zeros(self.vocabulary_size, np.int64)
        for first in range(0, len(held), _COUNTED):  # in parts, as each is copied as long numbers
            counts += np.bincount(held[first : first + _COUNTED], minlength=self.vocabulary_size)
        order = np.argsort(-counts, kind="stable")[:most]
        return np.sort(order[counts[order] > 0]).astype(np.int32)

    def naming(self, read: Read, terms: Sequence[Term], texts: Sequence[Passage]) -> npt.NDArray[np.bool_]:
        """Which sentences name which terms of the glossary, of shape (sentences, terms); `texts` are the passages."""
        if not self.same_glossary:
            return named_now(read, terms, texts)
        found = np.zeros((len(read), len(terms)), np.bool_)
        held = _ragged(*self._terms, read.rows)
        for column, term in enumerate(terms):
            found[held.row[held.values == term_numbers()[term]], column] = True
        return found

    def named(self, numbers: Sequence[int] | npt.NDArray[np.int64]) -> Ragged | None:
        """The terms named by each of the passages with these numbers, as places in `glossary.terms()`.

        None where the generation was read with another glossary.
        """
        if not self.same_glossary:
            return None
        read = self.of(numbers)
        held = _ragged(*self._terms, read.rows)
        return Ragged(read.passage[held.row], held.values)

    def statuses(self, read: Read) -> list[tuple[Status, ...]] | None:
        """What `passage_statuses` gives for each sentence; None where they were read by other rules."""
        if self._statuses is None:
            return None
        meant = status_sets()
        return [meant[code] for code in self._statuses[read.rows].tolist()]

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

    def terms(self, read: Read) -> Ragged:
        """The terms that sentences name, as places in the `glossary.terms()` of when they were read."""
        return _ragged(*self._terms, read.rows)

    def status_codes(self, read: Read) -> npt.NDArray[np.uint8] | None:
        """As `statuses`, by their codes."""
        return None if self._statuses is None else self._statuses[read.rows]

    def stored_vectors(self, read: Read) -> npt.NDArray[np.float16]:
        """As `vectors`, in half precision, as they are kept."""
        found: npt.NDArray[np.float16] = self._vectors[read.rows]
        return found

    def digests(self) -> npt.NDArray[np.bytes_]:
        """What tells which passages these are, by their numbers."""
        return self._digests

    def vocabulary(self) -> list[str]:
        """Tokens and words by their numbers."""
        return [row[0] for row in self._database.rows("SELECT word FROM vocabulary ORDER BY number")]

    def written(self, numbers: Iterable[int]) -> dict[int, str]:
        """The words of the vocabulary with these numbers."""
        rows = self._database.rows(
            "SELECT number, word FROM vocabulary WHERE number IN (SELECT value FROM json_each(?))",
            (json.dumps(list(numbers)),),
        )
        return {row[0]: row[1] for row in rows}


def named_now(read: Read, terms: Sequence[Term], texts: Sequence[Passage]) -> npt.NDArray[np.bool_]:
    """As `Statements.naming`, from the texts: what was written was read with another glossary."""
    found = np.zeros((len(read), len(terms)), np.bool_)
    for row, (passage, (start, end)) in enumerate(zip(read.passage.tolist(), read.spans.tolist(), strict=True)):
        named = {match.term for match in find_terms(texts[passage].text[start:end])}
        found[row] = [term in named for term in terms]
    return found


def _mapped(path: Path, kind: np.dtype[Any], count: int) -> npt.NDArray[Any]:
    """An array that stays on the disk; an empty one cannot be mapped."""
    if path.stat().st_size != count * kind.itemsize + len(END):
        raise ValueError(f"{path.parent.name}/{path.name} is cut short, or of other passages")
    # As a plain array: each slice of a memmap would be one too, which takes longer than to read a few sentences.
    return np.asarray(np.memmap(path, kind, "r", shape=(count,))) if count else np.empty(0, kind)


def _mapped_ragged(path: Path, rows: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    starts = _mapped(path.with_suffix(STARTS), LONG, rows + 1)
    return starts, _mapped(path, SHORT, int(starts[-1]))


def _ranges(begins: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The whole numbers of each range, one range after the other."""
    lengths = ends - begins
    before = np.cumsum(lengths) - lengths
    found: npt.NDArray[np.int64] = np.arange(int(lengths.sum())) + np.repeat(begins - before, lengths)
    return found


def _ragged(starts: npt.NDArray[np.int64], values: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> Ragged:
    begins, ends = starts[rows], starts[rows + 1]
    return Ragged(
        np.repeat(np.arange(len(rows)), ends - begins), values[_ranges(begins, ends)].astype(np.int32, copy=False)
    )


class Held:
    """Which of the tokens sought each sentence holds."""

    def __init__(self, statements: SentenceReader, tokens: Ragged, sentences: int, sought: Sequence[str]) -> None:
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
        held: npt.NDArray[np.bool_] = np.logical_and.reduce(self._held[:, columns], axis=1)
        return held

    def best_of(self, sought: Mapping[str, float]) -> npt.NDArray[np.float64]:
        """How well each sentence holds a word, given by its tokens with how well each stands for it."""
        known = {self._column[token]: weight for token, weight in sought.items() if token in self._column}
        if not known:
            return np.zeros(len(self._held))
        weights = np.fromiter(known.values(), np.float64, len(known))
        best: npt.NDArray[np.float64] = (self._held[:, list(known)] * weights).max(axis=1)
        return best


def write_read_with(folder: Path) -> None:
    """Write down with which glossary and rules the sentences in a folder were read."""
    read_with = {"glossary": glossary_digest(), "statuses": status.rules_digest()}
    (folder / _READ_WITH).write_text(json.dumps(read_with), encoding="utf-8")


@cache
def status_codes() -> dict[tuple[Status, ...], int]:
    """The statuses of a sentence by their code, the first where there are several."""
    codes: dict[tuple[Status, ...], int] = {}
    for code, statuses in enumerate(status_sets()):
        codes.setdefault(statuses, code)
    return codes


@cache
def status_sets() -> list[tuple[Status, ...]]:
    """By code the statuses of a sentence: that of its words, and that of its section where it is another one."""
    every = list(Status)
    return [tuple(dict.fromkeys((told, section))) for told in every for section in every]
