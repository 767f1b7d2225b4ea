"""Meeting dates in both languages, found and written."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.dates import first_date, written
from indexer.document_words import table
from indexer.documents import Language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Meeting of 28 October 2021", "2021-10-28"),
        ("October 5, 2017", "2017-10-05"),
        ("October 5th, 2017", "2017-10-05"),
        ("FEBRUARY 2019", "2019-02"),
        ("Réunion du 1er octobre 2021", "2021-10-01"),
        ("le mardi 3 août 2020", "2020-08-03"),
        ("Février 2019", "2019-02"),
        ("DÉCEMBRE 2018", "2018-12"),
        ("as of 2020-09-15, in force", "2020-09-15"),
        ("period 2020-09", "2020-09"),
        ("October 5-6, 2017", "2017-10-05"),
        ("October 5 and 6, 2017", "2017-10-05"),
        ("5–6 octobre 2017", "2017-10-05"),
        ("les 5 et 6 octobre 2017", "2017-10-05"),
        ("du 30 au 31 mai 2018", "2018-05-30"),
        ("First 3 May 2016, then June 7, 2015", "2016-05-03"),
        ("First June 7, 2015, then 3 May 2016", "2015-06-07"),
        ("35 March 2019", "2019-03"),
        ("30 February 2019", "2019-02"),
        ("October 31 and November 1, 2018", "2018-10-31"),
        ("October 31st – November 1st, 2018", "2018-10-31"),
        ("du 31 mai au 2 juin 2014", "2014-05-31"),
        ("le 31 mars et le 1er avril", None),
        ("December 31 to January 2, 2020", "2019-12-31"),
        ("30 décembre – 2 janvier 2020", "2019-12-30"),
        ("Oct. 31, 2018", "2018-10-31"),
        ("Call of Nov 5 – Dec. 6, 2018", "2018-11-05"),
        ("31 oct. 2018", "2018-10-31"),
        ("le 4 févr. 2018", "2018-02-04"),
        ("déc. 2018", "2018-12"),
        ("Fall 2014/Automne 2014", "2014"),
        ("ÉTÉ 2014", "2014"),
        ("Winter of 2014, then May 2014", "2014"),
        ("a market 2014", None),
        ("springs 2014", None),
        ("case 2024-118", None),
        ("the years 2019-2020", None),
        ("12345-10", None),
        ("In 2019 they may come", None),
        ("", None),
    ],
)
def test_the_first_date_of_a_text(text: str, expected: str | None) -> None:
    assert first_date(text) == expected


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        ("2021", "2021", "2021"),
        ("2020-09", "September 2020", "septembre 2020"),
        ("2021-10-28", "28 October 2021", "28 octobre 2021"),
        ("2021-10-01", "1 October 2021", "1er octobre 2021"),
        ("2019-02-03", "3 February 2019", "3 février 2019"),
    ],
)
def test_a_date_is_written_as_people_write_it(value: str, english: str, french: str) -> None:
    assert (written(value, "en"), written(value, "fr")) == (english, french)


@given(st.integers(0, 73_000), st.sampled_from(["en", "fr"]))
def test_what_is_written_is_found_again(day: int, language: Language) -> None:
    value = (date(1900, 1, 1) + timedelta(days=day)).isoformat()
    assert first_date(f"… {written(value, language)}.") == value
    assert first_date(f"… {written(value[:7], language)}.") == value[:7]


@given(st.text())
def test_any_text_gives_a_real_date_or_none(text: str) -> None:
    check_is_real(first_date(text))


def check_is_real(found: str | None) -> None:
    assert found is None or date.fromisoformat(f"{found}-01-01"[: len("2000-01-01")])


_NAMES = [month for names in table().months.values() for month in names]
_PIECES = st.sampled_from(
    [
        *_NAMES,
        *(s for names in table().seasons.values() for s in names),
        *"-–&,.",
        " and ",
        " au ",
        " ",
        "1er",
        "30",
        "2",
        "2016",
        "1999",
    ]
)


@given(st.lists(_PIECES, max_size=9).map(" ".join))
def test_any_text_of_pieces_of_dates_gives_a_real_date_or_none(text: str) -> None:
    check_is_real(first_date(text))
