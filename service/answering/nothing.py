"""Whether the documents answer a question at all, and if not, why not."""

from __future__ import annotations

from service.answering.draft import Missing
from service.answering.found import Found

_FIRST = 3  # sentences of which the nearest in meaning counts


def missing(found: Found) -> Missing | None:
    """Why the documents do not answer, None where they seem to."""
    if not _on_topic(found):
        return Missing.TOPIC
    return Missing.ELSEWHERE if _said_of_others(found) else None


def _on_topic(found: Found) -> bool:
    """Whether the best sentences are close enough to the question in meaning, and their passages in words."""
    evidence, thresholds = found.evidence, found.thresholds
    if not evidence:
        return False
    meaning = max(item.cosine for item in evidence[:_FIRST])
    return meaning + thresholds.passage_share * found.hits[0].score >= thresholds.close


def _said_of_others(found: Found) -> bool:
    """Whether what is asked of a jurisdiction by name is said of others only (when "Quebec" launched a bot)."""
    named = found.query.clues.jurisdictions
    if not named or found.query.kind not in ("fact", "decision"):
        return False
    own = [
        item.score
        for item in found.evidence
        if named.intersection((*item.jurisdictions, *item.hit.passage.jurisdictions))
    ]
    return max(own, default=0.0) < found.thresholds.own * found.evidence[0].score
