"""Answering: from hits to an answer whose every statement is a quotation with its citation."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from indexer.documents import Passage
from indexer.embedding import Embedder
from indexer.index_protocol import Index
from service.answering import decisions, facts, listing, not_applicable, nothing, precedents
from service.answering.checking import check
from service.answering.citing import cite, place, source_name
from service.answering.composing import compose
from service.answering.draft import Draft
from service.answering.found import Found
from service.answering.reader_language import in_reader_language
from service.answering.thresholds import DEFAULT_THRESHOLDS, Thresholds
from service.contract import Answer, PassageHit, QuestionKind, Version
from service.messages import message
from service.needs import needs_of
from service.query import Query
from service.reranker import Reranker
from service.retrieval import Hit, Spread, query_vector, retrieve
from service.shown_versions import shown_in
from service.stages import stage, staged

if TYPE_CHECKING:
    from service.wording.writer import Writer

_WIDER = 3  # times as many passages are looked at for a list, where the last of them is still near its topic
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
    writer: Writer | None = None,
) -> Answer:
    """The answer to `query` from the documents in `index`, or the statement that they do not answer.

    `writer` may put what is found into sentences; without it, or where it fails, the text is extractive.
    """
    began = time.perf_counter()
    vector = query_vector(embedder, query)
    hits = _hits(index, query, vector, thresholds, reranker)
    found = Found(index, embedder, query, vector, hits, thresholds)
    return _answered(found, _draft(found), began, writer)


def _hits(
    index: Index,
    query: Query,
    vector: npt.NDArray[np.float32],
    thresholds: Thresholds,
    reranker: Reranker | None,
) -> list[Hit]:
    """The passages to look at; for a list so many that the last is no longer near the topic, or all there may be."""
    is_list = query.kind == "list"
    limit = max(query.limit, thresholds.list_hits if is_list else thresholds.hits)
    if is_list and not query.statuses and len(index.vectors) > thresholds.large_index:
        spread = Spread(max(query.limit, thresholds.of_all), thresholds.of_each)
        return retrieve(index, query, vector, spread=spread, reranker=reranker)
    while True:
        hits = retrieve(index, query, vector, limit=limit, reranker=reranker)
        widest = not is_list or len(hits) < limit or limit >= thresholds.most_list_hits
        if widest or hits[-1].score < thresholds.near * hits[0].score:
            return hits
        limit *= _WIDER


def precedents_for(index: Index, embedder: Embedder, passage: Passage, query: Query) -> Answer:
    """Who can help with the needs that `passage` states: `query` is of its words, and says the language and filters."""
    began = time.perf_counter()
    vector = query_vector(embedder, query)
    with stage("draft"):
        draft = precedents.helpful_for(index, embedder, passage, query)
    found = Found(index, embedder, query, vector, draft.nearest, DEFAULT_THRESHOLDS)
    answered = _answered(found, draft, began)
    if not needs_of(passage):
        return answered.model_copy(update={"text": message("precedents.no_need", query.language)})
    return answered


def _answered(found: Found, draft: Draft, began: float, writer: Writer | None = None) -> Answer:
    """The draft cited in the reader's language, checked, and worded."""
    query = found.query
    with stage("check"):
        checked = check(found.index, *cite(in_reader_language(found, draft), query.language))
    findings, citations, context = checked.findings, checked.citations, checked.context
    hits = draft.nearest or found.hits
    with stage("compose"):
        worded = (
            writer.text(query.text, query.kind, query.language, findings, citations) if writer and findings else None
        )
        text = (
            worded
            if worded is not None
            else compose(
                query.kind,
                query.language,
                findings,
                citations,
                context,
                passages=bool(hits),
                missing=draft.missing,
                named=sorted(query.clues.jurisdictions),
            )
        )
    return Answer(
        question=query.text,
        language=query.language,
        kind=query.kind,
        answered=bool(findings),
        text=text,
        findings=findings,
        citations=citations,
        passages=[passage_hit(hit) for hit in shown_in(found.index, hits[: query.limit], query, found.vector)],
        context=context,
        dropped_citations=checked.dropped,
        wording="extractive" if worded is None else "model",
        took_ms=round((time.perf_counter() - began) * 1000, 1),
    )


@staged("draft")
def _draft(found: Found) -> Draft:
    if empty := not_applicable.empty_handed(found):
        return Draft(empty_handed=empty)
    # A list may have no topic ("who offered a demo?"), and sees to this itself.
    why = None if found.query.kind == "list" else nothing.missing(found)
    return Draft(missing=why) if why else _BY_KIND[found.query.kind](found)


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
