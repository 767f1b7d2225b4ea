"""The statuses that a filter on them finds in a passage: those of its sentences, by their words and its role alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np

from indexer import sentences, status
from indexer.documents import Passage, Status
from indexer.index_protocol import Index

_MOST_KEPT = 50_000  # passages of an index, by number
_KEPT: WeakKeyDictionary[Index, dict[int, frozenset[Status]]] = WeakKeyDictionary()


@lru_cache(maxsize=5_000)
def statuses(passage: Passage) -> frozenset[Status]:
    """The statuses of a passage's sentences, read from its text."""
    text = passage.text
    return frozenset(status.status_of(text[start:end], passage.role) for start, end in sentences.split(text))


def statuses_of(index: Index, numbers: Sequence[int]) -> list[frozenset[Status]]:
    """As `statuses`, of the passages with these numbers; for most what the index keeps of their sentences tells it."""
    kept = _KEPT.setdefault(index, {})
    missing = [number for number in numbers if number not in kept]
    found = {number: kept[number] for number in numbers if number in kept}
    if missing:
        new = dict(zip(missing, _read(index, missing), strict=True))
        if len(kept) + len(new) > _MOST_KEPT:
            kept = _KEPT[index] = {}  # others may still read the old one
        kept.update(new)
        found |= new
    return [found[number] for number in numbers]


def _read(index: Index, numbers: Sequence[int]) -> list[frozenset[Status]]:
    passages = index.numbered(numbers)
    read = index.statements.of(numbers)
    told = index.statements.statuses(read)
    if told is None:
        return [statuses(passage) for passage in passages]
    ends = np.searchsorted(read.passage, np.arange(len(passages)), "right").tolist()
    spans = list(map(tuple, read.spans.tolist()))
    return [
        _kept(passage, spans[begin:end], told[begin:end])
        for passage, begin, end in zip(passages, [0, *ends], ends, strict=False)
    ]


def _kept(passage: Passage, spans: Sequence[tuple[int, int]], told: Sequence[tuple[Status, ...]]) -> frozenset[Status]:
    """As `statuses`, from what is `told` of the sentences at `spans`: all but titles and scraps."""
    text, role = passage.text, passage.role
    found = {of[0] for of in told}
    by_titles = status.passage_status(passage, 0, 0)
    # What titles give to a sentence that tells nothing itself is not always what its role alone gives.
    if by_titles in found and by_titles is not status.status_of("", role):
        return statuses(passage)
    if _leave_something(text, spans):
        known = set(spans)
        others = [span for span in sentences.split(text) if span not in known]
        found |= {status.status_of(text[start:end], role) for start, end in others}
    return frozenset(found)


def _leave_something(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether anything but white space stands before, between or after the spans, which are in order."""
    begins, ends = [0, *(end for _, end in spans)], [*(start for start, _ in spans), len(text)]
    return any(text[begin:end].strip() for begin, end in zip(begins, ends, strict=True))
