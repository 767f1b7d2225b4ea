"""The table `data/document_words.toml`: the words that tell kinds of document, roles, notices and dates."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer.documents import DocumentType, Language, Role


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
    jurisdiction_labels: tuple[str, ...]
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
        jurisdiction_labels=tuple(raw["labels"]["jurisdiction"]),
        titles={
            language: {DocumentType(name): title for name, title in titles.items()}
            for language, titles in raw["titles"].items()
        },
        months={language: tuple(names) for language, names in raw["months"].items()},
        month_names={language: tuple(names) for language, names in raw["month_names"].items()},
    )
