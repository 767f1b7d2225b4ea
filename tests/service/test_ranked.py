from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.ranked import Ranked, rescored

SCORES = st.lists(st.floats(-2, 2), max_size=8)


@given(SCORES, SCORES)
def test_the_first_are_in_the_order_of_their_scores_and_the_others_follow_as_they_were(old, new):
    ranked = [Ranked(number, None, score) for number, score in enumerate(sorted(old, reverse=True))]
    new = new[: len(ranked)]
    again = rescored(ranked, new)
    assert sorted(item.number for item in again) == [item.number for item in ranked]
    assert [(item.number, item.score) for item in again[: len(new)]] == sorted(
        enumerate(new), key=lambda pair: (-pair[1], pair[0])
    )
    assert [item.number for item in again[len(new) :]] == list(range(len(new), len(ranked)))
    scores = [item.score for item in again]
    if new:
        assert scores == sorted(scores, reverse=True)
