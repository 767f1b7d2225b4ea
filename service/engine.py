"""The engine behind the command line and the API: one embedder, and the index generation that serves now."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from indexer import embedding, glossary
from indexer.bilingual_lexicon import bilingual_lexicon
from indexer.data_folder import data_folder
from indexer.documents import Distribution, Language, Role, Status
from indexer.embedding import Embedder
from indexer.errors import CouncilError
from indexer.filters import Filters
from indexer.index_protocol import Index
from indexer.stores import open_store
from service import stages
from service.answering import answer, passage_hit, precedents_for
from service.contract import Answer, SearchResult
from service.facets import FacetCounts, count
from service.kept_responses import KeptResponses
from service.list_question import read_list_question
from service.needs import summary
from service.query import DEFAULT_LIMIT, Query, understand
from service.reranker import open_reranker
from service.retrieval import DEFAULT_WEIGHTS, Hit, Leg, Weights, query_vector, retrieve
from service.serving import Serving
from service.shown_versions import shown_in
from service.spelling import suggestion
from service.status import status_of
from service.warming import warm

if TYPE_CHECKING:
    from service.wording.writer import Writer


class UnknownPassageError(CouncilError):
    """No passage of the index has the id asked for."""

    def __init__(self, passage_id: str) -> None:
        super().__init__(f"no passage has the id ‘{passage_id}’; council search --json gives the ids")


class Engine:
    """Answers and searches over the index in `folder`, as one audience sees it; safe to call from several threads.

    A new generation is noticed at the next request, and so is a document that was withdrawn or whose audience was
    narrowed; requests under way end on what they began with. `seen_by` gives the same engine for another audience.
    `model` embeds, the bundled one if None; `reranker` is a cross-encoder's name or folder, None for none;
    `writer` may word answers by a language model, as `service.wording.open_writer` gives it; `data` is the data folder,
    that of the index if None; `store` is the address of an index kept elsewhere than in `folder`. Raises
    IndexUnusableError where there is no usable index, SettingError for a model that cannot be opened.
    """

    def __init__(
        self,
        folder: Path,
        model: str | None = None,
        reranker: str | None = None,
        *,
        writer: Writer | None = None,
        data: Path | None = None,
        store: str | None = None,
        audience: Distribution = Distribution.SECRETARIAT,
    ) -> None:
        # A table that cannot be used should stop the start, not the first question.
        glossary.terms()
        bilingual_lexicon()
        status_of("", Role.REMARK)
        read_list_question("")
        self._embedder = embedding.load(model)
        self._reranker = open_reranker(reranker)
        self._writer = writer
        self._kept = KeptResponses()  # shared by the engines of all audiences
        self.audience = audience
        data = data if data is not None else data_folder(folder)
        self._serving = Serving(open_store(folder, store, data), data, self._embedder)

    def seen_by(self, audience: Distribution) -> Engine:
        """The same engine, as `audience` sees the documents; never wider than this one."""
        if audience.rank >= self.audience.rank:
            return self
        other = copy.copy(self)
        other.audience = audience
        return other

    @property
    def embedder(self) -> Embedder:
        """The model that embeds questions, and new documents."""
        return self._embedder

    def index(self) -> Index:
        """The generation that serves now, opened, as the engine's audience sees it."""
        return self._serving.index(self.audience)

    @property
    def behind(self) -> bool:
        """Whether an earlier generation goes on, because the one that should serve is damaged."""
        return self._serving.behind

    def warm(self) -> None:
        """Read ahead of the index that serves now, for a process that answers many questions."""
        warm(self.index())

    def answer(self, query: Query) -> Answer:
        """The cited answer to a query."""
        stages.asked(query.text)
        return stages.answered(
            answer(self.index(), self._embedder, query, reranker=self._reranker, writer=self._writer)
        )

    def response(self, key: str, make: Callable[[Engine], Answer | SearchResult]) -> bytes:
        """What `make` gives of this engine, as JSON; kept by `key`, which has to say all that it depends on.

        Where a model words or ranks, nothing is kept.
        """
        began = time.perf_counter()
        if self._writer is not None or self._reranker is not None:
            return make(self).model_dump_json(by_alias=True).encode()
        view = self.index()
        kept = self._kept.get(view, key, began)
        if kept is not None:
            return kept
        model = make(self)
        content = model.model_dump_json(by_alias=True).encode()
        if self.index() is view:  # else it may be of the one or of the other
            self._kept.put(view, key, model, content)
        return content

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
        return stages.answered(precedents_for(index, self._embedder, passage, query))

    def hits(self, query: Query, leg: Leg = Leg.HYBRID, weights: Weights = DEFAULT_WEIGHTS) -> list[Hit]:
        """The hits of a query; of one leg alone, or by other weights, for measuring."""
        return self._hits(self.index(), query, leg, weights)

    def _hits(self, index: Index, query: Query, leg: Leg = Leg.HYBRID, weights: Weights = DEFAULT_WEIGHTS) -> list[Hit]:
        vector = query_vector(self._embedder, query, weights)
        hits = retrieve(index, query, vector, leg=leg, weights=weights, reranker=self._reranker)
        return shown_in(index, hits, query, vector)

    def found(self, query: Query) -> list[Hit]:
        """The hits of a search that somebody made; those of `hits` are for measuring."""
        return self._found(self.index(), query)

    def _found(self, index: Index, query: Query) -> list[Hit]:
        stages.asked(query.text)
        hits = self._hits(index, query)
        stages.searched(len(hits))
        return hits

    def facets(self, query: Query) -> FacetCounts:
        """How many of the passages that a query finds have each value of each filter."""
        return self._facets(self.index(), query)

    def _facets(self, index: Index, query: Query) -> FacetCounts:
        return count(index, query, query_vector(self._embedder, query))

    def suggestion(self, query: Query) -> str | None:
        """The query's text with likelier words, where the documents hold one of its words nowhere or hardly."""
        return suggestion(self.index(), query)

    def search(self, query: Query, *, facets: bool = False) -> SearchResult:
        """The passages nearest to a query, with counts by filter where `facets` are wanted."""
        began = time.perf_counter()
        index = self.index()  # once, so that all of the result is of one view
        hits = self._found(index, query)
        return SearchResult(
            query=query.text,
            language=query.language,
            passages=[passage_hit(hit) for hit in hits],
            facets=self._facets(index, query).as_contract() if facets else None,
            suggestion=suggestion(index, query),
            took_ms=round((time.perf_counter() - began) * 1000, 1),
        )
