"""The figures, percentages and dates of a text, so written that the same ones are equal in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from indexer.document_words import table
from indexer.text import fold, fold_in_place
from service.wording.words import words

# In folded text, where every space is plain.
_FIGURE = re.compile(r"\d{1,3}(?:[., ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*")
_ISO = re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>[0-3]\d))?\b")
_PERCENT = re.compile(r"\s?(?:%|per\s?cent\b|pour\s?cent\b|p\.\s?100)")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is given; at least a month with a day or a year."""

    year: int | None
    month: int
    day: int | None

    def within(self, other: Day) -> bool:
        """Whether the other date says all that this one says."""
        return self.month == other.month and self.year in (None, other.year) and self.day in (None, other.day)


def figures(written: str) -> frozenset[str]:
    """The figures of a text, in digits or in words: `1300`, `1.3`; of a percentage `45` and `45%`."""
    folded = fold(written)
    found = set()
    for match in _FIGURE.finditer(folded):
        figure = _plain(match.group())
        found.add(figure)
        if _PERCENT.match(folded, match.end()):
            found.add(f"{figure}%")
    spelled = words().numbers
    found.update(spelled[word] for word in _WORD.findall(_PERCENT.sub(" ", folded)) if word in spelled)
    return frozenset(found)


def without_figures(written: str) -> str:
    """The text with its dates and figures blanked, in digits and in words."""
    folded = fold_in_place(written)
    blanked = list(written)
    spelled = words().numbers
    spans = [match.span() for match in _dates(folded)]
    for match in _FIGURE.finditer(folded):
        percent = _PERCENT.match(folded, match.end())
        spans.append((match.start(), percent.end() if percent else match.end()))
    spans += [match.span() for match in _WORD.finditer(folded) if match.group() in spelled]
    for start, end in spans:
        blanked[start:end] = " " * (end - start)
    return "".join(blanked)


def days(written: str) -> frozenset[Day]:
    """The dates of a text that name a month."""
    return frozenset(_days(fold(written)))


def day_of(date: str) -> tuple[frozenset[Day], frozenset[str]]:
    """A date `YYYY`, `YYYY-MM` or `YYYY-MM-DD` as a day, if it has a month, and its figures."""
    year, *rest = (int(part) for part in date.split("-"))
    found = {Day(year, rest[0], rest[1] if len(rest) > 1 else None)} if rest else set()
    return frozenset(found), frozenset({str(year), *(str(part) for part in rest[1:])})


def _days(folded: str) -> Iterator[Day]:
    months = _months()
    for match in _dates(folded):
        day = match["before"] or match["after"]
        yield Day(
            int(match["year"]) if match["year"] else None, months[match["month"].rstrip(".")], int(day) if day else None
        )
    for match in _ISO.finditer(folded):
        yield Day(int(match["year"]), int(match["month"]), int(match["day"]) if match["day"] else None)


def _dates(folded: str) -> Iterator[re.Match[str]]:
    """The months that stand beside a day or a year: "may" by itself is no month."""
    return (m for m in _pattern().finditer(folded) if m["before"] or m["after"] or m["year"])


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    known = {name: number for names in table().months.values() for number, name in enumerate(names, start=1)}
    for shorts in table().short_months.values():
        known |= {short: number for number, names in enumerate(shorts, start=1) for short in names}
    return known


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    month = rf"(?P<month>(?:{'|'.join(sorted(_months(), key=len, reverse=True))})\b\.?)"
    ordinal = r"(?:er|st|nd|rd|th)?"
    return re.compile(
        rf"(?<![\w.,])(?:(?P<before>[0-3]?\d){ordinal}\s+(?:of\s+)?)?\b{month}"
        rf"(?:\s+(?P<after>[0-3]?\d){ordinal}\b)?(?:,?\s+(?:of\s+|de\s+)?(?P<year>(?:19|20)\d\d)\b)?"
    )


def _plain(figure: str) -> str:
    """A figure without separators of thousands, and with a point before its decimals."""
    bare = re.sub(r"\s", "", figure)
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", bare):
        return re.sub(r"[.,]", "", bare)
    whole, sign, decimals = bare.replace(",", ".").rpartition(".")
    return f"{whole.replace('.', '')}.{decimals.rstrip('0') or '0'}" if sign else bare.lstrip("0") or "0"
