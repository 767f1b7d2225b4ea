"""A passage as a point of Qdrant's, and back.

A point's id is drawn from the passage's, so that writing one again replaces it. Its sparse vector holds the weights of
BM25 at one length for all (`_USUAL_LENGTH`): what an audience may not see then weighs in no stored number, and passages
can be written before all are known. Inverse document frequencies are the question's affair (`indexer.qdrant.lexical`):
the IDF modifier of Qdrant counts the whole collection, passages that an audience may not see among them.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter
from qdrant_client import models

from indexer.documents import DocumentRecord, Passage
from indexer.lexical_clauses import K1, B
from indexer.qdrant.scope import DOCUMENT, RANK

DENSE, TERMS = "dense", "terms"  # names of the vectors
EMBEDDED, LENGTH = "embedded", "length"
# By column of `indexer.columns.Columns` the name in the payload.
FILTERED = {
    "documents": DOCUMENT,
    "types": "type",
    "languages": "doc_language",
    "roles": "role",
    "codes": "jurisdictions",
    "dates": "meeting_date",
}
_USUAL_LENGTH = 100.0  # tokens
_PASSAGE: TypeAdapter[Passage] = TypeAdapter(Passage)


def point_id(passage_id: str) -> int:
    """The id of a passage's point: 63 bits, so that it is a plain whole number for every client."""
    return int.from_bytes(hashlib.blake2b(passage_id.encode(), digest_size=8).digest(), "big") >> 1


def token_number(token: str) -> int:
    """The dimension of a token in sparse vectors, 32 bits.

    Two of a million tokens share one some hundred times, and each of these pairs counts as one token.
    """
    return zlib.crc32(token.encode())


@dataclass(frozen=True, slots=True)
class Terms:
    """A passage's tokens: distinct dimensions, how often each stands there, and how many tokens there are."""

    numbers: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.float32]
    length: int

    @classmethod
    def of(cls, tokens: Sequence[str]) -> Terms:
        """Those of the tokens of `passage_tokens`."""
        counted = Counter(map(token_number, tokens))
        return cls(np.array(list(counted), np.uint32), np.array(list(counted.values()), np.float32), len(tokens))

    @classmethod
    def stored(cls, vector: models.SparseVector, length: int) -> Terms:
        """Those of a point's sparse vector."""
        weights = np.array(vector.values, np.float64)
        counts = np.rint(weights * _norm(length, _USUAL_LENGTH) / (K1 + 1 - weights))
        return cls(np.array(vector.indices, np.uint32), counts.astype(np.float32), length)

    def vector(self) -> models.SparseVector:
        """The sparse vector that is stored."""
        weights = saturated(self.counts.astype(np.float64), np.float64(self.length), _USUAL_LENGTH)
        return models.SparseVector(indices=self.numbers.tolist(), values=weights.tolist())


def _norm(length: Any, usual: float) -> Any:
    return K1 * (1 - B + B * length / usual)


def saturated(counts: Any, lengths: Any, usual: float) -> Any:
    """BM25 of tokens by how often they stand in passages of these lengths, without their rarity."""
    return counts * (K1 + 1) / (counts + _norm(lengths, usual))


def payload(passage: Passage, record: DocumentRecord, embedded: str, length: int) -> dict[str, Any]:
    """All of a passage, and what it is filtered by."""
    return {
        **_PASSAGE.dump_python(passage, mode="json"),
        RANK: record.distribution.rank,
        "type": str(record.type),
        "doc_language": record.language,
        EMBEDDED: embedded,
        LENGTH: length,
    }


PASSAGE_FIELDS = list(Passage.__dataclass_fields__)


def passage(held: dict[str, Any]) -> Passage:
    """The passage of a payload."""
    return _PASSAGE.validate_python({name: held[name] for name in PASSAGE_FIELDS if name in held})
