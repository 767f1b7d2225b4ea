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
        notice=Notice(**{name: tuple(words) for name, words in raw["notice"].items()}),
        titles={
            language: {DocumentType(name): title for name, title in titles.items()}
            for language, titles in raw["titles"].items()
        },
        months={language: tuple(names) for language, names in raw["months"].items()},
        month_names={language: tuple(names) for language, names in raw["month_names"].items()},
    )


def heading_role(heading: str) -> Role | None:
    """The role that a heading of the templates gives to what stands under it, if it is one of them.

    The heading's first line is compared, without its number and what follows a colon.
    """
    first = _NUMBERED.sub("", fold(heading).strip()).split("\n")[0].split(":")[0].strip(" .–-")
    return table().roles.get(re.sub(r"\s*/\s*", "/", re.sub(r"\s+", " ", first)))
