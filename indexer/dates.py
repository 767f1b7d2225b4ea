"""Meeting dates: found in a text, and written out in either language."""

from __future__ import annotations

import re
from calendar import monthrange
from functools import lru_cache

from indexer.document_words import table
from indexer.documents import Language
from indexer.text import fold


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, int]]:
    months = {name: number for names in table().months.values() for number, name in enumerate(names, start=1)}
    month = "|".join(sorted(months, key=len, reverse=True))
    last = r"(?:\s*(?:[-–—&]|\b(?:and|to|et|au)\b)\s*[0-3]?\d(?:er|st|nd|rd|th)?)?"  # "5-6 October" is the 5th
    day_first = re.compile(
        rf"(?:\b(?P<day>[0-3]?\d)(?:er|st|nd|rd|th)?{last}\s+)?\b(?P<month>{month})\.?,?\s+(?P<year>(?:19|20)\d\d)\b"
    )
    month_first = re.compile(
        rf"\b(?P<month>{month})\s+(?P<day>[0-3]?\d)(?:st|nd|rd|th)?{last},?\s+(?P<year>(?:19|20)\d\d)\b"
    )
    return day_first, month_first, months


_ISO = re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>0[1-9]|[12]\d|3[01]))?\b")


def first_date(text: str) -> str | None:
    """The first date with month and year in `text`, as `YYYY-MM-DD` or `YYYY-MM`; None without one."""
    day_first, month_first, months = _patterns()
    folded = fold(text)
    found = [match for pattern in (month_first, day_first, _ISO) if (match := pattern.search(folded))]
    if not found:
        return None
    match = min(found, key=lambda candidate: candidate.start())
    month = months.get(match["month"]) or int(match["month"])
    day = int(match["day"]) if match["day"] else 0
    year_month = f"{match['year']}-{month:02d}"
    return f"{year_month}-{day:02d}" if 1 <= day <= monthrange(int(match["year"]), month)[1] else year_month


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
