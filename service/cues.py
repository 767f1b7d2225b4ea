"""Cue words as data: patterns of both languages over folded text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from indexer.text import fold

_PREPOSITION = re.compile(r"\bà(?=\s)", re.IGNORECASE)  # folded it would be the verb "a"
_NO_FORMS: Mapping[str, str] = {}


def plain(text: str) -> str:
    """Folded text on one line, in which the French preposition "à" is written @."""
    return " ".join(fold(_PREPOSITION.sub("@", text)).split())


def any_of(patterns: Iterable[str], forms: Mapping[str, str] = _NO_FORMS) -> re.Pattern[str]:
    """One pattern for all of `patterns`, none of which begins or ends inside a word; `{name}` stands for a form."""
    return re.compile("|".join(rf"(?<!\w)(?:{_filled(pattern, forms)})(?:(?!\w)|(?<=\s))" for pattern in patterns))


def _filled(pattern: str, forms: Mapping[str, str]) -> str:
    for name, form in forms.items():
        pattern = pattern.replace("{" + name + "}", form)
    return pattern
