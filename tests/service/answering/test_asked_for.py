"""What a question asks for, in both languages."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import LANGUAGES
from indexer.text import fold
from service.answering.asked_for import AnswerType, asked_for, table, vocabulary

ASKED = [
    ("count", "How many boats use the harbour?", "Combien de bateaux utilisent le port?"),
    ("count", "number of berths rented by the week", "nombre de places louées à la semaine"),
    ("share", "What portion of the fleet is electric?", "Quelle part de la flotte est électrique?"),
    ("share", "What error rate do the tide tables have?", "Quel est le taux d’erreur des tables de marées?"),
    ("money", "What did the new lighthouse cost?", "Combien a coûté le nouveau phare?"),
    ("money", "How much money was set aside for buoys?", "Quel budget a-t-on réservé aux bouées?"),
    ("date", "When did the ferry start?", "Quand le traversier a-t-il commencé?"),
    ("date", "Until when is the pier closed?", "Jusqu’à quand la jetée est-elle fermée?"),
    ("date", "Since what month are kiosks open?", "Depuis quel mois les bornes sont-elles ouvertes?"),
    ("date", "effective date of the mooring rules", "entrée en vigueur des règles d’amarrage"),
    ("duration", "How long does a crossing take?", "Combien de temps dure une traversée?"),
    ("duration", "How many weeks did the repair take?", "Depuis combien d’années le quai attend-il?"),
    ("frequency", "How often are the buoys checked?", "À quelle fréquence vérifie-t-on les bouées?"),
    ("place", "In which city does the pilots’ school work?", "Dans quelle ville travaille l’école des pilotes?"),
    ("person", "Which deputy minister opened the quay?", "Quel sous-ministre a inauguré le quai?"),
    ("person", "Who is the treasurer?", "Qui tient la caisse?"),
    ("organisation", "Which vendor built the beacons?", "Quel fournisseur a bâti les balises?"),
    ("name", "What software plans the cranes?", "Quel logiciel planifie les grues?"),
    ("name", "What is the new ferry called?", "Comment s’appelle le nouveau traversier?"),
    ("reason", "Why was the pier closed?", "Pourquoi a-t-on fermé la jetée?"),
    ("yes_no", "Can boats be registered online?", "Les bateaux sont-ils tous inscrits?"),
    ("free", "state of the harbour register", "état du registre du port"),
]


@pytest.mark.parametrize(("kind", "english", "french"), ASKED)
def test_the_words_tell_what_is_asked_in_both_languages(kind, english, french):
    assert asked_for(english, "en")[0].type == kind
    assert asked_for(french, "fr")[0].type == kind


@pytest.mark.parametrize(
    ("question", "language", "kinds"),
    [
        ("How long did it take, and when did it open?", "en", ["duration", "date"]),
        ("provider, start date, number of people on it", "en", ["organisation", "date", "count"]),
        ("Phares : combien de gardiens, et depuis quand?", "fr", ["count", "date"]),
        ("Who shared offices, and why?", "en", ["person", "reason"]),
    ],
)
def test_several_things_are_asked_in_one_question(question, language, kinds):
    assert [asked.type for asked in asked_for(question, language)] == kinds


@pytest.mark.parametrize(
    ("question", "language", "noun"),
    [
        ("How many cards were issued?", "en", ("cards",)),
        ("How many BC Services Cards had been issued?", "en", ("bc", "services", "cards")),
        ("How many Nova Scotians have renewed online?", "en", ("nova", "scotians")),
        ("How many were open?", "en", ()),
        ("Combien de grandes villes participent?", "fr", ("grandes", "villes")),
        ("Combien d’employés se branchent?", "fr", ("employes",)),
        ("Combien de Néo-Écossais ont renouvelé?", "fr", ("neo", "ecossais")),
        ("Combien ont répondu?", "fr", ()),
    ],
)
def test_the_counted_noun_is_read(question, language, noun):
    asked = asked_for(question, language)[0]
    assert (asked.type, asked.noun) == (AnswerType.COUNT, noun)


def test_a_question_for_a_date_is_no_yes_or_no():
    assert [asked.type for asked in asked_for("Est-il ouvert, et depuis quand?", "fr")] == ["date"]


@given(st.text(max_size=300), st.sampled_from(LANGUAGES))
def test_any_text_asks_for_something_in_order_and_within_it(text, language):
    found = asked_for(text, language)
    assert found
    assert all(0 <= asked.start <= asked.end <= len(text) for asked in found)
    assert all(one.end <= two.start for one, two in pairwise(found))


@pytest.mark.parametrize("piece", ["what ", "combien ", "a-t-", "quel ", "cost "])
def test_the_longest_question_takes_no_time(piece):
    began = time.thread_time()
    asked_for((piece * 1_000)[:1_000], "fr")
    assert time.thread_time() - began < 1  # milliseconds; a pattern that backtracks would take minutes


def test_the_table_is_folded_and_of_both_languages():
    asks = table()["asks"]
    assert {AnswerType(kind) for kind in asks} | {AnswerType.FREE} == set(AnswerType)
    for languages in asks.values():
        assert set(languages) == set(LANGUAGES) and all(languages.values())
        for pattern in (pattern for patterns in languages.values() for pattern in patterns):
            literal = re.sub(r"\\.|\(\?P<\w+>|\W", "", pattern)
            assert fold(literal) == literal, pattern
    words = vocabulary()
    for listed in (words.before_noun, words.plurals, words.people, words.silent):
        assert listed and all(fold(word) == word for word in listed)
