"""The words of layout, in both languages, from `indexer/data/layout_words.toml`; loaded on first use."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources

from indexer.document_words import table
from indexer.errors import SettingError


@dataclass(frozen=True, slots=True)
class LayoutWords:
    """The word lists of the table, made ready for matching; all in lower case.

    `abbreviated` are its abbreviations with what stands before them.
    """

    page_line: re.Pattern[str]
    markings: re.Pattern[str]
    empty_titles: re.Pattern[str]
    tab: re.Pattern[str]
    template_headings: tuple[str, ...]
    lead_ins: tuple[str, ...]
    column_heads: re.Pattern[str]
    abbreviated: tuple[str, ...]
    linking: frozenset[str]
    coordinators: frozenset[str]
    particles: frozenset[str]


@functools.cache
def layout_words() -> LayoutWords:
    """The table of layout words. Raises SettingError where the table is damaged."""
    path = resources.files("indexer") / "data" / "layout_words.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        furniture, headings = data["page_furniture"], data["headings"]
        return LayoutWords(
            page_line=re.compile(
                rf"(?:{_any(furniture['page_words'])})\s*\d{{1,4}}(?:\s*(?:{_any(furniture['of_words'])})\s*\d{{1,4}})?",
                re.IGNORECASE,
            ),
            markings=re.compile("|".join(furniture["marking_patterns"]), re.IGNORECASE),
            empty_titles=re.compile("|".join(data["titles"]["empty_patterns"]), re.IGNORECASE),
            tab=re.compile(headings["tab_pattern"], re.IGNORECASE),
            template_headings=tuple(headings["template"]),
            lead_ins=tuple(headings["lead_ins"]),
            column_heads=table().column_heads,
            abbreviated=tuple(f"{sign}{word}" for word in data["joining"]["abbreviations"] for sign in " ("),
            linking=frozenset(data["joining"]["linking"]),
            coordinators=frozenset(data["joining"]["coordinators"]),
            particles=frozenset(data["names"]["particles"]),
        )
    except (KeyError, TypeError, tomllib.TOMLDecodeError, re.error) as error:
        raise SettingError(f"{path}: the table of layout words is damaged ({error}); restore it") from error


def _any(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
