from __future__ import annotations

import pytest

from service.clues import read_clues
from service.query import understand


@pytest.mark.parametrize(
    ("question", "jurisdictions", "years"),
    [
        ("What did Nova Scotia and Ontario say in 2020?", {"NS", "ON"}, {"2020"}),
        ("Que disait la Nouvelle-Écosse en septembre 2020 ou en 2017 ?", {"NS"}, {"2020", "2017"}),
        ("chatbots", set(), set()),
        ("phone 1234 or 20200", set(), set()),
    ],
)
def test_what_a_question_says_of_where_its_answer_stands(question, jurisdictions, years):
    clues = read_clues(question)
    assert (clues.jurisdictions, clues.years) == (jurisdictions, years)
    assert understand(question).clues == clues


def test_the_language_of_the_answer_may_be_another_than_the_questions():
    query = understand("Qui offre le renouvellement du permis de conduire en ligne ?", language="en")
    assert (query.language, query.asked_in) == ("en", "fr")
