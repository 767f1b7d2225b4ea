"""The language of passages and of short questions."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import SettingError
from indexer.language import _cues, _grams, _load, _points, detect

ENGLISH = [
    "geomapping tool next steps",
    "chatbots Manitoba",
    "QR code vaccine proof",
    "Who shares open data in Québec?",
    "What did Montréal learn?",
    "CRA call centre wait times",
    "kiosks Nova Scotia",
    "remote work",
    "don't ask twice",
    "DIGITAL WALLET PILOT",
    "Ontario's new portal",
    "What does the Î.-P.-É. office do?",
    "nudges",
    "plain language",
    "www.exemple.ca/les-services-en-ligne/pour-vous.html was replaced",
]
FRENCH = [
    "numéro d'entreprise adoption",
    "numéro d’entreprise adoption",
    "agent conversationnel Manitoba",
    "Que fait l'Ontario?",
    "où en est Service Canada",
    "que fait le quebec",
    "coups de pouce",
    "TABLEAU DE BORD",
    "avis de deces en ligne",
    "Y a-t-il un guichet unique?",
    "preuve vaccinale code QR",
    "télétravail",
    "ARC délais",
    "Nous avons lancé « Verify Me » en mai.",
]


@pytest.mark.parametrize("text", ENGLISH)
def test_english(text: str) -> None:
    assert detect(text) == detect(text, "fr") == "en"


@pytest.mark.parametrize("text", FRENCH)
def test_french(text: str) -> None:
    assert detect(text) == detect(text, "en") == "fr"


@pytest.mark.parametrize("text", ["", "  \n", "2020-2021", "12 %", "https://example.org/"])
def test_without_words_the_default_goes(text: str) -> None:
    assert detect(text) == "en"
    assert detect(text, "fr") == "fr"


def test_words_of_both_languages_take_the_default() -> None:
    assert detect("Exception", "en") == detect("Commission", "en") == "en"
    assert detect("Exception", "fr") == detect("Commission", "fr") == "fr"


def test_thin_texts_are_told_by_their_letters() -> None:
    assert all(abs(_points(word, _cues())) < _cues().lead for word in ("rethought", "arrosoir"))
    assert detect("rethought") == "en"
    assert detect("arrosoir") == "fr"


def test_only_two_profiles_are_loaded_and_only_when_needed() -> None:
    assert 1_000 < len(_grams()) < 10_000
    code = "import sys, indexer.language as l; l.detect('Where are the forms?'); print('langdetect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@settings(deadline=None)
@given(st.text())
def test_any_text_has_one_answer(text: str) -> None:
    assert detect(text) == detect(text)
    assert detect(text, "fr") in ("fr", "en")


TABLE = {
    **{s: {"weight": 1, "en": "x", "fr": "y"} for s in ("function", "elisions", "contractions", "letters", "endings")},
    "content": {"weight": 1, "en": "v", "fr": "w"},
    "neutral": {"words": "z"},
    "decision": {"lead": 3, "lean": 1.0, "margin": 2.0},
}


@pytest.mark.parametrize(
    ("section", "value", "message"),
    [
        ("function", {"weight": 0, "en": "x", "fr": "y"}, "function.weight"),
        ("function", {"weight": 1, "en": "x", "fr": "x"}, "'x' stands twice"),
        ("function", {"weight": 1, "en": ["x"], "fr": "y"}, "function.en"),
        ("content", {"weight": 1, "en": "y", "fr": "w"}, "'y' stands in"),
        ("neutral", {"words": "x"}, "'x' stands in"),
        ("decision", {"lead": 3, "lean": "no", "margin": 1}, "decision.lean"),
    ],
)
def test_a_faulty_table_is_refused_with_the_entry(section: str, value: object, message: str) -> None:
    _load(TABLE)
    with pytest.raises(SettingError, match=message):
        _load({**TABLE, section: value})
