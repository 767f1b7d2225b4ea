from __future__ import annotations

from itertools import groupby

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.runs import begins


@given(st.lists(st.integers(-2, 3), max_size=12))
def test_each_run_begins_once(numbers):
    found = np.flatnonzero(begins(np.array(numbers, np.int64)))
    assert [numbers[at] for at in found] == [number for number, _ in groupby(numbers)]
    assert list(np.diff(found, append=len(numbers))) == [len(list(run)) for _, run in groupby(numbers)]
