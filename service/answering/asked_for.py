"""What kind of thing a question asks for: a number, a date, a name; read from its words, in either language."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from indexer.documents import Language
from indexer.glossary_words import read_words, without_plural
from indexer.text import fold_in_place, stop_words

_MOST_NOUN_WORDS = 3
_NOUN_REACH = 80  # characters in which a noun of so many words ends


class AnswerType(StrEnum):
    """A kind of thing that answers by itself, or none that does: a yes, a reason, free words."""

    COUNT = "count"
    SHARE = "share"
    MONEY = "money"
    DATE = "date"
    DURATION = "duration"
    FREQUENCY = "frequency"
    PLACE = "place"
    PERSON = "person"
    ORGANISATION = "organisation"
    NAME = "name"
    YES_NO = "yes_no"
    REASON = "reason"
    FREE = "free"

    @property
    def is_detail(self) -> bool:
        """Whether a few words of a sentence can be the answer."""
        return self not in (AnswerType.YES_NO, AnswerType.REASON, AnswerType.FREE)


@dataclass(frozen=True, slots=True)
class AskedFor:
    """One thing that a question asks for: characters `start` to `end` say what, `noun` are words of what is counted.

    The words of `noun` are folded; empty where the question counts nothing, or does not say what.
    """

    type: AnswerType
    start: int
    end: int
    noun: tuple[str, ...] = ()


def asked_for(question: str, language: Language) -> tuple[AskedFor, ...]:
    """What a question in `language` asks for, in its order; one FREE thing where its words do not tell."""
    folded = fold_in_place(question)
    found: list[tuple[int, int, AskedFor]] = []
    for order, (kind, pattern) in enumerate(_patterns()):
        for match in pattern.finditer(folded):
            if match.end() > match.start():
                found.append((match.start(), order, _asked(kind, match, question, folded, language)))
    chosen: list[AskedFor] = []
    for _, _, asked in sorted(found, key=lambda item: item[:2]):
        if not chosen or asked.start >= chosen[-1].end:
            chosen.append(asked)
    details = tuple(asked for asked in chosen if asked.type is not AnswerType.YES_NO)
    # "Est-il …, et depuis quand ?" asks for the date.
    return details or tuple(chosen) or (AskedFor(AnswerType.FREE, 0, 0),)


def _asked(kind: AnswerType, match: re.Match[str], question: str, folded: str, language: Language) -> AskedFor:
    """What a match asks for, with the noun that it holds or that follows it."""
    start, end = match.span()
    held = match.groupdict().get("noun")
    if held:
        return AskedFor(kind, start, end, tuple(held.split()))
    if kind is AnswerType.YES_NO:
        return AskedFor(kind, start, start)  # the words of the question itself
    if kind is not AnswerType.COUNT or not match.group().endswith(tuple(table()["nouns"]["cues"])):
        return AskedFor(kind, start, end)
    length, noun = counted(question[end:], folded[end:], language)
    if match.group() == "how many" and noun and not is_plural(noun[-1], language):
        return AskedFor(kind, start, end)  # "how many were open"
    return AskedFor(kind, start, end + length, noun)


def counted(text: str, folded: str, language: Language) -> tuple[int, tuple[str, ...]]:
    """The noun that a text begins with, as after "how many": how many characters it takes, and its folded words.

    In English it goes on to the first plural, in French over adjectives that stand before it.
    """
    end = 0
    taken: list[str] = []
    for word in read_words(text[:_NOUN_REACH]):
        gap = folded[end : word.start].strip(" ")
        if gap not in ("", "'", "-") or len(taken) == _MOST_NOUN_WORDS:
            break
        if word.folded in vocabulary().links and not taken:
            end = word.end
            continue
        if word.folded in stop_words().of(language) or word.folded in vocabulary().numbers or word.folded.isdigit():
            break
        if taken and gap != "-" and _complete(taken[-1], word.folded, language):
            break
        taken.append(word.folded)
        end = word.end
    return (end, tuple(taken)) if taken else (0, ())


def _complete(last: str, following: str, language: Language) -> bool:
    """Whether a noun ends with the word `last`, so that `following` is no more of it."""
    if language == "fr":
        return last not in vocabulary().before_noun
    return is_plural(last, "en") and not is_plural(following, "en")


def is_plural(folded: str, language: Language) -> bool:
    """Whether a folded word looks like a plural."""
    return folded in vocabulary().plurals or without_plural(folded, language) != folded


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Folded words: small ones that lead to a noun, French adjectives before one, English plurals without s, people.

    `silent` words say what is asked for, and nothing of its topic; `numbers` are those of both languages.
    """

    links: frozenset[str]
    before_noun: frozenset[str]
    plurals: frozenset[str]
    people: frozenset[str]
    silent: frozenset[str]
    numbers: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """The words that `data/answer_types.toml` lists, as sets."""
    nouns, numbers = table()["nouns"], table()["numbers"]
    return Vocabulary(
        links=frozenset(nouns["links"].split()),
        before_noun=frozenset(nouns["before_noun_fr"].split()),
        plurals=frozenset(nouns["plurals_en"].split()),
        people=frozenset(f"{nouns['people_en']} {nouns['people_fr']}".split()),
        silent=frozenset(" ".join(table()["silent"].values()).split()),
        numbers=frozenset(f"{numbers['en']} {numbers['fr']} {numbers['multipliers']}".split()),
    )


@cache
def table() -> dict[str, Any]:
    """The table `data/answer_types.toml`, read once."""
    return tomllib.loads((files("service") / "data" / "answer_types.toml").read_text(encoding="utf-8"))


@cache
def _patterns() -> tuple[tuple[AnswerType, re.Pattern[str]], ...]:
    """Patterns over folded text, the more particular kinds first."""
    return tuple(
        (AnswerType(kind), re.compile(rf"(?:(?<!\w)|(?=[,;:]))(?:{pattern})(?:(?<=')|(?!\w))"))
        for kind, languages in table()["asks"].items()
        for patterns in languages.values()
        for pattern in patterns
    )
