"""Writing a generation: its database, vectors, sentences and lexical indexes, a document after the other.

What an earlier generation has of documents that did not change is copied, and never analysed again. Only the lexical
indexes are written anew, from the words that were kept of them: they have numbers of passages in them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import accumulate
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from indexer import database, lexical, statement_writing, store
from indexer.completing import Complete, Unchanged
from indexer.documents import Distribution
from indexer.preparing import Prepared, opened_words
from indexer.semantic_process import SemanticProcess
from indexer.semantic_writing import SemanticWriter
from indexer.source_readings import SourceReading
from indexer.versions import Matching

_AT_ONCE = 4_096  # passages that are copied at once
_WAITING = 16  # calls that may wait for their turn: each holds some of the texts


class GenerationWriter:
    """Writes documents into the empty folder of a generation; passages are numbered in the order in which they come.

    `old` is the generation that `copy` takes from; `beside` writes vectors and sentences, if given. Use as a context
    manager; what `finish` has not ended is of no use.
    """

    def __init__(
        self,
        folder: Path,
        manifest: store.Manifest,
        matching: Matching,
        old: store.Index | None,
        beside: SemanticProcess | None = None,
    ) -> None:
        self.passages = 0
        self._old, self._manifest, self._matching = old, manifest, matching
        self._kept = statement_writing.Kept(old.statements) if old is not None else None
        self._spans = old.spans() if old is not None else {}
        self._words = lexical.Writer(
            {folder / store.LEXICAL / manifest.lexical_folder(a): count for a, count in manifest.audiences.items()}
        )
        self._open = ExitStack()
        self._rows = self._open.enter_context(
            database.Writer(folder / store.DATABASE, old.folder / old.generation / store.DATABASE if old else None)
        )
        self._meanings: SemanticWriter | SemanticProcess = beside or self._open.enter_context(
            SemanticWriter(folder, manifest.dimension)
        )
        self._beside = self._open.enter_context(_Beside())

    def __enter__(self) -> GenerationWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def add(self, complete: Complete) -> None:
        """Write the document that comes next."""
        if isinstance(self._meanings, SemanticProcess):
            raise ValueError("a process of its own writes all vectors and sentences")
        self._meanings.add(complete.vectors, complete.analyses)
        self.add_apart(complete.prepared, lambda: complete.vectors)

    def add_apart(self, prepared: Prepared, vectors: Callable[[], npt.NDArray[np.float16]]) -> None:
        """Write the document that comes next, but for its vectors and sentences; `vectors` gives those if wanted."""
        self._rows.add_document(prepared.record)
        if prepared.rows:
            self._rows.add_words(prepared.packed)
        self._rows.add_passages(prepared.rows, prepared.digests)
        self._rows.add_items(prepared.items)
        self._beside.do(partial(self._words.add_all, self.passages, prepared.words))
        if self._matching.waits_for(prepared.record.id):
            self._matching.add(prepared.record.id, self.passages, prepared.passages, vectors())
        self.passages += len(prepared.rows)

    def copy(self, held: Unchanged) -> None:
        """Write the documents that come next as the old generation has them."""
        if self._old is None or self._kept is None or isinstance(self._meanings, SemanticProcess):
            raise ValueError("there is no old generation to copy from")
        self._rows.copy([record.id for record in held.records], held.first, held.end)
        for first in range(held.first, held.end, _AT_ONCE):
            end = min(first + _AT_ONCE, held.end)
            self._meanings.add(self._old.vectors.stored(first, end), (self._kept.span(first, end),))
            self._beside.do(partial(_add_words, self._words, self._old, first, end, self.passages - held.first))
        for record in held.records:
            if self._matching.waits_for(record.id):
                first, end = self._spans.get(record.id, (0, 0))
                passages, stored = self._old.written_passages(first, end), self._old.vectors.stored(first, end)
                self._matching.add(record.id, self.passages + first - held.first, passages, stored)
        self.passages += held.end - held.first

    def finish(self, links: Mapping[Distribution, Mapping[str, str]]) -> None:
        """End all files. `links` are for each audience the ids of originals by those of their translations."""
        matched = (
            (audience, *numbers)
            for audience, of_audience in links.items()
            for pair in of_audience.items()
            for numbers in self._matching.found[pair]
        )
        self._beside.end()
        # At once: most of what each library does at the end it does without Python's lock.
        with ThreadPoolExecutor() as last:
            ends = [
                last.submit(self._meanings.finish, self._manifest.audiences.values()),
                last.submit(self._words.commit),
                last.submit(self._rows.finish, links, matched),
            ]
            for end in ends:
                end.result()


def keep_matches(matching: Matching, old: store.Index, readings: Sequence[SourceReading]) -> None:
    """Tell `matching` what `old` has of pairs of documents that did not change, under their new numbers."""
    spans = old.spans()
    ends = accumulate(reading.count for reading in readings)
    moved = {
        reading.record.id: end - reading.count - spans[reading.record.id][0]
        for reading, end in zip(readings, ends, strict=True)
        if reading.same and reading.record.id in spans
    }
    for audience in Distribution:
        for pair, numbers in old.matched(audience).items():
            if pair in matching.found and all(one in moved for one in pair):
                by, other_by = (moved[one] for one in pair)
                matching.known(pair, [(number + by, other + other_by) for number, other in numbers])


def _add_words(words: lexical.Writer, old: store.Index, first: int, end: int, by: int) -> None:
    """Add the passages of documents that begin from `first` to before `end`, under numbers that are higher by `by`."""
    for number, packed in old.packed_words(first, end):
        words.add_all(number + by, opened_words(packed))


class _Beside:
    """Does calls one after the other in a thread of its own. Use as a context manager; an error is raised by `end`."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> _Beside:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=True)

    def do(self, call: Callable[[], None]) -> None:
        """Do a call once those before it are done; waits where too many wait already."""
        while len(self._waiting) >= _WAITING:
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(call))

    def end(self) -> None:
        """Wait until all calls are done."""
        while self._waiting:
            self._waiting.popleft().result()
