"""The table `service/data/wording.toml`: what a language model is told, and the words by which its reply is judged."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer.documents import LANGUAGES, Language


@dataclass(frozen=True, slots=True)
class Words:
    """The table as loaded. Patterns and words are for folded text; `numbers` maps words to their figure."""

    prompt: Mapping[Language, str]
    instructions: re.Pattern[str]
    leading: frozenset[str]
    negations: Mapping[Language, re.Pattern[str]]
    numbers: Mapping[str, str]


@lru_cache(maxsize=1)
def words() -> Words:
    """The table, read once."""
    raw = tomllib.loads((files("service") / "data" / "wording.toml").read_text(encoding="utf-8"))
    return Words(
        prompt={language: raw["prompt"][language].strip() for language in LANGUAGES},
        instructions=re.compile("|".join(f"(?:{p})" for language in LANGUAGES for p in raw["instructions"][language])),
        leading=frozenset(word for language in LANGUAGES for word in raw["leading"][language].split()),
        # "No. 5" and « no 5 » are numbers.
        negations={
            language: re.compile(rf"\b(?:{'|'.join(raw['negations'][language].split())})\b(?!\.?\s?\d)|n't\b")
            for language in LANGUAGES
        },
        numbers={word: figure for figure, listed in raw["numbers"].items() for word in listed.split()},
    )
