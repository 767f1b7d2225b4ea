"""Whether a text may open with one of some phrases, told by its first word: most lines are ruled out at once."""

from __future__ import annotations

from collections.abc import Callable

from indexer.remembered import Remembered


def by_first_word(may_open: Callable[[str], bool]) -> Callable[[str], bool]:
    """A test of texts, made of one of the words that they begin with, whose answers are remembered.

    A word is all up to the first white space. A text without a word may open so.
    """
    known = Remembered(may_open)

    def of_text(text: str) -> bool:
        first = text.split(None, 1)
        return not first or known[first[0]]

    return of_text
