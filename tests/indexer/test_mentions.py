"""Whom a text is about among those whom it names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import jurisdictions, mentions


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        # What somebody does is said of them.
        ("Manitoba hung a bell on every pier.", ("MB",)),
        ("The lamp was lent by Yukon and Nova Scotia, and Yukon wants it back.", ("YT", "NS")),
        ("In Ontario the ferry runs at night.", ("ON",)),
        ("Le phare de la Nouvelle-Écosse luit encore.", ("NS",)),
        # Who is only thanked or agreed with does nothing here.
        ("She thanked Manitoba for the lamp.", ()),
        ("Il remercie le Manitoba et le Yukon de leur lampe.", ()),
        ("We congratulate the Government of Ontario.", ()),
        ("He agrees with Yukon that lamps are dear.", ()),
        ("Elle est d’accord avec la Saskatchewan.", ()),
        ("Il abonde dans le même sens que Terre-Neuve-et-Labrador.", ("NL",)),
        ("In reply to Alberta, the keeper named a price.", ()),
        ("En réponse au Manitoba, la gardienne dit un prix.", ()),
        ("A question from Nunavut was put off.", ()),
        # Nor is it Ontario that a committee or a law bears the name of.
        ("Le Comité des phares de l’Ontario a fermé.", ()),
        ("The Lamp Act of Alberta sets the hours.", ()),
        ("A committee in Alberta sets the hours.", ("AB",)),
        # The reaction is to those named with it, not to what the next clause says.
        ("She thanked Manitoba. Yukon lit its lamp.", ("YT",)),
        ("She thanked Manitoba; Yukon lit its lamp.", ("YT",)),
        ("She thanked the keeper, and Yukon lit its lamp.", ("YT",)),
        ("After the questions, Ontario lit its lamp.", ("ON",)),
        ("Since the new Act, Alberta lights its lamps.", ("AB",)),
        ("She thanked Ontario, Yukon, and the Government of Alberta, which had lent lamps.", ()),
        # Whoever is named in passing may be named for themselves elsewhere.
        ("She thanked Manitoba. Manitoba had lent two lamps.", ("MB",)),
        ("No name stands here.", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_who_is_named_in_passing_is_not_concerned(text: str, codes: tuple[str, ...]) -> None:
    assert mentions.concerned(text) == codes


_NAMES = ["Manitoba", "Yukon", "la Nouvelle-Écosse", "the Government of Ontario", "British Columbia"]
_PIECES = st.sampled_from(
    [
        *_NAMES,
        *"aé ,.;:(’\n",
        " thanks ",
        " remercie ",
        " agrees with ",
        " Comité de ",
        " and ",
        " de l’",
        " lit a lamp ",
    ]
)


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_nobody_is_concerned_whom_the_text_does_not_name(text: str) -> None:
    found = mentions.concerned(text)
    assert len(set(found)) == len(found)
    assert set(found) <= set(jurisdictions.named_in(text))


@given(st.lists(st.sampled_from(_NAMES), max_size=8), st.sampled_from([" lit a lamp. ", " rang the bell; ", ":\n"]))
def test_without_words_of_reaction_all_whom_the_text_names_are_concerned(names: list[str], between: str) -> None:
    text = between.join([*names, ""])
    assert mentions.concerned(text) == jurisdictions.named_in(text)


@given(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=5), st.sampled_from([", ", " and ", ", et ", " & "]))
def test_a_reaction_is_to_all_names_joined_after_it(names: list[str], joiner: str) -> None:
    assert mentions.concerned(f"She thanked {joiner.join(names)} for the lamp.") == ()
