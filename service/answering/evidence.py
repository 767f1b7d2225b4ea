"""The sentences of the passages found that bear on the question, best first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from indexer import jurisdictions, sentences, text
from indexer.documents import LANGUAGES, Attribution, Language, Passage, Status
from indexer.embedding import Embedder
from indexer.glossary import Term, find_terms
from indexer.lexical_query import Sought, lexical_query, passage_token_set, stem_tokens
from indexer.store import Index
from service.answering.draft import Span
from service.list_question import tells_of_partners
from service.query import Query
from service.retrieval import Hit
from service.status import passage_status, passage_statuses

_REMEMBERED = 16_384  # passages and sentences of which the analysis is kept
_kept: dict[str, dict[str, npt.NDArray[np.float32]]] = {}  # vectors of sentences, by model and passage
MIN_SENTENCE_WORDS = 5  # less is a heading or a scrap, and proves nothing by itself


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a hit: characters `start` to `end` of the document's canonical text, and how it scores.

    `cosine` is the sentence's to the question, `overlap` the weighted share of what the question names that it holds.
    `on_topic` says that the sentence names a term of the glossary that the question names. `jurisdictions` are those
    that it is about: whose passage it is, and others that the passage is about and the sentence names.
    """

    hit: Hit
    start: int
    end: int
    score: float
    cosine: float
    overlap: float
    on_topic: bool
    jurisdictions: tuple[str, ...]

    @property
    def status(self) -> Status:
        """The status that its own words tell."""
        return self.statuses[0]

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The status of its words, then that of its section where the section asks or offers."""
        passage = self.hit.passage
        return passage_statuses(passage, self.start - passage.start, self.end - passage.start)

    @property
    def span(self) -> Span:
        """Where the sentence stands in the document's canonical text."""
        return Span(self.start, self.end)

    @property
    def quote(self) -> str:
        """The sentence, as it stands in the passage."""
        return self.hit.passage.text[self.start - self.hit.passage.start : self.end - self.hit.passage.start]


def find(
    index: Index, embedder: Embedder, query: Query, vector: npt.NDArray[np.float32], hits: Sequence[Hit]
) -> list[Evidence]:
    """The best sentence of each hit, best first; `vector` is the query's, of shape (dimension,)."""
    return best_of_each(weigh(index, embedder, query, vector, hits))


def best_of_each(weighed: Iterable[Evidence]) -> list[Evidence]:
    """The best sentence of each passage, best first."""
    best: dict[str, Evidence] = {}
    for item in weighed:
        held = best.get(item.hit.passage.id)
        if held is None or item.score > held.score:
            best[item.hit.passage.id] = item
    return sorted(best.values(), key=lambda evidence: -evidence.score)


def weigh(
    index: Index, embedder: Embedder, query: Query, vector: npt.NDArray[np.float32], hits: Sequence[Hit]
) -> list[Evidence]:
    """Every sentence of the hits, in their order; where the query asks for statuses, those that have one of them.

    A sentence scores by its cosine to the question, by the share of the question's weighted words that it holds, and
    by its passage's own score, so that a sentence is preferred whose surroundings are on the topic too.
    """
    weigher = _Weigher(index, query)
    vectors = sentence_vectors(embedder, [hit.passage for hit in hits])
    found = []
    for hit, start, end, cosine in (
        (one, *span, cosine)
        for one in hits
        for span, cosine in zip(stating(one.passage), (vectors[one.passage.id] @ vector).tolist(), strict=True)
    ):
        passage = hit.passage
        if query.statuses and passage_status(passage, start, end) not in query.statuses:
            continue
        overlap = weigher.of(passage.text[start:end], passage.language)
        found.append(
            Evidence(
                hit,
                passage.start + start,
                passage.start + end,
                (cosine + overlap.share + hit.score) / 2,
                cosine,
                overlap.share,
                overlap.names_term,
                about(passage, start, end),
            )
        )
    return found


def read_ahead(embedder: Embedder, passages: Sequence[Passage]) -> None:
    """Read the sentences of passages, whose they are, and their vectors, which are then kept."""
    sentence_vectors(embedder, passages)
    for passage in passages:
        for start, end in stating(passage):
            about(passage, start, end)


