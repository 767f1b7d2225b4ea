"""The notice that a document may not be passed on without its author's approval."""

from __future__ import annotations

import re
from functools import lru_cache

from indexer import sentences
from indexer.document_words import table
from indexer.text import fold


def notices_in(text: str) -> tuple[tuple[int, int], ...]:
    """The spans `(start, end)` of the sentences of `text` that say so."""
    if not _patterns()[1].search(fold(text)):
        return ()
    return tuple((start, end) for start, end in sentences.split(text) if _is_notice(text[start:end]))


def _is_notice(sentence: str) -> bool:
    folded = fold(sentence)
    return all(pattern.search(folded) for pattern in _patterns())


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    """One pattern each for the limit, the consent and the act, by beginnings of words."""
    notice = table().notice
    return tuple(
        re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})") for words in (notice.limit, notice.consent, notice.act)
    )
