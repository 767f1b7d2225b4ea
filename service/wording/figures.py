"""The figures, percentages and dates of a text, so written that the same ones are equal in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from indexer.document_words import table
from indexer.text import fold, fold_in_place
from service.wording.words import words

# In folded text, where every space is plain.
_FIGURE = re.compile(r"\d{1,3}(?:[., ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*")
_ISO = re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>[0-3]\d))?\b")
_PERCENT = re.compile(r"\s?(?:%|per\s?cent\b|pour\s?cent\b|p\.\s?100)")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(rf"(?:{_FIGURE.pattern})%?|[^\W\d_]+")


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
    """The figures of a text, in digits or in words: `1300`, `1.3`; of a percentage `45` and `45%`.

    "2,000", "two thousand" and « 2 mille » are the same figure.
    """
    folded = fold(written)
    spelled = words().numbers
    found = set()
    counted: list[Decimal] = []
    last = -1
    for match in _NUMBER.finditer(_PERCENT.sub("%", folded)):
        sign = match.group()
        if sign[0].isdigit():
            figure, percent = sign.rstrip("%"), sign.endswith("%")
            found.add(f"{_plain(figure)}%" if percent else "")
            value = Decimal(_plain(figure))
        elif sign in spelled:
            value = Decimal(spelled[sign])
        else:
            continue
        if counted and (match.start() - last > 1 or sign[0].isdigit()):
            found.add(_written(counted))
            counted = []
        counted.append(value)
        last = match.end()
    found.add(_written(counted) if counted else "")
    return frozenset(found - {""})


def _written(run: Sequence[Decimal]) -> str:
    """The figure that a run of numbers makes: 2, 1000, 3, 100 are 2300; 4, 20 are eighty in French."""
    total = current = Decimal(0)
    for value in run:
        if value >= 1000:
            total, current = total + (current or 1) * value, Decimal(0)
        elif value == 100 or (value == 20 and current == 4):
            current = (current or 1) * value
        else:
            current += value
    return f"{(total + current).normalize():f}"


def without_figures(written: str) -> str:
    """The text with its dates and figures blanked, in digits and in words; those within a name stay."""
    folded = fold_in_place(written)
    blanked = list(written)
    spelled = words().numbers
    spans = [match.span() for match in _dates(folded)]
    for match in _FIGURE.finditer(folded):
        if folded[match.start() - 1 : match.start()].isalpha():
            continue  # a part of a name, such as that of a survey with its year
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
    bare = figure.replace(" ", "")
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", bare):
        bare = re.sub(r"[.,]", "", bare)
    whole, sign, decimals = bare.replace(",", ".").rpartition(".")
    # More than one point: a number of a version or of a chapter, of which the order counts and not the size.
    return f"{Decimal(f'{whole.replace(chr(46), str())}{sign}{decimals}').normalize():f}"
