"""The field's terms, French and English side by side, and where a question names them.

The table is `data/glossary.toml`. A form of several words is found by the stems of all its words, stop words
included; a form of one word up to its plural only, since a stem alone would take "adopted" for "adoption".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter

from indexer import glossary_table
from indexer.documents import LANGUAGES
from indexer.glossary_matching import known_words, named
from indexer.glossary_table import Term
from indexer.glossary_words import APOSTROPHE, HYPHEN, JOINED, STOP, Word, compared, joints, parted

__all__ = ["Match", "Term", "find_terms", "named_terms", "places_of", "terms"]

_KEPT = 32_768  # words of which it is kept what they may begin
_START = itemgetter(1)

_TermPlace = tuple[Term, int, int]  # a term, and where what names it starts and ends


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
    return tuple([Match(*place) for place in sorted(_places(text), key=_START)])


def named_terms(text: str) -> set[Term]:
    """The terms of `find_terms`, wherever they stand."""
    return {term for term, _, _ in _places(text)}


def _places(text: str) -> Sequence[_TermPlace]:
    """The matches of `find_terms`, in any order."""
    parts = parted(text)
    known = [*map(known_words.__getitem__, parts[1::2])]
    found = named(known, joints(parts))
    if not found:
        return ()
    ends = [*accumulate(map(len, parts))]
    return _apart([(term, ends[2 * first], ends[2 * last + 1]) for term, first, last in found])


def places_of(term: Term, words: Sequence[Word]) -> Iterator[Match]:
    """Of what `find_terms` gives for a text, given as its words, the places that name one term.

    No form goes beyond words that a stop parts, so that only those are read that stand with one that may begin a form.
    """
    meanings = {word.text: known for word in words if (known := known_words[word.text].meanings)}
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
    return (match for run in runs for match in _matches(run) if match.term == term)


def _matches(words: Sequence[Word]) -> tuple[Match, ...]:
    """The terms that words of a text name: see `find_terms`."""
    known = [known_words[word.text] for word in words]
    found = named(known, bytes(map(_joint, words)))
    apart = _apart([(term, words[first].start, words[last].end) for term, first, last in found])
    return tuple([Match(*place) for place in sorted(apart, key=_START)])


def _joint(word: Word) -> int:
    if word.hyphenated:
        return HYPHEN
    if word.possessive:
        return APOSTROPHE
    return JOINED if word.joined else STOP


def _apart(found: Sequence[_TermPlace]) -> Sequence[_TermPlace]:
    """The places of terms without those that overlap a longer one, the longest first."""
    if len(found) < 2:
        return found
    taken = 0  # a bit for each character
    kept = []
    for place in sorted(found, key=_longest_first):
        _, start, end = place
        characters = (1 << end) - (1 << start)
        if not taken & characters:
            taken |= characters
            kept.append(place)
    return kept


def _longest_first(place: _TermPlace) -> tuple[int, int]:
    _, start, end = place
    return start - end, start


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
