"""The retrieval figures, held against plain implementations of their definitions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.credit import Sought, units
from eval.needs import Need
from eval.rankings import ranking_figures

QUOTES = 5
PASSAGES = [f"p{at}" for at in range(14)]


def sought(credited, quotes=QUOTES, name="n"):
    need = Need.model_validate(
        {
            "id": name,
            "kind": "fact",
            "question_en": "?",
            "question_fr": "?",
            "answer_en": None,
            "answer_fr": None,
            "evidence": [{"doc": "a.txt", "quote": f"quote {at}"} for at in range(quotes)],
        }
    )
    numbered = dict(enumerate(need.sought()))
    held = {passage: frozenset(numbers) for passage, numbers in credited.items()}
    return Sought(need, numbered, held, units(numbered, held.values()))


def reference(item, ranking):
    """Recall over quotes; reciprocal rank, success and discounted gain over units, each at its first passage."""
    first = ranking[:10]
    quotes = set().union(*(item.credit(passage) for passage in first))
    hits = [rank for rank, passage in enumerate(first, start=1) if item.credit(passage)]
    gain, seen = 0.0, set()
    for rank, passage in enumerate(first, start=1):
        unit = item.unit(passage)
        if unit is not None and unit not in seen:
            seen.add(unit)
            gain += 1 / math.log2(rank + 1)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(set(item.units.values())), 10) + 1))
    return {
        "needs_found@10": float(bool(hits)),
        "recall@10": len(quotes) / len(item.quotes),
        "ndcg@10": gain / best,
        "rr": 1 / hits[0] if hits else 0.0,
    }


@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from(PASSAGES), st.sets(st.integers(0, QUOTES - 1), max_size=3)),
            st.permutations(PASSAGES).flatmap(lambda order: st.integers(0, 14).map(lambda cut: order[:cut])),
        ),
        max_size=4,
    )
)
def test_the_figures_are_what_their_definitions_say(runs):
    items = [sought(credited, name=f"n{at}") for at, (credited, _) in enumerate(runs)]
    rankings = [ranking for _, ranking in runs]
    for got, item, ranking in zip(ranking_figures(items, rankings), items, rankings, strict=True):
        assert got == pytest.approx(reference(item, ranking))


def test_a_need_by_hand():
    item = sought({"a": {0, 1}, "b": {2}, "c": {3}}, quotes=4)  # three units
    (got,) = ranking_figures([item], [["x", "b", "a", "b", "y"]])
    assert got["recall@10"] == 3 / 4
    assert got["rr"] == 1 / 2
    assert got["ndcg@10"] == pytest.approx((1 / math.log2(3) + 1 / 2) / (1 + 1 / math.log2(3) + 1 / 2))


def test_a_need_without_a_quote_to_find_has_no_figures():
    empty = sought({}, quotes=0)
    assert ranking_figures([empty, sought({"a": {0}}, quotes=1)], [["a"], ["a"]])[0] == {}
    assert ranking_figures([], []) == []
