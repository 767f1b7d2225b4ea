"""The table `data/record_words.toml`: the words of decision records, ready for matching on folded text."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer.documents import ItemStatus, Language


@dataclass(frozen=True, slots=True)
class RecordWords:
    """The table but for the words of items; patterns are for folded text but for `particles`, which keep their case."""

    verbs: tuple[str, ...]
    pronouns: tuple[str, ...]
    conjunctions: tuple[str, ...]
    weak: tuple[str, ...]
    attendance: tuple[str, ...]
    first_item: re.Pattern[str]
    particles: frozenset[str]
    titles: tuple[str, ...]
    plural_titles: tuple[str, ...]
    no_names: frozenset[str]
    offices: tuple[frozenset[str], ...]
    articles: frozenset[str]
    nicknames: tuple[frozenset[str], ...]
    status_words: dict[Language, dict[ItemStatus, str]]
    none: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=1)
def record_words() -> RecordWords:
    """The table, read once."""
    raw = tomllib.loads((files("indexer") / "data" / "record_words.toml").read_text(encoding="utf-8"))
    follow_ups = "|".join(raw["none"]["words"])
    return RecordWords(
        verbs=tuple(raw["turns"]["verbs"]),
        pronouns=tuple(raw["turns"]["pronouns"]),
        conjunctions=tuple(raw["turns"]["and"]),
        weak=tuple(raw["turns"]["weak"]),
        attendance=tuple(raw["zones"]["attendance"]),
        first_item=re.compile(raw["zones"]["first_item"]),
        particles=frozenset(raw["people"]["particles"]),
        titles=tuple(raw["people"]["titles"]),
        plural_titles=tuple(raw["people"]["plural_titles"]),
        no_names=frozenset(raw["people"]["no_names"]),
        offices=tuple(frozenset(names) for names in raw["people"]["offices"]),
        articles=frozenset(raw["people"]["articles"]),
        nicknames=tuple(frozenset(names) for names in raw["people"]["nicknames"]),
        status_words={
            language: {ItemStatus(name): word for name, word in words.items()}
            for language, words in raw["status"]["words"].items()
        },
        none=tuple(re.compile(pattern.replace("{follow_up}", follow_ups)) for pattern in raw["none"]["patterns"]),
    )
