from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Role, Status
from indexer.text import fold
from service.status import status_of

TABLE = tomllib.loads((files("service") / "data" / "status_cues.toml").read_text(encoding="utf-8"))

SAID = [
    ("delivered", "The province launched its booking portal in May."),
    ("delivered", "La province a lancé son portail de réservation en mai."),
    ("piloting", "The city is piloting a kiosk in two libraries."),
    ("piloting", "La ville met à l’essai une borne dans deux bibliothèques."),
    ("in_progress", "A new contact centre is being set up."),
    ("in_progress", "Un nouveau centre de contact est en cours d’aménagement."),
    ("planned", "The department plans to merge both counters."),
    ("planned", "Le ministère prévoit fusionner les deux comptoirs."),
    ("exploring", "The territory is considering a shared call queue."),
    ("exploring", "Le territoire envisage une file d’appels commune."),
    ("asking", "How do others measure the time in queues?"),
    ("asking", "Comment les autres mesurent-ils le temps d’attente?"),
    ("sharing", "The agency can present its training plan."),
    ("sharing", "L’agence peut présenter son plan de formation."),
]


@pytest.mark.parametrize(("status", "sentence"), SAID)
def test_words_tell_the_status_in_both_languages(status, sentence):
    assert status_of(sentence, Role.BACKGROUND) == status


@pytest.mark.parametrize("role", Role)
def test_without_a_cue_the_role_tells(role):
    assert status_of("Berths along the quay.", role) == TABLE["roles"][role]


def test_every_role_and_status_stands_in_the_table():
    assert set(TABLE["roles"]) == set(Role)
    assert {cue["status"] for cue in TABLE["cue"]} == set(Status)


def test_cues_are_folded_and_stand_once():
    phrases = [phrase for cue in TABLE["cue"] for phrase in cue["phrases"]]
    assert [phrase for phrase in phrases if fold(phrase) != phrase] == []
    assert sorted(phrase for phrase in phrases if phrases.count(phrase) > 1) == []


def test_a_cue_is_the_beginning_of_a_word():
    assert status_of("An autopilot flies.", Role.ACHIEVEMENT) is Status.DELIVERED


@pytest.mark.parametrize("sentence", ["How is it done? »", "How is it done?”", "Comment fait-on? »"])
def test_a_question_mark_within_closing_quotes_asks(sentence):
    assert status_of(sentence, Role.ACHIEVEMENT) is Status.ASKING


@given(st.text(max_size=200), st.sampled_from(Role))
def test_any_sentence_has_a_status(sentence, role):
    assert status_of(sentence, role) in Status
