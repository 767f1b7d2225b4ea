"""Who speaks: names with titles, initials and places, offices, several at once; and what is no speaker."""

from __future__ import annotations

import pytest

from indexer.layouts.names import same_person
from indexer.layouts.people import People
from indexer.layouts.turns import affiliations, turns

LIST = [
    ("Mme Odile Marée    Québec", "Coprésidentes"),
    ("M. Gil Delorme    Manitoba", ""),
    ("Mr. Pat O’Shea, Newfoundland and Labrador (chair)", ""),
    ("J. P. Marée, Yukon", ""),
    ("Karim Ben Amar, Ville de Montréal", ""),
    ("Ann LEE, Nunavut", ""),
]


@pytest.fixture
def people() -> People:
    known = People()
    for line, group in LIST:
        assert known.attends(line, group), line
    return known


def said_by(text: str, people: People) -> list[tuple[str, ...]]:
    return [tuple(people.name(name, turn.affiliation) for name in turn.names) for turn in turns(text, people)]


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("M. Delorme ajoute un mot.", [("Gil Delorme",)]),
        ("M. Delorme (Manitoba) ajoute un mot.", [("Gil Delorme",)]),
        ("Mme Odile Marée est d’accord.", [("Odile Marée",)]),
        ("Mme Marée (Québec) est d’accord.", [("Odile Marée",)]),
        ("G. Delorme asks for a lamp.", [("Gil Delorme",)]),
        ("Ben Amar: yes.", [("Karim Ben Amar",)]),
        ("Ann Lee – Nunavut – asks for two.", [("Ann Lee",)]),
        ("ANN LEE (Nunavut): two lamps.", [("Ann Lee",)]),
        ("Gil Delorme, Manitoba: how many lamps?", [("Gil Delorme",)]),
        ("Gil Delorme, keeper of the pier, went home.", [("Gil Delorme",)]),
        ("MM. Delorme et O’Shea soulignent le coût.", [("Gil Delorme", "Pat O’Shea")]),
        ("Gil Delorme, Ann Lee and Pat O’Shea present the lamp.", [("Gil Delorme", "Ann Lee", "Pat O’Shea")]),
        ("The chair thanked everybody.", [("Pat O’Shea",)]),
        ("The chair, Pat O’Shea, called the vote.", [("Pat O’Shea",)]),
        ("In her answer, Ann Lee said no.", [("Ann Lee",)]),
        ("Nothing was said. Ann Lee (Nunavut) objects. Gil Delorme agrees.", [("Ann Lee",), ("Gil Delorme",)]),
        ("Bo Fjord (Alberta) wonders why.", [("Bo Fjord",)]),
        ("Bo Fjord wonders why.", [("Bo Fjord",)]),
        # A jurisdiction after a known name at the start leaves no doubt, whatever follows; nor do two names that speak.
        ("Ann Lee (Nunavut) Lamps are dear.", [("Ann Lee",)]),
        ("Bo Fjord and Ida Holm present the lamp.", [("Bo Fjord", "Ida Holm")]),
        ("Bo Fjord and Ida Holm went home.", []),
        # Further brackets after the affiliation, and another speaker after it.
        ("Nothing was said. Bo Fjord (Alberta) (by telephone), wonders why.", [("Bo Fjord",)]),
        ("Nothing was said. Bo Fjord (Alberta) (by telephone) (late) wonders why.", [("Bo Fjord",)]),
        ("Gil Delorme, Manitoba, and Ida Holm present the lamp.", [("Gil Delorme", "Ida Holm")]),
        # Two people of one surname, and nothing that tells which.
        ("Mme Marée sourit.", []),
        # Bodies, things and places.
        ("Digital Government said little.", []),
        ("Health Canada (Ottawa) reported two cases.", []),
        ("Lamp Alpha is late.", []),
        ("Deep Harbour (phase 2) is open.", []),
        ("Le Conseil Supérieur demande un rapport.", []),
        ("Selon Ann Lee (Nunavut), il pleut.", []),
        ("The Northern Lamp shows the way.", []),
    ],
)
def test_turns(text: str, speakers: list[tuple[str, ...]], people: People) -> None:
    assert said_by(text, people) == speakers


def test_people_of_one_surname_are_told_apart_by_affiliation(people: People) -> None:
    assert people.codes("Marée", "Québec") == ("QC",)
    assert people.codes("Marée", "Yukon") == ("YT",)
    assert not people.knows("Marée")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Fatma El-Said, Quebec Pat O’Shea, Nunavut", {"Fatma El-Said": ("QC",), "Pat O’Shea": ("NU",)}),
        ("Quebec: Ann Lee, Bo Roy Yukon: Gil Delorme", {"Ann Lee": ("QC",), "Bo Roy": ("QC",), "Gil Delorme": ("YT",)}),
        ("Karla Hale MSDO (Region of Peel) (for Ann Lee)", {"Karla Hale": ("MUNI",)}),
        ("Regrets: Ann Lee, Manitoba", {"Ann Lee": ("MB",)}),
        ("Rochelle York Service Canada", {"Rochelle York": ("ESDC",)}),
        ("Jean-Paul d’Entremont, Nova Scotia", {"Jean-Paul d’Entremont": ("NS",)}),
    ],
)
def test_lines_of_the_attendance_list(line: str, expected: dict[str, tuple[str, ...]]) -> None:
    people = People()
    assert people.attends(line)
    assert {name: people.codes(name) for name in expected} == expected


@pytest.mark.parametrize(
    "line", ["", "Members", "INSTITUTE FOR CITIZEN-CENTRED SERVICE (ICCS)", "12 March", "the lamp"]
)
def test_lines_that_name_nobody(line: str) -> None:
    assert not People().attends(line)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Robert Frost", "Rob Frost", True),
        ("Libby Frost", "Elizabeth Frost", True),
        ("Anne Bennett", "Anne Bennet", True),
        ("A. Bennett", "Anne Bennett", True),
        ("A. Bennett", "Anne Bennet", False),
        ("Anne Roy", "Anne Ray", False),
        ("Anne Frost", "Lucie Frost", False),
        ("Frost", "Anne Frost", False),
    ],
)
def test_variants_of_a_name(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same and same_person(other, one) is same


def test_affiliations_in_brackets_are_found_anywhere() -> None:
    text = "It was shown by Ann Lee (Nunavut) and by the lamp (Ottawa); Gil Delorme (CRA) was away."
    assert list(affiliations(text)) == [("Ann Lee", "Nunavut"), ("Gil Delorme", "CRA")]
