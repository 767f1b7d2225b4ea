"""Cue words as data: patterns of both languages over folded text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from indexer.text import fold

_PREPOSITION = re.compile(r"\bà(?=\s)", re.IGNORECASE)  # folded it would be the verb "a"


def plain(text: str) -> str:
    """Folded text on one line, in which the French preposition "à" is written @."""
    return " ".join(fold(_PREPOSITION.sub("@", text)).split())


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all of `patterns`, none of which begins or ends inside a word."""
    return re.compile("|".join(rf"(?<!\w)(?:{pattern})(?:(?!\w)|(?<=\s))" for pattern in patterns))
