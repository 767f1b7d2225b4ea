"""Answers that are quick to write down, for tests of scoring by hand."""

from __future__ import annotations

import pytest

from eval.expert.sheet import Asked
from eval.needs import Need
from service.contract import Answer, Citation


@pytest.fixture(scope="session")
def make_answer():
    def make(text, kind="fact", quotes=(), language="en", answered=True, question="When?"):
        citations = [
            Citation(
                number=number,
                passage_id=f"p{number}",
                document_id="d",
                document_title="Record",
                document_type="decision_record",
                document_language="en",
                source="record.pdf",
                page=number if number < 3 else None,
                role="decision",
                jurisdictions=["BC"],
                speaker=None,
                quote=quote,
                start=0,
                end=len(quote),
            )
            for number, quote in enumerate(quotes, start=1)
        ]
        return Answer(
            question=question,
            language=language,
            kind=kind,
            answered=answered,
            text=text,
            findings=[],
            citations=citations,
            passages=[],
            took_ms=1.0,
        )

    return make


@pytest.fixture(scope="session")
def make_need():
    def make(number=1, kind="fact", answer="In May."):
        return Need.model_validate(
            {
                "id": f"n{number}",
                "kind": kind,
                "question_en": "When?",
                "question_fr": "Quand?",
                "answer_en": answer,
                "answer_fr": answer and "En mai.",
            }
        )

    return make


@pytest.fixture(scope="session")
def asked(make_answer, make_need):
    """A list of three claims, two statements in French, and an answer without citations."""
    listed = make_answer("2 are named. ON (x) [1]; BC (y) [2].", "list", ["Ontario does.", "=BC does."])
    told = make_answer("Fiche : « Ouvert. » [1]\n-Fermé à Montréal. [2]", "fact", ["Ouvert.", "Fermé."], "fr")
    silent = make_answer("The documents do not answer.", answered=False)
    return [
        Asked(make_need(1, "list"), "en", listed),
        Asked(make_need(2), "fr", told),
        Asked(make_need(3, "none", None), "en", silent),
    ]
