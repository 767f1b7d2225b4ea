"""What became of a decision or follow-up: passages of later meetings on the same thing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from indexer import text
from indexer.documents import RecordItem, Role
from indexer.glossary import find_terms
from service.answering import evidence
from service.answering.candidates import Candidate
from service.answering.draft import Statement
from service.answering.evidence import Evidence
from service.answering.found import Found
from service.answering.items_asked import ItemsAsked, items_asked
from service.answering.register import register
from service.dates_asked import dates_asked, period
from service.query import Query
from service.retrieval import DEFAULT_WEIGHTS, retrieve


@dataclass(frozen=True, slots=True)
class LaterThresholds:
    """When a later passage is on the same thing; chosen on the corpus's items, with a later record and without."""

    overlap: float = 0.6  # weighted share of the words sought that its sentence holds
    cosine: float = 0.3  # of its sentence to the item and the question taken together
    looked_at: int = 6  # passages
    most: int = 2  # statements


_WEIGHTS = replace(DEFAULT_WEIGHTS, pool=40, ranked=12)  # few passages are wanted, and soon
DEFAULT_LATER_THRESHOLDS = LaterThresholds()


def with_later(
    found: Found,
    said: Statement,
    candidate: Candidate,
    asked: ItemsAsked,
    thresholds: LaterThresholds = DEFAULT_LATER_THRESHOLDS,
) -> Statement:
    """`said`, the statement of an item, with what later meetings have on it, the best first."""
    item = candidate.entry.item
    if item is None or item.meeting_date is None:
        return said
    good = [
        one
        for one in evidence_after(found, candidate, item, asked, thresholds.looked_at)
        if one.overlap >= thresholds.overlap and one.cosine >= thresholds.cosine and not _on_another(one, item)
    ]
    # A date in the question says which report is meant, where one is of that date.
    good.sort(key=lambda one: not _dated(one, asked))
    further = tuple(
        Statement(one.hit, one.span, one.status, next(iter(one.jurisdictions), None)) for one in good[: thresholds.most]
    )
    return replace(said, further=further)


def evidence_after(
    found: Found, candidate: Candidate, item: RecordItem, asked: ItemsAsked, limit: int
) -> list[Evidence]:
    """The best sentences of later meetings on what the question asks of the item, on its topic where it names none."""
    query = _query(found, item, asked)
    if query is None:
        return []
    own = found.index.vectors.vectors(np.array([candidate.number]))[0]
    vector = own + found.vector
    vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    hits = retrieve(found.index, query, vector, limit=limit, weights=_WEIGHTS)
    return evidence.find(found.index, found.embedder, query, vector, hits)


def _query(found: Found, item: RecordItem, asked: ItemsAsked) -> Query | None:
    """What is sought in later documents; None where nothing says what."""
    language = found.query.asked_in
    owner = set(text.words(item.owner)) if item.owner else set()
    words = [word for word in asked.words if word not in owner]
    if not words:
        language, owners = item.language, register(found.index).owner_words
        words = [word for word in items_asked(item.text).words if word not in owners]
    if not words or item.meeting_date is None:
        return None
    following = (date.fromisoformat(period(item.meeting_date).last) + timedelta(days=1)).isoformat()
    filters = replace(found.query.filters, date_from=max(following, found.query.filters.date_from or ""))
    joined = " ".join(words)
    return Query(joined, found.query.language, language, kind="fact", terms=find_terms(joined), filters=filters)


def _on_another(one: Evidence, item: RecordItem) -> bool:
    """Whether a sentence is of the item's own meeting, or on the like of a decision, of another day (other minutes)."""
    passage = one.hit.passage
    if not (passage.meeting_date and item.meeting_date) or period(passage.meeting_date).meets(
        period(item.meeting_date)
    ):
        return True
    if item.kind is not Role.DECISION:
        return False
    own = [day for day in dates_asked(item.text).periods if not day.whole_year]
    others = [day for day in dates_asked(_written(one)).periods if not day.whole_year]
    return bool(own and others) and not any(day.meets(other) for day in own for other in others)


def _written(one: Evidence) -> str:
    passage = one.hit.passage
    return passage.text[one.start - passage.start : one.end - passage.start]


def _dated(one: Evidence, asked: ItemsAsked) -> bool:
    meeting = one.hit.passage.meeting_date
    return meeting is not None and any(period(meeting).meets(named) for named in asked.periods)
