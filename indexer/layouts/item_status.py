"""How a follow-up stands, as its words or the status column of its row tell. Open unless they say more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from indexer import sentences
from indexer.documents import ItemStatus
from indexer.layouts.item_words import item_words
from indexer.text import fold

_END = r"\s*(?:$|[.:;,!)(–—]|-(?!\w))"


def of_text(body: str) -> ItemStatus:
    """The status that the words of an item, without its label, tell."""
    folded = fold(body).strip()
    whole = _whole_forms()
    for status, (leading, closing) in whole.items():
        if leading.match(folded) or closing.search(folded):
            return status
    parts = [folded[start:end] for start, end in sentences.split(folded)]
    told = [part for part in parts if not _any(item_words().unless, part)]
    # What continues is told in the future too ("will continue"), but only the first sentence tells what the item is.
    if parts[:1] == told[:1] and parts and _any(item_words().continuing_patterns, parts[0]):
        return ItemStatus.CONTINUING
    if not _any(item_words().to_come, folded) and any(_any(item_words().completed_patterns, part) for part in told):
        return ItemStatus.COMPLETED
    return ItemStatus.OPEN


def of_cell(text: str) -> ItemStatus:
    """The status that a cell of a status column tells."""
    folded = fold(text).strip()
    for status, words in _words().items():
        if any(re.match(rf"{re.escape(word)}(?!\w)", folded) for word in words):
            return status
    return of_text(text)


def _any(patterns: Iterable[re.Pattern[str]], folded: str) -> bool:
    return any(pattern.search(folded) for pattern in patterns)


def _words() -> dict[ItemStatus, frozenset[str]]:
    # The partly done comes first: "started" and "partly completed" hold words of the other.
    return {ItemStatus.CONTINUING: item_words().continuing, ItemStatus.COMPLETED: item_words().completed}


@lru_cache(maxsize=1)
def _whole_forms() -> dict[ItemStatus, tuple[re.Pattern[str], re.Pattern[str]]]:
    """For each status what leads a text ("Done –", "Status: done") and what closes it ("– done", "(done)")."""
    columns = "|".join(map(re.escape, sorted(item_words().status_columns, key=len, reverse=True)))
    forms = {}
    for status, words in _words().items():
        word = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        leading = re.compile(rf"(?:{word}){_END}")
        labelled = rf"(?:^|[\s(])(?:{columns})\s?:\s?(?:{word}){_END}"
        last = rf"(?:\s[–—-]\s*|\(\s*)(?:{word})\s*[.)]*$"
        forms[status] = (leading, re.compile(f"{labelled}|{last}"))
    return forms
