"""The engine behind the command line and the API: one embedder, and the index generation that serves now."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from indexer import embedding, glossary
from indexer.store import Index, current_generation, open_index
from service.answering import answer, passage_hit
from service.contract import Answer, SearchResult
from service.query import Query
from service.retrieval import Hit, Leg, query_vector, retrieve


class Engine:
    """Answers and searches over the index in `folder`; safe to call from several threads.

    A new generation is noticed at the next request; requests under way end on the one they began with.
    Raises IndexUnusableError where there is no usable index.
    """

    def __init__(self, folder: Path, model: str | None = None) -> None:
        glossary.terms()  # a table that cannot be used should stop the start, not the first question
        self._folder = folder
        self._embedder = embedding.load(model)
        self._lock = threading.Lock()
        self._index = open_index(folder, model=self._embedder.id)

    def index(self) -> Index:
        """The generation that serves now, opened."""
        if current_generation(self._folder) != self._index.generation:
            with self._lock:
                if current_generation(self._folder) != self._index.generation:
                    self._index = open_index(self._folder, model=self._embedder.id)
        return self._index

    def answer(self, query: Query) -> Answer:
        """The cited answer to a query."""
        return answer(self.index(), self._embedder, query)

    def hits(self, query: Query, leg: Leg = Leg.HYBRID) -> list[Hit]:
        """The hits of a query; of one leg alone for measuring."""
        return retrieve(self.index(), query, query_vector(self._embedder, query), leg=leg)

    def search(self, query: Query) -> SearchResult:
        """The passages nearest to a query."""
        began = time.perf_counter()
        hits = self.hits(query)
        return SearchResult(
            query=query.text,
            language=query.language,
            passages=[passage_hit(hit) for hit in hits],
            took_ms=round((time.perf_counter() - began) * 1000, 1),
        )
