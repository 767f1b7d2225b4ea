"""What an audience may see, as a condition of Qdrant's: part of every call that reads passages or documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qdrant_client import models

from indexer.documents import Distribution

RANK, DOCUMENT = "rank", "document_id"
"""Names in the payload: the rank of the widest audience that may see a point, and its document's id."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything that `audience` may see, but for the documents `hidden`."""

    audience: Distribution
    hidden: frozenset[str] = frozenset()

    def filter(self, conditions: Iterable[models.Condition] = ()) -> models.Filter:
        """The condition that a point is in scope and meets `conditions`."""
        seen = models.FieldCondition(key=RANK, range=models.Range(lte=self.audience.rank))
        out: list[models.Condition] = []
        if self.hidden:
            out.append(models.FieldCondition(key=DOCUMENT, match=models.MatchAny(any=sorted(self.hidden))))
        return models.Filter(must=[seen, *conditions], must_not=out or None)
