"""Whether a text may open with one of some phrases, told by its first word: most lines are ruled out at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

_KEPT = 16_384  # words: most lines of a language begin with far fewer
_LONGEST_KEPT = 64  # characters


def by_first_word(may_open: Callable[[str], bool]) -> Callable[[str], bool]:
    """A test of texts, made of one of the words that they begin with, whose answers are remembered.

    A word is all up to the first white space. Where there is none, or no word to remember, the text may open so.
    """
    known = lru_cache(maxsize=_KEPT)(may_open)

    def of_text(text: str) -> bool:
        first = text.split(None, 1)
        return not first or len(first[0]) > _LONGEST_KEPT or known(first[0])

    return of_text
