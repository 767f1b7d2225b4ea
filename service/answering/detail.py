"""Whether the passages found hold the detail that a question asks for, or its topic only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.answering.asked_for import AnswerType, AskedFor
from service.answering.fitting import Fitting, SentenceFit
from service.answering.found import Found

_FIRST_HITS = 3  # whose sentences tell how much of the topic there is
_LEAST_NEAR = 0.05
_HELD_AGAINST = 0.3  # from 0, as if all of the topic were always there, to 1, in proportion


@dataclass(frozen=True, slots=True)
class Detail:
    """The best that the passages hold of a detail that a question asks for.

    `type` is the first kind of thing asked for that a few words can answer, None where the question asks for none.
    `fit` is how well the best span answers, `near` how much of the topic a sentence of the first hits holds with its
    surroundings; both from 0 to 1.
    """

    type: AnswerType | None
    fit: float
    near: float

    @property
    def clearness(self) -> float:
        """From 0, nothing of the kind asked for is near the topic, to 1, it is clearly there; 1 if none is asked for.

        A fit is held against how much of the topic is there at all: where the documents use other words than the
        question, the span that answers stands near few of them.
        """
        return 1.0 if self.type is None else min(1.0, self.fit / max(self.near, _LEAST_NEAR) ** _HELD_AGAINST)


def detail(found: Found) -> Detail:
    """The detail that the passages found hold, for a question of any kind."""
    fitting = Fitting(found)
    return detail_of(found, fitting.asked, fitting.sentences())


def detail_of(found: Found, asked: Sequence[AskedFor], sentences: Sequence[SentenceFit]) -> Detail:
    """The same from sentences judged already."""
    first = {hit.passage.id for hit in found.hits[:_FIRST_HITS]}
    return Detail(
        type=next((item.type for item in asked if item.type.is_detail), None),
        fit=max((sentence.fit.score for sentence in sentences if sentence.fit), default=0.0),
        near=max((sentence.near for sentence in sentences if sentence.hit.passage.id in first), default=0.0),
    )
