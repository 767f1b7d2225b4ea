"""What was worked out from a view of the index, kept for who asks next; a new view knows none of it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from indexer.index_protocol import Index

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class KeptByView(Generic[_Key, _Value]):
    """Values by view and key, at most so many of a view; those not asked for longest give way. Safe in threads.

    What changes what a caller may see makes a new view, and a view that nobody holds any more takes its values along.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._of_view: WeakKeyDictionary[Index, OrderedDict[_Key, _Value]] = WeakKeyDictionary()

    def find(self, view: Index, key: _Key) -> _Value | None:
        """The value kept for `key`, None where there is none."""
        with self._lock:
            kept = self._of_view.get(view, OrderedDict())
            if key in kept:
                kept.move_to_end(key)
            return kept.get(key)

    def get(self, view: Index, key: _Key, make: Callable[[], _Value]) -> _Value:
        """The value kept for `key`, else that of `make`; what that raises is raised and not kept."""
        with self._lock:
            kept = self._of_view.setdefault(view, OrderedDict())
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        made = make()  # unlocked, as it may take long: two at once may both make it
        with self._lock:
            kept[key] = made
            while len(kept) > self._most:
                kept.popitem(last=False)
        return made
