"""Whether quotes bear a statement out: how many of its content words they share, across the two languages too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cached_property

from indexer import text
from indexer.documents import Language
from indexer.glossary import Term, find_terms
from indexer.lexical_query import Sought, lexical_query, passage_tokens

# How well a translation has to do, of 1 for the word's best. Over the corpus, whose documents stand in both languages,
# it makes next to no difference to what sentences that say different things share.
_GOOD_TRANSLATION = 0.1
_WORD = re.compile(r"[^\s,;:!?()\[\]«»“”\"]+")


@dataclass(frozen=True, slots=True)
class Shared:
    """How many of a statement's `total` content words the quotes hold."""

    found: int
    total: int

    @property
    def share(self) -> float:
        """The share found, from 0 to 1; 1 for a statement without content words."""
        return self.found / self.total if self.total else 1.0


class Quotes:
    """Quotes, each with its language, that a statement may be held against."""

    def __init__(self, quotes: Iterable[tuple[str, Language]]) -> None:
        self._quotes = tuple(quotes)

    def shared(self, statement: str, language: Language, passed_over: Set[str] = frozenset()) -> Shared:
        """The content words of a statement in `language` that the quotes hold, as they stand or translated.

        A term of the glossary counts as one word and is found in any of its wordings. Folded words of `passed_over`
        do not count.
        """
        found = total = 0
        rest = list(statement)
        for match in find_terms(statement):
            if match.term in self._terms:
                rest[match.start : match.end] = " " * (match.end - match.start)
                found, total = found + 1, total + 1
        for word in _WORD.findall("".join(rest)):
            parts = [part for part in text.words(word) if len(part) > 1 and part not in passed_over]
            sought = [item for part in parts for item in self._sought(part, language)]
            if sought:
                total += 1
                # A compound is given by its parts and joined, of which a text may hold the ones or the other.
                found += 2 * sum(sought) >= len(sought)
        return Shared(found, total)

    @cached_property
    def _terms(self) -> frozenset[Term]:
        return frozenset(match.term for quote, _ in self._quotes for match in find_terms(quote))

    @cached_property
    def _tokens(self) -> dict[Language, frozenset[str]]:
        held: dict[Language, set[str]] = {}
        for quote, language in self._quotes:
            held.setdefault(language, set()).update(passage_tokens(quote, language))
        return {language: frozenset(tokens) for language, tokens in held.items()}

    def _sought(self, word: str, language: Language) -> list[bool]:
        """Whether the quotes hold a word; empty for a word that says nothing."""
        asked = lexical_query(word, language)
        return [
            any(self._holds(asked.words[spoken][place], tokens) for spoken, tokens in self._tokens.items())
            for place in range(len(asked.asked))
        ]

    @staticmethod
    def _holds(sought: Sought, tokens: frozenset[str]) -> bool:
        return any(weight >= _GOOD_TRANSLATION and token in tokens for token, weight in sought.tokens)


def says_again(statement: str, quote: str) -> bool:
    """Whether the statement stands in the quote word for word, white space aside."""
    return statement in quote or " ".join(statement.split()) in " ".join(quote.split())
