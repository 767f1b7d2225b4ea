"""Texts as the glossary compares them: words with their places, and each language's reading of them by stems."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from indexer.documents import Language
from indexer.text import fold, stemmer

# Accents may follow their letter, and a PDF leaves soft hyphens and spaces of no width inside words.
WORD = re.compile(r"(?:[^\W_][\u0300-\u036f\u00ad\u200b-\u200d\u2060]*)+")
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200d\u2060]")
_NO_GAP = re.compile(r"[\s'’ʼ/\-‐‑–]{0,4}")
_HYPHENS = frozenset("-‐‑")
_APOSTROPHES = frozenset("'’ʼ")
_SHORTEST_INFLECTED = 4
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


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it stands in a text, and how it follows the last: without a stop, by a hyphen, as a possessive."""

    text: str
    folded: str
    start: int
    end: int
    joined: bool
    hyphenated: bool
    possessive: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One word, or two joined by a hyphen, as a language reads it; `following` is the index of the next."""

    stem: str
    singular: str
    start: int
    end: int
    joined: bool
    following: int


def read_words(text: str) -> list[Word]:
    """The words of a text with their places, apostrophes and hyphens parting them."""
    found: list[Word] = []
    last = 0
    for match in WORD.finditer(text):
        start, end = match.span()
        written = match.group()
        gap = text[last:start]
        if not written.isascii():
            written = _UNSEEN.sub("", written)
        folded = fold(written)
        found.append(
            Word(
                written,
                folded,
                start,
                end,
                joined=bool(found) and _NO_GAP.fullmatch(gap) is not None,
                hyphenated=bool(found) and gap in _HYPHENS,
                possessive=bool(found) and gap in _APOSTROPHES and folded == "s",
            )
        )
        last = end
    return found


def read_steps(found: list[Word], language: Language, spellings: Mapping[str, str]) -> list[list[Step]]:
    """The words as one language compares them, without articles; at each place the word, and its compound."""
    articles, contractions = ARTICLES[language], CONTRACTIONS[language]
    kept: list[tuple[str, Word, bool]] = []  # the word to compare, where it stands, whether it follows the last
    joined = True
    for word in found:
        joined = joined and word.joined
        if word.folded in articles or (language == "en" and word.possessive):
            continue
        kept.append((contractions.get(word.folded, word.folded), word, joined))
        joined = True
    compounds = [
        (number, kept[number][1].folded + after.folded)
        for number, (_, after, follows) in enumerate(kept[1:])
        if after.hyphenated and follows
    ]
    singulars = [without_plural(folded, language) for folded, _, _ in kept]
    singulars += [without_plural(folded, language) for _, folded in compounds]
    if language == "en":
        singulars = [spellings.get(singular, singular) for singular in singulars]
    stems = [str(stem) for stem in stemmer(language).stemWords(singulars)]
    steps = [
        [Step(stems[number], singulars[number], word.start, word.end, follows, number + 1)]
        for number, (_, word, follows) in enumerate(kept)
    ]
    for place, (number, _) in enumerate(compounds, start=len(kept)):
        _, first, follows = kept[number]
        end = kept[number + 1][1].end
        steps[number].append(Step(stems[place], singulars[place], first.start, end, follows, number + 2))
    return steps


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
