"""Short answers: the spans of a sentence that could answer, and which of them does."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import LANGUAGES, Distribution, DocumentRecord, DocumentType, Passage, Role
from indexer.text import fold
from service.answering.asked_for import AnswerType
from service.answering.fitting import Fitting
from service.answering.found import Found
from service.answering.short_answers import short_answers
from service.answering.thresholds import DEFAULT_THRESHOLDS
from service.query import understand
from service.retrieval import Hit, query_vector

TRIPLES = [
    json.loads(line)
    for line in (Path(__file__).parent / "short_answers.jsonl").read_text(encoding="utf-8").splitlines()
]
MOST_WRONG = {"tune": 1, "test": 3}  # of 30 each; the rules were only ever looked at on "tune"

# Pieces that spans are made of, so that generated texts meet the rules and not only letters.
PIECES = (
    "two", "deux", "more than", "moins de", "half a", "la moitié", "1 000", "1,3", "million", "de", "dollars", "$", "9",
    "%", "May", "mai", "2020", "1er", "every", "chaque", "six", "months", "mois", "In", "à", "Kitchener", "Judy",
    "WalkMe", "of", "sur", "-", ",", ".", "\n", "’", "\u00a0", "COVID-19", "Œuvre", "İ", "ﬁ",
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join))


def hit_of(text, language):
    """A hit of one passage that is in no index."""
    passage = Passage("p", "d", text, 0, len(text), None, language, Role.BACKGROUND)
    document = DocumentRecord(
        id="d",
        source="d.txt",
        title="D",
        type=DocumentType.OTHER,
        language=language,
        distribution=Distribution.PUBLIC,
        meeting_date=None,
        jurisdiction=None,
        format="text",
        pages=None,
        digest="",
        text=text,
    )
    return Hit(passage, document, 0.5, 0.5, 0.5)


def judged(index, embedder, question, language, text):
    query = understand(question, language=language)
    hit = hit_of(text, language)
    found = Found(index, embedder, query, query_vector(embedder, query), [hit], DEFAULT_THRESHOLDS)
    return Fitting(found).sentences()


@pytest.mark.parametrize("split", ["tune", "test"])
def test_the_answer_is_marked_in_invented_sentences(split, index, embedder):
    wrong = []
    for triple in (triple for triple in TRIPLES if triple["split"] == split):
        sentences = judged(index, embedder, triple["question"], triple["language"], triple["sentence"])
        fit = sentences[0].fit
        marked = triple["sentence"][fit.span.start : fit.span.end] if fit else ""
        if fold(marked) != fold(triple["answer"]):
            wrong.append((triple["question"], marked, triple["answer"]))
    assert len(wrong) <= MOST_WRONG[split], wrong


@given(text=TEXTS, language=st.sampled_from(LANGUAGES))
def test_spans_lie_within_the_text_and_hold_something(text, language):
    for span in short_answers(text, language):
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip()
        assert span.start <= span.noun_start <= span.noun_end <= span.end
        assert 0 < span.sureness <= 1
        assert span.type.is_detail


@given(text=TEXTS, language=st.sampled_from(LANGUAGES))
def test_spans_of_a_type_do_not_overlap(text, language):
    for kind in AnswerType:
        spans = [span for span in short_answers(text, language) if span.type is kind]
        assert all(one.end <= two.start for one, two in pairwise(spans))


@given(text=TEXTS, language=st.sampled_from(LANGUAGES))
def test_what_stands_on_another_line_moves_spans_and_nothing_else(text, language):
    def said(text):
        return [(span.type, text[span.start : span.end]) for span in short_answers(text, language)]

    assert said(f"Zz.\n\n{text}") == said(f"Yy.\n\n{text}")


@pytest.mark.parametrize(
    "piece",
    ["1 ", "two ", "a", "1,111", "May ", "half a ", "In A of ", "more than ", "x fois ", "every a b ", "$", "d'"],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_long_texts_of_one_pattern_are_read_to_their_end(piece, language):
    text = piece * 8_000  # a pattern that tries every division of such a text would not come back
    for span in short_answers(text, language):
        assert 0 <= span.start < span.end <= len(text)


@pytest.mark.parametrize(
    ("text", "language", "kind", "said"),
    [
        ("Tab 3 and section 2 are new.", "en", AnswerType.COUNT, []),
        ("Call 811 or 1-800 for help.", "en", AnswerType.COUNT, []),
        ("COVID-19 came.", "en", AnswerType.COUNT, []),
        ("1. Plans\n2. Boats", "en", AnswerType.COUNT, []),
        ("1,3 million de comptes", "fr", AnswerType.COUNT, ["1,3 million de comptes"]),
        ("nearly half a million users", "en", AnswerType.COUNT, ["nearly half a million users"]),
        ("cinq provinces", "fr", AnswerType.COUNT, ["cinq provinces"]),
        ("moins de 9 % des dossiers", "fr", AnswerType.SHARE, ["moins de 9 %"]),
        ("six of 17 organizations", "en", AnswerType.SHARE, ["six of 17"]),
        ("5 M$ et 5 millions de dollars", "fr", AnswerType.MONEY, ["5 M$", "5 millions de dollars"]),
        ("$5 million of 20 million", "en", AnswerType.MONEY, ["$5 million"]),
        ("le 1er avril 2020", "fr", AnswerType.DATE, ["1er avril 2020"]),
        ("on June 29, 2020 and in spring 2017", "en", AnswerType.DATE, ["June 29, 2020", "spring 2017"]),
        ("It may march on.", "en", AnswerType.DATE, []),
        ("a two-year plan", "en", AnswerType.DURATION, ["two-year"]),
        ("une heure, chaque semaine", "fr", AnswerType.FREQUENCY, ["chaque semaine"]),
        ("with Ann Lee in Kitchener", "en", AnswerType.PLACE, ["Kitchener"]),
        ("Mme Tomazeli parle à Judy Ross.", "fr", AnswerType.PERSON, ["Mme Tomazeli", "Judy Ross"]),
        ("It runs on WalkMe in Ontario.", "en", AnswerType.NAME, ["WalkMe"]),
    ],
)  # fmt: skip
def test_what_is_a_short_answer(text, language, kind, said):
    assert [text[span.start : span.end] for span in short_answers(text, language) if span.type is kind] == said


def test_the_speaker_is_a_person():
    spans = short_answers("Hawkins says so.", "en", "Hawkins Tremblay-Roy, Yukon")
    assert [span.sureness for span in spans if span.type is AnswerType.PERSON] == []  # a single word begins a sentence
    spans = short_answers("So says JR Dubé.", "en", "JR Dubé (Yukon)")
    assert [span.sureness for span in spans if span.type is AnswerType.PERSON] == [1.0]
