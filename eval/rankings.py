"""Retrieval figures of each need, through `ir-measures`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from eval.credit import Sought
from eval.figures import DEPTH, FOUND, NDCG, RECALL, RR
from indexer.errors import SettingError

_EVERY = 10**6  # the runs are cut at DEPTH passages already; one passage may stand for several quotes


def ranking_figures(sought: Sequence[Sought], rankings: Sequence[Sequence[str]]) -> list[dict[str, float]]:
    """For each need the figures of its ranking (passage ids, best first); none for a need without a quote to find.

    Reciprocal rank, success and discounted gain are over units, each at its first passage; recall is over quotes.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise SettingError("council eval needs the extra 'eval': pip install 'council-search[eval]'") from error
    figures: list[dict[str, float]] = [{} for _ in sought]
    wanted = [(str(at), item, ranking) for at, (item, ranking) in enumerate(zip(sought, rankings, strict=True))]
    wanted = [entry for entry in wanted if entry[1].quotes]
    over_units = {
        ir_measures.RR: RR,
        ir_measures.Success @ _EVERY: FOUND,
        ir_measures.nDCG @ DEPTH: NDCG,
    }
    over_quotes = {ir_measures.R @ _EVERY: RECALL}
    scored = ir_measures.ScoredDoc
    for measures, goals, run in (
        (over_units, [(at, set(item.units.values())) for at, item, _ in wanted], _units),
        (over_quotes, [(at, set(item.quotes)) for at, item, _ in wanted], _quotes),
    ):
        qrels = [ir_measures.Qrel(at, f"goal {goal}", 1) for at, several in goals for goal in sorted(several)]
        entries = [scored(at, name, -rank) for at, item, ranking in wanted for rank, name in run(item, ranking[:DEPTH])]
        for found in _calculated(ir_measures, list(measures), qrels, entries):
            figures[int(found.query_id)][measures[found.measure]] = float(found.value)
    return figures


def _calculated(library: Any, measures: list[Any], qrels: list[Any], run: list[Any]) -> Iterator[Any]:
    yield from library.iter_calc(measures, qrels, run) if qrels else ()


def _units(sought: Sought, ranking: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Each passage stands for its unit the first time, else for itself."""
    seen: set[int] = set()
    for rank, passage_id in enumerate(ranking):
        unit = sought.unit(passage_id)
        new = unit is not None and unit not in seen
        yield rank, f"goal {unit}" if new else f"other {rank}"
        if unit is not None:
            seen.add(unit)


def _quotes(sought: Sought, ranking: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Each passage stands for the quotes that it is the first to be credited with."""
    seen: set[int] = set()
    for rank, passage_id in enumerate(ranking):
        numbers = sought.credit(passage_id)
        for number in sorted(numbers - seen):
            yield rank, f"goal {number}"
        seen |= numbers
