"""Precedents: what others did that may help with a problem."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from indexer.documents import Passage
from indexer.embedding import Embedder
from indexer.store import Index
from service import need_sought, precedents
from service.answering.draft import Draft, Span, Statement
from service.answering.found import Found
from service.need_sought import Sought
from service.needs import Need, needs_of
from service.precedent_reasons import why
from service.precedents import Precedent
from service.query import Query

LOOKED_AT = 40  # precedents, before those of one jurisdiction and meeting are thinned out


@dataclass(frozen=True, slots=True)
class Fit:
    """Which precedents are good enough to be told, of one need; chosen on the split "tune" of `eval/gold`."""

    least: float = 0.5  # score
    share: float = 0.6  # of the best one's score
    again: float = 0.75  # share of a jurisdiction's best at a meeting that a second one of the same needs
    most: int = 10
    of_each: int = 2  # of a jurisdiction at a meeting
    of_need: int = 4  # of each need, where a passage states several
    of_match: int = 6  # of each need in the table of a meeting


DEFAULT_FIT = Fit()


def helpful(found: Found) -> Draft:
    """The precedents for what the question is about, best first; without statements where none is good enough."""
    query = found.query
    sought = need_sought.of_question(found.index, found.embedder, query)
    near = precedents.find(found.index, found.embedder, sought, query, max(LOOKED_AT, query.limit))
    return Draft(
        tuple(_statement(item, sought, query) for item in fitting(near)), nearest=tuple(item.hit for item in near)
    )


def helpful_for(index: Index, embedder: Embedder, passage: Passage, query: Query) -> Draft:
    """The precedents for the needs that `passage` states, each need looked for by itself; best first.

    A statement that answers several needs is given for the one that it answers best. The query's filters hold.
    """
    needs = needs_of(passage)
    best: dict[tuple[str, int], tuple[float, Statement]] = {}
    near: dict[str, Precedent] = {}
    for need in needs:
        for item, fits, sought in _of_need(index, embedder, need, query, DEFAULT_FIT.of_need if needs[1:] else None):
            held = near.get(item.hit.passage.id)
            if held is None or item.hit.score > held.hit.score:
                near[item.hit.passage.id] = item
            key = item.hit.passage.id, item.start
            if fits and (key not in best or item.hit.score > best[key][0]):
                best[key] = item.hit.score, _statement(item, sought, query, need if needs[1:] else None)
    return Draft(
        tuple(statement for _, statement in sorted(best.values(), key=lambda scored: -scored[0])),
        nearest=tuple(sorted((item.hit for item in near.values()), key=lambda hit: -hit.score)),
    )


def matches(index: Index, embedder: Embedder, need: Need, query: Query) -> list[tuple[Precedent, str]]:
    """Who can help with one need: the precedents that are good enough, best first, each with the reason."""
    return [
        (item, why(item, sought, query.language))
        for item, fits, sought in _of_need(index, embedder, need, query, DEFAULT_FIT.of_match)
        if fits
    ]


def fitting(near: Iterable[Precedent], fit: Fit = DEFAULT_FIT, most: int | None = None) -> list[Precedent]:
    """The precedents good enough to be told: mostly one of a jurisdiction and meeting."""
    told: list[Precedent] = []
    of_one: dict[tuple[str, str | None], list[float]] = {}
    for item in near:
        score = item.hit.score
        if score < max(fit.least, fit.share * (told[0].hit.score if told else 0.0)) or len(told) == (most or fit.most):
            break
        # What is said of nobody in particular stands for itself alone.
        key = item.jurisdiction or item.hit.passage.id, item.hit.passage.meeting_date
        scores = of_one.setdefault(key, [])
        if scores and (len(scores) == fit.of_each or score < fit.again * scores[0]):
            continue
        scores.append(score)
        told.append(item)
    return told


def _of_need(
    index: Index, embedder: Embedder, need: Need, query: Query, most: int | None = None
) -> list[tuple[Precedent, bool, Sought]]:
    """The precedents near to one need, whether each is good enough, and what was sought."""
    sought = need_sought.of_need(need)
    near = precedents.find(index, embedder, sought, query, max(LOOKED_AT, query.limit))
    told = {item.hit.passage.id for item in fitting(near, most=most)}
    return [(item, item.hit.passage.id in told, sought) for item in near]


def _statement(item: Precedent, sought: Sought, query: Query, need: Need | None = None) -> Statement:
    reason = why(item, sought, query.language, need.sentence if need else None)
    return Statement(item.hit, Span(item.start, item.end), item.status, item.jurisdiction, why=reason)
