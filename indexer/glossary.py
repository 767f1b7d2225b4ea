"""The field's terms, French and English side by side, and where a question names them.

The table is `data/glossary.toml`. A form of several words is found by the stems of all its words, stop words
included; a form of one word up to its plural only, since a stem alone would take "adopted" for "adoption".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from indexer import glossary_table
from indexer.documents import LANGUAGES, Language
from indexer.glossary_table import Glossary, Term
from indexer.glossary_words import ARTICLES, Step, Word, compared, compared_whole, read_steps, read_words

__all__ = ["Match", "Term", "find_terms", "places_of", "terms"]

_KEPT = 32_768  # words of which it is kept what they may begin


@dataclass(frozen=True, slots=True)
class Match:
    """A place that names a term: `text[start:end]` is one of its forms, inflected or not."""

    term: Term
    start: int
    end: int


def terms() -> tuple[Term, ...]:
    """Every term, in the table's order."""
    return glossary_table.glossary().terms


def find_terms(text: str) -> tuple[Match, ...]:
    """The terms that a question names, in either language: in order, without overlap, the longest first served."""
    return _places(read_words(text))


def places_of(term: Term, words: Sequence[Word]) -> Iterator[Match]:
    """Of what `find_terms` gives for a text, given as its words, the places that name one term.

    No form goes beyond words that a stop parts, so that only those are read that stand with one that may begin a form.
    """
    glossary = glossary_table.glossary()
    meanings = {word.text: known for word in words if (known := _meanings(word, glossary))}
    if any(meaning.context for of_word in meanings.values() for meaning in of_word):
        runs: Iterable[Sequence[Word]] = (words,)  # which one is meant is told by all of the text
    else:
        runs = (
            run
            for run in _runs(words)
            if any(
                word.hyphenated or term in _begun(word.folded) or term in meanings.get(word.text, ()) for word in run
            )
        )
    return (match for run in runs for match in _places(run) if match.term == term)


