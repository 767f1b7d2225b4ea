"""The field's terms, French and English side by side, and where a question names them.

The table is `data/glossary.toml`. A form of several words is found by the stems of all its words, stop words
included; a form of one word up to its plural only, since a stem alone would take "adopted" for "adoption".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from indexer import glossary_table
from indexer.documents import LANGUAGES
from indexer.glossary_table import Forms, Glossary, Term
from indexer.glossary_words import Step, Word, read_steps, read_words

__all__ = ["Match", "Term", "find_terms", "terms"]


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
    glossary = glossary_table.glossary()
    found = read_words(text)
    candidates: list[Match] = []
    read: set[str] = set()
    for language in LANGUAGES:
        steps = read_steps(found, language, glossary.spellings)
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


def _named(steps: list[list[Step]], forms: Forms) -> Iterator[Match]:
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


def _abbreviated(found: list[Word], read: set[str], glossary: Glossary) -> Iterator[Match]:
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
