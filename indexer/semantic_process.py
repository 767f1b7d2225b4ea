"""Writing vectors and sentences in a process of its own, while this one writes the rest of a generation.

Most of what writing takes, Python does one thing at a time in a process. The documents are in the spool, from which
each of the two reads its part.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from indexer.preparing import opened_meaning
from indexer.semantic_writing import SemanticWriter
from indexer.spool import Place, Spool

_PROGRAM = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from indexer.semantic_process import run
run()
"""


@dataclass(frozen=True, slots=True)
class _Task:
    """What to write: into which folder, vectors of which dimension, and where in the spool each document's part is.

    `bounds` are those of `SemanticWriter.finish`; `spool` is the number of the open file.
    """

    folder: Path
    dimension: int
    bounds: tuple[int, ...]
    spool: int
    places: tuple[Place, ...]


class SemanticProcess:
    """Writes as `SemanticWriter` does, all of what is in the spool at `places`, from when it is made.

    Use as a context manager; at its end the process is gone.
    """

    def __init__(
        self, folder: Path, dimension: int, bounds: Iterable[int], spool: Spool, places: Sequence[Place]
    ) -> None:
        self._task = _Task(folder.resolve(), dimension, tuple(bounds), spool.fileno(), tuple(places))
        self._said = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, a program of ours
            [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            pass_fds=[spool.fileno()],
            process_group=0,  # Ctrl-C is for the parent to act on
        )
        with contextlib.suppress(BrokenPipeError):  # then there is no reply either
            if self._process.stdin is not None:
                pickle.dump(self._task, self._process.stdin)
                self._process.stdin.flush()

    def __enter__(self) -> SemanticProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()  # what it has not ended is of no use
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._said):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def finish(self, bounds: Iterable[int]) -> None:
        """Wait until all is written, by the same `bounds`. Raises what went wrong; OSError where the process ended."""
        if tuple(bounds) != self._task.bounds:
            raise ValueError("the process was given other bounds")
        try:
            if self._process.stdout is None:
                raise EOFError
            error: BaseException | None = pickle.load(self._process.stdout)  # noqa: S301  # nosec B301
        except (EOFError, pickle.UnpicklingError):
            raise OSError(f"a process that writes ended: exit status {self._process.wait()}; {self._words()}") from None
        if error is not None:
            raise error

    def _words(self) -> str:
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "no reason given")


def run() -> None:
    """Write what standard input says, and answer with the error, or None, on standard output."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no reply
    requests = os.fdopen(os.dup(0), "rb")
    task: _Task = pickle.load(requests)  # noqa: S301 - from a process of ours  # nosec B301
    threading.Thread(target=_end_with_parent, args=(requests,), daemon=True).start()
    pickle.dump(_error(task), replies)
    replies.flush()
    os._exit(0)  # to free all words would take a while


def _end_with_parent(requests: BinaryIO) -> None:
    """End once nobody holds the other end of standard input: a build that was killed writes no more."""
    requests.read()
    os._exit(1)


def _error(task: _Task) -> BaseException | None:
    try:
        with Spool.shared(task.spool) as spool, SemanticWriter(task.folder, task.dimension) as writer:
            for place in task.places:
                meaning = opened_meaning(spool.get(place))
                writer.add(meaning.vectors, (meaning.analysis,))
            writer.finish(task.bounds)
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 - ours  # nosec B301
        except Exception:
            return RuntimeError(f"{type(error).__name__}: {error}")
        return error
    return None
