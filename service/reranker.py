"""A cross-encoder, which reads the question and a passage together: optional, slow, and better where it is good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from indexer.errors import SettingError
from service.ranked import Ranked, rescored

READ = 50  # passages that it reads
_BATCH = 16


class Reranker(Protocol):
    """Scores how well each text answers a question; higher is better."""

    def score(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Scores over 0 to 1, of shape (texts,)."""


class CrossEncoderReranker:
    """Any cross-encoder that sentence-transformers opens, by name or folder, with one output."""

    def __init__(self, name: str) -> None:
        try:
            import torch
            from sentence_transformers import CrossEncoder
        except ImportError as error:
            raise SettingError(
                f"--reranker {name} needs the extra 'models': pip install 'council-search[models]'"
            ) from error
        try:
            self._model = CrossEncoder(name, device="cpu", activation_fn=torch.nn.Sigmoid())
        except Exception as error:  # whatever the library and what it stands on raise for a name that is no model
            reason = " ".join(str(error).split())
            raise SettingError(
                f"--reranker {name}: cannot be opened as a cross-encoder ({reason}); name a folder that holds one"
            ) from error
        outputs = getattr(self._model, "num_labels", 1)
        if outputs != 1:
            raise SettingError(f"--reranker {name}: has {outputs} outputs where one score is needed; name another")

    def score(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Scores over 0 to 1, of shape (texts,)."""
        pairs = [(question, text) for text in texts]
        return np.asarray(self._model.predict(pairs, batch_size=_BATCH, show_progress_bar=False), dtype=np.float32)


def open_reranker(name: str | None) -> Reranker | None:
    """The cross-encoder of that name or folder; None for none. Raises SettingError with the mend."""
    return None if name is None else CrossEncoderReranker(name)


def reranked(reranker: Reranker, question: str, ranked: Sequence[Ranked]) -> list[Ranked]:
    """The first READ of `ranked` in the reranker's order and with its scores, then the others, none above those."""
    texts = ["\n".join((*item.passage.heading, item.passage.text)) for item in ranked[:READ]]
    return rescored(ranked, reranker.score(question, texts).tolist() if texts else [])
