from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.store import Filters
from service.messages import RefusedError
from service.query import DEFAULT_LIMIT, MAX_LIMIT, MAX_QUESTION_CHARACTERS, understand

KINDS = [
    ("list", "Which jurisdictions offer online permits?"),
    ("list", "What provinces have a digital wallet?"),
    ("list", "Who is testing chatbots?"),
    ("list", "List the members with a mobile application"),
    ("list", "Quelles administrations offrent des permis en ligne?"),
    ("list", "Quels ministères fédéraux ont un portefeuille numérique?"),
    ("list", "Qui utilise des agents conversationnels?"),
    ("list", "Nommez les provinces qui ont une application mobile"),
    ("fact", "How many calls did the contact centre take?"),
    ("fact", "When did the new portal open?"),
    ("fact", "Combien d'appels le centre de contact a-t-il reçus?"),
    ("fact", "Quand le nouveau portail a-t-il ouvert?"),
    ("decision", "What was decided about membership fees?"),
    ("decision", "Which action items came out of the meeting?"),
    ("decision", "Qu'a-t-on décidé au sujet des cotisations?"),
    ("decision", "Quelles mesures de suivi ont été retenues?"),
    ("precedent", "Has anyone already solved the signature problem?"),
    ("precedent", "What lessons learned exist on call-back systems?"),
    ("precedent", "Quelles leçons apprises existe-t-il sur le rappel automatique?"),
    ("precedent", "Quelqu'un a-t-il déjà réglé le problème des signatures?"),
]


@pytest.mark.parametrize(("kind", "question"), KINDS)
def test_kind_is_read_from_the_words(kind, question):
    assert understand(question).kind == kind


def test_kind_does_not_depend_on_case_or_accents():
    for kind, question in KINDS:
        assert understand(question.upper()).kind == kind


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Which provinces renewed their service standards?"),
        ("en", "chatbots for the public"),
        ("fr", "Quelles provinces ont revu leurs normes de service?"),
        ("fr", "agents conversationnels pour le public"),
    ],
)
def test_language_is_detected(language, question):
    assert understand(question).language == language


def test_language_given_wins_over_the_one_detected():
    assert understand("Which provinces renewed their standards?", language="fr").language == "fr"


def test_white_space_is_made_plain():
    assert understand("  Who \n offers\t it? ").text == "Who offers it?"


def test_what_is_left_out_has_its_default():
    query = understand("Who?")
    assert query.limit == DEFAULT_LIMIT
    assert query.filters == Filters()
    assert query.statuses == ()


@pytest.mark.parametrize("question", ["", "   ", "\n", "?!", "…", "«»"])
def test_a_question_without_a_word_is_refused_with_an_example(question):
    with pytest.raises(RefusedError, match=r"holds no word; ask one"):
        understand(question)


def test_the_longest_question_is_taken_and_a_longer_one_refused():
    assert understand("a" * MAX_QUESTION_CHARACTERS).text
    with pytest.raises(RefusedError, match=rf"{MAX_QUESTION_CHARACTERS + 1} characters.*{MAX_QUESTION_CHARACTERS}"):
        understand("a" * (MAX_QUESTION_CHARACTERS + 1))


@pytest.mark.parametrize("limit", [1, MAX_LIMIT])
def test_limits_at_the_border_are_taken(limit):
    assert understand("Who?", limit=limit).limit == limit


@pytest.mark.parametrize("limit", [-1, 0, MAX_LIMIT + 1])
def test_limits_out_of_range_are_refused_with_the_range(limit):
    with pytest.raises(RefusedError, match=rf"limit is {limit}; give one from 1 to {MAX_LIMIT}"):
        understand("Who?", limit=limit)


def test_refusals_can_be_told_in_french():
    with pytest.raises(RefusedError) as refusal:
        understand("Who?", limit=0)
    assert "limite" in refusal.value.detail("fr")


def test_bytes_that_are_no_text_are_replaced():
    assert understand("caf\udce9 bookings").text == "caf? bookings"


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_is_understood_or_refused(question):
    try:
        query = understand(question)
    except RefusedError:
        return
    assert query.language in {"en", "fr"}
    assert query.kind in {"list", "fact", "decision", "precedent"}
    query.text.encode()
