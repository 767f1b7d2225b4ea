from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.needs import Need
from eval.scores import Asked, figures
from service.contract import Answer, Finding, JurisdictionName


def need(kind="fact", quotes=1, jurisdictions=(), number=1):
    return Need.model_validate(
        {
            "id": f"n{number}",
            "kind": kind,
            "question_en": "When?",
            "question_fr": "Quand?",
            "answer_en": None,
            "answer_fr": None,
            "jurisdictions": list(jurisdictions),
            "evidence": [{"doc": "a.txt", "quote": f"quote {at}"} for at in range(quotes)],
        }
    )


def answer(answered=True, named=()):
    return Answer(
        question="When?",
        language="en",
        kind="list" if named else "fact",
        answered=answered,
        text="text",
        findings=[
            Finding(
                jurisdiction=JurisdictionName(code=code, name=code),
                status=status,
                statement="statement",
                meeting_date=None,
                citations=[1],
            )
            for code, status in named
        ],
        citations=[],
        passages=[],
        took_ms=1.0,
    )


def asked(of=None, given=None, ranked=(), cited=(), slices=()):
    return Asked(of or need(), given or answer(), list(ranked), list(cited), list(slices))


def test_everything_right_is_one_everywhere():
    wanted = need("list", 2, [{"code": "BC", "status": "delivered"}])
    found = figures(
        [
            asked(wanted, answer(named=[("BC", "delivered")]), [{0, 1}], [{0}], [True]),
            asked(need("none", 0, number=2), answer(answered=False)),
        ]
    )
    assert found.pop("abstains_wrongly") == 0.0
    assert set(found.values()) == {1.0}


@pytest.mark.parametrize(
    ("ranked", "found", "recall", "rr"),
    [
        ([{0}], 1, 0.5, 1),
        ([set(), {1}], 1, 0.5, 1 / 2),
        ([set(), set(), {0, 1}], 1, 1, 1 / 3),
        ([{0}, {0}, {1}], 1, 1, 1),
        ([set()] * 9 + [{0}], 1, 0.5, 1 / 10),
        ([set()] * 10 + [{0}], 0, 0, 0),
        ([], 0, 0, 0),
    ],
)
def test_retrieval_of_one_need(ranked, found, recall, rr):
    got = figures([asked(need(quotes=2), ranked=ranked)])
    assert got["needs_found@10"] == found
    assert got["evidence_recall@10"] == pytest.approx(recall)
    assert got["rr"] == pytest.approx(rr)


def test_retrieval_is_the_mean_over_needs_and_leaves_unanswerable_ones_out():
    got = figures(
        [
            asked(need(number=1), ranked=[{0}]),
            asked(need(number=2), ranked=[set(), {0}]),
            asked(need(number=3), ranked=[set()]),
            asked(need("none", 0, number=4), answer(answered=False), ranked=[set()]),
        ]
    )
    assert got["needs_found@10"] == pytest.approx(2 / 3)
    assert got["rr"] == pytest.approx((1 + 1 / 2 + 0) / 3)


BC = {"code": "BC", "status": "delivered"}
ON = {"code": "ON", "status": "planned", "alt_status": ["in_progress"]}


@pytest.mark.parametrize(
    ("expected", "given", "precision", "recall", "status"),
    [
        ([BC, ON], [("BC", "delivered"), ("ON", "in_progress")], 1, 1, 1),
        ([BC, ON], [("BC", "planned")], 1, 1 / 2, 0),
        ([BC], [("BC", "delivered"), ("AB", "delivered")], 1 / 2, 1, 1),
        ([BC], [("AB", "delivered")], 0, 0, 0),
        ([BC | {"alt": ["AB"]}], [("AB", "delivered")], 1, 1, 1),
        ([BC, ON | {"optional": True}], [("BC", "delivered")], 1, 1, 1),
        ([BC, ON | {"optional": True}], [("BC", "delivered"), ("ON", "planned")], 1, 1, 1),
        ([BC], [], 0, 0, 0),
    ],
)
def test_lists(expected, given, precision, recall, status):
    got = figures([asked(need("list", 1, expected), answer(named=given), ranked=[{0}])])
    assert got["list_precision"] == pytest.approx(precision)
    assert got["list_recall"] == pytest.approx(recall)
    assert got["status_accuracy"] == pytest.approx(status)
    both = precision + recall
    assert got["list_f1"] == pytest.approx(2 * precision * recall / both if both else 0)


def test_abstaining_is_counted_apart_for_what_is_answerable_and_what_is_not():
    got = figures(
        [
            asked(need(number=1), answer(answered=False)),
            asked(need(number=2)),
            asked(need(number=3)),
            asked(need(number=4)),
            asked(need("none", 0, number=5), answer(answered=False)),
            asked(need("none", 0, number=6)),
        ]
    )
    assert got["abstains_wrongly"] == 1 / 4
    assert got["abstains_rightly"] == 1 / 2


def test_a_citation_that_is_no_slice_shows():
    got = figures([asked(slices=[True, True]), asked(need(number=2), slices=[True, False])])
    assert got["citations_are_slices"] == 3 / 4


@given(st.lists(st.tuples(st.lists(st.sets(st.integers(0, 2)), max_size=12), st.booleans()), min_size=1, max_size=6))
def test_every_figure_is_a_share(runs):
    got = figures(
        [
            asked(need(quotes=3, number=number), answer(answered), ranked, ranked[:2], [answered])
            for number, (ranked, answered) in enumerate(runs)
        ]
    )
    assert all(0 <= value <= 1 for value in got.values())
