"""Cells of CSV that would be formulas are made harmless, and are given back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.formulas import harmless, restored

FORMULAS = ["=1+1", "+1", "-1 degree", "@sum", "\t=1", "\r=1", '=HYPERLINK("x")']


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text):
    assert harmless(text) == f"'{text}"


@given(st.text() | st.none() | st.integers())
def test_any_other_cell_stays_as_it_is(cell):
    found = harmless(cell)
    assert found in (cell, f"'{cell}")
    assert not isinstance(found, str) or found[:1] not in {"=", "+", "-", "@", "\t", "\r"}


@given(st.text(alphabet="'=+a\t", max_size=4) | st.text())
def test_every_text_is_given_back(text):
    assert restored(harmless(text)) == text


@pytest.mark.parametrize("text", ["-1 as said on page 3", "'tis so", "", "'"])
def test_what_a_person_wrote_without_the_mark_stays(text):
    assert restored(text) == text
