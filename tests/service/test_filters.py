from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import jurisdictions
from indexer.documents import DocumentType, Role
from indexer.errors import SettingError
from indexer.store import Filters
from service.filters import make_filters
from service.messages import RefusedError


def test_nothing_given_filters_nothing():
    assert make_filters() == Filters()
    assert not make_filters()


def test_every_known_value_is_taken():
    codes = [known.code for known in jurisdictions.all_jurisdictions()]
    made = make_filters(
        jurisdictions=codes,
        types=[str(kind) for kind in DocumentType],
        roles=[str(role) for role in Role],
        document_languages=["fr", "en"],
        date_from="2017",
        date_to="2021-10-28",
    )
    assert list(made.jurisdictions) == codes
    assert made.date_from == "2017"
    assert made


def test_codes_may_be_written_small():
    assert make_filters(jurisdictions=["bc", "Esdc"]).jurisdictions == ("BC", "ESDC")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("jurisdiction", {"jurisdictions": ["ZZ"]}),
        ("jurisdiction", {"jurisdictions": ["BC", ""]}),
        ("type", {"types": ["letter"]}),
        ("role", {"roles": ["ACHIEVEMENT"]}),
        ("doc-language", {"document_languages": ["de"]}),
    ],
)
def test_an_unknown_value_is_refused_with_the_filter_and_what_it_takes(name, values):
    with pytest.raises(RefusedError, match="use one of") as refusal:
        make_filters(**values)
    assert name in str(refusal.value)
    assert name in refusal.value.detail("fr")
    assert "choisissez" in refusal.value.detail("fr")


@pytest.mark.parametrize("date", ["2020", "2020-02", "2020-02-29"])
def test_dates_are_taken_as_years_months_and_days(date):
    assert make_filters(date_from=date, date_to=date) == Filters(date_from=date, date_to=date)


@pytest.mark.parametrize(
    "date", ["", "20", "2020-2", "2020-13", "2021-02-29", "2020-01-32", "0000", "2020/01", "May 2020", "２０２０"]
)
@pytest.mark.parametrize("border", ["date_from", "date_to"])
def test_what_is_no_date_is_refused_with_the_form_of_one(border, date):
    with pytest.raises(SettingError, match="write YYYY, YYYY-MM or YYYY-MM-DD") as refusal:
        make_filters(**{border: date})
    assert border.removeprefix("date_") in str(refusal.value)


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_refused(date):
    with contextlib.suppress(SettingError):
        assert make_filters(date_from=date).date_from == date
