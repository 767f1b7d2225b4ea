"""Word, from a reader that takes long over a file with good reason, that it gets on with it.

A time limit on a file begins anew with each step: a scan of a hundred pages takes minutes, and is no hanging file.
"""

from __future__ import annotations

from collections.abc import Callable

_listeners: list[Callable[[], None]] = []


def listen(listener: Callable[[], None]) -> None:
    """Have `listener` called at each step, in the reader's own thread, for as long as the process lives."""
    _listeners.append(listener)


def step() -> None:
    """Say that a part of the file, one that takes a bounded time, is done."""
    for listener in _listeners:
        listener()
