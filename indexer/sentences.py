"""Where the sentences of a text begin and end, by the rules of French and English writing.

The text is walked once: each mark that may end a sentence is judged by the word before it and the word after.
Lines never join: a line's end is a border, since the canonical text has mended broken lines already.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from indexer.errors import SettingError

_TABLE = "indexer/data/abbreviations.toml"
_LISTS = ("never", "before_number", "may_end", "may_end_cased", "openers")
_LINE = re.compile(r"[^\n\r\u2028\u2029]+")
# A mark, and the quotes and brackets that close with it: `. »` too, as French sets a space inside.
_END = re.compile(r"(?<![.!?…])[.!?…]++(?:[ \u00a0\u2009\u202f]?»|[”\"’')\]])*+(?=\s)")
# A question glued to the next sentence, as PDF columns leave them: "…les autres?Nous avons…".
_GLUED = re.compile(r"(?<=[^\W\d_])[?!](?=[A-ZÀ-ÖØ-Þ][^\W\d_A-ZÀ-ÖØ-Þ])")
# "1.", "2.3.", "a)", "(iv)" and "• 1." open an item; what they count follows on the same line.
_ENUMERATOR = re.compile(
    r"\s*(?:[-–—•*▪◦·o]\s+)?\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[^\W\d_]|[ivxIVX]{1,5})[.)]{1,2}(?=\s|$)"
)
_FOLLOWING = re.compile(r"\s+([^\w\s]{0,4}\s?[^\w\s]{0,4})([^\W_]*)")
_INITIALISM = re.compile(r"[^\W\d_](?:(?:\.-?|-)[^\W\d_])*")
_OPENING_SIGNS = "«\"“”‘’'([{-–—•*¿¡$#§\u00a0 "
_LONGEST_WORD = 40
_LONGEST_KEPT = 4_000  # characters
_KEPT = 1_024  # texts: who reads a document splits its blocks more than once


@dataclass(frozen=True, slots=True)
class _Table:
    """The abbreviations as loaded, each list a set."""

    never: frozenset[str]
    before_number: frozenset[str]
    may_end: frozenset[str]
    may_end_cased: frozenset[str]
    openers: frozenset[str]


def split(text: str) -> tuple[tuple[int, int], ...]:
    """The spans `(start, end)` of the text's sentences, in order, without the white space between them."""
    return _known_split(text) if len(text) <= _LONGEST_KEPT else _split(text)


def _split(text: str) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        start = line.start()
        for border in _borders(line.group()):
            _append_stripped(spans, text, start, line.start() + border)
            start = line.start() + border
        _append_stripped(spans, text, start, line.end())
    return tuple(spans)


_known_split = lru_cache(maxsize=_KEPT)(_split)


def _append_stripped(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    bare = piece.strip()
    if bare:
        start += len(piece) - len(piece.lstrip())
        spans.append((start, start + len(bare)))


def _borders(line: str) -> Iterator[int]:
    """Where in a line one sentence ends and another begins."""
    table = _table()
    item = _ENUMERATOR.match(line)
    position = item.end() if item else 0
    glued = (m.end() for m in _GLUED.finditer(line)) if "?" in line or "!" in line else iter(())
    ends = sorted({*(_judged(line, position, table)), *(e for e in glued if not _in_address(line, e))})
    yield from ends


def _judged(line: str, position: int, table: _Table) -> Iterator[int]:
    for mark in _END.finditer(line, position):
        if _ends(line, mark, table):
            yield mark.end()


def _ends(line: str, mark: re.Match[str], table: _Table) -> bool:
    """Whether a mark, with what closes after it, ends a sentence within its line."""
    following = _FOLLOWING.match(line, mark.end())
    if following is None:  # nothing but white space
        return False
    signs, word = following.groups()
    if signs.strip(_OPENING_SIGNS) or (not word and not signs.strip()):
        return False  # ", ; : %" go on; so does a row of marks
    if not word or word[0].islower():
        return False
    if mark.group()[0] != "." or mark.group().startswith(".."):
        return True
    before = _word_before(line, mark.start())
    kind = _abbreviation(before, table)
    if kind is None:
        return True
    if kind == "never" or len(mark.group()) > 1:  # "(Alb.) Les": the bracket closes on the abbreviation
        return False
    if kind == "before_number":
        return not word[0].isdigit()
    return word.lower() in table.openers and not signs.strip()


def _abbreviation(word: str, table: _Table) -> str | None:
    """Which list a word before a full stop stands in, None for a common word."""
    lowered = word.lower()
    if lowered in table.never:
        return "never"
    if lowered in table.before_number and lowered not in table.may_end:
        return "before_number"
    if lowered in table.may_end or word in table.may_end_cased or _INITIALISM.fullmatch(word):
        return "may_end"
    return None


def _word_before(line: str, end: int) -> str:
    """The word that a full stop closes, back to white space or an opening sign."""
    start = max(0, end - _LONGEST_WORD)
    words = line[start:end].split()
    if not words or line[end - 1].isspace():
        return ""
    word = words[-1].replace("’", "'").lstrip("(«\"“'[‘")
    head, apostrophe, tail = word.rpartition("'")
    return tail if apostrophe and len(head) <= 2 else word.rpartition("/")[2]


def _in_address(line: str, position: int) -> bool:
    """Whether a place lies inside a web or e-mail address."""
    start = max(0, position - 200)
    words = line[start:position].split()
    return bool(words) and ("://" in words[-1] or "www." in words[-1] or "@" in words[-1])


@cache
def _table() -> _Table:
    return _load(tomllib.loads(files("indexer").joinpath("data/abbreviations.toml").read_text(encoding="utf-8")))


def _load(data: Mapping[str, Any]) -> _Table:
    for name in _LISTS:
        if not isinstance(data.get(name), str) or not data[name].split():
            raise SettingError(f"{_TABLE}: {name} is missing or empty; give words parted by spaces")
    unknown = sorted(set(data) - set(_LISTS))
    if unknown:
        raise SettingError(f"{_TABLE}: nothing reads {', '.join(unknown)}; mend the name")
    return _Table(*(frozenset(data[name].split()) for name in _LISTS))
