"""Vectors of meaning for passages and questions, in French and English alike.

`load()` opens the bundled static model, which needs no torch; `load("name or folder")` opens any
sentence-transformers model (extra `models`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BUNDLED = Path(__file__).parent / "bundled"


class Embedder(Protocol):
    """Texts to vectors whose dot product is the cosine of their meanings.

    A text that says nothing the model knows (empty, or only signs) still gets a unit vector, always the
    same one.
    """

    @property
    def id(self) -> str:
        """Name and digest; two embedders with the same id give the same vectors."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of passages: float32, (len(texts), dimension), rows of unit length."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions: float32, (len(texts), dimension), rows of unit length."""


def load(model: str | None = None) -> Embedder:
    """Open a model: the bundled one (`None`), a folder, or a sentence-transformers name.

    A folder in the bundled model's format is read without torch. Raises `SettingError`, which names the model
    and the mend, when it cannot be opened.
    """
    from indexer.embedding.static import StaticEmbedder, is_static_folder

    if model is None:
        return _bundled()
    if is_static_folder(Path(model)):
        return StaticEmbedder.open(Path(model))
    from indexer.embedding.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder.open(model)


@cache
def _bundled() -> Embedder:
    """The bundled model, opened once: it serves as embedder and for the likeness of single words."""
    from indexer.embedding.static import StaticEmbedder

    return StaticEmbedder.open(BUNDLED)
