"""The field's terms, French and English side by side, and where a question names them.

The table is `data/glossary.toml`. A form of several words is found by the stems of all its words, stop words
included; a form of one word up to its plural only, since a stem alone would take "adopted" for "adoption".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from indexer.documents import LANGUAGES, Language
from indexer.errors import SettingError
from indexer.text import fold, stemmer, stop_words

_TABLE = "indexer/data/glossary.toml"
_LISTS = ("en", "fr", "abbreviations", "context")
_KEYS = (*_LISTS, "topic")

# Accents may follow their letter, and a PDF leaves soft hyphens and spaces of no width inside words.
_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f\u00ad\u200b-\u200d\u2060]*)+")
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200d\u2060]")
_NO_GAP = re.compile(r"[\s'’ʼ/\-‐‑–]{0,4}")
_HYPHENS = frozenset("-‐‑")
_APOSTROPHES = frozenset("'’ʼ")
_ABBREVIATION = re.compile(r"[^\W\d_a-z]\w+")
_SHORTEST_INFLECTED = 4
_IZE = re.compile(r"(?<=\w\w\w)iz(?=e|ing|ation)")
# A folded form.
_FORM = re.compile(r"[^\W_]+(?:[ '/-]{1,3}[^\W_]+)*")

# Articles come and go inside a term ("registre des naissances", "registre de naissance"): they are not compared.
_ARTICLES: dict[Language, frozenset[str]] = {
    "en": frozenset({"the", "a", "an"}),
    "fr": frozenset({"le", "la", "les", "l"}),
}
_CONTRACTIONS: dict[Language, dict[str, str]] = {
    "en": {},
    "fr": {"du": "de", "des": "de", "d": "de", "au": "a", "aux": "a"},
}


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


@dataclass(frozen=True, slots=True)
class Match:
    """A place that names a term: `text[start:end]` is one of its forms, inflected or not."""

    term: Term
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as it stands in a text, and how it follows the last: without a stop, by a hyphen, as a possessive."""

    text: str
    folded: str
    start: int
    end: int
    joined: bool
    hyphenated: bool
    possessive: bool


@dataclass(frozen=True, slots=True)
class _Step:
    """One word, or two joined by a hyphen, as a language reads it; `following` is the index of the next."""

    stem: str
    singular: str
    start: int
    end: int
    joined: bool
    following: int


@dataclass(frozen=True, slots=True)
class _Forms:
    """The forms of one language: those of one word by their singular, the others by their first stem."""

    single: dict[str, Term]
    several: dict[str, list[tuple[tuple[str, ...], Term]]]


@dataclass(frozen=True, slots=True)
class _Glossary:
    terms: tuple[Term, ...]
    forms: Mapping[Language, _Forms]
    abbreviations: Mapping[str, tuple[Term, ...]]
    contexts: Mapping[str, frozenset[str]]
    spellings: Mapping[str, str]


def terms() -> tuple[Term, ...]:
    """Every term, in the table's order."""
    return _glossary().terms


def find_terms(text: str) -> tuple[Match, ...]:
    """The terms that a question names, in either language: in order, without overlap, the longest first served."""
    glossary = _glossary()
    found = _words(text)
    candidates: list[Match] = []
    read: set[str] = set()
    for language in LANGUAGES:
        steps = _steps(found, language, glossary.spellings)
        candidates.extend(_named(steps, glossary.forms[language]))
        read.update(step.stem for row in steps for step in row)
    candidates.extend(_abbreviated(found, read.union(word.folded for word in found), glossary))
    taken = bytearray(len(text))
    kept = []
    for match in sorted(candidates, key=lambda m: (m.start - m.end, m.start)):
        if not any(taken[match.start : match.end]):
            taken[match.start : match.end] = b"\1" * (match.end - match.start)
            kept.append(match)
    return tuple(sorted(kept, key=lambda m: m.start))


def _named(steps: list[list[_Step]], forms: _Forms) -> Iterator[Match]:
    """Every form that begins at any word."""
    for row in steps:
        for first in row:
            term = forms.single.get(first.singular)
            if term is not None:
                yield Match(term, first.start, first.end)
            for stems, term in forms.several.get(first.stem, ()):
                last = _last(steps, first, stems[1:])
                if last is not None:
                    yield Match(term, first.start, last.end)


