"""Reading ahead what answers need of passages, so that a server's first questions are as fast as its later ones."""

from __future__ import annotations

from indexer.index_protocol import Index
from service.answering.register import register


def warm(index: Index) -> None:
    """Read the register of decisions, the columns that filters go by, and the files that every answer reads."""
    register(index)
    index.read_ahead()
