"""A search as the API and the pages show it: hits, and on demand counts by filter and a likelier spelling."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.embedding import Embedder
from indexer.store import Index
from service import facets, spelling
from service.facets import FacetCounts
from service.query import Query
from service.reranker import Reranker
from service.retrieval import Hit, query_vector, retrieve


@dataclass(frozen=True, slots=True)
class Searched:
    """What a query finds; `facets` is None where they were not asked for."""

    hits: list[Hit]
    facets: FacetCounts | None
    suggestion: str | None


def search(
    index: Index, embedder: Embedder, query: Query, *, counted: bool = False, reranker: Reranker | None = None
) -> Searched:
    """Search `index`; `counted` says whether to count facets."""
    vector = query_vector(embedder, query)
    return Searched(
        hits=retrieve(index, query, vector, reranker=reranker),
        facets=facets.count(index, query, vector) if counted else None,
        suggestion=spelling.suggestion(index, query),
    )
