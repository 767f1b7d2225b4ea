"""Which lines of flat text are headings: conservative, by shape and by the words of the templates."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from indexer.document_words import find_opening, is_no_answer, table
from indexer.readers.contacts import holds_contact
from indexer.readers.joining import begins_upper, ends_linking, ends_sentence
from indexer.readers.markers import find_marker
from indexer.readers.vocabulary import layout_words
from indexer.text import fold

_NUMBERED = re.compile(r"(?:(?:\d{1,2}|[A-Z])[.)]\s+)+")
_FIGURED = re.compile(r"\d{1,2}[.)]\s")
_CLOSING = (".", ";", ",", "?", "!", "…")
_LONGEST = 400
_MAX_WORDS = 16
_MAX_NUMBERED_WORDS = 30
_MAX_COLON_WORDS = 4
_MAX_COLON_NUMBERED_WORDS = 8
_UPPER_LETTERS = 4
_SMALL = re.compile("[a-zà-öø-ÿ]")
_KEPT = 1_024  # lines: each is looked at several times in turn


def is_upper(text: str) -> bool:
    """Whether the line is set in capitals (abbreviations alone do not count)."""
    if len(text) > _LONGEST or _SMALL.search(text):
        return False
    letters = [c for c in text if c.isalpha()]
    longest = max((len(w) for w in re.findall(r"[^\W\d_]+", text)), default=0)
    return longest >= _UPPER_LETTERS and all(c.isupper() for c in letters)


def is_template_heading(text: str) -> bool:
    """Whether the line is a numbered heading of a template, or a numbered agenda item in capitals."""
    numbered = _NUMBERED.match(text)
    if numbered is None:
        return False
    rest = text[numbered.end() :]
    if not rest or not begins_upper(rest) or rest.endswith(_CLOSING):
        return False
    label = rest.rstrip(" :").lower()
    short = len(rest.split()) <= _MAX_COLON_NUMBERED_WORDS
    if short and any(
        label == t or label.startswith((f"{t}/", f"{t} et", f"{t} and")) for t in layout_words().template_headings
    ):
        return True
    if short and rest.endswith(":"):
        return True
    tab = layout_words().tab.search(rest[-40:])
    if tab and not rest[-40:][tab.end() :].strip(" :.–—-") and len(rest.split()) <= _MAX_NUMBERED_WORDS:
        return True
    lead = re.split(r"\s[–—-]\s|[:(]", rest, maxsplit=1)[0]
    return is_upper(lead) and len(lead.split()) >= 1 and len(rest.split()) <= _MAX_NUMBERED_WORDS


def is_line_heading(text: str) -> bool:
    """Whether a line is a heading by itself, even if text follows at once."""
    if len(text) > _LONGEST or (_SMALL.search(text) and not _NUMBERED.match(text)):
        return False  # most lines: neither in capitals nor numbered
    return _is_line_heading(text)


@lru_cache(maxsize=_KEPT)
def _is_line_heading(text: str) -> bool:
    capitals = is_upper(text) and not text.endswith(_CLOSING) and len(text.split()) <= _MAX_WORDS
    # What costs most is asked last.
    return (is_template_heading(text) or (capitals and find_marker(text) is None)) and not _never(text)


def is_heading(text: str) -> bool:
    """Whether a paragraph of its own reads as a heading; who calls has seen to what stands around it."""
    if not begins_upper(text) or text.startswith("(") or text.endswith(_CLOSING) or ends_sentence(text):
        return False
    return is_line_heading(text) or (_is_short_title(text) and not _never(text))


def _is_short_title(text: str) -> bool:
    if len(text.split()) > _MAX_WORDS or not any(c.isalpha() for c in text):
        return False
    if text.endswith(":"):
        words = text.rstrip(" :").lower()
        return len(words.split()) <= _MAX_COLON_WORDS and not words.startswith(layout_words().lead_ins)
    return not ends_linking(text) and _closed(text)


def heading_level(text: str) -> int:
    """1 for numbered headings and capitals, 2 for the rest."""
    return 1 if _FIGURED.match(text) or is_upper(text) else 2


def _never(text: str) -> bool:
    return len(text) > _LONGEST or _cannot_be(text)


@lru_cache(maxsize=_KEPT)
def _cannot_be(text: str) -> bool:
    return (
        is_no_answer(text)
        or holds_contact(text)
        or "://" in text
        or find_opening(text) is not None
        or layout_words().column_heads.search(text) is not None
        or _is_date(text.lower())
    )


@cache
def _months() -> frozenset[str]:
    return frozenset(name for names in table().months.values() for name in names)


def _is_date(lowered: str) -> bool:
    words = re.findall(r"\w+", fold(lowered))
    if _months().isdisjoint(words):
        return False
    others = [w for w in words if w not in _months() and not w[0].isdigit()]
    return len(others) <= 2 and any(w.isdigit() for w in words)


def _closed(text: str) -> bool:
    return text.count("(") == text.count(")") and text.count("«") == text.count("»")
