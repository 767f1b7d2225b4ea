"""The best passages of a search that state something: what stands for no statement (a title, "N/A") is never found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from indexer.lexical import LexicalHits
from indexer.vectors import VectorHits

_SPARE = 200  # passages more than wanted that are asked for at once: to ask again costs more than these
_Hits = TypeVar("_Hits", LexicalHits, VectorHits)


def stating(
    search: Callable[[int], _Hits], count: int, silent: npt.NDArray[np.bool_]
) -> tuple[_Hits, npt.NDArray[np.intp]]:
    """What `search` gives of so many, and the places of the `count` best among them that are not marked `silent`.

    It is asked for more until it has given so many, or all that it has: to hand it every number that may be found
    would cost more than these few too many.
    """
    asked = count + min(max(count // 4, _SPARE), int(np.count_nonzero(silent)))
    while True:
        hits = search(asked)
        places = np.flatnonzero(~silent[hits.numbers])
        if len(places) >= count or len(hits.numbers) < asked:
            return hits, places[:count]
        asked *= 4
