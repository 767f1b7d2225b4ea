from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.question_kinds.questions import gold_questions, read_questions, score
from eval.question_kinds.train import PATH, train
from service.question_kind import KINDS, features, kind_of

GOLD = Path(__file__).resolve().parents[2] / "eval/gold"


@pytest.mark.parametrize(
    ("kind", "question"),
    [
        ("list", "Which provinces sell fishing licences at kiosks?"),
        ("list", "Quelles provinces vendent des permis de pêche aux bornes?"),
        ("list", "Fishing licences at kiosks: where do the provinces stand?"),
        ("list", "Who plans to offer weather reports?"),
        ("fact", "How many fishing licences were sold last summer?"),
        ("fact", "À quelle date la borne du port a-t-elle ouvert?"),
        ("decision", "What did the meeting decide about the kiosks?"),
        ("decision", "Quelle mesure de suivi a été confiée au secrétariat?"),
        ("precedent", "Yukon has trouble keeping kiosks warm. Has anyone solved this before?"),
        ("precedent", "Le Yukon peine à chauffer ses bornes : d’autres l’ont-ils déjà réglé?"),
    ],
)
def test_the_kind_of_a_question_is_read_from_its_words(kind, question):
    assert kind_of(question) == kind


def test_questions_that_were_not_learned_from_are_told_rightly():
    assert score(kind_of, read_questions("held_out")).accuracy >= 0.88
    assert score(kind_of, gold_questions(GOLD, split="tune")).accuracy >= 0.9


def test_no_question_is_both_learned_from_and_held_out():
    tune, held_out = ({one.question for one in read_questions(split)} for split in ("tune", "held_out"))
    assert tune and held_out and tune.isdisjoint(held_out)


def test_the_stored_weights_are_those_that_training_gives():
    trained = train(read_questions("tune"))
    stored = json.loads(PATH.read_text(encoding="utf-8"))
    assert trained["kinds"] == stored["kinds"]
    assert trained["weights"].keys() == stored["weights"].keys()
    for name, weights in stored["weights"].items():
        assert trained["weights"][name] == pytest.approx(weights, abs=0.03)


def test_the_topic_counts_for_nothing():
    asked = "Which provinces sell {} at kiosks?"
    assert features(asked.format("oysters")) == features(asked.format("walnuts"))


def test_what_is_said_after_the_question_and_the_tense_of_a_french_verb_count():
    assert "tail:wish" in features("Who owns a kiosk? Yukon wants one.")
    assert "tail" not in features("Yukon wants a kiosk. Who owns one?")
    assert "will" in features("Qui peindra la borne?")
    assert "will" not in features("Qui peint la borne?")


@given(st.text(max_size=400))
def test_any_text_has_a_kind_and_always_the_same(text):
    assert kind_of(text) == kind_of(text)
    assert kind_of(text) in KINDS
