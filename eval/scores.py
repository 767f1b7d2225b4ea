"""Figures of a run: retrieval through `ir-measures`, and what answers got right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.needs import Need
from indexer.errors import SettingError
from service.contract import Answer

DEPTH = 10  # passages looked at, as the service returns by default


@dataclass(frozen=True, slots=True)
class Asked:
    """One question put to the service.

    `ranked` and `cited` hold, for each passage returned and each one cited, the numbers of the need's quotes that it
    covers; `slices` whether each citation's quote is a slice of its document.
    """

    need: Need
    answer: Answer
    ranked: list[set[int]]
    cited: list[set[int]]
    slices: list[bool]


def figures(asked: Sequence[Asked]) -> dict[str, float]:
    """All figures over the questions of one language, each from 0 to 1.

    `needs_found@10` is the share of needs with evidence among the first ten passages, `evidence_recall@10` the mean
    share of a need's quotes found there, `rr` the mean reciprocal rank of the first passage with evidence. `cited`
    is the share of needs with evidence among the citations' passages; `list_*` compare sets of codes;
    `abstains_rightly` and `abstains_wrongly` are the shares of unanswered questions among those that the documents
    do not answer and those that they do.
    """
    answerable = [item for item in asked if item.need.kind != "none"]
    unanswerable = [item for item in asked if item.need.kind == "none"]
    slices = [ok for item in asked for ok in item.slices]
    return {
        **_retrieval([item for item in answerable if item.need.sought()]),
        "cited": _mean([any(item.cited) for item in answerable if item.need.sought()]),
        **_lists([item for item in asked if item.need.kind == "list"]),
        "abstains_rightly": _mean([not item.answer.answered for item in unanswerable]),
        "abstains_wrongly": _mean([not item.answer.answered for item in answerable]),
        "citations_are_slices": _mean(slices) if slices else 1.0,
    }


def _retrieval(asked: Sequence[Asked]) -> dict[str, float]:
    try:
        import ir_measures
        from ir_measures import RR, R, Success
    except ImportError as error:
        raise SettingError("council eval needs the extra 'eval': pip install 'council-search[eval]'") from error
    every = 10**6  # the run below is already cut at DEPTH passages, some of which hold several quotes
    wanted = {"needs_found@10": Success @ every, "evidence_recall@10": R @ every, "rr": RR}
    qrels = [
        ir_measures.Qrel(item.need.id, f"quote {number}", 1)
        for item in asked
        for number in range(len(item.need.sought()))
    ]
    run = [entry for item in asked for entry in _run(item, ir_measures.ScoredDoc)]
    found = ir_measures.calc_aggregate(list(wanted.values()), qrels, run)
    return {name: float(found[measure]) for name, measure in wanted.items()}


def _run(item: Asked, scored: type) -> Iterator[object]:
    """The first passages as a run over quotes: a passage stands for the quotes that it covers, else for itself."""
    seen: set[int] = set()
    for rank, quotes in enumerate(item.ranked[:DEPTH]):
        for number in sorted(quotes - seen):
            yield scored(item.need.id, f"quote {number}", -rank)
        if not quotes:
            yield scored(item.need.id, f"other {rank}", -rank)
        seen |= quotes


def _lists(asked: Sequence[Asked]) -> dict[str, float]:
    """Precision, recall and F1 over the codes of all lists together; how many right codes have a right status."""
    right = wrong = missed = status_right = 0
    for item in asked:
        given = {finding.jurisdiction.code: finding.status for finding in item.answer.findings if finding.jurisdiction}
        accepted: set[str] = set()
        for expected in item.need.jurisdictions:
            codes = {expected.code, *expected.alt}
            hit = next((code for code in given if code in codes), None)
            accepted |= codes
            if expected.optional:
                continue
            right += hit is not None
            missed += hit is None
            status_right += hit is not None and given[hit] in {expected.status, *expected.alt_status}
        wrong += len(set(given) - accepted)
    precision = right / (right + wrong) if right + wrong else 0.0
    recall = right / (right + missed) if right + missed else 0.0
    return {
        "list_precision": precision,
        "list_recall": recall,
        "list_f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        "status_accuracy": status_right / right if right else 0.0,
    }


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0
