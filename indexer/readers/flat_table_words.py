"""The words that tell a dumped table's heads and columns: `indexer/data/flat_table_words.toml`, loaded on first use."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from indexer.documents import Role
from indexer.errors import SettingError
from indexer.text import fold

_MENTION = 1.5
_QUESTION = 1.0
_OPENING_SIGNS = " \"'«“(•-–"


@dataclass(frozen=True, slots=True)
class FlatTableWords:
    """The table, ready for matching on folded text."""

    organisation_heads: frozenset[str]
    ending: re.Pattern[str]
    openings: dict[Role, re.Pattern[str]]
    mentions: dict[Role, re.Pattern[str]]

    def opens(self, text: str, role: Role) -> bool:
        """Whether the text begins as what stands in a column of this role does."""
        pattern = self.openings.get(role)
        return pattern is not None and pattern.match(fold(text).lstrip(_OPENING_SIGNS)) is not None

    def mentions_for(self, text: str, role: Role) -> float:
        """How much the words inside a paragraph speak for a column of this role, from 0."""
        pattern = self.mentions.get(role)
        found = _MENTION if pattern is not None and pattern.search(fold(text)) else 0.0
        return found + _QUESTION if role is Role.NEED and "?" in text else found


@functools.cache
def flat_table_words() -> FlatTableWords:
    """The table of words. Raises SettingError where it is damaged."""
    table = resources.files("indexer") / "data" / "flat_table_words.toml"
    try:
        data = tomllib.loads(table.read_text(encoding="utf-8"))
        return FlatTableWords(
            organisation_heads=frozenset(data["organisation_heads"]),
            ending=re.compile(rf"(?:{_any(data['endings'])})\b"),
            openings={Role(name): re.compile(rf"(?:{_any(p)})(?!\w)") for name, p in data["openings"].items() if p},
            mentions={Role(name): re.compile(rf"\b(?:{_any(p)})") for name, p in data["mentions"].items() if p},
        )
    except (KeyError, TypeError, AttributeError, ValueError, re.error) as error:
        raise SettingError(f"{table}: the table of words is damaged ({error}); restore it") from error


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
