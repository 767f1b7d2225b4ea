"""Names of people as records write them: what can be one, and which two are the same person's."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from indexer import jurisdictions
from indexer.layouts.record_words import record_words
from indexer.text import fold

LONGEST_NAME = 5  # words
_NAMES_KEPT = 4_096  # a record writes the same few again and again
_LONGEST_KEPT = 120  # characters
_CAPITALISED = r"(?:[dD][’'])?[A-ZÀ-ÖØ-Þ][\w’'-]*\.?"
_ABBREVIATION = re.compile(r"[A-ZÀ-ÖØ-Þ]{3,}")
_SHORTEST_PREFIX = 3  # letters that a short form of a first name keeps: "Rob", "Deb"
_SAME_LETTERS = 5  # shorter surnames must be equal, longer ones may differ by a letter


@cache
def name_pattern() -> str:
    """A name: two words in capitals or more, one after a courtesy title, or one before a bracket."""
    more = rf"(?:\s(?:(?:{_any(record_words().particles)})\s)?{_CAPITALISED})"
    titled = rf"(?:{_any(record_words().titles)})\s{_CAPITALISED}{more}{{0,3}}"
    return rf"(?:{titled}|{_CAPITALISED}{more}{{1,3}}|{_CAPITALISED}(?=\s?\())"


@cache
def names_pattern() -> str:
    """Names that speak together: "A and B", "A, B et C", "MM. A et B"."""
    both = _any(record_words().conjunctions)
    surnames = rf"{_CAPITALISED}(?:,\s{_CAPITALISED})*(?:\s(?:{both})\s{_CAPITALISED})?"
    plural = rf"(?:{_any(record_words().plural_titles)})\s{surnames}"
    one = name_pattern()
    return rf"(?:{plural}|{one}(?:,\s{one})*(?:,?\s(?:{both})\s{one})?)"


@cache
def _between_names() -> re.Pattern[str]:
    return re.compile(rf",?\s(?:{_any(record_words().conjunctions)})\s|,\s")


def split_names(written: str) -> list[tuple[str, int]]:
    """The names in a match of `names_pattern`, bare, each with the offset where it ends in `written`."""
    found: list[tuple[str, int]] = []
    start = 0
    for border in [*_between_names().finditer(written), None]:
        end = border.start() if border else len(written)
        found.append((bare(written[start:end]), end))
        start = border.end() if border else end
    return found


@cache
def _titles() -> frozenset[str]:
    return frozenset((*record_words().titles, *record_words().plural_titles))


def bare(name: str) -> str:
    """A name without courtesy titles, words in capitals only written as names are."""
    words = name.split()
    while len(words) > 1 and words[0] in _titles():
        words = words[1:]
    words = [word.rstrip(".") if len(word) > 3 else word for word in words]
    return " ".join(word.title() if _ABBREVIATION.fullmatch(word) and len(words) > 1 else word for word in words)


def is_person(name: str, *, sure: bool = False) -> bool:
    """Whether words in capitals can be a person: no organisation is among them.

    `sure` says that an affiliation stands with them, or that they are known: then a surname alone and words that are
    all capitals will do.
    """
    return _known_person(name, sure=sure) if len(name) <= _LONGEST_KEPT else _is_person(name, sure=sure)


def _is_person(name: str, *, sure: bool) -> bool:
    words = name.split()
    if not (1 if sure else 2) <= len(words) <= LONGEST_NAME or jurisdictions.exact(name):
        return False
    folded = [fold(word) for word in words]
    if folded[0] in record_words().articles or any(word in record_words().no_names for word in folded):
        return False
    if not sure and any(_ABBREVIATION.fullmatch(word) for word in words):
        return False
    if len(words) == 1 and (_ABBREVIATION.fullmatch(name) or len(name) < 3):
        return False
    mentions = jurisdictions.find_mentions(name)
    # "Rochelle York": a surname may be a place's name, a first name is none.
    return all(mention.start > 0 and mention.end - mention.start < len(name) / 1.5 for mention in mentions)


_known_person = lru_cache(maxsize=_NAMES_KEPT)(_is_person)


def is_capital(word: str) -> bool:
    """Whether a word may be part of a name in a list: capitalised, or a particle."""
    return re.fullmatch(_CAPITALISED, word.rstrip(",")) is not None or word in record_words().particles


def same_person(one: str, other: str) -> bool:
    """Whether two full names are of one person: surname the same but for a letter, first name the same or a form of it.

    An initial stands for a first name where the surname is the same to the letter.
    """
    words, others = fold(one).split(), fold(other).split()
    if min(len(words), len(others)) < 2:
        return False  # a bare surname may be anybody's
    first, last, other_first, other_last = words[0], words[-1], others[0], others[-1]
    if not _same_surname(last, other_last):
        return False
    if first == other_first:
        return True
    short, long = sorted((first.rstrip("."), other_first.rstrip(".")), key=len)
    if len(short) == 1 and last == other_last:
        return long.startswith(short)
    if len(short) >= _SHORTEST_PREFIX and long.startswith(short):
        return True
    return any(short in names and long in names for names in record_words().nicknames)


def _same_surname(one: str, other: str) -> bool:
    if one == other:
        return True
    if min(len(one), len(other)) < _SAME_LETTERS or abs(len(one) - len(other)) > 1:
        return False
    return _one_letter_apart(one, other)


def _one_letter_apart(one: str, other: str) -> bool:
    """Whether one letter added, left out or changed makes the one the other."""
    short, long = sorted((one, other), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at:] == long[at + 1 :] or (len(short) == len(long) and short[at + 1 :] == long[at + 1 :])


def _any(words: frozenset[str] | tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
