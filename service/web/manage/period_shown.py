"""Days for date fields, of periods that may be named by a month or year alone."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from service.requests import DATE


def first_day(period: str) -> str:
    """The first day of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; "" for what is none."""
    return _day(period, last=False)


def last_day(period: str) -> str:
    """The last day of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; "" for what is none."""
    return _day(period, last=True)


def _day(period: str, *, last: bool) -> str:
    if not re.fullmatch(DATE, period):
        return ""
    year, month, day = (*map(int, period.split("-")), None, None)[:3]
    try:
        first = date(year or 0, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return ""
    if last and day is None:
        month = 12 if month is None else month
        return first.replace(month=month, day=monthrange(first.year, month)[1]).isoformat()
    return first.isoformat()
