"""How often tokens stand in the passages that each audience sees, counted when a generation is finished.

Each audience has counts of its own, so that what it may not see weighs nothing in what it finds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from qdrant_client import models

from indexer.documents import LANGUAGES, Distribution
from indexer.lexical_query import surface_token
from indexer.qdrant.packing import packed, packed_array, unpacked, unpacked_array
from indexer.qdrant.points import token_number
from indexer.qdrant.records import record_point

STATISTICS, WORDS = "statistics", "words"
_AT_ONCE = 50_000  # tokens a point
_AUDIENCES = len(Distribution)


class Counting:
    """Adds up the tokens of documents."""

    def __init__(self) -> None:
        self._counts = [Counter[str]() for _ in range(_AUDIENCES)]  # by rank of the document

    def add(self, rank: int, tokens: Mapping[str, int]) -> None:
        """Count a document for the audiences from `rank` on."""
        self._counts[rank].update(tokens)

    def points(self) -> Iterator[models.PointStruct]:
        """The points that `Statistics` and `words` read."""
        tokens = sorted(set().union(*self._counts))
        for first in range(0, len(tokens), _AT_ONCE):
            some = tokens[first : first + _AT_ONCE]
            by_rank = np.array([[counts[token] for counts in self._counts] for token in some], "<u4")
            seen = np.cumsum(by_rank, axis=1).astype("<u4")
            numbers = np.array([token_number(token) for token in some], "<u4")
            counted = {"tokens": packed_array(numbers), "counts": packed_array(seen)}
            yield record_point(STATISTICS, str(first), counted)
            surface = {token: row for token, row in zip(some, seen.tolist(), strict=True) if token.startswith(_SURFACE)}
            if surface:
                yield record_point(WORDS, str(first), {"words": packed(surface)})


_SURFACE = tuple(surface_token("", language) for language in LANGUAGES)


class Statistics:
    """The counts of a generation, opened: by token's number for each audience."""

    def __init__(self, payloads: Iterable[Mapping[str, Any]]) -> None:
        read = [
            (unpacked_array(one["tokens"], "<u4"), unpacked_array(one["counts"], "<u4").reshape(-1, _AUDIENCES))
            for one in payloads
        ]
        numbers = np.concatenate([one for one, _ in read]) if read else np.empty(0, np.uint32)
        counts = np.concatenate([one for _, one in read]) if read else np.empty((0, _AUDIENCES), np.uint32)
        order = np.argsort(numbers, kind="stable")
        self._numbers, starts = np.unique(numbers[order], return_index=True)
        # Tokens that share a number share their postings too.
        self._counts: npt.NDArray[np.uint32] = (
            np.add.reduceat(counts[order], starts, axis=0) if len(starts) else counts
        ).astype(np.uint32)

    def having(self, token: str, rank: int) -> int:
        """In how many passages that the audience of `rank` sees a token stands."""
        number = token_number(token)
        at = int(np.searchsorted(self._numbers, number))
        return int(self._counts[at, rank]) if at < len(self._numbers) and self._numbers[at] == number else 0


def words(payloads: Iterable[Mapping[str, Any]], rank: int) -> Counter[str]:
    """Words as they stand, and in how many of the passages that the audience of `rank` sees each does."""
    counts: Counter[str] = Counter()
    for payload in payloads:
        for token, seen in unpacked(payload["words"]).items():
            if seen[rank]:
                counts[word(token)] += seen[rank]
    return counts


def word(token: str) -> str:
    """The word of a surface token."""
    return token[len(_SURFACE[0]) :]


def surface_counts(tokens: Mapping[str, int]) -> Counter[str]:
    """The words among the tokens of a document."""
    counts: Counter[str] = Counter()
    for token, count in tokens.items():
        if token.startswith(_SURFACE):
            counts[word(token)] += count
    return counts
