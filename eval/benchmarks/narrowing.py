"""Filters that let a given share of an index through, as a person might set them: whose, and when."""

from __future__ import annotations

import math
from collections.abc import Iterator

from indexer import jurisdictions
from indexer.filters import Filters
from indexer.index_protocol import Index


def nearest(index: Index, share: float) -> Filters:
    """Of the jurisdictions, years and meetings of the index, and pairs of them, what lets nearest to `share` through.

    Never what lets nothing through, unless nothing else is to be had.
    """
    total = max(1, len(index.vectors))

    def off(filters: Filters) -> float:
        allowed = index.allowed(filters)
        met = total if allowed is None else len(allowed)
        return abs(math.log(met / total / share)) if met else math.inf

    return min(_filters(index), key=off, default=Filters())


def _filters(index: Index) -> Iterator[Filters]:
    codes = [known.code for known in jurisdictions.all_jurisdictions()]
    years = sorted({date[:4] for date in index.meetings})
    yield from (Filters(jurisdictions=(code,)) for code in codes)
    yield from (Filters(meetings=(date,)) for date in (*years, *index.meetings))
    yield from (Filters(jurisdictions=(code,), meetings=(year,)) for code in codes for year in years)


def told(filters: Filters) -> str:
    """The filters in words."""
    return " ".join((*filters.jurisdictions, *filters.meetings)) or "none"
