"""Names of organisations by their shape, whoever's they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.organisation_names import is_abbreviation, is_municipality, is_organisation


@pytest.mark.parametrize(
    "text",
    [
        "LIGHTHOUSES CANADA",
        "Phares Canada",
        "Harbour Safety Agency",
        "Ministry of Tides & Fog",
        "Agence des marées du fleuve (AMF)",
        "Office national de la brume",
        "COMMISSION DES ÉCLUSES",
        "Société des quais",
    ],
)
def test_organisation(text: str) -> None:
    assert is_organisation(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Canada",
        "Open harbour",
        "OPEN HARBOUR",
        "Quays across canada",
        "The harbour has an agency",
        "Agence : nos quais",
        "Agence des marées, ce qui change",
        "Société creuse la rade",
        "Agency opening",
        "3 quays, Tides Agency",
        "How we run our office",
    ],
)
def test_no_organisation(text: str) -> None:
    assert not is_organisation(text)


def test_municipality_and_abbreviation() -> None:
    assert is_municipality("Ville de Baie-des-Marées") and is_municipality("TOWN OF THE PAS")
    assert not is_municipality("City of") and not is_municipality("Ville de Baie : nos quais")
    assert is_abbreviation("MPQ") and not is_abbreviation("Mpq") and not is_abbreviation("MQ")


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert is_organisation(text) in (True, False)
    assert is_municipality(text) in (True, False)
    assert not is_organisation(f"{text}.")
