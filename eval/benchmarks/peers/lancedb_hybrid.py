"""LanceDB's hybrid search: its full-text index and its vectors, joined by its default reranker.

Its documentation advises a vector index from about 100,000 rows; below, and here below `INDEXED`, it scans them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence

import lancedb
import pyarrow as pa
from lancedb.index import FTS

from eval.benchmarks.peers import Entry, Vectors

INDEXED = 100_000  # rows, from which the vectors are indexed too


class Adapter:
    """`Peer` over a table in a temporary folder."""

    def build(self, passages: Sequence[Entry], vectors: Vectors) -> None:
        """Write the table and its indexes."""
        self._folder = tempfile.TemporaryDirectory(prefix="council-lancedb-")
        column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), vectors.shape[1])
        table = pa.table(
            {
                "id": pa.array([passage.id for passage in passages]),
                "text": pa.array([passage.text for passage in passages]),
                "vector": column,
            }
        )
        self._table = lancedb.connect(self._folder.name).create_table("passages", table)
        self._table.create_index("text", config=FTS())
        if len(passages) >= INDEXED:
            self._table.create_index(metric="dot", vector_column_name="vector")

    def search(self, text: str, vector: Vectors, k: int) -> list[str]:
        """One hybrid search."""
        asked = self._table.search(query_type="hybrid", vector_column_name="vector", fts_columns="text")
        found = asked.vector(vector).text(text).distance_type("dot").limit(k).to_arrow()
        return [str(one) for one in found["id"].to_pylist()]

    def close(self) -> None:
        """Remove the table."""
        self._folder.cleanup()
