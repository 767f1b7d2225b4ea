"""A second thread for a search that has the process to itself: it looks by meaning while the first looks by words.

Both legs let other threads run while they look. Where several searches are at work, each keeps to its own thread: one
more would only wait for its turn.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

_Result = TypeVar("_Result")


class Beside:
    """Does one thing beside another; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at_work = 0
        self._other = ThreadPoolExecutor(1, thread_name_prefix="beside")  # its thread starts with the first use

    @contextmanager
    def working(self) -> Iterator[None]:
        """While a search is at work."""
        with self._lock:
            self._at_work += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_work -= 1

    def begun(self, work: Callable[[], _Result]) -> Callable[[], _Result]:
        """What gives the result of `work`: begun in the other thread by now, or done when it is asked for.

        What `work` raises is raised then.
        """
        if self._at_work != 1:
            return work
        return self._other.submit(contextvars.copy_context().run, work).result


BESIDE = Beside()
