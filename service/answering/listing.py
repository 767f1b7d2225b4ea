"""Lists by jurisdiction: who, and how far each got."""

from __future__ import annotations

from service.answering.draft import Draft, Statement
from service.answering.found import Found


def listed(found: Found) -> Draft:
    """The best evidence of each jurisdiction that has evidence good enough.

    Where some sentence names a term of the field that the question names, in whatever wording, the others need more.
    """
    thresholds, best = found.thresholds, found.evidence[0].score
    topic_known = any(item.on_topic for item in found.evidence)
    wanted = max(thresholds.answered, thresholds.listed * best)
    statements: dict[str, Statement] = {}
    for item in found.evidence:
        asked = wanted if item.on_topic or not topic_known else max(wanted, thresholds.off_topic * best)
        if item.score < asked:
            continue
        for code in item.jurisdictions:
            if code not in statements:
                statements[code] = Statement(item.hit, item.span, item.status, code)
    return Draft(tuple(statements.values()))
