"""The field's terms: the table keeps its rules, and questions in either language name what they mean."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer import glossary_table
from indexer.errors import SettingError
from indexer.glossary import Term, find_terms, places_of, terms
from indexer.glossary_words import read_words
from indexer.text import fold, stop_words

FORMS = sorted({form for term in terms() for form in (*term.en, *term.fr)})

# A question, and each term it names: as written there, and the preferred English form.
CASES: list[tuple[str, list[tuple[str, str]]]] = [
    ("Which jurisdictions piloted chatbots?", [("chatbots", "chatbot")]),
    ("Qui a essayé des agents conversationnels ?", [("agents conversationnels", "chatbot")]),
    ("Qui offre L'AGENT CONVERSATIONNEL ?", [("AGENT CONVERSATIONNEL", "chatbot")]),
    ("What came of the chat-bot?", [("chat-bot", "chatbot")]),
    ("Où en est l’identité numérique ?", [("identité numérique", "digital identity")]),
    ("ou en est l'identite numerique", [("identite numerique", "digital identity")]),
    ("Des identités nume\u0301riques", [("identités nume\u0301riques", "digital identity")]),
    ("Who tried co-location?", [("co-location", "co-location")]),
    ("Who tried co location?", [("co location", "co-location")]),
    ("Qui pratique la colocation ?", [("colocation", "co-location")]),
    ("Who issues proof of vaccination?", [("proof of vaccination", "proof of vaccination")]),
    ("Who issues proofs of the vaccination?", [("proofs of the vaccination", "proof of vaccination")]),
    ("les normes de services", [("normes de services", "service standard")]),
    ("le registre de la naissance", [("registre de la naissance", "birth registration")]),
    ("des registres de naissances", [("registres de naissances", "birth registration")]),
    ("a driver's licence", [("driver's licence", "driver's licence")]),
    ("drivers' licenses", [("drivers' licenses", "driver's licence")]),
    ("renewing a driver's licence", [("renewing a driver's licence", "driver's licence renewal")]),
    ("an Email notification", [("Email notification", "e-mail notification")]),
    ("tell-us-once", [("tell-us-once", "tell us once")]),
    ("Une fois suffit : qui l'applique ?", [("Une fois suffit", "tell us once")]),
    ("la vulnérabilité électronique", [("vulnérabilité électronique", "e-vulnerability")]),
    ("l’introspection comportementale", [("introspection comportementale", "behavioural insights")]),
    ("behavioral insights", [("behavioral insights", "behavioural insights")]),
    ("modernisation of registries", [("modernisation", "service transformation"), ("registries", "registry")]),
    ("des réseaux sociaux", [("réseaux sociaux", "social media")]),
    ("Which APIs are shared?", [("APIs", "API")]),
    ("delivery by SMS", [("SMS", "text message")]),
    ("Le SARP du registre", [("SARP", "multi-jurisdictional registry access service"), ("registre", "registry")]),
]


@pytest.mark.parametrize(("question", "named"), CASES, ids=lambda case: case[:30] if isinstance(case, str) else "")
def test_questions_name_terms(question: str, named: list[tuple[str, str]]) -> None:
    assert [(question[m.start : m.end], m.term.en[0]) for m in find_terms(question)] == named


@pytest.mark.parametrize(
    "question",
    [
        "Which jurisdictions adopted it?",  # not adoption of children
        "L'identité, numérique ou non",  # a comma parts two words
        "une identité. Numérique",
        "le sarp",  # abbreviations are read in upper case
        "SARPX",
        "Qui parle de SARP ?",  # nothing tells which meaning
        "",
        "?!",
    ],
)
def test_questions_that_name_nothing(question: str) -> None:
    assert find_terms(question) == ()


def test_an_abbreviation_of_two_meanings_follows_its_company() -> None:
    def meaning(text: str) -> list[str]:
        return [m.term.en[0] for m in find_terms(text) if text[m.start : m.end] == "CCP"]

    assert meaning("Le CCP et la fiabilité") == ["trust framework"]
    assert meaning("le CCP et Bluetooth") == ["near-field communication"]
    assert meaning("le CCP") == []


def test_the_longest_term_is_served_first() -> None:
    text = "renouvellement du permis de conduire"
    (match,) = find_terms(text)
    assert (match.start, match.end, match.term.en[0]) == (0, len(text), "driver's licence renewal")


@pytest.mark.parametrize("form", FORMS)
def test_every_form_finds_its_own_term(form: str) -> None:
    for written in (form, form.upper(), fold(form), form.replace("'", "’"), form.replace("-", " ")):
        found = find_terms(written)
        assert any(form in (*match.term.en, *match.term.fr) for match in found), written


def test_the_table_is_broad_and_keeps_its_rules() -> None:
    assert len(terms()) >= 250
    stop = stop_words()
    assert not {fold(form) for form in FORMS} & (stop.english | stop.french)
    owners: dict[str, Term] = {}
    for term in terms():
        for form in (*term.en, *term.fr):
            assert owners.setdefault(fold(form), term) is term, form


WORDS = st.sampled_from([*FORMS, "SARP", "APIs", "le", "la", "of", "the", "l’", "d'", "-", ",", ".", "\n", "é", "œ"])


@given(st.one_of(st.text(), st.lists(WORDS, max_size=8).map(" ".join), st.lists(WORDS, max_size=5).map("".join)))
def test_places_are_inside_the_text_in_order_and_apart(text: str) -> None:
    last = 0
    for match in find_terms(text):
        assert last <= match.start < match.end <= len(text)
        assert not text[match.start].isspace()
        assert not text[match.end - 1].isspace()
        last = match.end


@given(st.sampled_from(FORMS), st.sampled_from(["", "Who has ", "Qui a une ", "Été œuvré, ", "ﬁ ½ "]))
def test_places_hold_the_form_that_was_written(form: str, before: str) -> None:
    text = f"{before}{form} ?"
    covered = find_terms(text)
    assert any(text[m.start : m.end] in form for m in covered)


ENTRY = {"en": ["chatbot"], "fr": ["agent conversationnel"]}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([ENTRY, {"en": ["portal", "Chatbots"], "fr": ["portail"]}], "entry 2 .'portal'.*'chatbots'.*entry 1"),
        ([ENTRY, {"en": ["portal", "CHATBOT"], "fr": ["portail"]}], "entry 2 .'portal'.*'CHATBOT'.*entry 1"),
        ([ENTRY, {"en": ["portal"], "fr": ["agents conversationnels"]}], "entry 2 .'portal'.*read as.*keep one"),
        ([ENTRY, {"en": ["portal"], "fr": ["chatbot"]}], "entry 2.*'chatbot' stands in entry 1"),
        ([{**ENTRY, "en": ["chatbot", "Chatbot"]}], "entry 1.*stands twice; keep one"),
        ([{**ENTRY, "en": []}], "entry 1: en is missing or empty; give"),
        ([{"en": ["chatbot"]}], "entry 1 .'chatbot'.: fr is missing"),
        ([{**ENTRY, "fr": "agent"}], "entry 1.*fr is missing or empty; give a list"),
        ([{**ENTRY, "fr": ["agent", 3]}], "entry 1.*fr holds 3; give"),
        ([{**ENTRY, "fr": [" agent"]}], "entry 1.*fr holds ' agent'; give"),
        ([{**ENTRY, "fr": ["agent, robot"]}], "entry 1.*'agent, robot' holds a sign.*leave it out"),
        ([{**ENTRY, "fr": ["avec"]}], "entry 1.*'avec' is a stop word"),
        ([{**ENTRY, "es": ["robot"]}], "entry 1 .'chatbot'.: nothing reads es; the keys are en, fr"),
        ([{**ENTRY, "abbreviations": ["Bot"]}], "entry 1.*'Bot' is not one word in upper case"),
        ([{**ENTRY, "context": ["robot"]}], "entry 1.*context is for abbreviations"),
        ([{**ENTRY, "abbreviations": ["CB"], "context": ["a b"]}], "entry 1.*context 'a b' is not one word"),
        (
            [{**ENTRY, "abbreviations": ["CB"]}, {"en": ["portal"], "fr": ["portail"], "abbreviations": ["CB"]}],
            "entry 2.*CB has another meaning.*context",
        ),
    ],
)
def test_a_faulty_table_is_refused(table: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        glossary_table.load({"term": table})


def test_an_unknown_section_is_refused() -> None:
    with pytest.raises(SettingError, match="nothing reads terms; mend"):
        glossary_table.load({"terms": []})


ABBREVIATIONS = [short for term in terms() for short in term.abbreviations]
PIECES = [*FORMS, *ABBREVIATIONS, "the", "of", "le", "des", "d'", "online", "work"]


@given(
    pieces=st.lists(st.sampled_from(PIECES)),
    joints=st.lists(st.sampled_from([" ", " ", "-", ". ", "\n", ", ", "'", "s "]), min_size=1),
    asked=st.sampled_from(terms()),
)
@example(pieces=["CA", "customer accounts"], joints=[". "], asked=terms()[0])
def test_one_term_is_found_where_it_is_among_all(pieces: list[str], joints: list[str], asked: Term) -> None:
    text = "".join(piece + joint for piece, joint in zip(pieces, cycle(joints)))
    found = find_terms(text)
    for term in {asked, *(match.term for match in found)}:
        assert list(places_of(term, read_words(text))) == [match for match in found if match.term == term]
