"""Whether the documents answer a question at all."""

from __future__ import annotations

from service.answering.found import Found


def answers(found: Found) -> bool:
    """Whether the best sentence is close enough to the question to be an answer."""
    evidence, thresholds = found.evidence, found.thresholds
    if not evidence or evidence[0].score < thresholds.answered:
        return False
    if max(item.cosine for item in evidence[:3]) < thresholds.meant:
        return False
    return evidence[0].overlap > 0 or evidence[0].cosine >= thresholds.unnamed
