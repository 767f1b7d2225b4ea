"""The notice that a document may not be passed on, or not without its author's approval."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from indexer import sentences
from indexer.document_words import table
from indexer.form_words import form_words
from indexer.text import fold

_OPENING = '([*•«"“–—- '


def notices_in(text: str, *, itself: bool = False) -> tuple[tuple[int, int], ...]:
    """The spans `(start, end)` of the sentences of `text` that say so.

    Where a document tells of its subject, sentences on sharing and consent are no notices: with `itself` only those
    count that speak of the document itself, or are nothing but a notice ("Do not forward."); a remark ("Note: …")
    that names sharing and consent speaks of it.
    """
    worded = _may_be_worded(fold(text))
    return tuple(
        (start, end)
        for start, end in sentences.split(text)
        if _is_notice(fold(text[start:end]), itself=itself, worded=worded)
    )


def _may_be_worded(folded: str) -> bool:
    """Whether a sentence of a folded text may be a notice by its words: few texts hold enough of them."""
    notice = table().notice
    if any(word in folded for word in _restricted_words()):
        return True
    return all(any(word in folded for word in words) for words in (notice.consent, notice.act, notice.limit))


@lru_cache(maxsize=1)
def _restricted_words() -> frozenset[str]:
    """The longest, and so the rarest, word of each phrase that restricts."""
    return frozenset(max(phrase.split(), key=len) for phrase in table().notice.restricted)


def _is_notice(sentence: str, *, itself: bool, worded: bool) -> bool:
    found = _patterns()
    label, _, labelled = sentence.partition(":")
    is_remark = label.strip(_OPENING) in table().notice.labels
    if found.direct.match((labelled if is_remark else sentence).lstrip(_OPENING)):
        return True
    if not worded:
        return False
    of_itself = form_words().itself.search(sentence) is not None
    if of_itself and found.restricted.search(sentence):
        return True
    of_itself = of_itself or is_remark
    if (itself and not of_itself) or found.others.search(sentence):
        return False
    return all(pattern.search(sentence) for pattern in (found.limit, found.consent, found.act))


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Patterns for folded sentences; `direct` for their beginning."""

    limit: re.Pattern[str]
    consent: re.Pattern[str]
    act: re.Pattern[str]
    others: re.Pattern[str]
    direct: re.Pattern[str]
    restricted: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    notice = table().notice
    return _Patterns(
        limit=_beginnings(notice.limit),
        consent=_beginnings(notice.consent),
        act=_beginnings(notice.act),
        others=_beginnings(notice.others),
        direct=re.compile("|".join(f"(?:{pattern})" for pattern in notice.direct)),
        restricted=re.compile(rf"\b(?:{'|'.join(map(re.escape, notice.restricted))})\b"),
    )


def _beginnings(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})")
