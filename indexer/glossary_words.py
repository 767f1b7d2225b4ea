"""Texts as the glossary compares them: words with their places, and each language's reading of them by stems."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from indexer.documents import Language
from indexer.remembered import Remembered
from indexer.text import fold, stemmer

# Accents may follow their letter, and a PDF leaves soft hyphens and spaces of no width inside words.
WORD = re.compile(r"[^\W_]++(?:[\u0300-\u036f\u00ad\u200b-\u200d\u2060]++[^\W_]*+)*+")
_WORDS_AND_GAPS = re.compile(f"({WORD.pattern})")
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200d\u2060]")
_NO_GAP = re.compile(r"[\s'’ʼ/\-‐‑–]{0,4}")
_HYPHENS = frozenset("-‐‑")
_APOSTROPHES = frozenset("'’ʼ")
_SHORTEST_INFLECTED = 4
_KEPT = 32_768  # words whose reading is kept
_IZE = re.compile(r"(?<=\w\w\w)iz(?=e|ing|ation)")

# Articles come and go inside a term ("registre des naissances", "registre de naissance"): they are not compared.
ARTICLES: dict[Language, frozenset[str]] = {
    "en": frozenset({"the", "a", "an"}),
    "fr": frozenset({"le", "la", "les", "l"}),
}
CONTRACTIONS: dict[Language, dict[str, str]] = {
    "en": {},
    "fr": {"du": "de", "des": "de", "d": "de", "au": "a", "aux": "a"},
}

STOP, JOINED, HYPHEN, APOSTROPHE = range(4)  # how a word follows the last; all but a stop join them


class Word(NamedTuple):
    """A word as it stands in a text, and how it follows the last: without a stop, by a hyphen, as a possessive."""

    text: str
    folded: str
    start: int
    end: int
    joined: bool
    hyphenated: bool
    possessive: bool


class Step(NamedTuple):
    """One word, or two joined by a hyphen, as a language reads it; `following` is the index of the next."""

    stem: str
    singular: str
    start: int
    end: int
    joined: bool
    following: int


def read_words(text: str) -> list[Word]:
    """The words of a text with their places, apostrophes and hyphens parting them."""
    parts = parted(text)
    ends = list(accumulate(map(len, parts)))
    make = tuple.__new__  # half the time of the class itself
    return [
        make(Word, (seen, folded, start, end, joint > STOP, joint == HYPHEN, joint == APOSTROPHE and folded == "s"))
        for (seen, folded), joint, start, end in zip(
            map(_known_word, parts[1::2]), joints(parts), ends[0::2], ends[1::2], strict=False
        )
    ]


def parted(text: str) -> list[str]:
    """A text in its words and the gaps before, between and after them, turn by turn."""
    return _WORDS_AND_GAPS.split(text)


def joints(parts: Sequence[str]) -> bytes:
    """How each word follows the last, of a text as `parted` gives it; the first follows nothing."""
    return bytes((STOP, *map(_joints.__getitem__, parts[2:-1:2]))) if len(parts) > 1 else b""


def read_word(written: str) -> tuple[str, str]:
    """A word without signs that are not seen, and folded."""
    seen = written if written.isascii() else _UNSEEN.sub("", written)
    return seen, fold(seen)


_known_word = lru_cache(maxsize=_KEPT)(read_word)


def _joint(gap: str) -> int:
    if gap in _HYPHENS:
        return HYPHEN
    if gap in _APOSTROPHES:
        return APOSTROPHE
    return JOINED if _NO_GAP.fullmatch(gap) else STOP


_joints = Remembered(_joint, most=1_024)


def read_steps(found: Sequence[Word], language: Language, spellings: Mapping[str, str]) -> list[list[Step]]:
    """The words as one language compares them, without articles; at each place the word, and its compound."""
    articles = ARTICLES[language]
    kept: list[tuple[Word, bool]] = []  # the word, and whether it follows the last
    joined = True
    for word in found:
        joined = joined and word.joined
        if word.folded in articles or (word.possessive and language == "en"):
            continue
        kept.append((word, joined))
        joined = True
    steps: list[list[Step]] = []
    for number, (word, follows) in enumerate(kept):
        stem, singular = compared(word.folded, language, spellings)
        steps.append([Step(stem, singular, word.start, word.end, follows, number + 1)])
    for number, (after, follows) in enumerate(kept[1:]):
        if after.hyphenated and follows:
            first, first_follows = kept[number]
            stem, singular = compared_whole(first.folded + after.folded, language, spellings)
            steps[number].append(Step(stem, singular, first.start, after.end, first_follows, number + 2))
    return steps


def compared(folded: str, language: Language, spellings: Mapping[str, str]) -> tuple[str, str]:
    """As a language compares a word: its stem and its singular, a contraction by its preposition."""
    return compared_whole(CONTRACTIONS[language].get(folded, folded), language, spellings)


def compared_whole(folded: str, language: Language, spellings: Mapping[str, str]) -> tuple[str, str]:
    """As `compared`, for a word that is no contraction."""
    singular = without_plural(folded, language)
    if language == "en":
        singular = spellings.get(singular, singular)
    return stemmer(language).stemWord(singular), singular


def without_plural(word: str, language: Language) -> str:
    """The word without its plural; of French participles the feminine too, since folding hides their accent."""
    if len(word) < _SHORTEST_INFLECTED or not word.isalpha():
        return word
    if language == "en":
        if word.endswith("ies"):
            return word[:-3] + "y"
        if word.endswith(("sses", "xes", "ches", "shes")):
            return word[:-2]
        word = word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
        return _IZE.sub("is", word) if "iz" in word else word
    if word.endswith("aux"):
        return word[:-1] if word.endswith("eaux") else word[:-2] + "l"
    if word.endswith(("s", "x")):
        word = word[:-1]
    return word[:-1] if word.endswith("ee") else word
