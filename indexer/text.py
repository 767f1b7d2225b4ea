"""The bilingual analyser: from text to the tokens that the lexical index stores and a question is matched by."""

from __future__ import annotations

import re
import threading
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import chain, repeat
from typing import Protocol

from indexer.documents import Language

_WORD = re.compile(r"[^\W_]+(?:(?:['’./]|\.?[\-‐‑])[^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}[.\-‐‑]+)+[^\W\d_]{1,2}")
_ELISION = re.compile(r"^(?:[ldjmtscn]|qu|jusqu|lorsqu|puisqu|quoiqu|aujourd)['’]")
_HYPHENS = re.compile(r"[\-‐‑]")
_LIGATURES = (("œ", "oe"), ("æ", "ae"), ("ß", "ss"), ("’", "'"))
_MARKS = re.compile(r"[\u0300-\u036f]+")  # what NFKD leaves of an accent

_RUNS_KEPT = 65_536  # runs of characters whose analysis is kept: most of what is written is made of far fewer
_LONGEST_KEPT = 64  # characters of such a run: longer ones are no words, and come up once

_SNOWBALL: dict[Language, str] = {"en": "english", "fr": "french"}
_local = threading.local()


@dataclass(frozen=True, slots=True)
class StopWords:
    """Folded stop words: of each language, and those of questions in either."""

    english: frozenset[str]
    french: frozenset[str]
    question: frozenset[str]
    either: frozenset[str]

    def of(self, language: Language) -> frozenset[str]:
        """The stop words of one language."""
        return self.english if language == "en" else self.french


@lru_cache(maxsize=1)
def stop_words() -> StopWords:
    """The table `data/stopwords.toml`, read once."""
    table = tomllib.loads((files("indexer") / "data" / "stopwords.toml").read_text(encoding="utf-8"))
    english, french, question = (frozenset(table[name].split()) for name in ("english", "french", "question"))
    return StopWords(english, french, question, english | french)


def fold(text: str) -> str:
    """Lower case, no accents, ligatures opened, one kind of apostrophe. The length may change."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    for sign, plain in _LIGATURES:  # four times as fast as str.translate
        lowered = lowered.replace(sign, plain)
    # Lower case again: NFKD opens signs such as ™ into capitals.
    return _MARKS.sub("", unicodedata.normalize("NFKD", lowered)).lower()


def fold_in_place(text: str) -> str:
    """As `fold`, but every character stands for one of `text`, so that offsets hold: of "œ" only the "o" is kept."""
    return text.lower() if text.isascii() else text.translate(_in_place)


class _InPlace(dict[int, str]):
    """The folded character by code point, each made when a text first holds it: str.translate then runs in C."""

    def __missing__(self, point: int) -> str:
        sign = chr(point)
        self[point] = folded = (fold(sign) or sign)[0]
        return folded


_in_place = _InPlace()


def words(text: str) -> list[str]:
    """Folded words in order of the text; elided articles are cut off, compounds are given apart and joined.

    `l'identité` gives `identite`; `co-location` gives `co`, `location`, `colocation`; `C.-B.` gives `cb`;
    `2024-118` gives the whole and its parts.
    """
    runs = text.split()
    read = _words_of if _are_short(runs) else _read
    return list(chain.from_iterable(map(read, runs)))


def _are_short(runs: list[str]) -> bool:
    """Whether the runs may be kept."""
    return max(map(len, runs), default=0) <= _LONGEST_KEPT


@lru_cache(maxsize=_RUNS_KEPT)
def _words_of(run: str) -> tuple[str, ...]:
    """The words of what stands between white space, which no word crosses; the runs of a language come up again."""
    return _read(run)


def _read(run: str) -> tuple[str, ...]:
    folded = fold(run)
    if folded.isalnum():  # as most are
        return (folded,)
    return tuple(chain.from_iterable(map(_tokens, _WORD.findall(folded))))


def _tokens(folded: str) -> tuple[str, ...]:
    """The words of one unbroken run of characters."""
    if folded.isalnum():
        return (folded,)
    word = _ELISION.sub("", folded)
    parts = tuple(_PART.findall(word))
    if len(parts) == 1:
        return parts
    if _INITIALS.fullmatch(word):
        return ("".join(parts),)
    if _HYPHENS.search(word):
        return (*parts, word if any(part.isdigit() for part in parts) else "".join(parts))
    return parts


def stems(text: str, language: Language) -> list[str]:
    """Tokens of `text` for the field of `language`: words without stop words, stemmed (Snowball, folded first)."""
    runs = text.split()
    if _are_short(runs):
        return list(chain.from_iterable(map(_stems_of, runs, repeat(language))))
    return stemmed(words(text), language)


@lru_cache(maxsize=_RUNS_KEPT)
def _stems_of(run: str, language: Language) -> tuple[str, ...]:
    return tuple(stemmed(list(_words_of(run)), language))


def stemmed(folded: list[str], language: Language) -> list[str]:
    """The tokens of `stems`, for words that are folded already."""
    stop = stop_words().of(language)
    return list(map(str, stemmer(language).stemWords([word for word in folded if word not in stop])))


def surface_forms(text: str) -> list[str]:
    """Tokens for the language-neutral field: unstemmed words but for the stop words of both languages.

    Names, abbreviations, figures and words that French and English share match there, whatever the languages.
    """
    runs = text.split()
    if _are_short(runs):
        return list(chain.from_iterable(map(_surface_forms_of, runs)))
    return without_stop_words(words(text))


@lru_cache(maxsize=_RUNS_KEPT)
def _surface_forms_of(run: str) -> tuple[str, ...]:
    return tuple(without_stop_words(list(_words_of(run))))


def without_stop_words(folded: list[str]) -> list[str]:
    """The tokens of `surface_forms`, for words that are folded already."""
    stop = stop_words().either
    return [word for word in folded if word not in stop]


class _Stemmer(Protocol):
    """What we use of PyStemmer, for the type checker."""

    def stemWord(self, word: str) -> str: ...

    def stemWords(self, words: list[str]) -> list[str]: ...


def stemmer(language: Language) -> _Stemmer:
    """A stemmer of this thread's own: PyStemmer's objects are not safe to share between threads."""
    stemmers: dict[Language, _Stemmer] | None = getattr(_local, "stemmers", None)
    if stemmers is None:
        import Stemmer

        # Without a memory of its own: who asks has one, and what it would take to keep it small is thrice the stemming.
        stemmers = {code: Stemmer.Stemmer(name, 0) for code, name in _SNOWBALL.items()}
        _local.stemmers = stemmers
    return stemmers[language]
