"""Needs as passages state them, and what a question about a problem is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Passage, PassageKind, Role
from indexer.glossary import find_terms
from service.needs import needs_of, shortened, summary, topic


def passage(text, kind=PassageKind.STATEMENT, heading=(), start=7):
    return Passage("p1", "d1", text, start, start + len(text), None, "en", Role.NEED, ("NS",), None, heading, kind=kind)


def quotes(text, **given_):
    return [need.quote for need in needs_of(passage(text, **given_))]


def test_each_paragraph_or_item_is_a_need():
    text = "Needs\nWe want to know more of these:\n- Online booking: which tools?\n• Shared premises. Who pays?\n"
    assert quotes(text, heading=("Form", "Needs")) == ["Online booking: which tools?", "Shared premises. Who pays?"]


def test_an_item_too_short_to_be_understood_alone_is_sought_with_what_introduces_it():
    short, long = needs_of(passage("About the ferry:\nThe fares\nHow do members pay for the repair of old landings?"))
    assert short.sought == "About the ferry: The fares"
    assert long.sought == long.quote
    assert (short.sentence, long.sentence) == ("The fares", long.quote)


def test_a_passage_that_has_no_answer_states_none():
    assert quotes("N/A", kind=PassageKind.NO_ANSWER) == []
    assert quotes("Needs", kind=PassageKind.HEADING) == []
    assert summary(passage("N/A", kind=PassageKind.NO_ANSWER)) == "N/A"


@given(st.text(alphabet="ab :.,-•\n?", max_size=80))
def test_needs_are_slices_in_order(text):
    stated = passage(text)
    end = stated.start
    for need in needs_of(stated):
        assert end <= need.start < need.end <= stated.end
        assert text[need.start - stated.start : need.end - stated.start] == need.quote == need.quote.strip()
        assert need.sought.endswith(need.quote)
        end = need.end


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("Nova Scotia needs a call centre strategy. What have others done that could help?", "call centre strategy."),
        ("Has anyone in Ontario, in 2019, already solved this: waiting lines at counters?", "waiting lines counters"),
        ("Le Manitoba cherche un robot de clavardage : qui en a l’expérience?", "robot de clavardage"),
    ],
)
def test_who_asks_and_that_peers_are_asked_is_left_out(question, about):
    assert topic(question, find_terms(question)) == about


def test_a_question_of_nothing_else_stays_whole():
    assert topic("Has anyone done it before?") == "Has anyone done it before?"


@given(st.text(max_size=60), st.integers(2, 20))
def test_shortened_texts_are_no_longer_than_asked(text, most):
    assert len(shortened(text, most)) <= most
