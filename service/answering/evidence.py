"""The sentences of the passages found that bear on the question, best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer import jurisdictions, sentences, text
from indexer.documents import LANGUAGES, Language, Status
from indexer.embedding import Embedder
from indexer.glossary import Term, find_terms
from indexer.lexical_query import Sought, lexical_query, passage_tokens, stem_tokens
from indexer.store import Index
from service.answering.draft import Span
from service.query import Query
from service.retrieval import Hit
from service.status import status_of

MIN_SENTENCE_WORDS = 5  # less is a heading or a scrap, and proves nothing by itself


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a hit: characters `start` to `end` of the document's canonical text, and how it scores.

    `cosine` is the sentence's to the question, `overlap` the weighted share of what the question names that it holds.
    `on_topic` says that the sentence names a term of the glossary that the question names. `jurisdictions` are those
    that the sentence names, else the one that its passage is about.
    """

    hit: Hit
    start: int
    end: int
    score: float
    cosine: float
    overlap: float
    on_topic: bool
    jurisdictions: tuple[str, ...]
    status: Status

    @property
    def span(self) -> Span:
        """Where the sentence stands in the document's canonical text."""
        return Span(self.start, self.end)


def find(
    index: Index, embedder: Embedder, query: Query, vector: npt.NDArray[np.float32], hits: Sequence[Hit]
) -> list[Evidence]:
    """The best sentence of each hit, best first; where the query asks for statuses, of the sentences that have one.

    `vector` is the query's, of shape (dimension,).
    A sentence scores by its cosine to the question, by the share of the question's weighted words that it holds, and
    by its passage's own score, so that a sentence is preferred whose surroundings are on the topic too.
    """
    candidates = [
        (hit, start, end)
        for hit in hits
        for start, end in sentences.split(hit.passage.text)
        if len(hit.passage.text[start:end].split()) >= MIN_SENTENCE_WORDS
        and hit.passage.text[start:end] not in hit.passage.heading  # a title says what follows, and proves nothing
    ]
    if not candidates:
        return []
    vectors = embedder.encode_documents([hit.passage.text[start:end] for hit, start, end in candidates])
    cosines = vectors @ vector
    weigher = _Weigher(index, query)
    best: dict[str, Evidence] = {}
    for (hit, start, end), cosine in zip(candidates, cosines, strict=True):
        passage = hit.passage
        sentence = passage.text[start:end]
        if query.statuses and status_of(sentence, passage.role) not in query.statuses:
            continue
        overlap = weigher.of(sentence, passage.language)
        score = (float(cosine) + overlap.share + hit.score) / 2
        held = best.get(passage.id)
        if held is None or score > held.score:
            named = jurisdictions.named_in(sentence) or passage.jurisdictions[:1]
            best[passage.id] = Evidence(
                hit,
                passage.start + start,
                passage.start + end,
                score,
                float(cosine),
                overlap.share,
                overlap.names_term,
                tuple(named),
                status_of(sentence, passage.role),
            )
    return sorted(best.values(), key=lambda evidence: -evidence.score)


@dataclass(frozen=True, slots=True)
class _Overlap:
    """What a sentence holds of what the question names: its weighted share, from 0 to 1; whether a term is in it."""

    share: float
    names_term: bool


class _Weigher:
    """Weighs what a question names: the glossary's terms, in any wording of either language, and its other words.

    A term weighs as much as the rarest word of its commonest wording, a word by its inverse document frequency; words
    of no topic weigh nothing. In a sentence of the other language a word is held by its translations, as far as they
    are good ones.
    """

    def __init__(self, index: Index, query: Query) -> None:
        self._index = index
        self._terms = list(dict.fromkeys(match.term for match in query.terms if match.term.topic))
        rest = list(query.text)
        for match in query.terms:
            rest[match.start : match.end] = " " * (match.end - match.start)
        skipped = text.stop_words().question | text.stop_words().either
        words = [word for word in dict.fromkeys(text.words("".join(rest))) if word not in skipped]
        asked = lexical_query(" ".join(words), query.asked_in)
        rarity = index.lexical.rarity
        self._words = {
            language: [(dict(sought.tokens), rarity(sought)) for sought in asked.words[language]]
            for language in LANGUAGES
        }
        self._named = {language: self._weights(language) for language in LANGUAGES}

    def of(self, sentence: str, language: Language) -> _Overlap:
        """The overlap of a sentence in `language`."""
        tokens = set(passage_tokens(sentence, language))
        terms, words = self._named[language], self._words[language]
        # Tokens first: looking for a wording as a phrase costs more, and few sentences hold all its words.
        likely = any(form <= tokens for _, forms in terms.values() for form in forms)
        named = {match.term for match in find_terms(sentence)} if likely else set()
        found = sum(weight for term, (weight, _) in terms.items() if term in named)
        for sought, weight in words:
            found += weight * max((sought[token] for token in tokens & sought.keys()), default=0.0)
        total = sum(weight for weight, _ in terms.values()) + sum(weight for _, weight in words)
        return _Overlap(found / total if total else 0.0, bool(named & terms.keys()))

    def _weights(self, language: Language) -> dict[Term, tuple[float, list[set[str]]]]:
        """Terms with their weight and the tokens of each wording."""
        terms = {}
        for term in self._terms:
            forms = [set(stem_tokens(form, language)) for form in (*term.forms(language), *term.abbreviations)]
            weights = [
                max((self._index.lexical.rarity(Sought(((token, 1.0),))) for token in form), default=0.0)
                for form in forms
            ]
            terms[term] = (min(weights), forms)
        return terms
