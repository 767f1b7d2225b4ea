from __future__ import annotations

import pytest

from eval.expert.sheet import COLUMNS, FILLED_IN, digest, rows


def test_a_row_for_each_claim_with_its_citations(asked):
    found = rows(asked)
    assert [(row.need, row.language, row.sentence_number, row.sentences) for row in found] == [
        ("n1", "en", 1, 3), ("n1", "en", 2, 3), ("n1", "en", 3, 3), ("n2", "fr", 1, 2), ("n2", "fr", 2, 2),
        ("n3", "en", 1, 1),
    ]  # fmt: skip
    assert [row.citations for row in found[:3]] == [
        "", "[1] record.pdf, page 1: Ontario does.", "[2] record.pdf, page 2: =BC does.",
    ]  # fmt: skip
    assert [row.reference_answer for row in found[2:]] == [
        "In May.", "En mai.", "En mai.", "(The documents do not answer this question.)",
    ]  # fmt: skip


def test_what_a_person_fills_in_is_empty(asked):
    assert set(FILLED_IN) < set(COLUMNS)
    for row in rows(asked):
        assert not any(getattr(row, column) for column in FILLED_IN)


def test_citations_that_no_sentence_marks_stand_with_the_first(make_answer, make_need, asked):
    answer = make_answer("They wrote no more. Nothing else.", quotes=["S.O.", "N/A", "-"], answered=False)
    (first, second) = rows([type(asked[0])(make_need(), "en", answer)])
    assert first.citations == "[1] record.pdf, page 1: S.O.\n[2] record.pdf, page 2: N/A\n[3] record.pdf: -"
    assert second.citations == ""


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Else. [1]"},
        {"question": "Where?"},
        {"citations": []},
        {"citations": ["page"]},
        {"citations": ["quote"]},
    ],
    ids=str,
)
def test_another_answer_has_another_digest(make_answer, change):
    answer = make_answer("So. [1]", quotes=["Quote."])
    if change.get("citations"):
        (name,), (citation,) = change["citations"], answer.citations
        change = {"citations": [citation.model_copy(update={name: 9 if name == "page" else "Other."})]}
    assert digest(answer.model_copy(update=change)) != digest(answer)
    assert digest(answer.model_copy(update={"took_ms": 9.0})) == digest(answer)
    assert digest(answer).startswith("answer-")
