"""Answering: from hits to an answer whose every statement is a quotation with its citation."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from indexer.documents import Passage
from indexer.embedding import Embedder
from indexer.store import Index
from service.answering import decisions, evidence, facts, listing, nothing, precedents
from service.answering.citing import cite, place, source_name
from service.answering.composing import compose
from service.answering.draft import Draft
from service.answering.found import Found
from service.answering.thresholds import DEFAULT_THRESHOLDS, Thresholds
from service.contract import Answer, PassageHit, QuestionKind, Version
from service.messages import message
from service.needs import needs_of
from service.query import Query
from service.reranker import Reranker
from service.retrieval import Hit, query_vector, retrieve

_BY_KIND: dict[QuestionKind, Callable[[Found], Draft]] = {
    "list": listing.listed,
    "fact": facts.stated,
    "decision": decisions.settled,
    "precedent": precedents.helpful,
}


def answer(
    index: Index,
    embedder: Embedder,
    query: Query,
    *,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    reranker: Reranker | None = None,
) -> Answer:
    """The answer to `query` from the documents in `index`, or the statement that they do not answer."""
    began = time.perf_counter()
    vector = query_vector(embedder, query)
    draft = Draft()
    if query.kind == "precedent":  # looks for itself, and judges what fits
        draft = _BY_KIND[query.kind](Found(index, embedder, query, vector, (), (), thresholds))
    if draft.nearest:
        return _answered(query, draft, draft.nearest, began)
    hits = retrieve(index, query, vector, limit=max(query.limit, thresholds.hits), reranker=reranker)
    if query.kind != "precedent":
        sentences = evidence.find(index, embedder, query, vector, hits)
        found = Found(index, embedder, query, vector, hits, sentences, thresholds)
        draft = _BY_KIND[query.kind](found) if nothing.answers(found) else draft
    return _answered(query, draft, hits, began)


def precedents_for(index: Index, embedder: Embedder, passage: Passage, query: Query) -> Answer:
    """Who can help with the needs that `passage` states: `query` is of its words, and says the language and filters."""
    began = time.perf_counter()
    draft = precedents.helpful_for(index, embedder, passage, query)
    answered = _answered(query, draft, draft.nearest, began)
    if not needs_of(passage):
        return answered.model_copy(update={"text": message("precedents.no_need", query.language)})
    return answered


def _answered(query: Query, draft: Draft, hits: Sequence[Hit], began: float) -> Answer:
    findings, citations, context = cite(draft, query.language)
    return Answer(
        question=query.text,
        language=query.language,
        kind=query.kind,
        answered=bool(findings),
        text=compose(query.kind, query.language, findings, citations, context, passages=bool(hits)),
        findings=findings,
        citations=citations,
        passages=[passage_hit(hit) for hit in hits[: query.limit]],
        context=context,
        took_ms=round((time.perf_counter() - began) * 1000, 1),
    )


def passage_hit(hit: Hit) -> PassageHit:
    """A hit in the shape that leaves the service."""
    passage = hit.passage
    return PassageHit(
        **place(hit),
        score=round(hit.score, 4),
        text=passage.text,
        start=passage.start,
        end=passage.end,
        language=passage.language,
        heading=list(passage.heading),
        meeting_date=passage.meeting_date,
        attribution=passage.attribution,
        kind=passage.kind,
        versions=[
            Version(
                passage_id=where.passage.id,
                document_id=where.document.id,
                document_language=where.document.language,
                source=source_name(where.document),
                page=where.passage.page,
            )
            for where in hit.versions
        ],
    )
