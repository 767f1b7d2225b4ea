"""Reading ahead what answers need of passages, so that a server's first questions are as fast as its later ones."""

from __future__ import annotations

import numpy as np

from indexer.documents import PassageKind
from indexer.embedding import Embedder
from indexer.store import Index
from service import ranking
from service.answering import evidence
from service.answering.register import register

MOST_PASSAGES = 2_000  # read ahead, those of the last documents; half a second of one core for each thousand
_AT_ONCE = 64


def warm(index: Index, embedder: Embedder, most: int = MOST_PASSAGES) -> None:
    """Read the register of decisions, and what the last `most` passages that state something say."""
    register(index)
    numbers = np.flatnonzero(~index.silent)
    numbers = numbers[max(0, len(numbers) - most) :]
    for first in range(0, len(numbers), _AT_ONCE):
        passages = [
            passage
            for passage in index.numbered(numbers[first : first + _AT_ONCE])
            if passage.kind is PassageKind.STATEMENT
        ]
        ranking.read_ahead(passages)
        evidence.read_ahead(embedder, passages)
