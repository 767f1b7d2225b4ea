from __future__ import annotations

from types import SimpleNamespace

from eval.worst import WORST, worst


def run(*needs):
    """Needs as (id, kind, parts)."""
    asked = [
        SimpleNamespace(sought=SimpleNamespace(need=SimpleNamespace(id=name, kind=kind))) for name, kind, _ in needs
    ]
    return asked, [parts for _, _, parts in needs]


def fact(name, ndcg, recall):
    return name, "fact", {"ndcg@10": (ndcg, 1.0), "recall@10": (recall, 1.0)}


def test_the_worst_come_first_by_gain_then_recall_then_id():
    needs = run(fact("d", 0.5, 0.5), fact("c", 0.5, 0.4), fact("b", 0.0, 0.0), fact("a", 0.5, 0.5), fact("e", 1.0, 1.0))
    assert worst(*needs) == ["b", "c", "a", "d"]


def test_an_unanswerable_question_counts_where_it_was_answered():
    needs = run(
        fact("a", 0.2, 0.2),
        ("answered", "none", {"abstains_rightly": (0.0, 1.0)}),
        ("refused", "none", {"abstains_rightly": (1.0, 1.0)}),
        ("no evidence", "fact", {"abstains_wrongly": (0.0, 1.0)}),
    )
    assert worst(*needs) == ["answered", "a"]


def test_among_needs_served_alike_the_unanswerable_take_turns_with_the_others():
    answered = {"abstains_rightly": (0.0, 1.0)}
    needs = run(
        *((name, "none", answered) for name in "abc"), fact("x", 0.0, 0.0), fact("w", 0.0, 0.0), fact("y", 0.1, 0.1)
    )
    assert worst(*needs) == ["w", "a", "x", "b", "c", "y"]


def test_no_more_than_ten_are_given():
    assert len(worst(*run(*(fact(f"n{at:02}", 0.0, 0.0) for at in range(15))))) == WORST
