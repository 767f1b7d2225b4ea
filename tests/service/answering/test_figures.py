from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.wording.figures import Day, day_of, days, figures, without_figures


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("45 % of them", {"45", "45%"}),
        ("45% d’entre eux", {"45", "45%"}),
        ("45 per cent", {"45", "45%"}),
        ("45 pour cent", {"45", "45%"}),
        ("1,300 calls", {"1300"}),
        ("1\u00a0300 appels", {"1300"}),
        ("1\u202f300\u202f000 appels", {"1300000"}),
        ("1.3 million", {"1300000"}),
        ("1,3 million", {"1300000"}),
        ("$2.50", {"2.5"}),
        ("in 2020 300 people", {"2020", "300"}),
        ("twelve offices", {"12"}),
        ("douze bureaux", {"12"}),
        ("two thousand boats", {"2000"}),
        ("deux mille bateaux", {"2000"}),
        ("2 mille trois cent vingt-cinq", {"2325"}),
        ("quatre-vingt-dix", {"90"}),
        ("two, three", {"2", "3"}),
        ("45 % and three", {"45", "45%", "3"}),
        ("version 1.2.3", {"12.3"}),
        ("no figure at all", set()),
        ("decision 2A of 05", {"2", "5"}),
    ],
)
def test_figures_of_both_languages_are_the_same(text, found):
    assert figures(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("28 October 2021", {Day(2021, 10, 28)}),
        ("October 28, 2021", {Day(2021, 10, 28)}),
        ("le 28 octobre 2021", {Day(2021, 10, 28)}),
        ("le 1er mai", {Day(None, 5, 1)}),
        ("in September 2020", {Day(2020, 9, None)}),
        ("2021-10-28 and 2020-09", {Day(2021, 10, 28), Day(2020, 9, None)}),
        ("it may be so in 2021", set()),
        ("they march on", set()),
        ("", set()),
    ],
)
def test_dates_that_name_a_month(text, found):
    assert days(text) == found


def test_a_meeting_date():
    assert day_of("2021-10-08") == ({Day(2021, 10, 8)}, {"2021", "8"})
    assert day_of("2021-10") == ({Day(2021, 10, None)}, {"2021"})
    assert day_of("2021") == (set(), {"2021"})


def test_a_date_is_within_one_that_says_more():
    assert Day(None, 10, 28).within(Day(2021, 10, 28))
    assert Day(2021, 10, None).within(Day(2021, 10, 28))
    assert not Day(2021, 10, 28).within(Day(2021, 10, None))
    assert not Day(2021, 11, None).within(Day(2021, 10, None))


@given(st.text(alphabet="0123456789 ,.%-/octmay juin\u00a0œ", max_size=60))
def test_any_text(text):
    assert len(without_figures(text)) == len(text)
    assert not re.search(r"\d", re.sub(r"[^\W\d_]\d[\d.,\s]*", "", without_figures(text)))
    figures(text), days(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("on 28 October 2021 they met", "on they met"),
        ("45 % of two thousand", "of"),
        ("the survey CF2020 of 2020", "the survey CF2020 of"),
        ("décembre et mai", "décembre et mai"),
    ],
)
def test_what_is_left_without_figures(text, left):
    assert " ".join(without_figures(text).split()) == left


@given(st.integers(1, 10**9))
def test_every_way_to_write_a_whole_number_is_the_same(number):
    english, french = f"{number:,}", f"{number:,}".replace(",", "\u00a0")
    assert figures(english) == figures(french) == figures(f"{number}") == {str(number)}
