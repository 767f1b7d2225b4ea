"""Which words of a passage a query matches."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.matched_words import MatchedWords
from service.query import understand
from service.web.search import excerpt


def marked(question: str, written: str, language: str) -> list[str]:
    return [written[start:end] for start, end in MatchedWords.of(understand(question)).spans(written, language)]


@pytest.mark.parametrize(
    ("question", "written", "language", "expected"),
    [
        ("online bookings", "Clients booked online; a booking is free.", "en", ["booked", "online", "booking"]),
        (
            "identité numérique",
            "L’identité, numérique ou non, d’identités.",
            "fr",
            ["identité", "numérique", "identités"],
        ),
        ("identite numerique", "L’identité numérique", "fr", ["identité", "numérique"]),
        ("licences", "Les permis et la licence", "fr", ["permis", "licence"]),
        ("rendez-vous", "Un rendez-vous, mais vous partez.", "fr", ["rendez-vous"]),
        ("service", "Self-service and serviced", "en", ["service", "serviced"]),
        ("the of and", "The end of the line and more", "en", []),
        ("chatbots", "Un agent conversationnel, et un agent de bord", "fr", ["agent", "conversationnel", "agent"]),
        ("chatbots", "Un agent de bord", "fr", []),
    ],
)
def test_inflections_and_translations_are_marked(question, written, language, expected):
    assert marked(question, written, language) == expected


@settings(deadline=None)
@given(st.text(max_size=200), st.sampled_from(["en", "fr"]))
def test_spans_are_in_order_and_within_any_text(written, language):
    words = MatchedWords.of(understand("online booking of appointments in Quebec"))
    spans = words.spans(written, language)
    assert all(0 <= start < end <= len(written) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    start, end = words.best_sentence(written, language)
    assert 0 <= start <= end <= len(written)


def test_the_sentence_that_says_most_is_the_best():
    written = "The desk opened. Residents book appointments online since May. Online, it is quiet."
    start, end = MatchedWords.of(understand("online booking of appointments")).best_sentence(written, "en")
    assert written[start:end] == "Residents book appointments online since May."


def test_an_excerpt_is_of_whole_sentences_around_the_best():
    said = [f"Sentence number {n} says something of its own." for n in range(30)]
    written = " ".join(said)
    start = written.index(said[12])
    shown = written[slice(*excerpt(written, (start, start + len(said[12])), 300))]
    assert said[12] in shown and said[13] in shown and len(shown) <= 300
    assert shown.startswith("Sentence number") and shown.endswith("its own.")
    assert excerpt("Short.", (0, 6), 300) == (0, 6)