def sentence_vectors(embedder: Embedder, passages: Sequence[Passage]) -> dict[str, npt.NDArray[np.float32]]:
    """The vectors of each passage's sentences, of shape (sentences, dimension), by its id; those of late are kept."""
    kept = _kept.setdefault(embedder.id, {})
    found = {passage.id: row for passage in passages if (row := kept.get(passage.id)) is not None}
    missing = [passage for passage in passages if passage.id not in found]
    written = [passage.text[start:end] for passage in missing for start, end in stating(passage)]
    made = embedder.encode_documents(written) if written else np.empty((0, embedder.dimension), np.float32)
    counts = [len(stating(passage)) for passage in missing]
    parts = np.split(made, np.cumsum(counts)[:-1]) if missing else []
    new = {passage.id: part for passage, part in zip(missing, parts, strict=True)}
    if len(kept) + len(new) > _REMEMBERED:
        kept = _kept[embedder.id] = {}  # others may still read the old one
    kept.update(new)
    return found | new


@lru_cache(maxsize=_REMEMBERED)
def stating(passage: Passage) -> tuple[tuple[int, int], ...]:
    """The sentences of a passage that state something: neither titles nor what only announces a list."""
    return tuple(
        (start, end)
        for start, end in sentences.split(passage.text)
        if len((sentence := passage.text[start:end]).split()) >= MIN_SENTENCE_WORDS
        and sentence not in passage.heading  # a title says what follows, and proves nothing
        and not sentence.endswith(":")
    )


@lru_cache(maxsize=_REMEMBERED)
def about(passage: Passage, start: int, end: int) -> tuple[str, ...]:
    """Whom a sentence is about: see `Evidence`.

    In somebody's own section others are only named, unless they are partners; a speaker tells of others too. In a
    passage that is nobody's own, a sentence without a name is about those whom its paragraph named last.
    """
    said = passage.text
    named = [code for code in jurisdictions.named_in(said[start:end]) if code in passage.jurisdictions]
    owner = _owner(passage)
    if owner is not None and not passage.speaker and named and not tells_of_partners(said[start:end]):
        named = []
    if owner is None and not named:
        paragraph = said[said.rfind("\n", 0, start) + 1 : start]
        before = [mention.code for mention in jurisdictions.find_mentions(paragraph)]
        named = [code for code in before[-1:] if code in passage.jurisdictions] or list(passage.jurisdictions[:1])
    return tuple(dict.fromkeys((*([owner] if owner else []), *named)))


def _owner(passage: Passage) -> str | None:
    """Whose section the passage stands in, or who says it; None where it is nobody's own."""
    first = next(iter(passage.jurisdictions), None)
    if first is None or passage.attribution is Attribution.STATED or passage.speaker:
        return first
    return first if any(first in jurisdictions.named_in(title) for title in passage.heading) else None


@dataclass(frozen=True, slots=True)
class _Overlap:
    """What a sentence holds of what the question names: its weighted share, from 0 to 1; whether a term is in it."""

    share: float
    names_term: bool


_NO_OVERLAP = _Overlap(0.0, names_term=False)


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
        self._total = {
            language: sum(weight for weight, _ in self._named[language].values())
            + sum(weight for _, weight in self._words[language])
            for language in LANGUAGES
        }
        # Of the tokens of a text only these tell; what holds none of them, as most sentences do, is told at once.
        self._telling = {
            language: frozenset(
                token
                for tokens in (
                    *(form for _, forms in self._named[language].values() for form in forms),
                    *(sought for sought, _ in self._words[language]),
                )
                for token in tokens
            )
            for language in LANGUAGES
        }
        self._runs: dict[tuple[str, Language], frozenset[str]] = {}

    def of(self, sentence: str, language: Language) -> _Overlap:
        """The overlap of a sentence in `language`."""
        tokens = self._tokens(sentence, language)
        terms, total = self._named[language], self._total[language]
        if not tokens and not any(not form for _, forms in terms.values() for form in forms):
            return _NO_OVERLAP
        # Tokens first: looking for a wording as a phrase costs more, and few sentences hold all its words.
        likely = any(form <= tokens for _, forms in terms.values() for form in forms)
        named = _terms(sentence) if likely else frozenset()
        found = sum(weight for term, (weight, _) in terms.items() if term in named)
        for sought, weight in self._words[language]:
            found += weight * max((sought[token] for token in tokens & sought.keys()), default=0.0)
        return _Overlap(found / total if total else 0.0, bool(named & terms.keys()))

    def _tokens(self, sentence: str, language: Language) -> frozenset[str]:
        """The tokens of a sentence that tell anything, found run by run."""
        known, telling = self._runs, self._telling[language]
        found: frozenset[str] = frozenset()
        for run in sentence.split():
            tokens = known.get((run, language))
            if tokens is None:
                tokens = known[run, language] = passage_token_set(run, language) & telling
            if tokens:
                found |= tokens
        return found

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


@lru_cache(maxsize=_REMEMBERED)
def _terms(sentence: str) -> frozenset[Term]:
    return frozenset(match.term for match in find_terms(sentence))
