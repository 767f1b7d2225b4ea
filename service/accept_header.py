"""What the header `Accept` asks for: a page for a person, or something for a program."""

from __future__ import annotations

import re

_RANGE = re.compile(r"([^\s;,]+/[^\s;,]+)[^,]*?(?:;\s*q=([0-9.]+))?\s*$", re.IGNORECASE)
_PAGES = ("text/html", "application/xhtml+xml")
_FOR_PROGRAMS = ("application/json", "application/problem+json")


def prefers_html(accept: str | None) -> bool:
    """Whether a page is named, and nothing that programs read before it; `*/*` alone names no page."""
    weights: dict[str, float] = {}
    for part in (accept or "").split(","):
        if match := _RANGE.match(part.strip()):
            try:
                weights[match[1].lower()] = float(match[2] or 1)
            except ValueError:
                continue
    page = max((weights.get(name, 0.0) for name in _PAGES), default=0.0)
    return page > 0 and page >= max(weights.get(name, 0.0) for name in _FOR_PROGRAMS)
