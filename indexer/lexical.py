"""The lexical index: BM25 over the tokens of our own analyser, kept by tantivy.

Each passage is indexed in the field of its language (stems) and in a language-neutral one (surface forms), so that one
language's stemmer never touches the other's words, and names and figures match across languages.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tantivy

from indexer import text
from indexer.documents import LANGUAGES, Language

NEUTRAL = "any"
NUMBER = "number"
_FIELDS: tuple[str, ...] = (*LANGUAGES, NEUTRAL)
_K1 = 1.2  # tantivy's constants of BM25; b = 0.75
_WRITER_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class LexicalEntry:
    """One passage for the lexical index: its number in the generation (the row of its vector), language, text."""

    number: int
    language: Language
    text: str


@dataclass(frozen=True, slots=True)
class LexicalHits:
    """Passage numbers with their BM25 scores, best first, and the highest score that the question could reach."""

    numbers: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]
    bound: float


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field(NUMBER, stored=False, indexed=True, fast=True)
    for name in _FIELDS:
        builder.add_text_field(name, stored=False, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def write(folder: Path, entries: Iterable[LexicalEntry]) -> None:
    """Write a new lexical index of `entries` into `folder` (made if missing, must be empty)."""
    folder.mkdir(parents=True, exist_ok=True)
    index = tantivy.Index(_schema(), path=str(folder))
    writer = index.writer(heap_size=_WRITER_BYTES, num_threads=1)
    for entry in entries:
        document = tantivy.Document()
        document.add_unsigned(NUMBER, entry.number)
        document.add_text(entry.language, " ".join(text.stems(entry.text, entry.language)))
        document.add_text(NEUTRAL, " ".join(text.surface_forms(entry.text)))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def _tokens(words: str, field: str) -> list[str]:
    """Tokens of a question, which may be in either language, so the stop words of both say nothing in it."""
    kept = text.without_stop_words(text.words(words))
    return kept if field == NEUTRAL else text.stemmed(kept, "en" if field == "en" else "fr")


class LexicalIndex:
    """An opened lexical index; safe to search from several threads."""

    def __init__(self, folder: Path) -> None:
        self._index = tantivy.Index.open(str(folder))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()

    def search(
        self,
        question: str,
        limit: int,
        *,
        allowed: npt.NDArray[np.int64] | None = None,
        also: Mapping[Language, Sequence[str]] | None = None,
        neutral_weight: float = 0.5,
        also_weight: float = 0.5,
    ) -> LexicalHits:
        """The `limit` best passages for `question` by BM25, among the `allowed` numbers if given.

        The question is analysed as English for the English field and as French for the French one, so it may be in
        either language. `also` holds other wordings of it by language, each looked for in its own language's field with
        `also_weight` shared by its words. `neutral_weight` weighs the language-neutral field. The bound is that of the
        question itself, without other wordings.
        """
        weights: dict[tuple[str, str], float] = {}
        bounds = dict.fromkeys(_FIELDS, 0.0)
        for field in _FIELDS:
            weight = neutral_weight if field == NEUTRAL else 1.0
            for token in dict.fromkeys(_tokens(question, field)):
                weights[field, token] = weight
                bounds[field] += weight * self.idf(token, field) * (_K1 + 1)
        for language, wordings in (also or {}).items():
            for wording in wordings:
                tokens = text.stems(wording, language)
                for token in tokens:
                    held = weights.get((language, token), 0.0)
                    weights[language, token] = max(held, also_weight / len(tokens))
        clauses = [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(
                    tantivy.Query.term_query(self._schema, field, token, index_option="freq"), weight
                ),
            )
            for (field, token), weight in weights.items()
        ]
        if not clauses or limit < 1 or (allowed is not None and not len(allowed)):
            return LexicalHits(np.empty(0, np.int64), np.empty(0, np.float32), 0.0)
        query = tantivy.Query.boolean_query(clauses)
        if allowed is not None:
            only = tantivy.Query.term_set_query(self._schema, NUMBER, allowed.tolist())
            query = tantivy.Query.boolean_query(
                [
                    (tantivy.Occur.Must, query),
                    (tantivy.Occur.Must, tantivy.Query.const_score_query(only, 0.0)),
                ]
            )
        hits = self._searcher.search(query, limit, count=False).hits
        numbers = self._searcher.fast_field_values(NUMBER, [address for _, address in hits])
        bound = max(bounds[language] for language in LANGUAGES) + bounds[NEUTRAL]
        return LexicalHits(
            np.array(numbers, dtype=np.int64), np.array([score for score, _ in hits], dtype=np.float32), bound
        )

    def idf(self, token: str, field: str = NEUTRAL) -> float:
        """Inverse document frequency of a token as BM25 has it: `ln(1 + (N - n + 0.5) / (n + 0.5))`."""
        total = self._searcher.num_docs
        having = self._searcher.doc_freq(field, token)
        return math.log(1 + (total - having + 0.5) / (having + 0.5))
