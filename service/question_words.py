"""A question with its topic left out: each word by its class (`data/question_words.toml`), or by its shape."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer import jurisdictions
from indexer import language as languages
from indexer.documents import LANGUAGES, Language
from indexer.errors import SettingError
from indexer.text import fold, stop_words

# Marks for what is no class of the table.
JURISDICTION, YEAR, NUMBER, COMMA, BREAK, ASKED = "J", "year", "num", ",", "|", "?"
WORD, PLURAL, PARTICIPLE, GERUND, IMPERFECT, CONDITIONAL = "_", "_s", "_ed", "_ing", "_ait", "_rait"
SHAPES = frozenset({YEAR, NUMBER, COMMA, BREAK, ASKED, WORD, PLURAL, PARTICIPLE, GERUND, IMPERFECT, CONDITIONAL})
FUTURE = "will"  # a French verb in the future is of the class of "will"

_DROPPED = "from"  # the class of prepositions: they only part the words around them
_TABLE = "service/data/question_words.toml"
_NAME = "\ue000"  # stands for a jurisdiction's name while the words are read
_TOKEN = re.compile(rf"{_NAME}|@u?(?![^\W_])|[^\W_]+|[?.;:,!–—…]|(?<=\s)-(?=\s)")
_PREPOSITION = re.compile(r"\bà(?=\s)")  # folded it would be the verb "a"
_ADVERB = re.compile(r"\boù\b")  # folded it would be the conjunction "ou"
_YEAR = re.compile(r"(?:19|20)\d\d")
_ENGLISH_PARTICIPLE = re.compile(r"\w{3,}ed")
_FRENCH_PARTICIPLE = re.compile(r"\w{3,}ée?s?")
_GERUND = re.compile(r"\w{2,}ing")
_FRENCH_TENSES = (
    (re.compile(r"\w{2,}(?:ra|ront)"), FUTURE),
    (re.compile(r"\w{2,}(?:rait|raient)"), CONDITIONAL),
    (re.compile(r"\w{2,}(?:ait|aient)"), IMPERFECT),
)

_TOKENS_KEPT = 16_384


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Words of one class; a word that ends in * stands for all that begin so."""

    words: tuple[str, ...]
    group: str

    def fits(self, tokens: list[str], at: int) -> bool:
        """Whether the phrase stands at that place."""
        return at + len(self.words) <= len(tokens) and all(
            token.startswith(word[:-1]) if word.endswith("*") else token == word
            for word, token in zip(self.words, tokens[at : at + len(self.words)], strict=True)
        )

    def rank(self) -> tuple[int, bool, int]:
        """Which of the phrases of a language that fit is taken: the longest, then the one spelled out."""
        return len(self.words), not self.words[-1].endswith("*"), sum(map(len, self.words))


@dataclass(frozen=True, slots=True)
class _Table:
    """Each language's phrases by their first word, and the number of letters of the longest beginning of a word."""

    phrases: Mapping[Language, Mapping[str, tuple[_Phrase, ...]]]
    longest: int


def mark(question: str) -> list[str]:
    """The classes and marks of a question's words, in order."""
    text = unicodedata.normalize("NFC", question)
    language = languages.detect(text, default="en")
    written = _TOKEN.findall(_ADVERB.sub("@u", _PREPOSITION.sub("@", _without_names(text).lower())))
    tokens = [fold(token) for token in written]
    marks: list[str] = []
    at = 0
    while at < len(tokens):
        phrase = _phrase(tokens, at, language)
        if phrase is not None:
            _add(marks, phrase.group)
            at += len(phrase.words)
            continue
        shape = _shape(tokens[at], written[at], language)
        if shape is not None:
            _add(marks, shape)
        at += 1
    return marks


def _add(marks: list[str], group: str) -> None:
    """A run of words of the topic counts as one."""
    if group in (WORD, PLURAL) and marks and marks[-1] in (WORD, PLURAL):
        marks[-1] = group
    elif group != _DROPPED:
        marks.append(group)


def _without_names(text: str) -> str:
    parts, last = [], 0
    for found in jurisdictions.find_mentions(text):
        if found.start >= last:
            parts += [text[last : found.start], f" {_NAME} "]
            last = found.end
    return "".join([*parts, text[last:]])


def _phrase(tokens: list[str], at: int, language: Language) -> _Phrase | None:
    """The phrase at that place, of several the longest; of two as long that of the question's language."""
    found = [
        (phrase.rank()[0], own == language, phrase.rank(), phrase)
        for own, phrase in _beginning(tokens[at])
        if phrase.fits(tokens, at)
    ]
    return max(found, key=lambda item: item[:3])[-1] if found else None


@lru_cache(maxsize=_TOKENS_KEPT)
def _beginning(token: str) -> tuple[tuple[Language, _Phrase], ...]:
    """The phrases that may begin with a token, each with its language."""
    table = _table()
    beginnings = [token, *(f"{token[:length]}*" for length in range(2, min(len(token), table.longest) + 1))]
    return tuple(
        (own, phrase)
        for own, phrases in table.phrases.items()
        for beginning in beginnings
        for phrase in phrases.get(beginning, ())
    )


def _shape(token: str, written: str, language: Language) -> str | None:
    """The mark of a token of no class; None for one that says nothing."""
    if written == _NAME:
        return JURISDICTION
    if written in (ASKED, COMMA):
        return written
    if not written[0].isalnum():
        return BREAK
    if token[:1].isdigit():
        return YEAR if _YEAR.fullmatch(token) else NUMBER
    if token in stop_words().either:
        return None
    if (_ENGLISH_PARTICIPLE if language == "en" else _FRENCH_PARTICIPLE).fullmatch(written):
        return PARTICIPLE
    if language == "en" and _GERUND.fullmatch(written):
        return GERUND
    if token.endswith("s") and len(token) > 3:
        return PLURAL
    tenses = _FRENCH_TENSES if language == "fr" else ()
    return next((tense for ending, tense in tenses if ending.fullmatch(token)), WORD)


@lru_cache(maxsize=1)
def _table() -> _Table:
    raw = tomllib.loads((files("service") / "data" / "question_words.toml").read_text(encoding="utf-8"))
    return load(raw["classes"])


def load(classes: Mapping[str, Mapping[str, str]]) -> _Table:
    """The table as read. Raises SettingError for a phrase that two classes of one language claim."""
    phrases: dict[Language, dict[str, tuple[_Phrase, ...]]] = {}
    for language in LANGUAGES:
        claimed: dict[tuple[str, ...], str] = {}
        for group, written in classes.items():
            for words in _parted(written[language]):
                if claimed.setdefault(words, group) != group:
                    raise SettingError(
                        f"{_TABLE}: {' '.join(words)!r} stands in {claimed[words]} and {group}; keep one"
                    )
        phrases[language] = {}
        for words, group in claimed.items():
            before = phrases[language].get(words[0], ())
            phrases[language][words[0]] = (*before, _Phrase(words, group))
    starts = (word for of in phrases.values() for word in of if word.endswith("*"))
    return _Table(phrases, max((len(word) - 1 for word in starts), default=0))


def _parted(written: str) -> Iterable[tuple[str, ...]]:
    return (tuple(phrase.split()) for phrase in written.split(",") if phrase.strip())
