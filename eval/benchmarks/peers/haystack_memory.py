"""Haystack: its in-memory store with the BM25 and the embedding retriever, joined by reciprocal rank fusion."""

from __future__ import annotations

import os
from collections.abc import Sequence

from eval.benchmarks.peers import CANDIDATES, Entry, Vectors

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore


class Adapter:
    """`Peer` over the components themselves: no pipeline around them, which would only cost."""

    def build(self, passages: Sequence[Entry], vectors: Vectors) -> None:
        """Write documents with their embeddings."""
        store = InMemoryDocumentStore(embedding_similarity_function="dot_product")
        store.write_documents(
            [
                Document(id=passage.id, content=passage.text, embedding=vector.tolist())
                for passage, vector in zip(passages, vectors, strict=True)
            ]
        )
        self._by_words = InMemoryBM25Retriever(store, top_k=CANDIDATES)
        self._by_meaning = InMemoryEmbeddingRetriever(store, top_k=CANDIDATES)

    def search(self, text: str, vector: Vectors, k: int) -> list[str]:
        """Both retrievers, then the joiner."""
        found = [
            self._by_words.run(query=text)["documents"],
            self._by_meaning.run(query_embedding=vector.tolist())["documents"],
        ]
        joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=k)
        return [document.id for document in joiner.run(documents=found)["documents"]]

    def close(self) -> None:
        """Nothing but memory is held."""
        del self._by_words, self._by_meaning
