"""How far a statement says that something is: see `indexer.status`, by which a generation is read when it is written."""

from __future__ import annotations

from indexer.status import passage_status, passage_statuses, status_of

__all__ = ["passage_status", "passage_statuses", "status_of"]
