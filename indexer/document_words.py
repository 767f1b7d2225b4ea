"""The table `data/document_words.toml`: the words that tell kinds of document, roles, notices and dates."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer.documents import DocumentType, Language, Role
from indexer.text import fold

_NUMBERED = re.compile(r"^\d+\s*[.)]\s*")
_LONGEST_NO_ANSWER = 80


@dataclass(frozen=True, slots=True)
class Notice:
    """Beginnings of words; a sentence with one of each list is a notice against passing the document on."""

    limit: tuple[str, ...]
    consent: tuple[str, ...]
    act: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """The whole table, folded; `months` and `month_names` hold twelve names a language."""

    types: dict[DocumentType, tuple[str, ...]]
    roles: dict[str, Role]
    analysis_parts: tuple[tuple[str, Role], ...]
    analysis_first_heads: frozenset[str]
    openings: dict[Role, tuple[str, ...]]
    number_words: tuple[str, ...]
    column_heads: tuple[re.Pattern[str], ...]
    column_head_cells: frozenset[str]
    no_answers: tuple[str, ...]
    notice: Notice
    titles: dict[str, dict[DocumentType, str]]
    months: dict[Language, tuple[str, ...]]
    month_names: dict[Language, tuple[str, ...]]


@lru_cache(maxsize=1)
def table() -> DocumentWords:
    """The table, read once."""
    raw = tomllib.loads((files("indexer") / "data" / "document_words.toml").read_text(encoding="utf-8"))
    return DocumentWords(
        types={DocumentType(name): tuple(phrases) for name, phrases in raw["types"].items()},
        roles={phrase: Role(name) for name, phrases in raw["roles"].items() for phrase in phrases},
        analysis_parts=tuple(
            (word, role) for role in (Role.BACKGROUND, Role.ACHIEVEMENT, Role.NEED) for word in raw["analysis"][role]
        ),
        analysis_first_heads=frozenset(raw["analysis"]["first_head"]),
        openings={role: tuple(raw["openings"][role]) for role in (Role.DECISION, Role.FOLLOW_UP)},
        number_words=tuple(raw["openings"]["number_words"]),
        column_head_cells=frozenset(raw["column_heads"]["cells"]),
        column_heads=tuple(re.compile(pattern, re.IGNORECASE) for pattern in raw["column_heads"]["patterns"]),
        no_answers=tuple(sorted(raw["no_answer"]["phrases"], key=len, reverse=True)),
        notice=Notice(**{name: tuple(words) for name, words in raw["notice"].items()}),
        titles={
            language: {DocumentType(name): title for name, title in titles.items()}
            for language, titles in raw["titles"].items()
        },
        months={language: tuple(names) for language, names in raw["months"].items()},
        month_names={language: tuple(names) for language, names in raw["month_names"].items()},
    )


@lru_cache(maxsize=1)
def opening_pattern() -> re.Pattern[str]:
    """What opens a numbered decision or follow-up; groups `decision` or `follow_up` (its word) and `number`."""
    words = {
        role: "|".join(re.escape(word) for word in sorted(phrases, key=len, reverse=True))
        for role, phrases in table().openings.items()
    }
    numbers = "|".join(re.escape(word) for word in sorted(table().number_words, key=len, reverse=True))
    return re.compile(
        rf"(?:(?P<decision>{words[Role.DECISION]})|(?P<follow_up>{words[Role.FOLLOW_UP]}))"
        rf"\s+(?:(?:{numbers})\s*)?(?P<number>\d{{1,3}}(?: ?[A-Za-z](?=\s*(?:$|[:.–—\n-]))|[A-Za-z])?)\b",
        re.IGNORECASE,
    )


def is_column_head(text: str) -> bool:
    """Whether a line is the head of a record's column, or of all its columns in one line."""
    first = re.sub(r"\s*/\s*", "/", " ".join(fold(text).split())).strip(" .:")
    return first in table().column_head_cells or any(head.search(text) for head in table().column_heads)


def is_no_answer(text: str) -> bool:
    """Whether a cell or line says only that there is nothing to say, once or (cells run together) several times."""
    capital = text[:1].isupper()
    rest = fold(text).strip()
    if not rest or len(rest) > _LONGEST_NO_ANSWER:
        return False
    while rest:
        phrase = next((p for p in table().no_answers if rest.startswith(p)), None)
        if phrase is None or (phrase.isalpha() and not capital):  # "so", "none" in small letters are just words
            return False
        after = rest[len(phrase) :]
        if after[:1].isalnum():
            return False
        rest = after.lstrip(" .\n")
    return True


def heading_role(heading: str) -> Role | None:
    """The role that a heading of the templates gives to what stands under it, if it is one of them.

    The heading's first line is compared, without its number and what follows a colon.
    """
    first = _NUMBERED.sub("", fold(heading).strip()).split("\n")[0].split(":")[0].strip(" .–-")
    return table().roles.get(re.sub(r"\s*/\s*", "/", re.sub(r"\s+", " ", first)))
