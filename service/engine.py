"""The engine behind the command line and the API: one embedder, and the index generation that serves now."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from indexer import embedding, glossary
from indexer.bilingual_lexicon import bilingual_lexicon
from indexer.documents import Language, Role, Status
from indexer.errors import CouncilError
from indexer.store import Filters, Index, current_generation, open_index
from service.answering import answer, passage_hit, precedents_for
from service.contract import Answer, SearchResult
from service.list_question import read_list_question
from service.needs import summary
from service.query import DEFAULT_LIMIT, Query, understand
from service.reranker import open_reranker
from service.retrieval import DEFAULT_WEIGHTS, Hit, Leg, Weights, query_vector, retrieve
from service.status import status_of
from service.warming import warm

if TYPE_CHECKING:
    from service.wording.writer import Writer


class UnknownPassageError(CouncilError):
    """No passage of the index has the id asked for."""

    def __init__(self, passage_id: str) -> None:
        super().__init__(f"no passage has the id ‘{passage_id}’; council search --json gives the ids")


class Engine:
    """Answers and searches over the index in `folder`; safe to call from several threads.

    A new generation is noticed at the next request; requests under way end on the one they began with.
    `model` embeds, the bundled one if None; `reranker` is a cross-encoder's name or folder, None for none;
    `writer` may word answers by a language model, as `service.wording.open_writer` gives it.
    Raises IndexUnusableError where there is no usable index, SettingError for a model that cannot be opened.
    """

    def __init__(
        self, folder: Path, model: str | None = None, reranker: str | None = None, *, writer: Writer | None = None
    ) -> None:
        # A table that cannot be used should stop the start, not the first question.
        glossary.terms()
        bilingual_lexicon()
        status_of("", Role.REMARK)
        read_list_question("")
        self._folder = folder
        self._embedder, self._bundled = embedding.load(model), model is None
        self._reranker = open_reranker(reranker)
        self._writer = writer
        self._lock = threading.Lock()
        self._index = open_index(folder, model=self._embedder.id)

    def index(self) -> Index:
        """The generation that serves now, opened."""
        if current_generation(self._folder) != self._index.generation:
            with self._lock:
                if current_generation(self._folder) != self._index.generation:
                    self._index = open_index(self._folder, model=self._embedder.id)
        return self._index

    def warm(self) -> None:
        """Read ahead of the index that serves now, for a process that answers many questions.

        Only for the bundled model: others are too slow to be worth it.
        """
        if self._bundled:
            warm(self.index(), self._embedder)

    def answer(self, query: Query) -> Answer:
        """The cited answer to a query."""
        return answer(self.index(), self._embedder, query, reranker=self._reranker, writer=self._writer)

    def precedents(
        self,
        passage_id: str,
        *,
        language: Language | None = None,
        filters: Filters | None = None,
        statuses: tuple[Status, ...] = (),
        limit: int = DEFAULT_LIMIT,
    ) -> Answer:
        """Who can help with the needs that a passage states: of what meets `filters` and `statuses`.

        The answer is in `language`, the passage's own unless given; its question is the passage's first need. Raises
        UnknownPassageError for an id that the index does not hold, RefusedError for a limit out of range.
        """
        index = self.index()
        passage = index.passage(passage_id)
        if passage is None:
            raise UnknownPassageError(passage_id)
        asked = understand(
            summary(passage), language=language or passage.language, filters=filters, statuses=statuses, limit=limit
        )
        query = replace(asked, asked_in=passage.language, kind="precedent")
        return precedents_for(index, self._embedder, passage, query)

    def hits(self, query: Query, leg: Leg = Leg.HYBRID, weights: Weights = DEFAULT_WEIGHTS) -> list[Hit]:
        """The hits of a query; of one leg alone, or by other weights, for measuring."""
        vector = query_vector(self._embedder, query, weights)
        return retrieve(self.index(), query, vector, leg=leg, weights=weights, reranker=self._reranker)

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
