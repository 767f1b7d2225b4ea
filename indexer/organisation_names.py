"""Whether a short text has the shape of an organisation's name: a ministry, an agency, a town. Not whose it is."""

from __future__ import annotations

import itertools
import re

from indexer import name_folding
from indexer.jurisdiction_names import book

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_BRACKETED = re.compile(r"\([^()]*\)")
_SENTENCE_SIGNS = re.compile(r"[.:;?!\"«»“”]")
_FIGURE = re.compile(r"\d")
_ABBREVIATION = re.compile(r"[A-Z][A-Z&-]{1,8}[A-Z]")
_MOST_WORDS = 14
_MOST_TOWN_WORDS = 3


def is_organisation(text: str) -> bool:
    """Whether the text is a name of more than one word that begins or ends as an organisation's does."""
    folded = _BRACKETED.sub(" ", name_folding.fold(text)[0]).replace("&", " and ").strip()
    words = _WORD.findall(folded)
    if not 2 <= len(words) <= _MOST_WORDS or _SENTENCE_SIGNS.search(folded) or _FIGURE.search(folded):
        return False
    shapes = book().organisations
    lowered = folded.lower()
    if any(word.lower() in shapes.foreign for word in words):
        return False
    if shapes.openings_fr.match(lowered) is not None:
        return _is_french_name(words)
    named = shapes.openings_en.match(lowered) is not None or shapes.endings.search(lowered) is not None
    return named and _is_capitalised(words)


def is_municipality(text: str) -> bool:
    """Whether the text is "City of" or the like and a town's name."""
    folded = name_folding.fold(text)[0].strip()
    opening = book().organisations.municipal.match(folded.lower())
    if opening is None or not folded[0].isupper():
        return False
    town = folded[opening.end() :]
    words = _WORD.findall(town)
    plain = re.fullmatch(r"[^\W_][^\d_,;:?!()]*[^\W_]", town) is not None
    if not plain or not 1 <= len(words) <= _MOST_TOWN_WORDS:
        return False
    return not any(word.lower() in book().organisations.foreign for word in words) and _is_capitalised(words)


def is_abbreviation(text: str) -> bool:
    """Whether the text is one word of three letters or more, all capitals."""
    return _ABBREVIATION.fullmatch(name_folding.fold(text)[0].strip()) is not None


def _is_capitalised(words: list[str]) -> bool:
    """Whether all words begin with a capital, but for those that join others."""
    links = book().organisations.links
    return words[0][0].isupper() and all(w[0].isupper() or w.split("'")[0] in links for w in words[1:])


def _is_french_name(words: list[str]) -> bool:
    """Whether articles stand only after what joins, as they do inside a name; its other words may be in lower case."""
    shapes = book().organisations
    for before, word in itertools.pairwise(words):
        article = word.lower().split("'")[0]
        if article in shapes.articles and before.lower() not in shapes.links - shapes.articles:
            return False
    return True
