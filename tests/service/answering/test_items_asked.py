from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import ItemStatus, Role
from service.answering.items_asked import items_asked


@pytest.mark.parametrize(
    ("question", "kinds", "numbers"),
    [
        ("What is action item 2A about?", {Role.FOLLOW_UP}, {"2a"}),
        ("Action Item #12", {Role.FOLLOW_UP}, {"12"}),
        ("mesure de suivi no 3", {Role.FOLLOW_UP}, {"3"}),
        ("Point de suivi n° 1B : qui?", {Role.FOLLOW_UP}, {"1b"}),
        ("Décision no 3 du 28 octobre 2021", {Role.DECISION}, {"3"}),
        ("decisions 2021", {Role.DECISION}, set()),
        ("decisions of 28 October 2021", {Role.DECISION}, set()),
        ("what does 2C say?", set(), {"2c"}),
        ("What must Watkins do?", set(), set()),
    ],
)
def test_kinds_and_numbers_are_read(question, kinds, numbers):
    asked = items_asked(question)
    assert (asked.kinds, asked.numbers) == (kinds, numbers)


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("which follow-ups are open?", True),
        ("quelles mesures de suivi incombent à l’ISAC ?", True),
        ("list all decisions on data", True),
        ("Tout ce que l'ISAC doit faire", True),
        ("what was decided about the map?", False),
        ("la décision sur la carte", False),
    ],
)
def test_a_question_for_all_that_fits_is_told_from_one_for_an_item(question, several):
    assert items_asked(question).several is several


@pytest.mark.parametrize(
    ("question", "statuses"),
    [
        ("which follow-ups are still open?", {ItemStatus.OPEN}),
        ("quelles mesures restent à faire?", {ItemStatus.OPEN}),
        ("which action items are completed?", {ItemStatus.COMPLETED}),
        ("points de suivi terminés", {ItemStatus.COMPLETED}),
        ("mesures de suivi en continu", {ItemStatus.CONTINUING}),
        ("the public map", set()),
    ],
)
def test_statuses_are_read(question, statuses):
    assert items_asked(question).statuses == statuses


@pytest.mark.parametrize(
    ("question", "later"),
    [
        ("What became of the action item on the mapping tool?", True),
        ("Qu’est-il advenu des kiosques?", True),
        ("Kiosques : quelle suite?", True),
        ("Who has to send the cards?", False),
        ("Qui doit envoyer les cartes?", False),
    ],
)
def test_what_became_of_an_item_is_asked(question, later):
    assert items_asked(question).later is later


def test_only_words_that_may_name_a_topic_are_kept():
    assert items_asked("What must ICCS report back on regarding service reputation scores?").words[-3:] == (
        "service",
        "reputation",
        "scores",
    )
    assert items_asked("Que doit-on faire des cartes en février 2021?").words == ("cartes",)
    assert items_asked("which follow-ups are open?").words == ()


@given(st.text(max_size=80))
def test_any_question_is_read(question):
    asked = items_asked(question)
    assert all(word == word.lower() for word in asked.words)
