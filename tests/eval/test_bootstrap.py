from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import bootstrap
from eval.bootstrap import Estimate, difference, quantile, ratio

PARTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=9)


@given(PARTS)
def test_a_ratio_and_its_interval_are_those_of_a_plain_loop(parts):
    got = ratio(parts, empty=0.25)

    def of(chosen):
        above, below = sum(part[0] for part in chosen), sum(part[1] for part in chosen)
        return above / below if below else 0.25

    drawn = [of([parts[at] for at in draw]) for draw in bootstrap._draws(len(parts))]
    assert got.value == pytest.approx(of(parts))
    assert (got.low, got.high) == pytest.approx(tuple(np.percentile(drawn, (2.5, 97.5))))
    assert got.needs == len(parts)


def test_the_same_values_give_the_same_interval_every_time():
    parts = [(float(at % 3), 2.0) for at in range(20)]
    first = ratio(parts)
    bootstrap._draws.cache_clear()
    assert ratio(parts) == first


def test_nothing_to_draw_from():
    assert ratio([], empty=1.0) == Estimate(1.0, 1.0, 1.0, 0)
    assert quantile([], 0.5).needs == difference([], []).needs == 0


def test_where_every_need_is_alike_the_interval_is_the_value():
    assert ratio([(1.0, 1.0)] * 7) == Estimate(1.0, 1.0, 1.0, 7)


def test_a_paired_difference_is_that_of_the_needs_not_of_the_means():
    parts = [(float(at % 2), 1.0) for at in range(40)]
    ahead = [(above + 0.1, below) for above, below in parts]
    got = difference(ahead, parts)
    assert (got.value, got.low, got.high) == pytest.approx((0.1, 0.1, 0.1))  # every need gained as much
    assert ratio(ahead).high - ratio(ahead).low > 0.1
    with pytest.raises(ValueError, match="40 and 39"):
        difference(parts, parts[1:])


def test_quantiles():
    values = [float(at) for at in range(101)]
    got = quantile(values, 0.95)
    assert got.value == 95.0
    assert 85 < got.low < 95 < got.high <= 100


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(7)
    truth, held, trials = 0.6, 0, 300
    for _ in range(trials):
        got = ratio([(float(value), 1.0) for value in rng.random(60) < truth])
        held += got.low <= truth <= got.high
    assert 0.90 <= held / trials <= 0.99
