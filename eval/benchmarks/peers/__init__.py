"""Other libraries' hybrid retrieval, each behind one interface: the same passages, the same vectors, the same queries.

Each is set up as its documentation shows it, with no tuning for or against it. What is not installed is left out and
named; `pip install 'council-search[peers]'` brings them all.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage as peers get it: its id, and the text that our own indexes hold of it."""

    id: str
    text: str


class Peer(Protocol):
    """Retrieval by words and by meaning over passages held in memory or in a folder of its own."""

    def build(self, passages: Sequence[Entry], vectors: Vectors) -> None:
        """Index the passages; `vectors`, of shape (passages, dimension) and unit length, row by row theirs."""

    def search(self, text: str, vector: Vectors, k: int) -> list[str]:
        """Ids of the `k` best passages, best first, for a query's text and its vector, of shape (dimension,)."""

    def close(self) -> None:
        """Let go of what was indexed."""


@dataclass(frozen=True, slots=True)
class Known:
    """A peer: what it is called, the module that adapts it, and the package that it needs."""

    name: str
    module: str
    package: str

    @property
    def installed(self) -> bool:
        """Whether its package can be imported."""
        return importlib.util.find_spec(self.package) is not None

    def open(self) -> Peer:
        """The peer, with nothing indexed."""
        made: Peer = import_module(f"eval.benchmarks.peers.{self.module}").Adapter()
        return made


PEERS = (
    Known("rank-bm25 + exact vectors", "plain", "rank_bm25"),
    Known("txtai hybrid", "txtai_hybrid", "txtai"),
    Known("Haystack in memory", "haystack_memory", "haystack"),
    Known("LanceDB hybrid", "lancedb_hybrid", "lancedb"),
)
CANDIDATES = 100  # that each leg gives before they are joined, where the peer lets one say


def joined(rankings: Sequence[Sequence[str]], k: int) -> list[str]:
    """The `k` first of several rankings by reciprocal rank fusion with the usual constant of 60."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, name in enumerate(ranking, start=1):
            scores[name] = scores.get(name, 0.0) + 1 / (60 + rank)
    return sorted(scores, key=lambda name: -scores[name])[:k]
