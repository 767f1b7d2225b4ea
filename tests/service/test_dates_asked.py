from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import dates
from service.dates_asked import Period, dates_asked, period, periods_named


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Décisions du 25 février 2021 sur le procès-verbal", [("2021-02-25", "2021-02-25")]),
        ("the minutes of February 25, 2021", [("2021-02-25", "2021-02-25")]),
        ("on October 28th, 2021", [("2021-10-28", "2021-10-28")]),
        ("le 1er mars 2020", [("2020-03-01", "2020-03-01")]),
        ("in May 2021", [("2021-05-01", "2021-05-31")]),
        ("oct. 2021", [("2021-10-01", "2021-10-31")]),
        ("réunion d’octobre 2021", [("2021-10-01", "2021-10-31")]),
        ("the fall of 2021", [("2021-09-01", "2021-12-31")]),
        ("été 2020", [("2020-06-01", "2020-09-30")]),
        ("hiver 2018", [("2018-01-01", "2018-03-31")]),
        ("2020-09-15", [("2020-09-15", "2020-09-15")]),
        ("2020-09", [("2020-09-01", "2020-09-30")]),
        ("from 2017 to 2019", [("2017-01-01", "2017-12-31"), ("2019-01-01", "2019-12-31")]),
        ("31 February 2020", [("2020-02-01", "2020-02-29")]),
        ("CF2020, 1-800 and action item 2A; may they come in March", []),
    ],
)
def test_dates_are_read_in_both_languages(text, spans):
    assert dates_asked(text).periods == periods_named(text) == tuple(Period(*span) for span in spans)


def test_the_rest_of_the_text_is_folded_and_without_dates():
    assert dates_asked("Décision no 3 du 28 octobre 2021 : laquelle?").rest == "decision no 3 du : laquelle?"


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)), st.sampled_from(["en", "fr"]))
def test_a_day_as_written_is_read_again(day, language):
    read = dates_asked(f"({dates.written(day.isoformat(), language)})").periods
    assert read == (Period(day.isoformat(), day.isoformat()),)
    assert read[0].meets(period(day.isoformat()[:7])) and read[0].meets(period(str(day.year)))
    assert not read[0].meets(period(str(day.year + 1)))
    assert period(str(day.year)).whole_year and not read[0].whole_year


@given(st.text(max_size=60))
def test_any_text_is_read(text):
    for found in dates_asked(text).periods:
        assert date.fromisoformat(found.first) <= date.fromisoformat(found.last)
