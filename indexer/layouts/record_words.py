"""The table `data/record_words.toml`: the words of decision records, ready for matching on folded text."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer.document_words import table
from indexer.documents import ItemStatus, Language, Role


@dataclass(frozen=True, slots=True)
class RecordWords:
    """The whole table; patterns are for folded text but for `particles`, which keep their case."""

    verbs: tuple[str, ...]
    pronouns: tuple[str, ...]
    conjunctions: tuple[str, ...]
    particles: frozenset[str]
    articles: frozenset[str]
    nicknames: tuple[frozenset[str], ...]
    owner: tuple[re.Pattern[str], ...]
    nobody: frozenset[str]
    due: tuple[re.Pattern[str], ...]
    term: tuple[re.Pattern[str], ...]
    completed: tuple[str, ...]
    continuing: tuple[str, ...]
    status_words: dict[Language, dict[ItemStatus, str]]
    none: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=1)
def record_words() -> RecordWords:
    """The table, read once."""
    raw = tomllib.loads((files("indexer") / "data" / "record_words.toml").read_text(encoding="utf-8"))
    months = "|".join(name for names in table().months.values() for name in names)
    follow_up = "|".join(table().openings[Role.FOLLOW_UP])
    return RecordWords(
        verbs=tuple(raw["turns"]["verbs"]),
        pronouns=tuple(raw["turns"]["pronouns"]),
        conjunctions=tuple(raw["turns"]["and"]),
        particles=frozenset(raw["people"]["particles"]),
        articles=frozenset(raw["people"]["articles"]),
        nicknames=tuple(frozenset(names) for names in raw["people"]["nicknames"]),
        owner=tuple(re.compile(pattern) for pattern in raw["owner"]["patterns"]),
        nobody=frozenset(raw["owner"]["nobody"]),
        due=tuple(re.compile(pattern.replace("{month}", months)) for pattern in raw["due"]["patterns"]),
        term=tuple(re.compile(pattern.replace("{month}", months)) for pattern in raw["due"]["term_patterns"]),
        completed=tuple(raw["status"]["completed"]),
        continuing=tuple(raw["status"]["continuing"]),
        status_words={
            language: {ItemStatus(name): word for name, word in words.items()}
            for language, words in raw["status"]["words"].items()
        },
        none=tuple(re.compile(pattern.replace("{follow_up}", follow_up)) for pattern in raw["none"]["patterns"]),
    )
