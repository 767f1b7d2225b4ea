"""The best passages of a search that state something: what stands for no statement (a title, "N/A") is never found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

_SPARE = 200  # passages more than wanted that are asked for at once: to ask again costs more than these


class _Hits(Protocol):
    @property
    def numbers(self) -> npt.NDArray[np.int64]: ...


_Found = TypeVar("_Found", bound=_Hits)


def with_spare(count: int, silent: npt.NDArray[np.bool_]) -> int:
    """How many passages to ask for where `count` that are not marked `silent` are wanted."""
    return count + min(max(count // 4, _SPARE), int(np.count_nonzero(silent)))


def stating_places(numbers: npt.NDArray[np.int64], count: int, silent: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """The places of the first `count` of the numbers that are not marked."""
    return np.flatnonzero(~silent[numbers])[:count]


def stating(
    search: Callable[[int], _Found], count: int, silent: npt.NDArray[np.bool_]
) -> tuple[_Found, npt.NDArray[np.intp]]:
    """What `search` gives of so many, and the places of the `count` best among them that are not marked `silent`.

    It is asked for more until it has given so many, or all that it has: to hand it every number that may be found
    would cost more than these few too many.
    """
    asked = with_spare(count, silent)
    while True:
        hits = search(asked)
        places = stating_places(hits.numbers, count, silent)
        if len(places) == count or len(hits.numbers) < asked:
            return hits, places
        asked *= 4
