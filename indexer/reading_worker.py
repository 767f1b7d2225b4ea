"""The process that reads documents for another: one file at a time, under limits that the system enforces.

It is started by `indexer.reading_process` and speaks pickles over its standard input and output. Nothing heavy is
imported here, for every build that reads a file waits for this process to start.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import UnreadableDocumentError
from indexer.readers import pace

ReadFunction = Callable[[Path, str], object]

_MEGABYTE = 1_000_000
_LIBXML_NO_MEMORY = 2  # XML_ERR_NO_MEMORY; lxml gives it as a syntax error, without a word on memory
_LAST_RESORT = 3.0  # seconds over the limit after which the process ends itself, for want of a parent that does it


@dataclass(frozen=True, slots=True)
class Task:
    """What the process is for: the function that reads, and its limits in seconds a file and in megabytes."""

    read: ReadFunction
    seconds: float
    megabytes: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """That a file could not be read: why, and what a person can do about it."""

    reason: str
    mend: str


Reply = object
"""What the function gives; or a Refusal, "memory" where it took too much, "step" where it goes on."""


def main() -> None:
    """Serve until standard input is closed: first a Task, answered by True, then (path, source), each by a Reply.

    Before that comes "step" whenever a part of a long file is done, from when the time limit runs anew.
    """
    with os.fdopen(os.dup(0), "rb") as requests, os.fdopen(os.dup(1), "wb") as replies:
        task: Task = pickle.load(requests)  # noqa: S301 - from the process that started this one  # nosec B301
        _limit_memory(task.megabytes)
        replies.write(pickle.dumps(True))
        replies.flush()
        _silence()

        def step() -> None:
            replies.write(pickle.dumps("step"))
            replies.flush()
            signal.setitimer(signal.ITIMER_REAL, task.seconds + _LAST_RESORT)

        pace.listen(step)
        while True:
            try:
                path, source = pickle.load(requests)  # noqa: S301  # nosec B301
            except EOFError:
                return
            signal.setitimer(signal.ITIMER_REAL, task.seconds + _LAST_RESORT)
            reply = _reply(task.read, path, source)
            signal.setitimer(signal.ITIMER_REAL, 0)
            replies.write(reply)
            replies.flush()


def _reply(read: ReadFunction, path: Path, source: str) -> bytes:
    reply: Reply
    try:
        return pickle.dumps(read(path, source))
    except UnreadableDocumentError as error:
        reply = "memory" if _for_want_of_memory(error) else Refusal(error.reason, error.mend)
    except MemoryError:
        reply = "memory"
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:160]
        reply = Refusal(f"could not be read ({said})", "save it again from its program, or leave it out")
    return pickle.dumps(reply)


def _for_want_of_memory(error: BaseException) -> bool:
    """Whether a library's own error, or one that came before it, was that no memory was left."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError):
            return True
        if isinstance(seen, SyntaxError) and getattr(seen, "code", None) == _LIBXML_NO_MEMORY:
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _limit_memory(megabytes: int) -> None:
    """Hold the address space of this process, and that of each it starts, below so many megabytes."""
    with contextlib.suppress(ValueError, OSError):  # a system that knows no such limit
        _, highest = resource.getrlimit(resource.RLIMIT_AS)
        most = megabytes * _MEGABYTE
        if highest != resource.RLIM_INFINITY:
            most = min(most, highest)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _silence() -> None:
    """What libraries print is no reply and no message for the user."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
