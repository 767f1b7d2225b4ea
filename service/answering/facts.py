"""Facts: the sentences that answer, the best first, each with the words in it that answer by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.text import fold
from service.answering.detail import detail_of
from service.answering.draft import Draft, Missing, Span, Statement
from service.answering.evidence import Evidence, about
from service.answering.fitting import Fit, Fitting, SentenceFit
from service.answering.found import Found
from service.status import passage_status

_FITTING = 2.0  # weight of a span that answers beside what the sentence is about
_MARKED = 0.5  # share of the best span's score from which a further one is marked as the short answer
_AS_WELL = 0.6  # share of a sentence's best span's score from which an earlier thing asked counts as answered
_RIVAL = 0.8  # and from which one of another meeting is the same thing at another time


def stated(found: Found) -> Draft:
    """The sentences that answer; nothing where the passages lack the detail that the question asks for."""
    if found.query.kind != "fact":
        return _nearest(found)
    fitting = Fitting(found)
    if not any(asked.type.is_detail for asked in fitting.asked):
        return _nearest(found)
    sentences = fitting.sentences()
    if detail_of(found, fitting.asked, sentences).clearness < found.thresholds.detail:
        return Draft(missing=Missing.DETAIL)
    return Draft(tuple(_chosen(found, sentences)))


def statement(item: Evidence) -> Statement:
    """A sentence as a statement about the first jurisdiction that it is about."""
    return Statement(item.hit, item.span, item.status, next(iter(item.jurisdictions), None))


def _nearest(found: Found) -> Draft:
    """The best sentence, and others nearly as good."""
    thresholds = found.thresholds
    least = thresholds.also * found.evidence[0].score
    chosen = [item for item in found.evidence[: thresholds.statements] if item.score >= least]
    return Draft(tuple(statement(item) for item in chosen))


def _chosen(found: Found, sentences: Sequence[SentenceFit]) -> list[Statement]:
    """The best sentence of each passage, best first; values of other meetings beside the best one, newest first."""
    best: dict[str, SentenceFit] = {}
    for sentence in sorted(sentences, key=_score, reverse=True):
        best.setdefault(sentence.hit.passage.id, sentence)
    ranked = list(best.values())
    rivals = [other for other in ranked[1:] if _is_rival(other, ranked[0])]
    first = sorted([ranked[0], *rivals], key=lambda item: item.hit.passage.meeting_date or "", reverse=True)
    most = max((item.fit.score for item in ranked if item.fit), default=0.0)
    parts = [item for number in range(len(ranked[0].best)) if (item := _best_for(number, sentences, _MARKED * most))]
    least = found.thresholds.also * _score(ranked[0])
    rest = [item for item in ranked if _score(item) >= least]
    kept: list[SentenceFit] = []
    for item in (*first, *parts, *rest):
        if not any(_is_same(item, other) for other in kept) and len(kept) < found.thresholds.facts:
            kept.append(item)
    return [_statement(item, most) for item in kept]


def _is_same(one: SentenceFit, other: SentenceFit) -> bool:
    return (one.hit.passage.id, one.span) == (other.hit.passage.id, other.span)


def _best_for(number: int, sentences: Sequence[SentenceFit], least: float) -> SentenceFit | None:
    """The sentence that answers one of the things asked best, if any does well enough."""
    fits = [(fit.score, item) for item in sentences if (fit := item.best[number]) and fit.score >= least]
    return max(fits, key=lambda pair: pair[0], default=(0.0, None))[1]


def _score(item: SentenceFit) -> float:
    return item.about * (item.hit.score + item.cosine) / 2 + _FITTING * (item.fit.score if item.fit else 0.0)


def _is_rival(item: SentenceFit, best: SentenceFit) -> bool:
    """Whether a sentence gives another value of what the best one gives, at another meeting."""
    own, other = item.fit, best.fit
    one, two = item.hit.passage, best.hit.passage
    if own is None or other is None or own.type != other.type or one.meeting_date == two.meeting_date:
        return False
    return (
        own.score >= _RIVAL * other.score
        and not set(one.jurisdictions).isdisjoint(two.jurisdictions)
        and _value(item, own) != _value(best, other)
    )


def _value(item: SentenceFit, fit: Fit) -> str:
    start = item.hit.passage.start
    return " ".join(fold(item.hit.passage.text[fit.span.start - start : fit.span.end - start]).split())


def _statement(item: SentenceFit, most: float) -> Statement:
    passage, span = item.hit.passage, item.span
    where = (span.start - passage.start, span.end - passage.start)
    whose = next(iter(about(passage, *where)), None)
    return Statement(item.hit, span, passage_status(passage, *where), whose, short=_short(item, most))


def _short(item: SentenceFit, most: float) -> Span | None:
    """The words that answer: of several things asked, the first that the sentence answers about as well as any."""
    if item.fit is None:
        return None
    least = max(_MARKED * most, _AS_WELL * item.fit.score)
    return next((fit.span for fit in item.best if fit and fit.score >= least > 0), None)
