"""Which words of a passage a query matches: by the analyser that found it, so inflections and translations too."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer import sentences
from indexer.documents import LANGUAGES, Language
from indexer.lexical_query import LexicalQuery, lexical_query, passage_token_set, stem_tokens
from service.query import Query

Span = tuple[int, int]

_RUN = re.compile(r"[^\W_]+(?:[’'./\-‐‑][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_HYPHEN = re.compile(r"[\-‐‑]")
_LEAST = 0.4  # how well a translation has to stand for a word of the query to be shown as it


@dataclass(frozen=True, slots=True)
class MatchedWords:
    """The words of one query, as passages of each language may hold them."""

    tokens: dict[Language, frozenset[str]]
    wordings: dict[Language, tuple[frozenset[str], ...]]

    @classmethod
    def of(cls, query: Query) -> MatchedWords:
        """The words that `query` is looked for by."""
        asked = lexical_query(query.text, query.asked_in, [match.term for match in query.terms])
        return cls({spoken: _tokens(asked, spoken) for spoken in LANGUAGES}, dict(_wordings(asked)))

    def spans(self, written: str, language: Language) -> list[Span]:
        """Where the words stand in a passage's text, in order; a term's other wording only where it is whole."""
        held = passage_token_set(written, language)
        sought = self.tokens[language].union(*[words for words in self.wordings[language] if words <= held])
        if sought.isdisjoint(held):
            return []
        found: list[Span] = []
        for run in _RUN.finditer(written):
            if sought.isdisjoint(passage_token_set(run.group(), language)):
                continue
            parts = list(_PART.finditer(run.group()))
            tokens = [passage_token_set(part.group(), language) for part in parts]
            matched = [part.span() for part, of in zip(parts, tokens, strict=True) if not sought.isdisjoint(of)]
            if not matched or (_HYPHEN.search(run.group()) and all(of & sought or not of for of in tokens)):
                matched = [(0, len(run.group()))]  # a compound: joined, or with stop words, as rendez-vous
            found += [(run.start() + start, run.start() + end) for start, end in matched]
        return found

    def best_sentence(self, written: str, language: Language) -> Span:
        """The sentence in which most of the words stand; the whole text where it holds none of them."""
        spans = self.spans(written, language)
        if not spans:
            return 0, len(written)

        def held(sentence: Span) -> int:
            start, end = sentence
            return len({stem_tokens(written[a:b], language) for a, b in spans if start <= a and b <= end})

        return max(sentences.split(written), key=held)


def _tokens(asked: LexicalQuery, language: Language) -> frozenset[str]:
    return frozenset(token for sought in asked.words[language] for token, weight in sought.tokens if weight >= _LEAST)


def _wordings(asked: LexicalQuery) -> list[tuple[Language, tuple[frozenset[str], ...]]]:
    return [(spoken, tuple(map(frozenset, asked.wordings[spoken]))) for spoken in LANGUAGES]
