"""What the first word of a text rules out is nothing that the whole text would have told."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import jurisdictions
from indexer.document_words import find_opening, find_unnumbered, is_no_answer, opening_pattern, unnumbered_pattern

_PIECES = st.sampled_from(
    [
        "Decision",
        "MESURE",
        "de",
        "suivi",
        "aCTıON",
        "ſuivi",
        "AI-3",
        "no.",
        "N/A",
        "S.",
        "o.",
        "Aucun",
        "´None",
        "1",
        ":",
    ]
)
_TEXTS = st.lists(st.one_of(_PIECES, st.text(max_size=6)), max_size=6).map(" ".join)


def _span(found: re.Match[str] | None) -> tuple[int, int] | None:
    return found.span() if found else None


@given(_TEXTS)
def test_first_words_rule_out_no_label(text: str) -> None:
    assert _span(find_opening(text)) == _span(opening_pattern().match(text))
    assert _span(find_unnumbered(text)) == _span(unnumbered_pattern().match(text))


@pytest.mark.parametrize("text", ["S. o.", " N/A", "´N/A", "Sans objet", "Aucun. Aucune", "NÉANT", "\u00a0S.O."])
def test_answers_without_content_are_known_by_any_first_word(text: str) -> None:
    assert is_no_answer(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The new rules of New Brunswick", ["New Brunswick"]),
        ("new, then New\nBrunswick", ["New\nBrunswick"]),
        ("Prince, Prince Edward Island and Ontario, ontario", ["Prince Edward Island", "Ontario", "ontario"]),
        ("A newspaper in New Brunswick", ["New Brunswick"]),
    ],
)
def test_names_are_found_where_their_first_word_stands_before_without_them(text: str, names: list[str]) -> None:
    assert [mention.matched for mention in jurisdictions.find_mentions(text)] == names