def _last(steps: list[list[_Step]], step: _Step, stems: tuple[str, ...]) -> _Step | None:
    """The step that ends a form whose remaining stems follow one step, None where they do not follow."""
    if not stems:
        return step
    if step.following == len(steps):
        return None
    for then in steps[step.following]:
        last = _last(steps, then, stems[1:]) if then.joined and then.stem == stems[0] else None
        if last is not None:
            return last
    return None


def _abbreviated(found: list[_Word], read: set[str], glossary: _Glossary) -> Iterator[Match]:
    """Abbreviations in upper case, "APIs" too; one with several meanings only in company that tells which."""
    for word in found:
        meanings = glossary.abbreviations.get(word.text) or (
            glossary.abbreviations.get(word.text[:-1], ()) if word.text.endswith("s") else ()
        )
        best, most = None, 0
        for term in meanings:
            company = len(read & glossary.contexts[term.en[0]]) if term.context else 1
            if company > most:
                best, most = term, company
        if best is not None:
            yield Match(best, word.start, word.end)


def _words(text: str) -> list[_Word]:
    """The words of a text with their places, apostrophes and hyphens parting them."""
    found: list[_Word] = []
    last = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        written = match.group()
        gap = text[last:start]
        if not written.isascii():
            written = _UNSEEN.sub("", written)
        folded = fold(written)
        found.append(
            _Word(
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


def _steps(found: list[_Word], language: Language, spellings: Mapping[str, str]) -> list[list[_Step]]:
    """The words as one language compares them, without articles; at each place the word, and its compound."""
    articles, contractions = _ARTICLES[language], _CONTRACTIONS[language]
    kept: list[tuple[str, _Word, bool]] = []  # the word to compare, where it stands, whether it follows the last
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
    singulars = [_singular(folded, language) for folded, _, _ in kept]
    singulars += [_singular(folded, language) for _, folded in compounds]
    if language == "en":
        singulars = [spellings.get(singular, singular) for singular in singulars]
    stems = [str(stem) for stem in stemmer(language).stemWords(singulars)]
    steps = [
        [_Step(stems[number], singulars[number], word.start, word.end, follows, number + 1)]
        for number, (_, word, follows) in enumerate(kept)
    ]
    for place, (number, _) in enumerate(compounds, start=len(kept)):
        _, first, follows = kept[number]
        end = kept[number + 1][1].end
        steps[number].append(_Step(stems[place], singulars[place], first.start, end, follows, number + 2))
    return steps


def _singular(word: str, language: Language) -> str:
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


@cache
def _glossary() -> _Glossary:
    return _load(tomllib.loads(files("indexer").joinpath("data/glossary.toml").read_text(encoding="utf-8")))


def _load(data: Mapping[str, Any]) -> _Glossary:
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
    return _Glossary(loaded, forms, abbreviations, contexts, spellings)


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
        if _WORD.fullmatch(text) is None:
            raise _error(number, lists["en"], f"context {text!r} is not one word; give single words")
    topic = row.get("topic", True)
    if not isinstance(topic, bool):
        raise _error(number, lists["en"], f"topic is {topic!r}; give true or false")
    return Term(**lists, topic=topic)


def _index(
    loaded: tuple[Term, ...], language: Language, spellings: Mapping[str, str], owners: dict[str, int]
) -> _Forms:
    """The forms of a language by what they begin with; `owners` tells the entry of each form of both languages.

    All forms are folded and stemmed at once: one by one, as `_steps` reads a question, would take ten times as long.
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
    articles, contractions = _ARTICLES[language], _CONTRACTIONS[language]
    vocabulary = list({word for _, row in rows for word in row})
    singulars = [_singular(contractions.get(word, word), language) for word in vocabulary]
    if language == "en":
        singulars = [spellings.get(singular, singular) for singular in singulars]
    singular_of = dict(zip(vocabulary, singulars, strict=True))
    stem_of = dict(zip(vocabulary, map(str, stemmer(language).stemWords(singulars)), strict=True))
    forms = _Forms({}, {})
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
    found = _words(" ".join(context))
    steps = [step for language in LANGUAGES for row in _steps(found, language, spellings) for step in row]
    return frozenset(step.stem for step in steps).union(word.folded for word in found)
