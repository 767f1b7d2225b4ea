"""The project's own bilingual text as training rows: the field's glossary, and pairs of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from indexer import glossary
from indexer.embedding.training_data import Pair, Titled
from indexer.errors import SettingError

_GLOSSARY, _DOCUMENTS = "glossary", "council-documents"
_FRONT = "+++"
_MARK = re.compile(r"(#{1,3}|-|\d+\.)(?: |$)")
_FEWEST_WORDS = 2


def glossary_pairs() -> list[Pair]:
    """Every English form of a term with every French form of it; the pairs of a term have one meaning."""
    return [
        Pair(_GLOSSARY, english, french, meaning=f"term {number}")
        for number, term in enumerate(glossary.terms())
        for english, french in product(term.en, term.fr)
    ]


def document_pairs(folder: Path) -> list[Pair]:
    """The paragraphs of each NAME-en.md with those of NAME-fr.md, where both have the same marks line by line."""
    return [
        Pair(_DOCUMENTS, english, french)
        for lines in _documents(folder)
        for _, english, french in lines
        if min(len(english.split()), len(french.split())) >= _FEWEST_WORDS
    ]


def document_titles(folder: Path) -> list[Titled]:
    """Each heading with every paragraph under it, down to the next heading."""
    found = []
    for lines in _documents(folder):
        heading = ("", "")
        for mark, english, french in lines:
            if mark.startswith("#"):
                heading = (english, french)
            elif all(heading) and english and french:
                found.append(Titled(_DOCUMENTS, *heading, english, french))
    return found


def _documents(folder: Path) -> Iterator[list[tuple[str, str, str]]]:
    """For each document: (mark, English, French) of its lines."""
    english_files = sorted(folder.glob("*-en.md"))
    if not english_files:
        raise SettingError(f"{folder} holds no document NAME-en.md; give a folder of paired documents")
    for path in english_files:
        english, french = _lines(path), _lines(path.with_name(path.name.removesuffix("-en.md") + "-fr.md"))
        if [mark for mark, _ in english] == [mark for mark, _ in french]:
            yield [(mark, left, right) for (mark, left), (_, right) in zip(english, french, strict=True)]


def _lines(path: Path) -> list[tuple[str, str]]:
    """The lines of a source that hold text, each as (mark of a title, bullet or number, what follows)."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} cannot be read ({error}); give a folder of paired documents") from error
    body = text.split(f"{_FRONT}\n", 2)[-1]
    lines = []
    for line in filter(None, map(str.strip, body.splitlines())):
        found = _MARK.match(line)
        mark = found[1] if found else ""
        words = "" if line.startswith(":::") or line == "&nbsp;" else line[len(mark) :].replace("**", "").strip()
        lines.append((mark, words))
    return lines
