"""Facts: the sentences that answer, the best first."""

from __future__ import annotations

from service.answering.draft import Draft, Statement
from service.answering.evidence import Evidence
from service.answering.found import Found


def stated(found: Found) -> Draft:
    """The best sentence, and others nearly as good."""
    thresholds = found.thresholds
    least = thresholds.also * found.evidence[0].score
    chosen = [item for item in found.evidence[: thresholds.statements] if item.score >= least]
    return Draft(tuple(statement(item) for item in chosen))


def statement(item: Evidence) -> Statement:
    """A sentence as a statement about the first jurisdiction that it is about."""
    return Statement(item.hit, item.span, item.status, next(iter(item.jurisdictions), None))
