"""Answering: from hits to an answer whose every statement is a quotation with its citation."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from indexer import dates, jurisdictions
from indexer.documents import DocumentRecord, Language, Role
from indexer.embedding import Embedder
from indexer.store import Index
from service.answering import evidence
from service.answering.evidence import Evidence
from service.contract import Answer, Citation, Finding, JurisdictionName, PassageHit, Version
from service.messages import message
from service.query import Query
from service.reranker import Reranker
from service.retrieval import Hit, query_vector, retrieve


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When evidence counts; chosen on the tune split of `eval/gold`, `settled` on the whole of it."""

    answered: float = 0.3  # score of the best sentence below which the documents do not answer
    meant: float = 0.24  # best cosine of the first three sentences, below which none is about what is asked
    unnamed: float = 0.45  # its cosine, below which it does not answer if it holds nothing that the question names
    listed: float = 0.6  # share of the best sentence's score that a jurisdiction's sentence needs to be listed
    off_topic: float = 0.7  # the same, for one that names no term of the question where others do
    hits: int = 30  # passages looked at
    statements: int = 4  # sentences quoted where the question does not ask for a list
    also: float = 0.6  # share of the first sentence's score that a further one needs
    settled: float = 0.5  # what a decision or follow-up gains on other sentences where one is asked for


_SETTLED = (Role.DECISION, Role.FOLLOW_UP)
DEFAULT_THRESHOLDS = Thresholds()


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
    hits = retrieve(index, query, vector, limit=max(query.limit, thresholds.hits), reranker=reranker)
    found = evidence.find(index, embedder, query, vector, hits)
    answered = _close(found, thresholds)
    chosen: list[Evidence] = []
    if answered:
        chosen = _for_list(found, thresholds) if query.kind == "list" else _statements(found, query, thresholds)
        answered = bool(chosen)
    citations = [_citation(number, item) for number, item in enumerate(chosen, start=1)]
    findings = _findings(chosen, query)
    return Answer(
        question=query.text,
        language=query.language,
        kind=query.kind,
        answered=answered,
        text=_text(chosen, findings, query, bool(hits)),
        findings=findings,
        citations=citations,
        passages=[passage_hit(hit) for hit in hits[: query.limit]],
        took_ms=round((time.perf_counter() - began) * 1000, 1),
    )


def passage_hit(hit: Hit) -> PassageHit:
    """A hit in the shape that leaves the service."""
    passage = hit.passage
    return PassageHit(
        **_place(hit),
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
                passage_id=place.passage.id,
                document_id=place.document.id,
                document_language=place.document.language,
                source=source_name(place.document),
                page=place.passage.page,
            )
            for place in hit.versions
        ],
    )


def source_name(document: DocumentRecord) -> str:
    """The file name of a document, without the folders it stands in."""
    return document.source.rpartition("/")[2]


def _place(hit: Hit) -> dict[str, Any]:
    """The fields that say which passage a hit or citation is, and where it stands."""
    passage, document = hit.passage, hit.document
    return {
        "passage_id": passage.id,
        "document_id": document.id,
        "document_title": document.title,
        "document_type": document.type,
        "document_language": document.language,
        "source": source_name(document),
        "page": passage.page,
        "role": passage.role,
        "jurisdictions": list(passage.jurisdictions),
        "speaker": passage.speaker,
    }


def _close(found: Sequence[Evidence], thresholds: Thresholds) -> bool:
    """Whether the best sentence is close enough to the question to be an answer; `found` is best first."""
    if not found or found[0].score < thresholds.answered:
        return False
    if max(item.cosine for item in found[:3]) < thresholds.meant:
        return False
    return found[0].overlap > 0 or found[0].cosine >= thresholds.unnamed


def _statements(found: Sequence[Evidence], query: Query, thresholds: Thresholds) -> list[Evidence]:
    """The sentences to quote where the question asks for no list."""

    def rank(item: Evidence) -> float:
        asked = query.kind == "decision" and item.hit.passage.role in _SETTLED
        return item.score + (thresholds.settled if asked else 0.0)

    ranked = sorted(found, key=rank, reverse=True)[: thresholds.statements]
    return [item for item in ranked if rank(item) >= thresholds.also * rank(ranked[0])]


def _for_list(found: Sequence[Evidence], thresholds: Thresholds) -> list[Evidence]:
    """The best evidence of each jurisdiction that has evidence good enough.

    Where some sentence names a term of the field that the question names, in whatever wording, the others need more.
    """
    topic_known = any(item.on_topic for item in found)
    wanted = max(thresholds.answered, thresholds.listed * found[0].score)
    listed: set[str] = set()
    chosen = []
    for item in found:
        asked = wanted if item.on_topic or not topic_known else max(wanted, thresholds.off_topic * found[0].score)
        if item.score >= asked and set(item.jurisdictions) - listed:
            chosen.append(item)
            listed.update(item.jurisdictions)
    return chosen


def _citation(number: int, item: Evidence) -> Citation:
    return Citation(
        number=number,
        **_place(item.hit),
        quote=item.quote,
        start=item.start,
        end=item.end,
    )


def _findings(chosen: Sequence[Evidence], query: Query) -> list[Finding]:
    """For a list one finding a jurisdiction, under its best citation; otherwise one a statement."""
    findings = []
    listed: set[str] = set()
    for number, item in enumerate(chosen, start=1):
        codes: tuple[str | None, ...] = item.jurisdictions or (None,)
        if query.kind != "list":
            codes = codes[:1]
        for code in codes:
            if query.kind == "list" and (code is None or code in listed):
                continue
            if code is not None:
                listed.add(code)
            findings.append(
                Finding(
                    jurisdiction=_name(code, query.language) if code else None,
                    status=item.status,
                    statement=item.quote,
                    meeting_date=item.hit.passage.meeting_date,
                    citations=[number],
                )
            )
    return findings


def _name(code: str, language: Language) -> JurisdictionName:
    found = jurisdictions.get(code)
    return JurisdictionName(code=code, name=found.name_en if language == "en" else found.name_fr)


def _text(chosen: Sequence[Evidence], findings: Sequence[Finding], query: Query, passages: bool) -> str:
    spoken = query.language
    if not chosen:
        return message("answer.nothing" if passages else "answer.nothing_allowed", spoken)
    if query.kind == "list":
        items = [
            message(
                "answer.item",
                spoken,
                name=finding.jurisdiction.name,
                status=message(f"status.{finding.status}", spoken),
                date=f", {dates.written(finding.meeting_date, spoken)}" if finding.meeting_date else "",
                numbers=_marks(finding.citations),
            )
            for finding in findings
            if finding.jurisdiction
        ]
        number = "one" if len(items) == 1 else "many"
        count = message(f"answer.jurisdictions.{number}", spoken, number=len(items))
        return message("answer.list", spoken, count=count, items="; ".join(items))
    return "\n".join(
        message(
            "answer.statement",
            spoken,
            title=item.hit.document.title,
            quote=" ".join(item.quote.split()),
            numbers=f"[{number}]",
        )
        for number, item in enumerate(chosen, start=1)
    )


def _marks(numbers: Sequence[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)
