"""Reading what the sentences of passages say, and writing it down for `indexer.statements`, a few passages at a time.

What is read of some passages is one `Analysis`: a few arrays, so that another process can make it and hand it on.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, count, groupby, islice
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from indexer import statements, status
from indexer.documents import Passage
from indexer.embedding import Embedder
from indexer.glossary import named_terms
from indexer.held_digests import HeldDigests
from indexer.lexical_query import passage_token_set
from indexer.statements import DIGEST, END, LONG, SHORT, STARTS, Statements, passage_words, stating

_BATCH = 2_048  # passages whose sentences are embedded at once
_VECTORS = np.dtype("<f2")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of numbers one after the other: how many each has, of shape (rows,), and all of them."""

    lengths: npt.NDArray[np.int32]
    values: npt.NDArray[np.int32]

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> Rows:
        """The rows given."""
        lengths = np.fromiter(map(len, rows), np.int32, len(rows))
        return cls(lengths, np.fromiter(chain.from_iterable(rows), np.int32, int(lengths.sum())))


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the sentences of some passages say, passage by passage.

    `sentences` has how many each passage has, `spans` where they stand in its text, of shape (sentences, 2); `tokens`,
    of each sentence, and `words`, of each passage, are places in `vocabulary`, `terms` places in `glossary.terms()`,
    `statuses` codes of `statements.status_sets`. `vectors`, of shape (sentences, dimension), are None until made.
    """

    digests: bytes
    sentences: npt.NDArray[np.int32]
    spans: npt.NDArray[np.int32]
    statuses: npt.NDArray[np.uint8]
    terms: Rows
    tokens: Rows
    words: Rows
    vocabulary: tuple[str, ...]
    vectors: npt.NDArray[np.float16] | None = None

    def texts(self, passages: Sequence[Passage]) -> list[str]:
        """The sentences, of the passages that were read."""
        owners = np.repeat(np.arange(len(passages)), self.sentences).tolist()
        spans = zip(owners, self.spans.tolist(), strict=True)
        return [passages[owner].text[start:end] for owner, (start, end) in spans]


def analyse(passages: Sequence[Passage]) -> Analysis:
    """What the sentences of passages say, but for their vectors."""
    spans = list(map(stating, passages))
    said = [
        (passage.text[start:end], passage.language)
        for passage, of_one in zip(passages, spans, strict=True)
        for start, end in of_one
    ]
    numbers = statements.term_numbers()
    tokens = [passage_token_set(text, language) for text, language in said]
    words = [passage_words(passage) for passage in passages]
    # In an order of their own: that in which a set gives them is another one each time.
    vocabulary = tuple(sorted(set[str]().union(*tokens, *words)))
    places = {word: place for place, word in enumerate(vocabulary)}
    return Analysis(
        digests=b"".join(map(_digest, passages)),
        sentences=np.fromiter(map(len, spans), np.int32, len(passages)),
        spans=np.array([*chain.from_iterable(spans)], np.int32).reshape(len(said), 2),
        statuses=_status_codes(passages, spans),
        terms=Rows.of([sorted({numbers[term] for term in named_terms(text)}) for text, _ in said]),
        tokens=Rows.of([[*map(places.__getitem__, of_one)] for of_one in tokens]),
        words=Rows.of([[*map(places.__getitem__, of_one)] for of_one in words]),
        vocabulary=vocabulary,
    )


def embedded(analysis: Analysis, texts: Sequence[str], embedder: Embedder) -> Analysis:
    """The analysis with the vectors of its sentences, which are `texts`."""
    return replace(analysis, vectors=_vectors(texts, embedder))


def _vectors(texts: Sequence[str], embedder: Embedder) -> npt.NDArray[np.float16]:
    made = embedder.encode_documents(texts) if texts else np.empty((0, embedder.dimension), np.float32)
    return made.astype(_VECTORS)


def _status_codes(passages: Sequence[Passage], spans: Sequence[Sequence[Span]]) -> npt.NDArray[np.uint8]:
    codes = statements.status_codes()
    found = chain.from_iterable(map(status.sentence_statuses, passages, spans))
    return np.fromiter(map(codes.__getitem__, found), np.uint8)


def _digest(passage: Passage) -> bytes:
    said = json.dumps([passage.language, passage.role, passage.heading, passage.text]).encode()
    return hashlib.blake2b(said, digest_size=DIGEST).digest()


class Kept:
    """What an earlier generation has of passages that stay as they are."""

    def __init__(self, held: Statements) -> None:
        self._held = held
        self.whole = held.same_glossary and held.status_codes(held.of(())) is not None
        """Whether all that it has can be taken over as it is, without a look at the passages."""

    @cached_property
    def _words(self) -> npt.NDArray[np.object_]:
        return np.array(self._held.vocabulary(), object)

    @cached_property
    def _digests(self) -> HeldDigests:
        digests = self._held.digests() if self._held.same_glossary else np.empty(0, np.dtype(f"S{DIGEST}"))
        return HeldDigests(digests)

    def of(self, passages: Sequence[Passage]) -> Analysis | None:
        """What it has of passages, None where it has not all, or another glossary; statuses are those of now."""
        if not passages:
            return None
        digests = b"".join(map(_digest, passages))
        numbers = self._digests.places(digests)
        return None if (numbers < 0).any() else self._analysis(numbers, digests, passages)

    def has(self, passages: Sequence[Passage]) -> list[bool]:
        """Of which of the passages it has what they say."""
        held: list[bool] = (self._digests.places(b"".join(map(_digest, passages))) >= 0).tolist()
        return held

    def span(self, first: int, end: int) -> Analysis:
        """What it has of the passages numbered from `first` to before `end`, where `whole`."""
        return self._analysis(np.arange(first, end), self._held.digests()[first:end].tobytes())

    def _analysis(
        self, numbers: npt.NDArray[np.int64], digests: bytes, passages: Sequence[Passage] | None = None
    ) -> Analysis:
        held = self._held
        read, words = held.of(numbers), held.words(numbers)
        tokens, terms = held.tokens(read), held.terms(read)
        known, places = _distinct(np.concatenate([tokens.values, words.values]), len(self._words))
        counted = np.bincount(read.passage, minlength=len(numbers)).astype(np.int32)
        codes = held.status_codes(read)
        if codes is None:
            codes = _status_codes(passages or (), _by_passage(read.spans, counted))
        return Analysis(
            digests=digests,
            sentences=counted,
            spans=read.spans,
            statuses=codes,
            terms=_rows(terms.row, terms.values, len(read)),
            tokens=_rows(tokens.row, places[: len(tokens.values)], len(read)),
            words=_rows(words.row, places[len(tokens.values) :], len(numbers)),
            vocabulary=tuple(self._words[known]),
            vectors=held.stored_vectors(read),
        )


def _by_passage(spans: npt.NDArray[np.int32], counted: npt.NDArray[np.int32]) -> list[list[Span]]:
    """The spans of sentences, of each of some passages that have so many."""
    every: Iterator[Span] = map(tuple, spans.tolist())
    return [[*islice(every, count)] for count in counted.tolist()]


def _distinct(
    values: npt.NDArray[np.int32], most: int
) -> tuple[npt.NDArray[np.int64] | npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """The distinct values, ascending, and the place of each value among them; all are below `most`."""
    if len(values) < most:
        return np.unique(values, return_inverse=True)
    used = np.zeros(most, np.bool_)  # in no time that grows faster than what is looked at
    used[values] = True
    return np.flatnonzero(used), (np.cumsum(used) - 1)[values]


def _rows(row: npt.NDArray[np.int64], values: npt.NDArray[np.int64] | npt.NDArray[np.int32], count: int) -> Rows:
    return Rows(np.bincount(row, minlength=count).astype(np.int32), values.astype(np.int32))


class _RowsFile:
    """Rows of numbers as they are written, with where each begins."""

    def __init__(self, path: Path, files: ExitStack) -> None:
        self._values, self._starts = (_open(one, files) for one in (path, path.with_suffix(STARTS)))
        self._starts.write(np.zeros(1, LONG).tobytes())
        self._count = 0

    def add(self, lengths: npt.NDArray[np.int32], values: npt.NDArray[np.int64] | npt.NDArray[np.int32]) -> None:
        ends = self._count + np.cumsum(lengths, dtype=np.int64)
        self._starts.write(ends.astype(LONG).tobytes())
        self._values.write(values.astype(SHORT).tobytes())
        self._count += len(values)

    def end(self) -> None:
        self._starts.write(END)
        self._values.write(END)


class Writer:
    """Writes the sentences of passages into a new folder, in the order of the passages' numbers.

    Use as a context manager; what `finish` has not ended is of no use.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._files = ExitStack()
        self._vocabulary: defaultdict[str, int] = defaultdict(count().__next__)
        self._plain = {name: _open(folder / name, self._files) for name in ("vectors", "digests", "spans", "statuses")}
        self._starts = _open(folder / "starts", self._files)
        self._starts.write(np.zeros(1, LONG).tobytes())
        self._rows = {name: _RowsFile(folder / name, self._files) for name in ("terms", "tokens", "words")}
        self._count = 0

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def add(self, analysis: Analysis) -> None:
        """Write down what the next passages say. ValueError where the vectors were not made."""
        if analysis.vectors is None:
            raise ValueError("the sentences have no vectors: see embedded()")
        for name, value in (
            ("vectors", analysis.vectors.astype(_VECTORS, copy=False).tobytes()),
            ("digests", analysis.digests),
            ("spans", analysis.spans.astype(SHORT).tobytes()),
            ("statuses", analysis.statuses.tobytes()),
        ):
            self._plain[name].write(value)
        self._starts.write((self._count + np.cumsum(analysis.sentences, dtype=np.int64)).astype(LONG).tobytes())
        self._count += len(analysis.spans)
        known = self._vocabulary  # each new word gets the next number
        numbers = np.fromiter(map(known.__getitem__, analysis.vocabulary), np.int64, len(analysis.vocabulary))
        self._rows["terms"].add(analysis.terms.lengths, analysis.terms.values)
        for name, rows in (("tokens", analysis.tokens), ("words", analysis.words)):
            self._rows[name].add(rows.lengths, _ascending(rows, numbers))

    def finish(self) -> None:
        """End the files, and write the vocabulary beside them."""
        for file in (*self._plain.values(), self._starts):
            file.write(END)
        for rows in self._rows.values():
            rows.end()
        self._files.close()
        statements.write_read_with(self._folder)
        with closing(sqlite3.connect(self._folder / statements.VOCABULARY)) as connection, connection:
            connection.executescript(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                "CREATE TABLE vocabulary (number INTEGER PRIMARY KEY, word TEXT NOT NULL);"
            )
            connection.executemany("INSERT INTO vocabulary (word, number) VALUES (?, ?)", self._vocabulary.items())
            # Sorted at once: word by word, in no order, an index is written all over.
            connection.execute("CREATE UNIQUE INDEX vocabulary_by_word ON vocabulary (word)")


