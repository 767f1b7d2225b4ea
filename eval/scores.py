"""What each question got right, as the parts that figures are made of, and the figures over many questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.bootstrap import Estimate, Part, quantile, ratio
from eval.credit import Sought
from eval.figures import ANSWERS, FIGURES, LATENCY, RETRIEVAL
from eval.rankings import ranking_figures
from service.contract import Answer

Parts = Mapping[str, Part]
"""By the name of a figure what one question adds to it; figures that it does not bear on are left out."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question put to the service: the answer, seconds taken, and whether each citation's quote is a slice."""

    sought: Sought
    answer: Answer
    slices: tuple[bool, ...] = ()
    seconds: float = 0.0

    @property
    def ranking(self) -> list[str]:
        """Ids of the passages returned, best first."""
        return [hit.passage_id for hit in self.answer.passages]


def parts(asked: Sequence[Asked]) -> list[Parts]:
    """The parts of every figure but latency, by question.

    The figures of retrieval are means; lists are counted over all lists together, code by code.
    """
    rankings = ranking_parts([item.sought for item in asked], [item.ranking for item in asked])
    return [
        {**(ranked if item.sought.need.kind != "none" else {}), **_answer(item)}
        for item, ranked in zip(asked, rankings, strict=True)
    ]


def ranking_parts(sought: Sequence[Sought], rankings: Sequence[Sequence[str]]) -> list[Parts]:
    """The parts of the figures of retrieval, by need; none for one without a quote to find."""
    return [{name: (value, 1.0) for name, value in found.items()} for found in ranking_figures(sought, rankings)]


def figures(
    questions: Sequence[Parts], seconds: Sequence[float] = (), names: Iterable[str] | None = None
) -> dict[str, Estimate]:
    """All figures over the questions of one language, or those of `names`. Latency is in milliseconds."""
    found = {
        name: ratio([question[name] for question in questions if name in question], FIGURES[name].empty)
        for name in (names or [figure.name for figure in (*RETRIEVAL, *ANSWERS)])
    }
    if names is None:
        milliseconds = [1000 * value for value in seconds]
        found |= {name: quantile(milliseconds, share) for name, share in LATENCY.items()}
    return found


def values(question: Parts) -> dict[str, float]:
    """The figures of one question alone, in the order of `FIGURES`."""
    return {name: question[name][0] / question[name][1] for name in FIGURES if name in question and question[name][1]}


def _answer(item: Asked) -> Parts:
    need, answer = item.sought.need, item.answer
    unanswered = (float(not answer.answered), 1.0)
    found: dict[str, Part] = {"citations_are_slices": (float(sum(item.slices)), float(len(item.slices)))}
    if need.kind == "none":
        return found | {"abstains_rightly": unanswered}
    if item.sought.quotes:
        proven = any(item.sought.credit(citation.passage_id) for citation in answer.citations)
        found["cited"] = (float(proven), 1.0)
    if need.kind == "list":
        found |= _listed(item)
    return found | {"abstains_wrongly": unanswered}


def _listed(item: Asked) -> Parts:
    """Counts over the codes of a list: `alt` codes are as good, `optional` ones neutral."""
    given = {finding.jurisdiction.code: finding.status for finding in item.answer.findings if finding.jurisdiction}
    accepted: set[str] = set()
    right = missed = status_right = 0
    for expected in item.sought.need.jurisdictions:
        codes = {expected.code, *expected.alt}
        hit = next((code for code in given if code in codes), None)
        accepted |= codes
        if expected.optional:
            continue
        right += hit is not None
        missed += hit is None
        status_right += hit is not None and given[hit] in {expected.status, *expected.alt_status}
    wrong = len(set(given) - accepted)
    return {
        "list_precision": (right, right + wrong),
        "list_recall": (right, right + missed),
        "list_f1": (2 * right, 2 * right + wrong + missed),
        "status_accuracy": (status_right, right),
    }
