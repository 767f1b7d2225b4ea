"""The table `data/glossary.toml` as loaded: the terms, and their forms by what they begin with in each language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from indexer.documents import LANGUAGES, Language
from indexer.errors import SettingError
from indexer.glossary_words import ARTICLES, CONTRACTIONS, WORD, read_steps, read_words, without_plural
from indexer.text import fold, stemmer, stop_words

_TABLE = "indexer/data/glossary.toml"
_LISTS = ("en", "fr", "abbreviations", "context")
_KEYS = (*_LISTS, "topic")
_ABBREVIATION = re.compile(r"[^\W\d_a-z]\w+")
_FORM = re.compile(r"[^\W_]+(?:[ '/-]{1,3}[^\W_]+)*")  # once folded


@dataclass(frozen=True, slots=True)
class Term:
    """A concept of the field: the forms of each language, the preferred one first.

    `topic` is False where it tells how far a thing is or who does it, rather than what it is about.
    """

    en: tuple[str, ...]
    fr: tuple[str, ...]
    abbreviations: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    topic: bool = True

    def forms(self, language: Language) -> tuple[str, ...]:
        """The forms of one language, the preferred one first."""
        return self.en if language == "en" else self.fr

    def __hash__(self) -> int:
        return hash(self.en)  # of all the lists it would take long, and no two terms share a form


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of one language: those of one word by their singular, the others by their first stem."""

    single: dict[str, Term]
    several: dict[str, list[tuple[tuple[str, ...], Term]]]


@dataclass(frozen=True, slots=True)
class Glossary:
    """The table as loaded: its terms, and by what a text is searched for them."""

    terms: tuple[Term, ...]
    forms: Mapping[Language, Forms]
    abbreviations: Mapping[str, tuple[Term, ...]]
    contexts: Mapping[str, frozenset[str]]
    spellings: Mapping[str, str]


@cache
def glossary() -> Glossary:
    """The table, read once; SettingError where it is at fault."""
    return load(tomllib.loads(files("indexer").joinpath("data/glossary.toml").read_text(encoding="utf-8")))


def load(data: Mapping[str, Any]) -> Glossary:
    """Build the glossary, refusing entries that are incomplete and forms that two entries claim."""
    unknown = sorted(set(data) - {"term", "spelling"})
    if unknown:
        raise SettingError(f"{_TABLE}: nothing reads {', '.join(unknown)}; mend the name")
    spellings = data.get("spelling", {})
    loaded = tuple(_term(number, row) for number, row in enumerate(data.get("term", ()), start=1))
    owners: dict[str, int] = {}
    forms = {language: _index(loaded, language, spellings, owners) for language in LANGUAGES}
    abbreviations: dict[str, tuple[Term, ...]] = {}
    contexts: dict[str, frozenset[str]] = {}
    for number, term in enumerate(loaded, start=1):
        for short in term.abbreviations:
            abbreviations[short] = (*abbreviations.get(short, ()), term)
            if len(abbreviations[short]) > 1 and not all(meaning.context for meaning in abbreviations[short]):
                raise _error(number, term.en, f"{short} has another meaning elsewhere; give both entries a context")
        if term.context:
            contexts[term.en[0]] = _company(term.context, spellings)
    return Glossary(loaded, forms, abbreviations, contexts, spellings)


def _error(number: int, forms: object, message: str) -> SettingError:
    """An error that names the entry: its number, and its first English form where it has one."""
    named = f" ({forms[0]!r})" if isinstance(forms, list | tuple) and forms else ""
    return SettingError(f"{_TABLE}: entry {number}{named}: {message}")


