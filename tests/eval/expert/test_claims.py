from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.expert import claims
from eval.needs import read_needs
from service.engine import Engine
from service.query import understand

GOLD = Path(__file__).resolve().parents[3] / "eval/gold/corpus.jsonl"


def texts(answer):
    return [claim.text for claim in claims.split(answer)]


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("fact", "It opened in May.", ["It opened in May."]),
        ("fact", "It opened in May. It closed in June.", ["It opened in May.", "It closed in June."]),
        ("fact", "It opened. [1] It closed [2]. [3]", ["It opened. [1]", "It closed [2]. [3]"]),
        (
            "fact",
            "Record: “It opened. It closed.” [1]\nForm: “Next to St. John’s. Open daily.” [2]",
            ["Record: “It opened. It closed.” [1]", "Form: “Next to St. John’s. Open daily.” [2]"],
        ),
        (
            "fact",
            "Compte rendu : « « Vu ! » est ouvert. Il sert. » [1]\n« Fermé. » [2]",
            ["Compte rendu : « « Vu ! » est ouvert. Il sert. » [1]", "« Fermé. » [2]"],
        ),
        ("fact", "Record: “never closed. Open.\nThen this. [1]", ["Record: “never closed. Open.", "Then this. [1]"]),
        (
            "list",
            "Nova Scotia (May 2021) [1], Ontario [2][3] and Yukon [4] plan it. Also said of Yukon: asking [5].",
            [
                "Nova Scotia (May 2021) [1],",
                "Ontario [2][3]",
                "and Yukon [4] plan it.",
                "Also said of Yukon: asking [5].",
            ],
        ),
        (
            "list",
            "À l’étude : au Manitoba (septembre 2020) [1] et en Ontario [2].",
            ["À l’étude : au Manitoba (septembre 2020) [1]", "et en Ontario [2]."],
        ),
        ("list", "Nothing answers this: not at all.", ["Nothing answers this: not at all."]),
        ("fact", "A: “It opened.” [1] B: “It closed.” [2][3]", ["A: “It opened.” [1]", "B: “It closed.” [2][3]"]),
        ("fact", "Record: « C’est ouvert. » (in French) [1]", ["Record: « C’est ouvert. » (in French) [1]"]),
        ("fact", "One [1]; two [2].", ["One [1]; two [2]."]),
    ],
)
def test_one_claim_at_a_time(make_answer, kind, text, wanted):
    assert texts(make_answer(text, kind)) == wanted


def test_each_claim_names_its_citations(make_answer):
    found = claims.split(make_answer("Two: NS (x) [1]; ON (y) [3][2][3]. None.", "list"))
    assert [claim.citations for claim in found] == [(1,), (3, 2), ()]


@given(text=st.text(alphabet="Aa. ?;:[1]“”«»\n", max_size=60) | st.text(), kind=st.sampled_from(["list", "fact"]))
def test_nothing_of_the_text_is_lost(make_answer, text, kind):
    found = texts(make_answer(text, kind))
    assert found
    assert "".join("".join(found).split()) == "".join(text.split())


def test_claims_of_the_gold_answers_carry_at_most_one_mark_run(corpus_index):
    engine = Engine(corpus_index)
    for need in read_needs(GOLD)[::4]:
        for language in ("en", "fr"):
            answer = engine.answer(understand(need.question(language)))
            found = claims.split(answer)
            marked = [number for claim in found for number in claim.citations]
            assert sorted(set(marked)) == [citation.number for citation in answer.citations]
            assert sum(1 for claim in found if claim.citations) >= len(answer.findings)
            if answer.kind == "list":
                assert all(len(re.findall(r"(?:\[\d+\])+", claim.text)) <= 1 for claim in found)
