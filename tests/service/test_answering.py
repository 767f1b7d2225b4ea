from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import language, sentences
from indexer.documents import Role, Status
from service.filters import make_filters
from service.messages import RefusedError
from service.query import understand
from service.status import status_of

GOLD = Path(__file__).resolve().parents[2] / "eval/gold/corpus.jsonl"
NEEDS = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
ELSEWHERE = {  # of words that no document holds, so that no way of scoring finds an answer
    "en": "Why do the blixts zorbulate the quazzle?",
    "fr": "Pourquoi les blixts zorbulent-ils le quazzle?",
}
LISTS = {
    "en": "Which jurisdictions work on digital identity?",
    "fr": "Quelles administrations travaillent à l’identité numérique?",
}


def without_quotes(text):
    return re.sub(r"“[^”]*”|«\s[^»]*\s»", "", text)


@pytest.mark.parametrize("spoken", ["en", "fr"])
@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need["id"])
def test_every_answer_is_proved(engine, check_answer, need, spoken):
    answer = engine.answer(understand(need[f"question_{spoken}"]))
    check_answer(answer)
    assert answer.language == spoken
    assert len(answer.passages) == 10


def test_the_questions_of_the_suite_get_answers_of_every_sort(engine):
    answers = [engine.answer(understand(need[f"question_{spoken}"])) for need in NEEDS for spoken in ("en", "fr")]
    assert {answer.kind for answer in answers} > {"list", "fact"}
    assert {answer.answered for answer in answers} == {True, False}


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_what_the_documents_do_not_answer_is_said_to_be_unanswered(engine, check_answer, spoken):
    answer = engine.answer(understand(ELSEWHERE[spoken]))
    check_answer(answer)
    assert not answer.answered
    assert answer.findings == []
    assert answer.citations == []
    assert len(answer.passages) == 10
    assert language.detect(answer.text) == spoken


@pytest.mark.parametrize("asked", ["en", "fr"])
@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_the_text_is_in_the_language_asked_for(engine, check_answer, asked, spoken):
    answer = engine.answer(understand(LISTS[asked], language=spoken))
    check_answer(answer)
    assert answer.language == spoken
    assert answer.kind == "list"
    assert language.detect(without_quotes(answer.text)) == spoken


def test_quotes_stay_in_the_language_of_their_document(engine):
    answer = engine.answer(understand(LISTS["en"], language="fr", filters=make_filters(document_languages=["en"])))
    assert all(citation.document_language == "en" for citation in answer.citations)


def test_a_filter_holds_for_citations_and_passages_alike(engine, check_answer):
    filters = make_filters(document_languages=["fr"], types=["exchange_analysis"])
    for spoken in ("en", "fr"):
        answer = engine.answer(understand(LISTS[spoken], filters=filters))
        check_answer(answer)
        assert answer.passages
        for place in [*answer.citations, *answer.passages]:
            assert (place.document_language, place.document_type) == ("fr", "exchange_analysis")


@pytest.mark.parametrize("question", [*LISTS.values(), *ELSEWHERE.values()])
def test_filters_that_nothing_meets_give_no_answer_and_no_passage(engine, check_answer, question):
    answer = engine.answer(understand(question, filters=make_filters(date_from="2030")))
    check_answer(answer)
    assert not answer.answered
    assert answer.passages == []


@pytest.mark.parametrize("status", Status)
def test_a_status_asked_for_is_the_status_of_every_finding(engine, check_answer, status):
    answer = engine.answer(understand(LISTS["en"], statuses=(status,)))
    check_answer(answer)
    assert {finding.status for finding in answer.findings} <= {status}
    for hit in answer.passages:
        said = {status_of(hit.text[start:end], hit.role) for start, end in sentences.split(hit.text)}
        assert status in said


@pytest.mark.parametrize("limit", [1, 4, 60])
def test_the_limit_counts_the_passages(engine, check_answer, limit):
    answer = engine.answer(understand(LISTS["en"], limit=limit))
    check_answer(answer)
    assert len(answer.passages) == limit


def test_the_same_question_gets_the_same_answer(engine):
    first, second = (engine.answer(understand(LISTS["fr"])).model_dump(exclude={"took_ms"}) for _ in range(2))
    assert first == second


WORDS = [
    "which",
    "quelles",
    "jurisdictions",
    "administrations",
    "who",
    "qui",
    "BC",
    "Ontario",
    "l’identité",
    "numérique",
    "digital",
    "identity",
    "chatbots",
    "agents",
    "conversationnels",
    "decided",
    "décidé",
    "precedent",
    "2020",
    "2017-10",
    "S.O.",
    "N/A",
    "?",
    "[1]",
    "“quote”",
    "«",
    "citation",
    "»",
    "<b>",
    "\\",
    "%",
    "{",
    "}",
    "call-centre",
    "45",
    "%",
    "1,3",
    "million",
    "NULL",
    "OR",
    "AND",
    "-not",
    '"',
    "'",
    "(",
    ")",
    "*",
    "~",
    ":",
    "^",
    "/",
]


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join) | st.text(min_size=1, max_size=120))
def test_any_question_gets_a_valid_answer(engine, check_answer, question):
    try:
        query = understand(question)
    except RefusedError:
        return
    check_answer(engine.answer(query))


@pytest.mark.parametrize(
    "question", ["What was decided about the mapping tool?", "Qu’a-t-on décidé au sujet de l’outil de cartographie?"]
)
def test_what_was_decided_is_answered_by_the_decision_first(engine, check_answer, question):
    answer = engine.answer(understand(question))
    check_answer(answer)
    assert answer.kind == "decision"
    assert answer.citations[0].role in {Role.DECISION, Role.FOLLOW_UP}


@pytest.mark.parametrize(
    "question",
    ["Which provinces work on digital identity?", "Qui offre des rendez-vous en ligne ?", "service strategy"],
)
def test_a_title_is_no_proof(engine, check_answer, question):
    answer = engine.answer(understand(question))
    check_answer(answer)
    titles = {title for hit in answer.passages for title in hit.heading}
    assert answer.citations
    assert not {citation.quote for citation in answer.citations} & titles
