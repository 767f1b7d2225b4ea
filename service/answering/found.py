"""What was found for a question: handed to the module that answers its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.embedding import Embedder
from indexer.store import Index
from service.answering.evidence import Evidence
from service.answering.thresholds import Thresholds
from service.query import Query
from service.retrieval import Hit


@dataclass(frozen=True, slots=True)
class Found:
    """A question, its vector of shape (dimension,), the hits, and the best sentence of each, best first."""

    index: Index
    embedder: Embedder
    query: Query
    vector: npt.NDArray[np.float32]
    hits: Sequence[Hit]
    evidence: Sequence[Evidence]
    thresholds: Thresholds
