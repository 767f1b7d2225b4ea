"""The needs that are served worst."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from eval.figures import NDCG, RECALL
from eval.scores import Asked, Parts, values

WORST = 10


def worst(asked: Sequence[Asked], parts: Sequence[Parts]) -> list[str]:
    """Ids of the needs served worst, at most `WORST`: by discounted gain, then recall.

    A question that the documents do not answer, answered all the same, counts as one of which nothing was found. Of
    needs served alike, answerable ones and such questions take turns, so that neither crowd out the others; then the
    id decides. A need that is served as well as can be is never among them.
    """
    ranked: list[tuple[float, float, int, bool, str]] = []
    turns: Counter[tuple[bool, float, float]] = Counter()
    for need, own in sorted(
        ((item.sought.need, values(own)) for item, own in zip(asked, parts, strict=True)), key=lambda pair: pair[0].id
    ):
        unanswerable = need.kind == "none"
        if unanswerable:
            gain = recall = own["abstains_rightly"]
        elif NDCG in own:
            gain, recall = own[NDCG], own[RECALL]
        else:
            continue
        if (gain, recall) < (1.0, 1.0):
            ranked.append((gain, recall, turns[unanswerable, gain, recall], unanswerable, need.id))
            turns[unanswerable, gain, recall] += 1
    return [need_id for *_, need_id in sorted(ranked)[:WORST]]
