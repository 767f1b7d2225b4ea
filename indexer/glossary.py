"""The field's terms, French and English side by side, and where a question names them.

The table is `data/glossary.toml`. A form of several words is found by the stems of all its words, stop words
included; a form of one word up to its plural only, since a stem alone would take "adopted" for "adoption".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from indexer import glossary_table
from indexer.documents import LANGUAGES
from indexer.glossary_table import Forms, Glossary, Term
from indexer.glossary_words import Step, Word, compared, read_steps, read_words

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
    read: set[str] = set()
    for language in LANGUAGES:
        steps = read_steps(found, language, glossary.spellings)
        candidates.extend(_named(steps, glossary.forms[language]))
        read.update(step.stem for row in steps for step in row)
    candidates.extend(_abbreviated(found, read.union(word.folded for word in found), glossary))
    taken = bytearray(found[-1].end if found else 0)
    kept = []
    for match in sorted(candidates, key=lambda m: (m.start - m.end, m.start)):
        if not any(taken[match.start : match.end]):
            taken[match.start : match.end] = b"\1" * (match.end - match.start)
            kept.append(match)
    return tuple(sorted(kept, key=lambda m: m.start))


def _named(steps: list[list[Step]], forms: Forms) -> Iterator[Match]:
    """Every form that begins at any word."""
    for row in steps:
        for first in row:
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


def _following(steps: list[list[Step]], step: Step) -> set[str]:
    """The stems that may stand next to a step in a form."""
    return {then.stem for then in steps[step.following] if then.joined} if step.following < len(steps) else set()


def _last(steps: list[list[Step]], step: Step, stems: tuple[str, ...]) -> Step | None:
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
    return glossary.abbreviations.get(word.text) or (
        glossary.abbreviations.get(word.text[:-1], ()) if word.text.endswith("s") else ()
    )


def _abbreviated(found: Sequence[Word], read: set[str], glossary: Glossary) -> Iterator[Match]:
    """Abbreviations in upper case, "APIs" too; one with several meanings only in company that tells which."""
    for word in found:
        best, most = None, 0
        for term in _meanings(word, glossary):
            company = len(read & glossary.contexts[term.en[0]]) if term.context else 1
            if company > most:
                best, most = term, company
        if best is not None:
            yield Match(best, word.start, word.end)
