"""Decisions and follow-ups: what a meeting settled, and whom it charged with what."""

from __future__ import annotations

from indexer.documents import Role
from service.answering.draft import Draft
from service.answering.evidence import Evidence
from service.answering.facts import statement
from service.answering.found import Found

_SETTLED = (Role.DECISION, Role.FOLLOW_UP)


def settled(found: Found) -> Draft:
    """The best sentences, those of decisions and follow-ups rather."""
    thresholds = found.thresholds

    def rank(item: Evidence) -> float:
        return item.score + (thresholds.settled if item.hit.passage.role in _SETTLED else 0.0)

    ranked = sorted(found.evidence, key=rank, reverse=True)[: thresholds.statements]
    return Draft(tuple(statement(item) for item in ranked if rank(item) >= thresholds.also * rank(ranked[0])))
