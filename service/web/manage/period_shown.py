"""Days for date fields, of periods that may be named by a month or year alone."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def first_day(period: str) -> str:
    """The first day of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; "" for what is none."""
    return _day(period, last=False)


def last_day(period: str) -> str:
    """The last day of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; "" for what is none."""
    return _day(period, last=True)


def _day(period: str, *, last: bool) -> str:
    try:
        year, month, day = (*(int(part) for part in period.split("-")), None, None)[:3]
        if year is None:
            return ""
        month = month or (12 if last else 1)
        return date(year, month, day or (monthrange(year, month)[1] if last else 1)).isoformat()
    except (ValueError, IndexError):
        return ""
