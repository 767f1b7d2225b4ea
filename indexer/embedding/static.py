"""The bundled kind of model: a vector a token, averaged. It needs numpy, tokenizers and safetensors alone.

The folder is one that model2vec and sentence-transformers open as it is (`quantise.py` says what is in it).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.token_ids import TokenIds
from indexer.errors import SettingError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WEIGHTS, TOKENIZER, CONFIG = "model.safetensors", "tokenizer.json", "config.json"
_TEXTS_AT_ONCE = 1_024
_LONG_TEXT = 8_192
_LARGEST_HEADER = 1_000_000


@dataclass(frozen=True, eq=False)
class StaticEmbedder:
    """Mean of the vectors of a text's tokens, scaled to unit length; queries and documents alike.

    Token t has the vector `values[t] * scales[t]`: `values` is int8 (tokens, dimension), `scales` float32.
    The vector of a text depends on that text alone, not on the batch it comes in.
    """

    id: str
    tokenizer: Tokenizer = field(repr=False)
    values: NDArray[np.int8] = field(repr=False)
    scales: NDArray[np.float32] = field(repr=False)
    nothing: NDArray[np.float32] = field(repr=False)
    """What a text without any known token gets: a unit vector that hardly any token points to."""

    @classmethod
    def open(cls, folder: Path) -> StaticEmbedder:
        """Read a model folder; `SettingError` if it is missing or damaged."""
        from safetensors import SafetensorError
        from safetensors.numpy import load
        from tokenizers import Tokenizer

        try:
            weights = (folder / WEIGHTS).read_bytes()
            vocabulary = (folder / TOKENIZER).read_bytes()
            tensors = load(weights)
            values, scales = tensors["embeddings"], tensors["weights"].astype(np.float32)
            tokenizer = Tokenizer.from_buffer(vocabulary)
        except (OSError, KeyError, SafetensorError) as error:
            raise _unusable(folder, str(error)) from error
        except Exception as error:  # tokenizers raises bare Exception for a file that is not a tokenizer
            raise _unusable(folder, str(error)) from error
        if len(values) != len(scales) or len(values) != tokenizer.get_vocab_size():
            raise _unusable(folder, "its table and its vocabulary are not of the same length")
        digest = hashlib.sha256(hashlib.sha256(weights).digest() + hashlib.sha256(vocabulary).digest())
        return cls(
            id=f"{_name(folder)}-{digest.hexdigest()[:12]}",
            tokenizer=tokenizer,
            values=values,
            scales=scales,
            nothing=_nothing(values, tokenizer),
        )

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.values.shape[1])

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of passages: float32, (len(texts), dimension), rows of unit length."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for begin in range(0, len(texts), _TEXTS_AT_ONCE):
            batch = texts[begin : begin + _TEXTS_AT_ONCE]
            self._sum_tokens(self._token_ids.of(batch), vectors[begin : begin + len(batch)])
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        vectors[lengths[:, 0] == 0] = self.nothing
        return vectors

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions: the same as for passages."""
        return self.encode_documents(texts)

    @cached_property
    def _token_ids(self) -> TokenIds:
        return TokenIds(self.tokenizer)

    def _sum_tokens(self, texts: Sequence[list[int]], sums: NDArray[np.float32]) -> None:
        """Write the sum of the vectors of each text's tokens, zeros for no token: it points where their mean does."""
        tokens = np.fromiter(chain.from_iterable(texts), np.intp)
        # What a token has in several texts is turned into float once; a book needs no more memory than the table.
        distinct, places = np.unique(tokens, return_inverse=True)
        table, scales = self.values[distinct].astype(np.float32), self.scales[tokens]
        end = 0
        for row, text in enumerate(texts):
            begin, end = end, end + len(text)
            if len(text) <= _LONG_TEXT:
                np.matmul(scales[begin:end], table.take(places[begin:end], axis=0), out=sums[row])
            else:
                here, counts = np.unique(places[begin:end], return_counts=True)
                weights = (counts * self.scales[distinct[here]]).astype(np.float32)
                np.matmul(weights, table[here], out=sums[row])


def is_static_folder(path: Path) -> bool:
    """Whether `path` is a folder in this format: int8 `embeddings` with `weights`, and a tokenizer."""
    if not (path / TOKENIZER).is_file() or not (path / WEIGHTS).is_file():
        return False
    with (path / WEIGHTS).open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if size > _LARGEST_HEADER:
            return False
        try:
            header = json.loads(file.read(size))
        except ValueError:
            return False
    return "weights" in header and header.get("embeddings", {}).get("dtype") == "I8"


def _nothing(values: NDArray[np.int8], tokenizer: Tokenizer) -> NDArray[np.float32]:
    """The unknown token's row at unit length (its weight is 0: it counts for nothing in other texts)."""
    unknown = tokenizer.token_to_id(getattr(tokenizer.model, "unk_token", None) or "[UNK]")
    row = values[unknown or 0].astype(np.float32)
    if not row.any():
        row = np.eye(1, values.shape[1], dtype=np.float32)[0]
    return np.asarray(row / np.linalg.norm(row), dtype=np.float32)


def _name(folder: Path) -> str:
    try:
        config: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        config = {}
    return str(config.get("name", "static"))


def _unusable(folder: Path, reason: str) -> SettingError:
    return SettingError(
        f"the embedding model in {folder} cannot be opened ({reason}); "
        "give a folder that indexer.embedding.train wrote, or leave the model out for the bundled one"
    )
