"""Whether a text is about a topic: it names the topic's terms of the field, and holds its other words."""

from __future__ import annotations

from dataclasses import dataclass

from indexer import text
from indexer.documents import LANGUAGES, Language
from indexer.glossary import Term, find_terms
from indexer.lexical_query import lexical_query, passage_tokens, stem_tokens
from service.query import Query


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: its terms, in any wording of either language, and by language the tokens of each of its other words."""

    terms: frozenset[Term]
    words: dict[Language, tuple[frozenset[str], ...]]

    @classmethod
    def of(cls, query: Query) -> Topic:
        """The topic that a query names."""
        matches = [match for match in query.terms if match.term.topic]
        rest = list(query.text)
        for match in matches:
            rest[match.start : match.end] = " " * (match.end - match.start)
        skipped = text.stop_words().question | text.stop_words().either
        words = [word for word in text.words("".join(rest)) if word not in skipped]
        asked = lexical_query(" ".join(words), query.asked_in)
        tokens = {
            language: tuple(frozenset(token for token, _ in sought.tokens) for sought in asked.words[language])
            for language in LANGUAGES
        }
        return cls(frozenset(match.term for match in matches), tokens)

    def is_in(self, written: str, language: Language) -> bool:
        """Whether a text in `language` is about the topic."""
        words = self.words[language]
        if not self.terms and not words:
            return False
        tokens = set(passage_tokens(written, language))
        named = {match.term for match in find_terms(written)}
        return all(word & tokens for word in words) and all(
            term in named or _holds(tokens, term, language) for term in self.terms
        )


def _holds(tokens: set[str], term: Term, language: Language) -> bool:
    """Whether a wording of one word is there, be it within a longer term: "vaccination" in "proof of vaccination"."""
    stems = [stem_tokens(form, language) for form in term.forms(language)]
    return any(len(form) == 1 and form[0] in tokens for form in stems)
