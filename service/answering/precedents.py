"""Precedents: what others did that may help with a problem."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from indexer.documents import Passage, Status
from indexer.embedding import Embedder
from indexer.index_protocol import Index
from service import need_sought, precedents
from service.answering.draft import Draft, Span, Statement
from service.answering.found import Found
from service.answering.reader_language import precedents_in
from service.need_versions import original
from service.needs import Need, needs_of
from service.precedent_reasons import Reasons
from service.precedents import FURTHEST_LAST, Precedent
from service.query import Query
from service.retrieval import Hit

LOOKED_AT = 40  # precedents, before those of one jurisdiction and meeting are thinned out


@dataclass(frozen=True, slots=True)
class Fit:
    """Which precedents are good enough to be told, of one need; chosen on the split "tune" of `eval/gold`."""

    least: float = 0.5  # score
    share: float = 0.5  # of the best one's score
    again: float = 0.75  # share of a jurisdiction's best at a meeting that a second one of the same needs
    alike: float = 0.9  # share of the best score down to which one counts as equally relevant, and so on down
    most: int = 10
    of_each: int = 2  # of a jurisdiction at a meeting
    of_need: int = 4  # of each need, where a passage states several
    of_match: int = 6  # of each need in the table of a meeting


DEFAULT_FIT = Fit()
# A table of a whole meeting is read row by row, with no question in mind: fewer and surer ones stand in it.
MATCH_FIT = Fit(least=0.7, share=0.7)


def helpful(found: Found) -> Draft:
    """The precedents for what the question is about, best first; without statements where none is good enough."""
    query = found.query
    sought = need_sought.of_question(found.index, found.embedder, query)
    near = precedents.find(found.index, found.embedder, sought, query, limit=max(LOOKED_AT, query.limit))
    reasons = Reasons(sought, query.language)
    told = fitting(near)
    quoted = precedents_in(found.index, found.embedder, told, query.language)
    statements = tuple(_statement(*pair, reasons) for pair in zip(told, quoted, strict=True))
    return Draft(statements, nearest=tuple(item.hit for item in near))


def helpful_for(index: Index, embedder: Embedder, passage: Passage, query: Query) -> Draft:
    """The precedents for the needs that `passage` states, each need looked for by itself; best first.

    A statement that answers several needs is given for the one that it answers best. The query's filters hold.
    """
    needs = needs_of(passage)
    several = len(needs) > 1
    best: dict[tuple[str, int], tuple[Precedent, Statement]] = {}
    near: dict[str, Hit] = {}
    for need in needs:
        told = original(index, embedder, need, query.filters)
        sought = need_sought.of_need(told)
        asked = replace(query, asked_in=told.passage.language)
        found = precedents.find(index, embedder, sought, asked, limit=max(LOOKED_AT, query.limit))
        for item in found:
            held = near.get(item.hit.passage.id)
            if held is None or item.hit.score > held.score:
                near[item.hit.passage.id] = item.hit
        reasons = Reasons(sought, query.language, need.sentence if several else None)
        chosen = fitting(found, most=DEFAULT_FIT.of_need if several else None)
        for item, quoted in zip(chosen, precedents_in(index, embedder, chosen, query.language), strict=True):
            key = item.hit.passage.id, item.start
            if key not in best or item.hit.score > best[key][0].hit.score:
                best[key] = item, _statement(item, quoted, reasons)
    order = in_order([item for item, _ in best.values()])
    return Draft(
        tuple(best[item.hit.passage.id, item.start][1] for item in order),
        nearest=tuple(sorted(near.values(), key=lambda hit: -hit.score)),
    )


def matches(index: Index, embedder: Embedder, need: Need, query: Query) -> list[tuple[Precedent, str]]:
    """Who can help with one need: the precedents that are good enough, best first, each with the reason."""
    sought = need_sought.of_need(need)
    found = precedents.find(index, embedder, sought, query, limit=max(LOOKED_AT, query.limit))
    reasons = Reasons(sought, query.language)
    told = fitting(found, MATCH_FIT, most=MATCH_FIT.of_match)
    quoted = precedents_in(index, embedder, told, query.language)
    return [(shown, reasons.why(item, shown)) for item, shown in zip(told, quoted, strict=True)]


def fitting(near: Iterable[Precedent], fit: Fit = DEFAULT_FIT, most: int | None = None) -> list[Precedent]:
    """The precedents good enough to be told: mostly one of a jurisdiction and meeting."""
    told: list[Precedent] = []
    of_one: dict[tuple[str, str | None], list[float]] = {}
    for item in near:
        score = item.hit.score
        if score < max(fit.least, fit.share * (told[0].hit.score if told else 0.0)) or len(told) == (most or fit.most):
            break
        if item.status is Status.ASKING:  # who asks is no help
            continue
        # What is said of nobody in particular stands for itself alone.
        key = item.jurisdiction or item.hit.passage.id, item.hit.passage.meeting_date
        scores = of_one.setdefault(key, [])
        if scores and (len(scores) == fit.of_each or score < fit.again * scores[0]):
            continue
        scores.append(score)
        told.append(item)
    return in_order(told, fit)


def in_order(told: Sequence[Precedent], fit: Fit = DEFAULT_FIT) -> list[Precedent]:
    """The most relevant first; of those about as relevant, what is furthest, then the latest."""
    best = max((item.hit.score for item in told), default=1.0)
    return sorted(told, key=lambda item: (_band(item.hit.score, best, fit), *_worth(item)))


def _band(score: float, best: float, fit: Fit) -> int:
    """How many times a score falls short of the best by so much that it counts as less relevant."""
    return int(math.log(score / best) / math.log(fit.alike))


def _worth(item: Precedent) -> tuple[int, int, float]:
    """What orders the equally relevant: how far it is, how recent, then the score."""
    return (
        -FURTHEST_LAST.index(item.status),
        -int((item.hit.passage.meeting_date or "0")[:4]),
        -item.hit.score,
    )


def _statement(item: Precedent, quoted: Precedent, reasons: Reasons) -> Statement:
    span = Span(quoted.start, quoted.end)
    return Statement(quoted.hit, span, item.status, item.jurisdiction, why=reasons.why(item, quoted))
