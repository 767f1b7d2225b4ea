from __future__ import annotations

from itertools import groupby

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.runs import begins, held


@given(st.lists(st.integers(-2, 3), max_size=12))
def test_each_run_begins_once(numbers):
    found = np.flatnonzero(begins(np.array(numbers, np.int64)))
    assert [numbers[at] for at in found] == [number for number, _ in groupby(numbers)]
    assert list(np.diff(found, append=len(numbers))) == [len(list(run)) for _, run in groupby(numbers)]


@given(st.lists(st.integers(0, 30), unique=True), st.lists(st.integers(-5, 40)))
def test_held_are_those_that_are_among_the_numbers(numbers, wanted):
    found = held(np.array(sorted(numbers), np.int64), np.array(wanted, np.int64))
    assert found.tolist() == [number in numbers for number in wanted]
