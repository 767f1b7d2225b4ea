from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.glossary import terms
from service.query import understand


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("page Web", "fr"),
        ("registre", "fr"),
        ("service public", "fr"),
        ("web presence", "en"),
        ("passport", "en"),
        ("cabinet", "en"),
        ("QMatic", "en"),
        ("2020", "en"),
    ],
)
def test_a_few_bare_words_are_in_the_language_that_knows_them(question, language):
    assert understand(question).asked_in == language


def test_nearly_all_terms_of_the_field_are_told_by_themselves():
    forms = {language: {form for term in terms() for form in term.forms(language)} for language in ("en", "fr")}
    alone = [
        (form, language) for language in forms for form in forms[language] if form not in forms["en"] & forms["fr"]
    ]
    wrong = [form for form, language in alone if understand(form).asked_in != language]
    assert len(alone) > 3_000
    assert len(wrong) < 0.06 * len(alone)


@given(st.text(alphabet="abéçw ’-?", min_size=1, max_size=30).filter(lambda text: any(map(str.isalnum, text))))
def test_the_language_of_the_answer_says_nothing_of_that_of_the_question(question):
    asked_in = {understand(question, language=language).asked_in for language in ("en", "fr", None)}
    assert len(asked_in) == 1
