from __future__ import annotations

import pytest

from indexer.documents import PassageKind
from service.query import understand


@pytest.mark.parametrize(
    ("question", "code", "role"),
    [
        ("What did Manitoba offer to show in May 2022?", "MB", "showcase"),
        ("Quelles difficultés le Manitoba a-t-il soumises en 2022?", "MB", "need"),
        ("New Brunswick 2022: what problems did it raise?", "NB", "need"),
    ],
)
def test_a_section_left_empty_is_told_and_cited(forms, question, code, role):
    answer = forms.answer(understand(question))
    assert not answer.answered and answer.findings == []
    assert [(citation.jurisdictions, citation.role) for citation in answer.citations] == [([code], role)]
    passage = forms.index().passage(answer.citations[0].passage_id)
    assert passage is not None and passage.kind is PassageKind.NO_ANSWER
    assert "N/A" in answer.text or "S.O." in answer.text
    assert "[1]" in answer.text


def test_a_section_that_says_something_at_another_meeting_is_empty_at_this_one(forms):
    question = "What were the priorities of Nova Scotia in {}?"
    empty = forms.answer(understand(question.format(2022)))
    assert not empty.answered
    assert [(citation.role, citation.meeting_date) for citation in empty.citations] == [("priority", "2022-05")]
    assert forms.answer(understand(question.format(2018))).answered


@pytest.mark.parametrize(
    "question",
    [
        "How long should a lemon cake stay in the oven?",
        "Quelle est la recette de la tarte au sucre?",
        "What is the capital of Mongolia?",
    ],
)
def test_what_the_documents_never_mention_is_unanswered(engine, question):
    answer = engine.answer(understand(question))
    assert not answer.answered
    assert answer.citations == [] and answer.findings == []
    assert answer.passages


@pytest.mark.parametrize(
    "question",
    ["When did Quebec launch ice road reports?", "Quand le Québec a-t-il lancé ses rapports de routes de glace?"],
)
def test_what_is_said_of_others_only_is_no_answer_for_the_one_named(forms, question):
    answer = forms.answer(understand(question))
    assert answer.kind == "fact"
    assert not answer.answered


def test_the_same_question_of_the_one_who_did_it_is_answered(forms):
    answer = forms.answer(understand("When did Nova Scotia launch ice road reports?"))
    assert answer.answered
    assert answer.findings[0].jurisdiction.code == "NS"
