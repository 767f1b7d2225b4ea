"""The language that a question is asked in: told by its own words alone, whatever language its answer is to be in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from indexer import language as languages
from indexer import text
from indexer.bilingual_lexicon import bilingual_lexicon
from indexer.documents import LANGUAGES, Language
from indexer.glossary import Match
from indexer.glossary import terms as known_terms


def language_of(question: str, terms: Sequence[Match]) -> Language:
    """The language of a question that names `terms` of the glossary.

    A few bare words ("web presence", "page Web") may look like either language: then the language counts in which the
    field writes its terms so, then the one in which more is known of the words; English where that tells nothing.
    """
    found = {languages.detect(question, default=language) for language in LANGUAGES}
    if len(found) == 1:
        return found.pop()
    leaning = sum(_written(question[match.start : match.end]) for match in terms) or sum(
        _known(word) for word in text.without_stop_words(text.words(question))
    )
    return "fr" if leaning > 0 else "en"


def _written(term: str) -> int:
    """Above 0 where only French writes a term so, below where only English does."""
    return (text.fold(term) in _forms("fr")) - (text.fold(term) in _forms("en"))


@lru_cache(maxsize=2)
def _forms(language: Language) -> frozenset[str]:
    return frozenset(text.fold(form) for term in known_terms() for form in term.forms(language))


def _known(word: str) -> int:
    """Above 0 for a word that has a surer translation out of French than out of English, below for the contrary."""
    return _sureness(word, "fr") - _sureness(word, "en")


def _sureness(word: str, language: Language) -> int:
    """The strength of a word's best translation out of a language, in hundredths; 0 for one that is not known."""
    known = bilingual_lexicon().out_of[language]
    best = [max((strength for strength, _ in known.get(stem, ())), default=0) for stem in text.stems(word, language)]
    return min(best, default=0)
