"""Lists by jurisdiction: who, how far each got, and who is to be mentioned apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from indexer import jurisdictions, text
from indexer.documents import Status
from indexer.glossary import find_terms
from service.answering import nothing
from service.answering.draft import Draft, Missing, Statement
from service.answering.evidence import Evidence
from service.answering.found import Found
from service.answering.roll_call import called
from service.list_question import ListQuestion, read_list_question

_FURTHEST = {status: place for place, status in enumerate(Status)}
_MOST_FURTHER = 2  # other statuses of a jurisdiction that are mentioned
_MOST_CONTEXT = 2  # statements about the council as a whole


def listed(found: Found) -> Draft:
    """Every jurisdiction with a sentence that bears on the topic, the best of each; see `Thresholds` for how much.

    All the passages that may bear on it are judged, not the first few. Of the statuses that a jurisdiction's sentences
    give, the furthest of those that the question's verb asks for is its own; without any, it is mentioned apart.
    """
    asked = read_list_question(found.query.text)
    if not asked.topic:
        return _of_whom(called(found, asked), asked, found)
    if why := nothing.missing(found):
        return Draft(missing=why)
    thresholds = found.thresholds
    term = _is_term(asked.topic)
    share = thresholds.near_term if term else thresholds.near
    near = [hit for hit in found.hits if hit.score >= share * found.hits[0].score]
    judged = [item for item in found.weighed(near) if _when(item, found)]
    if not judged:
        return Draft(missing=Missing.TOPIC)
    best = max(item.score for item in judged)
    # Where nothing reaches what a list needs, though the documents speak of the topic, the best alone is given.
    least = max(min(thresholds.list_least, thresholds.best_alone * best), thresholds.listed * best)
    by_code: dict[str, list[Evidence]] = defaultdict(list)
    for item in sorted(judged, key=lambda item: -item.score):
        if item.score >= least or (term and item.on_topic and item.score >= thresholds.list_least):
            for code in item.jurisdictions:
                by_code[code].append(item)
    statements = [_statement(code, items, asked, found) for code, items in by_code.items() if _whom(code, asked, found)]
    apart = thresholds.apart_term * best if term else max(least, thresholds.apart * best)
    chosen = [one for one in statements if one.asked or by_code[one.jurisdiction or ""][0].score >= apart]
    if not chosen:
        return Draft(missing=Missing.TOPIC)
    chosen.sort(key=lambda one: (not one.asked, _FURTHEST[one.status]))
    return Draft(tuple(chosen), context=_context(judged, least))


def _is_term(topic: str) -> bool:
    """Whether a topic is a term of the field and nothing else: then whoever names it, in whatever wording, is meant."""
    matches = [match for match in find_terms(topic) if match.term.topic]
    rest = list(topic)
    for match in matches:
        rest[match.start : match.end] = " " * (match.end - match.start)
    skipped = text.stop_words().question | text.stop_words().either
    return len(matches) == 1 and all(word in skipped for word in text.words("".join(rest)))


def _of_whom(draft: Draft, asked: ListQuestion, found: Found) -> Draft:
    return Draft(tuple(one for one in draft.statements if one.jurisdiction and _whom(one.jurisdiction, asked, found)))


def _whom(code: str, asked: ListQuestion, found: Found) -> bool:
    """Whether a jurisdiction is of a kind that the question asks for; the secretariat only where it is named."""
    kind, only = jurisdictions.get(code).kind, found.query.filters.jurisdictions
    if only and code not in only:  # a passage about one of them may tell of others
        return False
    if code in found.query.clues.jurisdictions:
        return True
    return kind in asked.kinds if asked.kinds else kind != "secretariat"


def _when(item: Evidence, found: Found) -> bool:
    """Whether a sentence is of a year that the question names: said at a meeting of that year, or naming it."""
    years = found.query.clues.years
    if not years or item.hit.passage.meeting_date is None:
        return True
    return found.query.clues.of_year(item.hit.passage) or any(year in item.quote for year in years)


def _statement(code: str, items: Sequence[Evidence], asked: ListQuestion, found: Found) -> Statement:
    """What is said of a jurisdiction, from its sentences, best first."""
    thresholds = found.thresholds
    by_status: dict[Status, Evidence] = {}
    least = min(thresholds.same_asked, thresholds.same) * items[0].score
    for item in items:
        if item.score < least:
            break
        for status in item.statuses if not found.query.statuses else (item.status,):
            share = thresholds.same_asked if asked.wants(status) else thresholds.same
            if item.score >= share * items[0].score:
                by_status.setdefault(status, item)
    order = sorted(by_status, key=lambda status: (not asked.wants(status), _FURTHEST[status]))
    first = by_status[order[0]]
    others = [(status, by_status[status]) for status in order[1:] if by_status[status] is not first]
    return Statement(
        first.hit,
        first.span,
        order[0],
        code,
        asked=asked.wants(order[0]),
        further=tuple(Statement(item.hit, item.span, status, code) for status, item in others[:_MOST_FURTHER]),
    )


def _context(judged: Sequence[Evidence], least: float) -> tuple[Statement, ...]:
    """The best sentences about nobody in particular."""
    general = sorted(
        (item for item in judged if item.score >= least and not item.jurisdictions), key=lambda i: -i.score
    )
    return tuple(Statement(item.hit, item.span, item.status) for item in general[:_MOST_CONTEXT])
