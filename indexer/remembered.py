"""What is known of words, kept by the word: those of a text are then looked up in C."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_MOST = 65_536  # words kept
_LONGEST = 64  # characters of what is kept: longer runs are no words, and come up once

Known = TypeVar("Known")


class Remembered(dict[str, Known]):
    """What `read` gives for a word, kept for `most` words: `map(remembered.__getitem__, words)` runs in C.

    It begins anew when it is full, as words that come up often soon come up again. Threads may share it, where `read`
    gives the same for the same word.
    """

    __slots__ = ("_most", "_read")

    def __init__(self, read: Callable[[str], Known], most: int = _MOST) -> None:
        super().__init__()
        self._read = read
        self._most = most

    def __missing__(self, word: str) -> Known:
        known = self._read(word)
        if len(word) <= _LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[word] = known
        return known
