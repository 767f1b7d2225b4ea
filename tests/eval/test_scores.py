from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.credit import Sought, units
from eval.figures import FIGURES
from eval.needs import Need
from eval.scores import Asked, figures, parts, values
from service.contract import Answer, Citation, Finding, JurisdictionName, PassageHit


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


PLACE = {
    "document_id": "d",
    "document_title": "A",
    "document_type": "other",
    "document_language": "en",
    "source": "a.txt",
    "page": None,
    "start": 0,
    "end": 4,
    "role": "background",
    "jurisdictions": [],
    "speaker": None,
}
HIT = {"score": 1.0, "text": "text", "language": "en", "heading": [], "meeting_date": None}


def asked(of=None, given=None, ranked=(), cited=(), slices=(), seconds=0.0):
    """A question whose n-th passage and citation are credited with the n-th set of quotes."""
    wanted = of or need()
    credited = {f"hit {at}": frozenset(numbers) for at, numbers in enumerate(ranked)}
    credited |= {f"cited {at}": frozenset(numbers) for at, numbers in enumerate(cited)}
    quotes = dict(enumerate(wanted.sought()))
    proofs = [
        Citation.model_validate(PLACE | {"number": at + 1, "passage_id": f"cited {at}", "quote": "text"})
        for at in range(len(cited))
    ]
    hits = [
        PassageHit.model_validate(
            PLACE | HIT | {"passage_id": f"hit {at}", "attribution": "stated", "kind": "statement"}
        )
        for at in range(len(ranked))
    ]
    told = (given or answer()).model_copy(update={"citations": proofs, "passages": hits})
    sought = Sought(wanted, quotes, credited, units(quotes, credited.values()))
    return Asked(sought, told, tuple(slices), seconds)


def measured(questions):
    """The figures without their intervals."""
    found = figures(parts(questions), [item.seconds for item in questions])
    return {name: estimate.value for name, estimate in found.items()}


def test_everything_right_is_one_everywhere():
    wanted = need("list", 2, [{"code": "BC", "status": "delivered"}])
    found = measured(
        [
            asked(wanted, answer(named=[("BC", "delivered")]), [{0, 1}], [{0}], [True]),
            asked(need("none", 0, number=2), answer(answered=False)),
        ]
    )
    for name, figure in FIGURES.items():
        if figure.lower_is_better:
            assert found.pop(name) == 0.0
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
    got = measured([asked(need(quotes=2), ranked=ranked)])
    assert got["needs_found@10"] == found
    assert got["recall@10"] == pytest.approx(recall)
    assert got["rr"] == pytest.approx(rr)


def test_retrieval_is_the_mean_over_needs_and_leaves_unanswerable_ones_out():
    got = measured(
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
    got = measured([asked(need("list", 1, expected), answer(named=given), ranked=[{0}])])
    assert got["list_precision"] == pytest.approx(precision)
    assert got["list_recall"] == pytest.approx(recall)
    assert got["status_accuracy"] == pytest.approx(status)
    both = precision + recall
    assert got["list_f1"] == pytest.approx(2 * precision * recall / both if both else 0)


def test_abstaining_is_counted_apart_for_what_is_answerable_and_what_is_not():
    got = measured(
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
    got = measured([asked(slices=[True, True]), asked(need(number=2), slices=[True, False])])
    assert got["citations_are_slices"] == 3 / 4


@given(st.lists(st.tuples(st.lists(st.sets(st.integers(0, 2)), max_size=12), st.booleans()), min_size=1, max_size=6))
def test_every_figure_is_a_share(runs):
    got = measured(
        [
            asked(need(quotes=3, number=number), answer(answered), ranked, ranked[:2], [answered])
            for number, (ranked, answered) in enumerate(runs)
        ]
    )
    assert all(0 <= value <= 1 for value in got.values())
    own = [values(question) for question in parts([asked(need(quotes=3), ranked=ranked) for ranked, _ in runs])]
    assert all(0 <= value <= 1 for named in own for value in named.values())


def test_every_figure_is_measured_and_no_other():
    assert set(figures([])) == set(FIGURES)


def test_quotes_that_one_passage_holds_count_once_for_discounted_gain():
    # Quotes 0 and 1 are one unit, found at rank 2; quote 2 is another, at rank 3: gains 1/log2(3) and 1/log2(4).
    got = measured([asked(need(quotes=3), ranked=[set(), {0, 1}, {2}])])
    best = 1 + 1 / math.log2(3)
    assert got["ndcg@10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(4)) / best)


def test_a_unit_found_again_gains_nothing():
    once = measured([asked(need(quotes=2), ranked=[{0}, set(), {1}])])
    again = measured([asked(need(quotes=2), ranked=[{0}, {0}, {1}])])
    assert again["ndcg@10"] == once["ndcg@10"] < 1


def test_a_list_that_names_nobody_has_no_precision_of_its_own_but_drags_the_whole_down():
    questions = [
        asked(need("list", 1, [BC]), answer(named=[("BC", "delivered")])),
        asked(need("list", 1, [BC], number=2), answer()),
    ]
    got = measured(questions)
    assert (got["list_precision"], got["list_recall"]) == (1.0, 0.5)
    assert "list_precision" not in values(parts(questions)[1])
    assert values(parts(questions)[1])["list_f1"] == 0.0


def test_lists_are_counted_code_by_code_over_all_lists():
    got = measured(
        [
            asked(need("list", 1, [BC]), answer(named=[("BC", "delivered")])),
            asked(need("list", 1, [BC, ON], number=2), answer(named=[("AB", "planned"), ("ON", "asking")])),
        ]
    )
    # Right: BC, ON; wrong: AB; missed: BC.
    assert got["list_precision"] == got["list_recall"] == got["list_f1"] == pytest.approx(2 / 3)
    assert got["status_accuracy"] == 1 / 2


def test_latency_is_in_milliseconds():
    got = measured([asked(need(number=number), seconds=seconds) for number, seconds in enumerate((0.01, 0.02, 0.03))])
    assert got["latency_p50_ms"] == pytest.approx(20)
    assert got["latency_p95_ms"] == pytest.approx(29)
