"""Moments, sizes and numbers as the section's pages write them."""

from __future__ import annotations

from datetime import UTC, datetime

from indexer import dates
from indexer.documents import Language
from service.messages import message

_STEP = 1000


def moment(at: datetime | str, language: Language) -> str:
    """A time in words, in UTC: `27 November 2026, 10:21 UTC`. A text is in ISO 8601, as the service keeps times."""
    time = (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(UTC)
    day = dates.written(time.date().isoformat(), language)
    return message("manage.moment", language, day=day, hour=f"{time.hour:02d}", minute=f"{time.minute:02d}")


def number(value: int, language: Language) -> str:
    """A whole number with its thousands apart: `10,000`, in French with no-break spaces."""
    return f"{value:,}".replace(",", "\u00a0") if language == "fr" else f"{value:,}"


def size(count: int, language: Language) -> str:
    """A number of bytes in the unit that leaves it short, to one digit after the point: `1.2 GB`, `1,2 Go`."""
    value, unit = float(count), 0
    units = message("manage.units", language).split()
    while unit < len(units) - 1 and round(value, 1) >= _STEP:
        value, unit = value / _STEP, unit + 1
    text = f"{value:.1f}" if unit and round(value, 1) < 100 else f"{value:.0f}"
    return f"{text.replace('.', ',') if language == 'fr' else text}\u00a0{units[unit]}"
