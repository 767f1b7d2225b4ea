"""The needs that are served worst."""

from __future__ import annotations

from collections.abc import Sequence

from eval.figures import NDCG, RECALL
from eval.scores import Asked, Parts, values

WORST = 10


def worst(asked: Sequence[Asked], parts: Sequence[Parts]) -> list[str]:
    """Ids of the needs served worst, at most `WORST`: by discounted gain, then recall, then id.

    A question that the documents do not answer, answered all the same, counts as one of which nothing was found.
    A need that is served as well as can be is never among them.
    """
    ranked = []
    for item, own in zip(asked, parts, strict=True):
        found = values(own)
        if item.sought.need.kind == "none":
            key = (found["abstains_rightly"],) * 2
        elif NDCG in found:
            key = (found[NDCG], found[RECALL])
        else:
            continue
        if key < (1.0, 1.0):
            ranked.append((*key, item.sought.need.id))
    return [need_id for _, _, need_id in sorted(ranked)[:WORST]]