def _term(number: int, row: Mapping[str, Any]) -> Term:
    """One entry of the table as a value."""
    unknown = ", ".join(sorted(row.keys() - _KEYS))
    if unknown:
        raise _error(number, row.get("en"), f"nothing reads {unknown}; the keys are {', '.join(_KEYS)}")
    lists: dict[str, tuple[str, ...]] = {}
    for key in _LISTS:
        value = row.get(key)
        if value is None and key not in LANGUAGES:
            lists[key] = ()
            continue
        if not isinstance(value, list) or not value:
            raise _error(number, row.get("en"), f"{key} is missing or empty; give a list with at least one text")
        for text in value:
            if not isinstance(text, str) or not text or text.split() != text.split(" "):
                raise _error(number, row["en"], f"{key} holds {text!r}; give texts with single spaces inside")
        lists[key] = tuple(value)
    for short in lists["abbreviations"]:
        if _ABBREVIATION.fullmatch(short) is None or short != short.upper():
            raise _error(number, lists["en"], f"{short!r} is not one word in upper case; make it a form")
    if lists["context"] and not lists["abbreviations"]:
        raise _error(number, lists["en"], "context is for abbreviations, and there are none; drop it")
    for text in lists["context"]:
        if WORD.fullmatch(text) is None:
            raise _error(number, lists["en"], f"context {text!r} is not one word; give single words")
    topic = row.get("topic", True)
    if not isinstance(topic, bool):
        raise _error(number, lists["en"], f"topic is {topic!r}; give true or false")
    return Term(**lists, topic=topic)


def _index(loaded: tuple[Term, ...], language: Language, spellings: Mapping[str, str], owners: dict[str, int]) -> Forms:
    """The forms of a language by what they begin with; `owners` tells the entry of each form of both languages.

    All forms are folded and stemmed at once: one by one, as `read_steps` reads a question, would take ten times as
    long.
    """
    stop = stop_words()
    written = [(number, form) for number, term in enumerate(loaded, start=1) for form in term.forms(language)]
    folded = fold("\n".join(form for _, form in written))
    bare = folded.replace("'s ", " ") if language == "en" else folded
    bare = bare.replace("'", " ").replace("/", " ")
    readings = zip(bare.replace("-", " ").split("\n"), bare.replace("-", "").split("\n"), strict=True)
    mine: set[str] = set()
    rows: list[tuple[int, list[str]]] = []
    for (number, form), line, (opened, closed) in zip(written, folded.split("\n"), readings, strict=True):
        owner = owners.setdefault(line, number)
        if owner != number or line in mine:
            where = "twice" if owner == number else f"in entry {owner} ({loaded[owner - 1].en[0]!r}) too"
            raise _error(number, loaded[number - 1].en, f"{form!r} stands {where}; keep one")
        if _FORM.fullmatch(line) is None:
            message = f"{form!r} holds a sign that no question is read with; leave it out"
            raise _error(number, loaded[number - 1].en, message)
        if line in stop.english or line in stop.french:
            message = f"{form!r} is a stop word; give it a second word or leave it out"
            raise _error(number, loaded[number - 1].en, message)
        mine.add(line)
        rows.append((number, opened.split()))
        if "-" in line:
            rows.append((number, closed.split()))
    articles, contractions = ARTICLES[language], CONTRACTIONS[language]
    vocabulary = list({word for _, row in rows for word in row})
    singulars = [without_plural(contractions.get(word, word), language) for word in vocabulary]
    if language == "en":
        singulars = [spellings.get(singular, singular) for singular in singulars]
    singular_of = dict(zip(vocabulary, singulars, strict=True))
    stem_of = dict(zip(vocabulary, map(str, stemmer(language).stemWords(singulars)), strict=True))
    forms = Forms({}, {})
    claimed: dict[tuple[str, ...], int] = {}
    for number, row in rows:
        kept = [word for word in row if word not in articles]
        single = len(kept) == 1
        key = (singular_of[kept[0]],) if single else tuple([stem_of[word] for word in kept])
        owner = claimed.setdefault(key, number)
        if owner != number:
            other = f"entry {owner} ({loaded[owner - 1].en[0]!r})"
            raise _error(number, loaded[number - 1].en, f"{' '.join(row)!r} is read as a form of {other}; keep one")
        if single:
            forms.single[key[0]] = loaded[number - 1]
        else:
            forms.several.setdefault(key[0], []).append((key, loaded[number - 1]))
    return forms


def _company(context: tuple[str, ...], spellings: Mapping[str, str]) -> frozenset[str]:
    """The words of a context as they stand and as each language stems them."""
    found = read_words(" ".join(context))
    steps = [step for language in LANGUAGES for row in read_steps(found, language, spellings) for step in row]
    return frozenset(step.stem for step in steps).union(word.folded for word in found)