def _runs(words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """The words that no stop parts."""
    first = 0
    for number, word in enumerate(words):
        if number and not word.joined:
            yield words[first:number]
            first = number
    yield words[first:]


@lru_cache(maxsize=_KEPT)
def _begun(folded: str) -> frozenset[Term]:
    """The terms of which a form may begin with a word that no hyphen joins to the next."""
    glossary = glossary_table.glossary()
    found: set[Term] = set()
    for language in LANGUAGES:
        forms = glossary.forms[language]
        stem, singular = compared(folded, language, glossary.spellings)
        if (term := forms.single.get(singular)) is not None:
            found.add(term)
        found.update(term for _, term in forms.several.get(stem, ()))
    return frozenset(found)


def _places(found: Sequence[Word]) -> tuple[Match, ...]:
    """The terms that words of a text name: see `find_terms`."""
    glossary = glossary_table.glossary()
    candidates: list[Match] = []
    for language in LANGUAGES:
        candidates.extend(_named(found, language, glossary))
    candidates.extend(_abbreviated(found, glossary))
    if len(candidates) < 2:
        return tuple(candidates)
    taken = bytearray(found[-1].end)
    kept = []
    for match in sorted(candidates, key=lambda m: (m.start - m.end, m.start)):
        if not any(taken[match.start : match.end]):
            taken[match.start : match.end] = b"\1" * (match.end - match.start)
            kept.append(match)
    return tuple(sorted(kept, key=lambda m: m.start))


class _Begin(NamedTuple):
    """What a word may begin: `alone` a form by itself, with the stems of `then` next to it one of several words.

    An `article` is not compared.
    """

    article: bool
    stem: str
    singular: str
    alone: bool
    then: frozenset[str]


@lru_cache(maxsize=2 * _KEPT)
def _begin(folded: str, language: Language) -> _Begin:
    if folded in ARTICLES[language]:
        return _Begin(True, "", "", False, frozenset())
    glossary = glossary_table.glossary()
    forms = glossary.forms[language]
    stem, singular = compared(folded, language, glossary.spellings)
    several = [stems for stems, _ in forms.several.get(stem, ())]
    alone = singular in forms.single or any(len(stems) == 1 for stems in several)
    return _Begin(False, stem, singular, alone, frozenset(stems[1] for stems in several if len(stems) > 1))


class _Steps:
    """As `read_steps` gives them for some words, each row made when it is looked at: few words begin anything."""

    def __init__(self, found: Sequence[Word], language: Language, spellings: Mapping[str, str]) -> None:
        self._language: Language = language
        self._spellings = spellings
        self._rows: dict[int, list[Step]] = {}
        self._kept: list[tuple[Word, bool, _Begin]] = []
        beginning: set[int] = set()
        english, joined, number = language == "en", True, 0
        then: frozenset[str] = frozenset()  # what the last word would begin a form with
        for word in found:
            joined = joined and word.joined
            begin = _begin(word.folded, language)
            if begin.article or (english and word.possessive):
                continue
            if begin.alone:
                beginning.add(number)
            if joined and number:
                if begin.stem in then:
                    beginning.add(number - 1)
                if word.hyphenated:  # the two may be one word, that begins a form or goes on with one
                    beginning.update((number - 1, max(number - 2, 0)))
            self._kept.append((word, joined, begin))
            joined, then = True, begin.then
            number += 1
        self.beginning = sorted(beginning)  # words at which a form may begin

    def __len__(self) -> int:
        return len(self._kept)

    def __getitem__(self, number: int) -> list[Step]:
        row = self._rows.get(number)
        if row is None:
            word, joined, begin = self._kept[number]
            row = self._rows[number] = [Step(begin.stem, begin.singular, word.start, word.end, joined, number + 1)]
            if number + 1 < len(self._kept):
                after, follows, _ = self._kept[number + 1]
                if after.hyphenated and follows:
                    stem, singular = compared_whole(word.folded + after.folded, self._language, self._spellings)
                    row.append(Step(stem, singular, word.start, after.end, joined, number + 2))
        return row


def _named(found: Sequence[Word], language: Language, glossary: Glossary) -> Iterator[Match]:
    """Every form of a language that begins at any word."""
    steps = _Steps(found, language, glossary.spellings)
    forms = glossary.forms[language]
    for number in steps.beginning:
        for first in steps[number]:
            term = forms.single.get(first.singular)
            if term is not None:
                yield Match(term, first.start, first.end)
            several = forms.several.get(first.stem)
            if several is None:
                continue
            follow = _following(steps, first)
            for stems, term in several:
                if len(stems) > 1 and stems[1] not in follow:  # dozens of forms begin with some words
                    continue
                last = _last(steps, first, stems[1:])
                if last is not None:
                    yield Match(term, first.start, last.end)


def _following(steps: _Steps, step: Step) -> set[str]:
    """The stems that may stand next to a step in a form."""
    return {then.stem for then in steps[step.following] if then.joined} if step.following < len(steps) else set()


def _last(steps: _Steps, step: Step, stems: tuple[str, ...]) -> Step | None:
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


def _meanings(word: Word, glossary: Glossary) -> Sequence[Term]:
    """The terms that an abbreviation stands for, in the plural too."""
    if word.text.islower():  # as most words are
        return ()
    return glossary.abbreviations.get(word.text) or (
        glossary.abbreviations.get(word.text[:-1], ()) if word.text.endswith("s") else ()
    )


def _abbreviated(found: Sequence[Word], glossary: Glossary) -> Iterator[Match]:
    """Abbreviations in upper case, "APIs" too; one with several meanings only in company that tells which."""
    read: frozenset[str] | None = None
    for word in found:
        best, most = None, 0
        for term in _meanings(word, glossary):
            if term.context and read is None:
                read = _read(found, glossary)
            company = len(read & glossary.contexts[term.en[0]]) if term.context and read is not None else 1
            if company > most:
                best, most = term, company
        if best is not None:
            yield Match(best, word.start, word.end)


def _read(found: Sequence[Word], glossary: Glossary) -> frozenset[str]:
    """The words of a text, folded, and their stems in either language."""
    steps = (read_steps(found, language, glossary.spellings) for language in LANGUAGES)
    return frozenset(word.folded for word in found).union(step.stem for of in steps for row in of for step in row)
