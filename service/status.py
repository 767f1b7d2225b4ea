"""How far a statement says that something is: read by `indexer.status`, for each generation when it is written."""

from __future__ import annotations

from indexer.status import passage_status, passage_statuses, status_of

__all__ = ["passage_status", "passage_statuses", "status_of"]
