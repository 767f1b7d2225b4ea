"""How many bytes an index in Qdrant takes a passage, by what they are for: to size a cluster.

Usage::

    python -m eval.store_size --store qdrant://localhost:6333/council

Measured are what is sent and kept: payloads as JSON, sparse vectors, the records of documents. Reckoned from Qdrant's
formats are the dense vectors (two bytes a component), their graph (m = 32: 64 links of four bytes, and a tenth for
upper layers) and the inverted lists of tokens (as much again as the sparse vectors). No replica is counted.
"""

from __future__ import annotations

import argparse
import json
import tracemalloc
from collections.abc import Sequence

from qdrant_client import models

from indexer import embedding
from indexer.documents import Distribution
from indexer.errors import CouncilError
from indexer.qdrant.address import Address
from indexer.qdrant.connection import LINKS, Connection
from indexer.qdrant.generation import Generation
from indexer.qdrant.index import QdrantIndex
from indexer.qdrant.points import TERMS
from indexer.qdrant.scope import Scope

_LINKS = 2 * LINKS * 4 * 1.1
_ENTRY = 8  # bytes of a token in a sparse vector: its number and its weight


def sizes(connection: Connection, name: str) -> tuple[int, dict[str, float]]:
    """The number of passages of a generation, and bytes a passage by what they are for."""
    embedder = embedding.load()
    QdrantIndex(Generation.opened(connection, name, embedder)).read_ahead()  # what is loaded once for all
    tracemalloc.start()
    index = QdrantIndex(Generation.opened(connection, name, embedder))
    index.read_ahead()
    client, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    count, payload, entries, records = max(len(index.vectors), 1), 0, 0, 0
    everything = Scope(Distribution.SECRETARIAT)
    for one in connection.seen(connection.passages(name), everything, vectors=[TERMS]):
        payload += len(json.dumps(one.payload, ensure_ascii=False).encode())
        vector = one.vector[TERMS] if isinstance(one.vector, dict) and TERMS in one.vector else None
        entries += len(vector.indices) if isinstance(vector, models.SparseVector) else 0
    for kind in ("document", "pair", "statistics", "words", "meta"):
        for held in connection.of_kind(name, kind):
            records += len(json.dumps(held, ensure_ascii=False).encode())
    totals = {
        "payload (disk)": payload,
        "documents, counts (disk)": records,
        "sparse vectors (disk)": _ENTRY * entries,
        "inverted lists (memory, or disk)": _ENTRY * entries,
        "dense vectors (memory, or disk)": 2 * index.vectors.dimension * count,
        "graph (memory, or disk)": _LINKS * count,
        "each process that answers (memory)": client,
    }
    return count, {name: total / count for name, total in totals.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a purpose; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval.store_size", description="Bytes a passage in Qdrant.")
    parser.add_argument("--store", required=True, help="address of the index")
    options = parser.parse_args(arguments)
    try:
        connection = Connection(Address.read(options.store))
        count, found = sizes(connection, connection.serving() or "")
    except CouncilError as error:
        parser.exit(2, f"{error}\n")
    print(f"{count} passages; bytes a passage:")
    for name, size in found.items():
        print(f"{name:36}{size:10.0f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
