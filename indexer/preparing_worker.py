"""The process that makes files ready for another: see `indexer.preparing_pool`, which starts it.

It has a process of its own to read them, with the limits that this has, so that no file can harm it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import sys
from dataclasses import dataclass
from itertools import count
from types import FrameType

from indexer import embedding
from indexer.errors import CouncilError, UnreadableDocumentError
from indexer.preparing import Job, Reply, prepare
from indexer.reading import DocumentReader

_COLLECTED_EVERY = 500  # answers


@dataclass(frozen=True, slots=True)
class Refused:
    """That a file could not be read: why, and what a person can do about it."""

    reason: str
    mend: str


Answer = Reply | Refused | BaseException


def run() -> None:
    """As `main`, for a process that ends with it, and at once: to free all that it keeps of words takes a second."""
    with contextlib.suppress(SystemExit):
        main()
    os._exit(0)


def main() -> None:
    """Serve until standard input is closed: first whether to embed, answered by True; then Jobs, each by an Answer."""
    signal.signal(signal.SIGTERM, _leave)
    with os.fdopen(os.dup(0), "rb") as requests, os.fdopen(os.dup(1), "wb") as replies:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)  # what libraries print is no reply
        embedder = embedding.load() if pickle.load(requests) else None  # noqa: S301  # nosec B301
        with DocumentReader() as reader:
            reader.start()
            # What a document leaves goes without the collector, which would look through all that is kept of words,
            # over and over. It runs at times for the rare cycle, as an error with its traceback may be.
            gc.disable()
            answer: Answer | bool = True
            for number in count(1):
                if number % _COLLECTED_EVERY == 0:
                    gc.collect()
                replies.write(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
                replies.flush()
                try:
                    job: Job = pickle.load(requests)  # noqa: S301  # nosec B301
                except EOFError:
                    return
                answer = _answer(job, reader, embedder)


def _answer(job: Job, reader: DocumentReader, embedder: embedding.Embedder | None) -> Answer:
    try:
        return prepare(job, reader, embedder)
    except UnreadableDocumentError as error:
        return Refused(error.reason, error.mend)
    except CouncilError as error:
        return CouncilError(str(error))
    except Exception as error:
        error.add_note(f"while {job.path} was made ready")
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301  # nosec B301
        except Exception:
            return RuntimeError(f"{type(error).__name__}: {error} (while {job.path} was made ready)")
        return error


def _leave(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # told twice, it still ends in order
    sys.exit(0)  # by way of the reader's end, so that its process goes too
