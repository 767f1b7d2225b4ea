"""What the sentences of each passage say, read once when a generation is written: answers then weigh arrays.

`sentences/` of a generation holds memory-mapped arrays. Sentences are rows in the order of their passages; `starts`
says where those of each passage begin. Tokens and words are numbers in one vocabulary, kept in `vocabulary.sqlite`;
`statuses` are numbers of what `indexer.status` reads, which holds as long as its rules are the same.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from array import array
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from indexer import database, glossary, sentences, status
from indexer.documents import LANGUAGES, Passage, Status
from indexer.embedding import Embedder
from indexer.glossary import Term, find_terms
from indexer.lexical_query import passage_token_set, surface_token
from indexer.text import surface_forms

if TYPE_CHECKING:
    from indexer.index_protocol import SentenceReader

MIN_SENTENCE_WORDS = 5  # less is a heading or a scrap, and proves nothing by itself
_REMEMBERED = 16_384  # passages of which the sentences are kept
_BATCH = 2_048  # passages whose sentences are embedded at once
_VOCABULARY = "vocabulary.sqlite"
_READ_WITH = "read_with.json"
_LONG, _SHORT, _BYTE = np.dtype("<i8"), np.dtype("<i4"), np.dtype("u1")
_STARTS = ".starts"
_DIGEST = 16  # bytes
_END = b"\n"  # of each file: one without numbers too can then be told from one that was cut short
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
        self._starts = _mapped(folder / "starts", _LONG, passages + 1)
        count = int(self._starts[-1])
        self._spans = _mapped(folder / "spans", _SHORT, 2 * count).reshape(count, 2)
        self._vectors = _mapped(folder / "vectors", np.dtype("<f2"), dimension * count).reshape(count, dimension)
        self._terms = _mapped_ragged(folder / "terms", count)
        self._tokens = _mapped_ragged(folder / "tokens", count)
        self._words = _mapped_ragged(folder / "words", passages)
        self._digests = _mapped(folder / "digests", np.dtype(f"S{_DIGEST}"), passages)
        read_with = json.loads((folder / _READ_WITH).read_text(encoding="utf-8"))
        self._same_glossary = read_with["glossary"] == glossary_digest()
        same_rules = read_with.get("statuses") == status.rules_digest()
        self._statuses = _mapped(folder / "statuses", _BYTE, count) if same_rules else None
        self._database = database.Reader(folder / _VOCABULARY)
        self._known: dict[str, int] = {}
        if self._database.cut_short():
            raise ValueError(f"{_VOCABULARY} is cut short")
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

    def words(self, numbers: Sequence[int]) -> Ragged:
        """The distinct words of the passages with these numbers: see `passage_words`."""
        return _ragged(*self._words, np.asarray(numbers, dtype=np.int64))

    def commonest_words(self, most: int) -> npt.NDArray[np.int32]:
        """The numbers of the words that most passages hold, in ascending order."""
        counts = np.bincount(self._words[1], minlength=self.vocabulary_size)
        order = np.argsort(-counts, kind="stable")[:most]
        return np.sort(order[counts[order] > 0]).astype(np.int32)

    def naming(self, read: Read, terms: Sequence[Term], texts: Sequence[Passage]) -> npt.NDArray[np.bool_]:
        """Which sentences name which terms of the glossary, of shape (sentences, terms); `texts` are the passages."""
        if not self._same_glossary:
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
        if not self._same_glossary:
            return None
        read = self.of(numbers)
        held = _ragged(*self._terms, read.rows)
        return Ragged(read.passage[held.row], held.values)

    def statuses(self, read: Read) -> list[tuple[Status, ...]] | None:
        """What `passage_statuses` gives for each sentence; None where they were read by other rules."""
        if self._statuses is None:
            return None
        meant = _statuses()
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

    def kept(self) -> Kept:
        """All of it, for the next generation to take over."""
        words = [row[0] for row in self._database.rows("SELECT word FROM vocabulary ORDER BY number")]
        digests = self._digests.tobytes()
        places = {digests[at : at + _DIGEST]: at // _DIGEST for at in range(0, len(digests), _DIGEST)}
        return Kept(self, words, places, same_terms=self._same_glossary)

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
    if path.stat().st_size != count * kind.itemsize + len(_END):
        raise ValueError(f"{path.parent.name}/{path.name} is cut short, or of other passages")
    # As a plain array: each slice of a memmap would be one too, which takes longer than to read a few sentences.
    return np.asarray(np.memmap(path, kind, "r", shape=(count,))) if count else np.empty(0, kind)


def _mapped_ragged(path: Path, rows: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    starts = _mapped(path.with_suffix(_STARTS), _LONG, rows + 1)
    return starts, _mapped(path, _SHORT, int(starts[-1]))


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


class Kept:
    """What an earlier generation has of passages that stay as they are."""

    def __init__(self, statements: Statements, words: Sequence[str], places: Mapping[bytes, int], *, same_terms: bool):
        self._statements, self._words, self._places, self._same = statements, words, places, same_terms

    def of(self, passage: Passage, digest: bytes) -> _Analysis | None:
        """What it has of a passage, None where it has none, or another glossary; statuses are those of now."""
        number = self._places.get(digest)
        if number is None or not self._same:
            return None
        at = self._statements
        read, words = at.of([number]), at.words([number])
        terms, tokens = _ragged(*at._terms, read.rows), at.tokens(read)
        spans = tuple((int(start), int(end)) for start, end in read.spans)
        kept = at._statuses
        return _Analysis(
            spans=spans,
            terms=[terms.values[terms.row == row].tolist() for row in range(len(read))],
            tokens=[[self._words[n] for n in tokens.values[tokens.row == row]] for row in range(len(read))],
            words=[self._words[n] for n in words.values],
            statuses=[_status_code(passage, *span) for span in spans] if kept is None else kept[read.rows].tolist(),
            vectors=at._vectors[read.rows],
        )


@dataclass(frozen=True, slots=True)
class _Analysis:
    """A passage as it is written down; `vectors` of its sentences are made later where it is new."""

    spans: Sequence[tuple[int, int]]
    terms: Sequence[Sequence[int]]
    tokens: Sequence[Iterable[str]]
    words: Iterable[str]
    statuses: Sequence[int]
    vectors: npt.NDArray[np.float16] | None = None


def _analysed(passage: Passage) -> _Analysis:
    spans = stating(passage)
    written = [passage.text[start:end] for start, end in spans]
    numbers = term_numbers()
    return _Analysis(
        spans=spans,
        terms=[sorted({numbers[match.term] for match in find_terms(sentence)}) for sentence in written],
        tokens=[passage_token_set(sentence, passage.language) for sentence in written],
        words=passage_words(passage),
        statuses=[_status_code(passage, start, end) for start, end in spans],
    )


@cache
def _statuses() -> list[tuple[Status, ...]]:
    """By code the statuses of a sentence: that of its words, and that of its section where it is another one."""
    every = list(Status)
    return [tuple(dict.fromkeys((told, section))) for told in every for section in every]


def _status_code(passage: Passage, start: int, end: int) -> int:
    return _statuses().index(status.passage_statuses(passage, start, end))


def _digest(passage: Passage) -> bytes:
    said = json.dumps([passage.language, passage.role, passage.heading, passage.text]).encode()
    return hashlib.blake2b(said, digest_size=_DIGEST).digest()


class _Ragged:
    """Rows of numbers as they are written."""

    def __init__(self) -> None:
        self._starts, self._values = array("q", [0]), array("i")

    def add(self, row: Iterable[int]) -> None:
        self._values.extend(row)
        self._starts.append(len(self._values))

    def write(self, path: Path) -> None:
        _save(path.with_suffix(_STARTS), np.array(self._starts, _LONG))
        _save(path, np.array(self._values, _SHORT))


def write(folder: Path, passages: Sequence[Passage], embedder: Embedder, old: Statements | None = None) -> None:
    """Write what the sentences of `passages`, in the order of their numbers, say into the new `folder`.

    What `old` has of the same passages is taken over; it was written with the same embedder.
    """
    folder.mkdir()
    kept = old.kept() if old is not None else None
    vocabulary: dict[str, int] = {}
    terms, tokens, words = _Ragged(), _Ragged(), _Ragged()
    starts, spans, statuses = array("q", [0]), array("i"), array("B")
    with (folder / "vectors").open("wb") as vectors, (folder / "digests").open("wb") as digests:
        for first in range(0, len(passages), _BATCH):
            some = passages[first : first + _BATCH]
            read: list[_Analysis] = []
            for passage in some:
                digest = _digest(passage)
                digests.write(digest)
                read.append((kept.of(passage, digest) if kept is not None else None) or _analysed(passage))
            new = [
                passage.text[start:end]
                for passage, one in zip(some, read, strict=True)
                if one.vectors is None
                for start, end in one.spans
            ]
            made = embedder.encode_documents(new).astype(np.float16) if new else np.empty((0, 0), np.float16)
            done = 0
            for one in read:
                if one.vectors is not None:
                    vectors.write(np.ascontiguousarray(one.vectors).tobytes())
                else:
                    vectors.write(made[done : done + len(one.spans)].tobytes())
                    done += len(one.spans)
                for span, of_terms, of_tokens in zip(one.spans, one.terms, one.tokens, strict=True):
                    spans.extend(span)
                    terms.add(of_terms)
                    tokens.add(_numbers(of_tokens, vocabulary))
                statuses.extend(one.statuses)
                starts.append(len(spans) // 2)
                words.add(_numbers(one.words, vocabulary))
        vectors.write(_END)
        digests.write(_END)
    _save(folder / "starts", np.array(starts, _LONG))
    _save(folder / "spans", np.array(spans, _SHORT))
    _save(folder / "statuses", np.array(statuses, _BYTE))
    for name, values in (("terms", terms), ("tokens", tokens), ("words", words)):
        values.write(folder / name)
    read_with = {"glossary": glossary_digest(), "statuses": status.rules_digest()}
    (folder / _READ_WITH).write_text(json.dumps(read_with), encoding="utf-8")
    with closing(sqlite3.connect(folder / _VOCABULARY)) as connection, connection:
        connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "CREATE TABLE vocabulary (number INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);"
        )
        connection.executemany("INSERT INTO vocabulary (word, number) VALUES (?, ?)", vocabulary.items())


def _save(path: Path, values: npt.NDArray[Any]) -> None:
    path.write_bytes(values.tobytes() + _END)


def _numbers(words: Iterable[str], vocabulary: dict[str, int]) -> list[int]:
    return sorted(vocabulary.setdefault(word, len(vocabulary)) for word in words)
