"""Eight-bit rows, and the folder that StaticEmbedder, model2vec and sentence-transformers open.

`model.safetensors` holds `embeddings` (tokens × dimension, int8) and `weights` (tokens, float32): the
vector of token t is `embeddings[t] * weights[t]`. The row of the unknown token has weight 0, so that a
library that averages it in finds the same direction as one that leaves it out; its eight-bit values are the
vector that a text without any known token gets from StaticEmbedder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from indexer.embedding.vocabulary import UNKNOWN

NAME = "council-static-fr-en"
_LARGEST = 127


@dataclass(frozen=True)
class EightBitTable:
    """Rows as small integers: row t is `values[t] * scales[t]`."""

    values: NDArray[np.int8]
    scales: NDArray[np.float32]


def quantise(table: NDArray[np.float32]) -> EightBitTable:
    """Round each row to int8 on its own scale, the row's largest magnitude becoming 127."""
    largest = np.abs(table).max(axis=1)
    scales = np.where(largest > 0, largest / _LARGEST, 1.0).astype(np.float32)
    return EightBitTable(np.rint(table / scales[:, None]).astype(np.int8), scales)


def quietest_direction(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """The unit vector nearest to no row: last principal axis, its first non-zero entry positive."""
    _, axes = np.linalg.eigh(table.T.astype(np.float64) @ table)
    axis = axes[:, 0]
    return np.asarray(axis * np.sign(axis[np.flatnonzero(axis)[0]]), dtype=np.float32)


def write_folder(folder: Path, tokenizer: Tokenizer, table: NDArray[np.float32]) -> None:
    """Write `model.safetensors`, `tokenizer.json`, `config.json` and `modules.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    unknown = tokenizer.get_vocab()[UNKNOWN]
    rows = table.copy()
    rows[unknown] = quietest_direction(np.delete(table, unknown, axis=0))
    eight_bit = quantise(rows)
    eight_bit.scales[unknown] = 0.0
    save_file({"embeddings": eight_bit.values, "weights": eight_bit.scales}, folder / "model.safetensors")
    (folder / "model.safetensors").chmod(0o644)  # safetensors leaves it to its owner alone
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    _write_json(
        folder / "config.json",
        {
            "model_type": "model2vec",
            "architectures": ["StaticModel"],
            "name": NAME,
            "normalize": True,
            "max_length": None,
            "hidden_dim": table.shape[1],
            "embedding_dtype": "int8",
        },
    )
    modules = [("", "StaticEmbedding"), ("1_Normalize", "Normalize")]
    _write_json(
        folder / "modules.json",
        [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(modules)
        ],
    )


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
