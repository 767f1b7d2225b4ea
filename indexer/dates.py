"""Meeting dates: found in a text, and written out in either language."""

from __future__ import annotations

import re
from calendar import monthrange
from functools import lru_cache

from indexer.document_words import table
from indexer.documents import Language
from indexer.text import fold


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], ...], dict[str, int]]:
    """Patterns with groups `month`, `day`, `year`, and `last` (a month that ends a range); the numbers of months."""
    words = table()
    months = {name: number for names in words.months.values() for number, name in enumerate(names, start=1)}
    for shorts in words.short_months.values():
        months |= {short: number for number, names in enumerate(shorts, start=1) for short in names}
    month = rf"(?:{'|'.join(sorted(months, key=len, reverse=True))})\b\.?"
    season = "|".join(name for names in words.seasons.values() for name in names)
    to = r"\s*(?:[-–—&]|\b(?:and|to|et|au)\b)\s*"  # "5-6 October" is the 5th
    ordinal = r"(?:er|st|nd|rd|th)?\b"
    year = r"(?P<year>(?:19|20)\d\d)\b"
    return (
        re.compile(
            rf"\b(?P<month>{month})\s+(?P<day>[0-3]?\d){ordinal}(?:{to}(?:(?P<last>{month})\s+)?[0-3]?\d{ordinal})?"
            rf",?\s+{year}"
        ),
        re.compile(
            rf"\b(?P<day>[0-3]?\d){ordinal}\s+(?P<month>{month}){to}[0-3]?\d{ordinal}\s+(?P<last>{month}),?\s+{year}"
        ),
        re.compile(rf"(?:\b(?P<day>[0-3]?\d){ordinal}(?:{to}[0-3]?\d{ordinal})?\s+)?\b(?P<month>{month}),?\s+{year}"),
        _ISO,
        re.compile(rf"\b(?:{season})\s+(?:(?:of|de)\s+)?{year}"),
    ), months


_ISO = re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>0[1-9]|[12]\d|3[01]))?\b")


def first_date(text: str) -> str | None:
    """The first date in `text`: `YYYY-MM-DD`, `YYYY-MM`, or `YYYY` of a season such as "Spring 2016"; None without one.

    Of a range it is the first day.
    """
    patterns, months = _patterns()
    folded = fold(text)
    found = [match for pattern in patterns if (match := pattern.search(folded))]
    if not found:
        return None
    match = min(found, key=lambda candidate: candidate.start())
    parts = match.groupdict()
    year = int(parts["year"])
    if not parts.get("month"):
        return str(year)
    month, last = (
        months.get(name.rstrip(".")) or int(name) if name else 0 for name in (parts["month"], parts.get("last"))
    )
    if last and last < month:
        year -= 1  # "December 30 to January 2, 2022"
    day = int(parts["day"] or 0)
    year_month = f"{year}-{month:02d}"
    return f"{year_month}-{day:02d}" if 1 <= day <= monthrange(year, month)[1] else year_month


def written(date: str, language: Language) -> str:
    """A date `YYYY`, `YYYY-MM` or `YYYY-MM-DD` in words: `28 October 2021`, `1er octobre 2021`, `September 2020`."""
    year, *rest = date.split("-")
    if not rest:
        return year
    month = table().month_names[language][int(rest[0]) - 1]
    if len(rest) == 1:
        return f"{month} {year}"
    day = int(rest[1])
    shown = "1er" if day == 1 and language == "fr" else str(day)
    return f"{shown} {month} {year}"