def _ascending(rows: Rows, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The numbers that stand for the values of rows, in ascending order within each."""
    if not len(rows.values):
        return np.empty(0, np.int64)
    # Numbers are given as words come, so that they mostly ascend already.
    if (numbers[1:] > numbers[:-1]).all() and _ascends(rows):
        return numbers[rows.values]
    keys = np.repeat(np.arange(len(rows.lengths), dtype=np.int64) << 32, rows.lengths) | numbers[rows.values]
    keys.sort()
    found: npt.NDArray[np.int64] = keys & 0xFFFF_FFFF
    return found


def _ascends(rows: Rows) -> bool:
    """Whether the values of each row are in ascending order."""
    descents = np.flatnonzero(rows.values[1:] <= rows.values[:-1]) + 1
    return bool(np.isin(descents, np.cumsum(rows.lengths)).all())


def _open(path: Path, files: ExitStack) -> BinaryIO:
    return files.enter_context(path.open("wb"))


def write(folder: Path, passages: Sequence[Passage], embedder: Embedder, old: Statements | None = None) -> None:
    """Write what the sentences of `passages`, in the order of their numbers, say into the new `folder`.

    What `old` has of the same passages is taken over; it was written with the same embedder.
    """
    kept = Kept(old) if old is not None else None
    with Writer(folder) as writer:
        for first in range(0, len(passages), _BATCH):
            some = passages[first : first + _BATCH]
            for analysis in read(some, kept, embedder):
                writer.add(analysis)
        writer.finish()


def read(passages: Sequence[Passage], kept: Kept | None, embedder: Embedder) -> Iterator[Analysis]:
    """What the sentences of passages say, in one or more parts, with their vectors; what is kept is not read again."""
    whole = kept.of(passages) if kept is not None else None
    if whole is not None:
        yield whole
        return
    if kept is None:
        analysis = analyse(passages)
        yield embedded(analysis, analysis.texts(passages), embedder)
        return
    held = zip(kept.has(passages), passages, strict=True)
    groups = [[passage for _, passage in some] for _, some in groupby(held, key=itemgetter(0))]
    parts = [kept.of(some) or analyse(some) for some in groups]
    texts = [part.texts(some) if part.vectors is None else [] for part, some in zip(parts, groups, strict=True)]
    vectors = _vectors([*chain.from_iterable(texts)], embedder)
    done = 0
    for part in parts:
        if part.vectors is not None:
            yield part
            continue
        yield replace(part, vectors=vectors[done : done + len(part.spans)])
        done += len(part.spans)
