"""Ten hits that are ten different things: translations of a passage, and copies of it, fold into one hit."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from indexer import text
from indexer.documents import Language
from service.ranked import Ranked

_COPY = 0.9  # share of the words of two passages that both have, from which one is a copy of the other
_RUNS = 0.4  # share of what stands between white space that both have, below which neither is a copy: commas may differ
_LENGTHS = 0.9  # the shorter of two copies is at least so long, as a share of the longer
_NEAR = 0.5  # share of the best version's score that the one in the reader's language needs to stand for both


@dataclass(frozen=True, slots=True)
class Folded:
    """The passage that stands for several, by its place in the ranking; their best score; the numbers of the others."""

    place: int
    score: float
    others: tuple[int, ...] = ()


def fold(
    ranked: Sequence[Ranked], versions: Mapping[int, Sequence[int]], language: Language, limit: int
) -> list[Folded]:
    """The first `limit` different things of a ranking, best first; `versions` by number of passage.

    Of two versions the one in `language` is shown, where its own score is not far behind, at the better one's place.
    What it is a version of, or a copy about the same jurisdictions, is not shown again.
    """
    places = {item.number: place for place, item in enumerate(ranked)}
    alike: dict[tuple[str, tuple[str, ...]], list[tuple[int, int]]] = {}  # lengths, and places in the ranking
    for place, item in enumerate(ranked):
        passage = item.passage
        alike.setdefault((passage.language, passage.jurisdictions), []).append((len(passage.text), place))
    for lengths in alike.values():
        lengths.sort()
    taken: set[int] = set()
    shown: list[Folded] = []
    for first, item in enumerate(ranked):
        if len(shown) == limit:
            break
        if item.number in taken:
            continue
        own = [places[n] for n in versions.get(item.number, ()) if n in places and n not in taken]
        place = _to_show(ranked, [first, *own], language)
        chosen = ranked[place]
        near = _of_like_length(alike[chosen.passage.language, chosen.passage.jurisdictions], len(chosen.passage.text))
        copies = [
            other.number
            for other in (ranked[at] for at in near)
            if other is not chosen and other.number not in taken and _is_copy(chosen.passage.text, other.passage.text)
        ]
        others = tuple(dict.fromkeys(n for n in (*versions.get(chosen.number, ()), *copies) if n not in taken))
        taken.update((item.number, chosen.number, *others))
        shown.append(Folded(place, item.score, others))
    return shown


def _to_show(ranked: Sequence[Ranked], places: Sequence[int], language: Language) -> int:
    """Of a passage and its versions the place of the one to show: see `fold`; the first place is the passage's own."""
    least = _NEAR * ranked[places[0]].score
    good = [
        place
        for place in places
        if ranked[place].passage.language == language and (place == places[0] or ranked[place].score >= least)
    ]
    return min(good, default=places[0])


def _of_like_length(lengths: Sequence[tuple[int, int]], length: int) -> list[int]:
    """The places of the passages of which one may be a copy by its length, in order; most pairs end here."""
    first = bisect_left(lengths, (int(_LENGTHS * length) - 1, 0))
    last = bisect_right(lengths, (int(length / _LENGTHS) + 1, sys.maxsize))
    return sorted(place for _, place in lengths[first:last])


def _is_copy(one: str, other: str) -> bool:
    """Whether two texts have nearly the same words."""
    shorter, longer = (len(one), len(other)) if len(one) < len(other) else (len(other), len(one))
    if shorter < _LENGTHS * longer:
        return False
    runs, other_runs = _runs(one), _runs(other)
    if not _share(runs, other_runs, _RUNS):
        return False  # found in a tenth of the time, and so for most
    words, other_words = _words(one), _words(other)
    return _share(words, other_words, _COPY) and bool(words)


def _share(one: frozenset[str], other: frozenset[str], least: float) -> bool:
    """Whether both of two sets have at least a share of what either has."""
    fewer, more = (one, other) if len(one) < len(other) else (other, one)
    if len(fewer) < least * len(more):
        return False  # not even if the one held all of the other's
    both = len(fewer & more)
    return both >= least * (len(fewer) + len(more) - both)


@lru_cache(maxsize=2_048)
def _runs(written: str) -> frozenset[str]:
    return frozenset(written.lower().split())


@lru_cache(maxsize=2_048)
def _words(written: str) -> frozenset[str]:
    return frozenset(text.words(written))
