"""The dates that a text names, in either language: days, months, seasons and years, as spans of days."""

from __future__ import annotations

import re
import tomllib
from calendar import monthrange
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer.document_words import table
from indexer.text import fold

_YEAR = re.compile(r"(?:19|20)\d\d")  # every date that is read has one


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days, `first` to `last` (`YYYY-MM-DD`), both within it."""

    first: str
    last: str

    @property
    def whole_year(self) -> bool:
        """Whether it is a year, which says little of which day is meant."""
        return self.first.endswith("-01-01") and self.last.endswith("-12-31")

    def meets(self, other: Period) -> bool:
        """Whether the two share a day."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class DatesAsked:
    """The dates in a text, in its order, and the folded text without them."""

    periods: tuple[Period, ...]
    rest: str


@lru_cache(maxsize=4_096)
def period(date: str) -> Period:
    """The span of a date `YYYY`, `YYYY-MM` or `YYYY-MM-DD`."""
    year, *rest = (int(part) for part in date.split("-"))
    return _period(year, *rest)


def dates_asked(text: str) -> DatesAsked:
    """The dates that `text` names, each of a year that it gives."""
    folded = fold(text)
    periods = _periods(folded)
    return DatesAsked(periods, " ".join((_pattern()[0].sub(" ", folded) if periods else folded).split()))


def periods_named(text: str) -> tuple[Period, ...]:
    """The periods of `dates_asked` alone."""
    return _periods(fold(text))


def _periods(folded: str) -> tuple[Period, ...]:
    if _YEAR.search(folded) is None:  # most texts: to look for days and months at each of their words takes longest
        return ()
    pattern, numbers = _pattern()
    return tuple(_read(match, numbers) for match in pattern.finditer(folded))


def _read(match: re.Match[str], numbers: dict[str, tuple[int, int]]) -> Period:
    parts = {name.rstrip("0123456789"): value for name, value in match.groupdict().items() if value is not None}
    year = int(parts["year"])
    if "number" in parts:
        return _period(year, int(parts["number"]), int(parts.get("day", 0)))
    if "name" not in parts:
        return _period(year)
    first, last = numbers[parts["name"]]
    if first != last:
        return Period(_period(year, first).first, _period(year, last).last)
    return _period(year, first, int(parts.get("day", 0)))


def _period(year: int, month: int = 0, day: int = 0) -> Period:
    """The span of a year, or of a month or day of it; a day that the month does not have counts as none."""
    first, last = (month, month) if month else (1, 12)
    days = monthrange(year, last)[1]
    if month and 1 <= day <= days:
        return Period(f"{year}-{month:02d}-{day:02d}", f"{year}-{month:02d}-{day:02d}")
    return Period(f"{year}-{first:02d}-01", f"{year}-{last:02d}-{days}")


@lru_cache(maxsize=1)
def _pattern() -> tuple[re.Pattern[str], dict[str, tuple[int, int]]]:
    """One pattern for all ways to write a date, and the first and last month that a name stands for."""
    words = table()
    numbers = {name: (month, month) for names in words.months.values() for month, name in enumerate(names, start=1)}
    for shorts in words.short_months.values():
        numbers |= {short: (month, month) for month, names in enumerate(shorts, start=1) for short in names}
    raw = tomllib.loads((files("service") / "data" / "seasons.toml").read_text(encoding="utf-8"))
    months = _any(numbers)
    seasons = {word: (season["first"], season["last"]) for season in raw["season"] for word in season["words"]}
    year, day = _YEAR.pattern, r"[0-3]?\d(?:er|st|nd|rd|th)?"
    digits = day.replace("(?:er", ")(?:er")  # the figures are the day, its ending is not
    of = r"(?:(?:of|de|d'|en)\s*)?"
    return re.compile(
        "|".join(
            (
                rf"\b(?P<year1>{year})-(?P<number1>0[1-9]|1[0-2])(?:-(?P<day1>0[1-9]|[12]\d|3[01]))?\b",
                rf"\b(?P<name2>{months})\b\.?\s+(?P<day2>{digits}\b,?\s+(?P<year2>{year})\b",
                rf"(?:\b(?P<day3>{digits}\s+{of})?\b(?P<name3>{months}|{_any(seasons)})\b\.?,?\s+{of}(?P<year3>{year})\b",
                rf"\b(?P<year4>{year})\b",
            )
        )
    ), numbers | seasons


def _any(words: dict[str, tuple[int, int]]) -> str:
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"
