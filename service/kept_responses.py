"""Finished answers and searches, given again to whoever of the same audience asks the same of the same documents."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from indexer.index_protocol import Index
from service import stages
from service.contract import Answer, SearchResult

_MOST_BYTES = 32_000_000  # of one audience
_LARGEST = 1_000_000
# The last field, which differs each time.
_TIMING = re.compile(rb',"took_ms":[0-9.eE+-]+\}$')


@dataclass(frozen=True, slots=True)
class _Finished:
    """A response without the time that it took, and what it is counted as."""

    content: bytes
    question: str
    note: Callable[[], None]


class KeptResponses:
    """The responses of late, by view of the index: what may change them makes a new view, which knows none of them.

    Safe to use from several threads.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most = most_bytes
        self._lock = threading.Lock()
        self._of_view: WeakKeyDictionary[Index, OrderedDict[str, _Finished]] = WeakKeyDictionary()
        self._bytes: WeakKeyDictionary[Index, int] = WeakKeyDictionary()

    def get(self, view: Index, key: str, began: float) -> bytes | None:
        """The response kept for `key`, which says all that was asked; counted as one of its own."""
        with self._lock:
            kept = self._of_view.get(view)
            found = kept.get(key) if kept is not None else None
            if found is None or kept is None:
                return None
            kept.move_to_end(key)
        stages.asked(found.question)
        found.note()
        return found.content + b',"took_ms":%.1f}' % ((time.perf_counter() - began) * 1000)

    def put(self, view: Index, key: str, model: Answer | SearchResult, content: bytes) -> None:
        """Keep a response, in place of those that were not asked for longest."""
        bare = _TIMING.sub(b"", content)
        if len(bare) > _LARGEST or len(bare) == len(content):
            return
        with self._lock:
            kept = self._of_view.setdefault(view, OrderedDict())
            if key in kept:
                return
            kept[key] = _finished(model, bare)
            held = self._bytes.get(view, 0) + len(bare)
            while held > self._most:
                held -= len(kept.popitem(last=False)[1].content)
            self._bytes[view] = held


def _finished(model: Answer | SearchResult, content: bytes) -> _Finished:
    if isinstance(model, SearchResult):
        count = len(model.passages)
        return _Finished(content, model.query, lambda: stages.searched(count))
    told = stages.Told.of(model)
    return _Finished(content, model.question, lambda: stages.told(told))
