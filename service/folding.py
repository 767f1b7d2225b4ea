"""Ten hits that are ten different things: translations of a passage, and copies of it, fold into one hit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer import text
from indexer.documents import Language, Passage

_COPY = 0.9  # share of the words of two passages that both have, from which one is a copy of the other
_NEAR = 0.5  # share of the best version's score that the one in the reader's language needs to stand for both


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage with its number in the generation and its score."""

    number: int
    passage: Passage
    score: float


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
    What it is a version of, or a copy, is not shown again.
    """
    places = {item.number: place for place, item in enumerate(ranked)}
    words = [frozenset(text.words(item.passage.text)) for item in ranked]
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
        copies = [
            other.number
            for at, other in enumerate(ranked)
            if at != place and _is_copy(chosen.passage, other.passage, words[place], words[at])
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


def _is_copy(one: Passage, other: Passage, words: frozenset[str], other_words: frozenset[str]) -> bool:
    """Whether two passages have nearly the same words and are about the same jurisdictions."""
    if one.language != other.language or one.jurisdictions != other.jurisdictions:
        return False
    either = len(words | other_words)
    return bool(either) and len(words & other_words) >= _COPY * either
