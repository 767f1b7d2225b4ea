from __future__ import annotations

import pytest
from answer_values import citation
from hypothesis import given
from hypothesis import strategies as st

from service.marking import around_answer


@given(st.text(min_size=1, max_size=40), st.data())
def test_the_parts_are_the_quote_and_the_middle_one_is_the_answer(quote, data):
    start = data.draw(st.integers(0, len(quote) - 1))
    end = data.draw(st.integers(start + 1, len(quote)))
    cited = citation(1, quote=quote)
    parts = around_answer(
        cited.model_copy(update={"answer_start": cited.start + start, "answer_end": cited.start + end})
    )
    assert "".join(parts) == quote
    assert parts[1] == quote[start:end]


@pytest.mark.parametrize("span", [(None, None), (None, 104), (99, 104), (104, 104), (110, 104), (110, 999)])
def test_without_an_answer_inside_the_quote_nothing_is_marked(span):
    cited = citation(1, quote="The quay.", answer_start=span[0], answer_end=span[1])
    assert around_answer(cited) == ("The quay.", "", "")
