"""A ranking of passages, and ranking its beginning again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from indexer.documents import Passage


class Ranked(NamedTuple):
    """A passage with its number in the generation and its score."""

    number: int
    passage: Passage
    score: float


def rescored(ranked: Sequence[Ranked], scores: Sequence[float]) -> list[Ranked]:
    """The first passages with new `scores`, in their order, then those beyond them, none scored above.

    Equal ones go by number, so that the same question gives the same list.
    """
    again = [Ranked(item.number, item.passage, float(score)) for item, score in zip(ranked, scores, strict=False)]
    again.sort(key=lambda item: (-item.score, item.number))
    least = again[-1].score if again else 0.0
    return [*again, *(Ranked(item.number, item.passage, min(item.score, least)) for item in ranked[len(scores) :])]
