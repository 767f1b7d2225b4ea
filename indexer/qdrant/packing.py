"""Values that only this program reads, as short text: Qdrant takes JSON, of which a table of numbers would be long."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt


def packed(value: object) -> str:
    """A JSON value, compressed."""
    return base64.b85encode(
        zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    ).decode()


def unpacked(text: str) -> Any:
    """The value of `packed`."""
    return json.loads(zlib.decompress(base64.b85decode(text)))


def packed_array(values: npt.NDArray[Any]) -> str:
    """An array's bytes, compressed."""
    return base64.b85encode(zlib.compress(np.ascontiguousarray(values).tobytes())).decode()


def unpacked_array(text: str, kind: str) -> npt.NDArray[Any]:
    """The array of `packed_array`, of one dimension and of numbers of `kind`."""
    return np.frombuffer(zlib.decompress(base64.b85decode(text)), np.dtype(kind))
