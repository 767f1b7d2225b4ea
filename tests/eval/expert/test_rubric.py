from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.expert import rubric


@pytest.mark.parametrize(
    ("sentences", "citation", "wanted"),
    [([100], 25, 100), ([0], 0, 0), ([80], 20, 80), ([100, 80, 0], 25, 70), ([100, 100, 80], 20, 90)],
)
def test_totals_are_those_computed_by_hand(sentences, citation, wanted):
    assert rubric.total(sentences, citation) == pytest.approx(wanted)


@given(
    st.lists(st.sampled_from(rubric.SENTENCE_SCORES), min_size=1, max_size=20), st.sampled_from(rubric.CITATION_SCORES)
)
def test_totals_are_from_0_to_100(sentences, citation):
    assert 0 <= rubric.total(sentences, citation) <= 100


def test_the_rubric_tells_every_score_in_both_languages():
    lines = [line for section in rubric.texts().section for line in section.lines]
    assert [line.value for line in lines if isinstance(line.value, int)] == [100, 80, 0, 25, 20, 0]
    for line in [*lines, *rubric.texts().section, rubric.texts().no_answer]:
        assert line.en.strip() and line.fr.strip() and line.en.strip() != ""
        assert "'" not in line.fr
        assert not re.search(r"\s[;!?]|[^\s]:", line.fr), "a space stands before the colon only"
