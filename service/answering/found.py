"""What was found for a question: handed to the module that answers its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from indexer.embedding import Embedder
from indexer.index_protocol import Index
from service.answering.evidence import Evidence, Weigher, best_of_each, weigh
from service.answering.thresholds import Thresholds
from service.query import Query
from service.retrieval import Hit


@dataclass(frozen=True)
class Found:
    """A question, its vector of shape (dimension,), and the hits, best first."""

    index: Index
    embedder: Embedder
    query: Query
    vector: npt.NDArray[np.float32]
    hits: Sequence[Hit]
    thresholds: Thresholds

    def weighed(self, hits: Sequence[Hit]) -> list[Evidence]:
        """Every sentence of `hits`, held against the question; each hit's are weighed once."""
        kept = self._weighed
        new = [hit for hit in hits if id(hit) not in kept]
        kept.update((id(hit), (hit, [])) for hit in new)  # with the hit, so that none is made where it was
        if new:
            for item in weigh(self.index, self.embedder, self.query, self.vector, new, weigher=self._weigher):
                kept[id(item.hit)][1].append(item)
        return [item for hit in hits for item in kept[id(hit)][1]]

    @cached_property
    def _weigher(self) -> Weigher:
        return Weigher(self.index, self.query)

    @cached_property
    def _weighed(self) -> dict[int, tuple[Hit, list[Evidence]]]:
        return {}

    @cached_property
    def evidence(self) -> list[Evidence]:
        """The best sentence of each of the first hits, best first."""
        return best_of_each(self.weighed(self.hits[: self.thresholds.hits]))
