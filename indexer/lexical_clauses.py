"""What a lexical query scores, from how often each token stands: the same whatever keeps the postings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from indexer.documents import LANGUAGES, Language
from indexer.lexical_query import LexicalQuery, Sought, stem_tokens, surface_word

K1, B = 1.2, 0.75  # of BM25; tantivy's too
_LONG = 16  # words of a query
_MANY = 20_000  # passages, from which on several or long queries are not held against what tells next to nothing:
_COMMON = 0.02  # share of the passages that hold such a token, at least
_ROUNDING = 1e-9
_FAINT = 0.03  # share of what the words asked for could reach that all such tokens together may have

Group = tuple[tuple[str, float], ...]
"""Tokens with the weight of each one's BM25, of which the best counts."""
_Single = dict[str, float]
_Several = dict[Group, float]


class Frequencies(Protocol):
    """How often tokens stand in the passages that one audience sees; `passages` is the number of these."""

    passages: int

    def having(self, token: str) -> int:
        """In how many passages a token stands."""
        ...

    def rarities(self, query: LexicalQuery) -> list[float]:
        """For each word of the question its inverse document frequency, in the language where it is less rare."""
        return [
            min(self.rarity(sought) for sought in of_one_word)
            for of_one_word in zip(*(query.words[language] for language in LANGUAGES), strict=True)
        ]

    def rarity(self, sought: Sought) -> float:
        """Inverse document frequency of a word's tokens as if they were one, each as often as it is weighed."""
        having = sum(weight * self.having(token) for token, weight in sought.tokens)
        return self.idf(min(having, self.passages))

    def idf(self, having: float) -> float:
        """Inverse document frequency of what stands in so many passages."""
        return math.log(1 + (self.passages - having + 0.5) / (having + 0.5))


def clauses(
    queries: Sequence[tuple[LexicalQuery, float]], language: Language, wording_weight: float, of: Frequencies
) -> Iterator[Group]:
    """The clauses that passages in `language` may meet, scaled so that a query's words sum to 1 at most.

    A passage's score is the sum over the clauses. What is sought more than once is one clause: its passages are read
    once.
    """
    single: _Single = {}  # weights by token
    several: _Several = {}
    for query, of_query in queries:
        frequencies = [of.rarity(sought) for sought in query.words[language]]
        most = sum(frequencies) * (K1 + 1) / of_query
        if not most:
            continue
        for sought, frequency in zip(query.words[language], frequencies, strict=True):
            tokens = tuple(
                (token, weight / of.idf(having)) for token, weight in sought.tokens if (having := of.having(token))
            )
            if len(tokens) == 1:
                [(token, weight)] = tokens
                single[token] = single.get(token, 0.0) + weight * frequency / most
            elif tokens:
                several[tokens] = several.get(tokens, 0.0) + frequency / most
        for wording in query.wordings[language]:
            for token in wording:
                if of.having(token):
                    single[token] = single.get(token, 0.0) + wording_weight / len(wording) / most
    if len(queries) > 1 or len(queries[0][0].asked) > _LONG:
        single, several = _telling(single, several, of)
    for tokens, scale in several.items():
        yield tuple((token, scale * weight) for token, weight in tokens)
    for token, weight in single.items():
        yield ((token, weight),)


def summed(groups: Iterable[Group], language: Language, of: Frequencies) -> Iterator[tuple[str, float]]:
    """Single tokens with weights, of which the sum stands for what the best token of each group gives.

    A passage that holds a word as it stands holds its stem too: the word then counts by what it is better. Two
    translations of a word in one passage both count, where the best of them would.
    """
    weights: _Single = {}
    for group in groups:
        worths = {token: weight * of.idf(of.having(token)) for token, weight in group}
        for token, weight in group:
            word = surface_word(token, language) if len(group) > 1 else None
            stems = () if word is None else stem_tokens(word, language)
            counted = max((worths.get(stem, 0.0) for stem in stems), default=0.0) / worths[token]
            if counted < 1 - _ROUNDING:
                weights[token] = weights.get(token, 0.0) + weight * (1 - counted)
    yield from weights.items()


def _telling(single: _Single, several: _Several, of: Frequencies) -> tuple[_Single, _Several]:
    """The clauses without those tokens that many passages hold, and that tell next to nothing.

    Of several queries, or a long one, a common word's faint translations take most of the time, as each of their
    passages is read. Those go first that cost most for what they tell.
    """
    if of.passages < _MANY:
        return single, several
    common = _COMMON * of.passages
    faint: list[tuple[float, float, str, Group | None]] = []
    for token, weight in single.items():
        if (having := of.having(token)) >= common:
            worth = weight * of.idf(having) * (K1 + 1)
            faint.append((worth / having, worth, token, None))
    for tokens, scale in several.items():
        for token, weight in tokens:
            if (having := of.having(token)) >= common:
                worth = scale * weight * of.idf(having) * (K1 + 1)
                faint.append((worth / having, worth, token, tokens))
    passed_over: set[tuple[str, Group | None]] = set()
    left = _FAINT  # weights are such that a passage which holds all words asked for as well as can be has 1
    for _, worth, token, group in sorted(faint, key=lambda item: item[:3]):
        if worth > left:
            break
        left -= worth
        passed_over.add((token, group))
    if not passed_over:
        return single, several
    kept = {
        tokens: (tuple(item for item in tokens if (item[0], tokens) not in passed_over), scale)
        for tokens, scale in several.items()
    }
    telling: _Several = {}
    for tokens, scale in kept.values():
        if tokens:
            telling[tokens] = telling.get(tokens, 0.0) + scale
    return {token: weight for token, weight in single.items() if (token, None) not in passed_over}, telling
