"""What a terminal shows of an answer."""

from __future__ import annotations

import pytest
from answer_values import citation, finding

from service import render
from service.answering.composing import compose
from service.contract import Answer
from service.query import understand

SENTENCE = "They met in Kitchener."


def answer(language="en", *, cited, findings=(), **more):
    return Answer(
        question="Where?",
        language=language,
        kind="fact",
        answered=bool(findings),
        text=compose("fact", language, findings, cited),
        findings=list(findings),
        citations=cited,
        passages=more.pop("passages", []),
        took_ms=1.0,
        **more,
    )


def lines(found):
    return render.answer(found).replace("\u00a0", " ").split("\n")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_citation_has_title_source_page_date_language_and_its_short_answer_marked(language):
    cited = citation(1, quote=SENTENCE, answer_start=112, answer_end=121)
    found = answer(
        language, cited=[cited], findings=[finding(language, None, "delivered", 1, short_answer="Kitchener")]
    )
    where = {
        "en": "[1] Harbour form, form-1.docx, page 1, September 2020",
        "fr": "[1] Harbour form, form-1.docx, page 1, septembre 2020, en anglais",
    }
    shown = lines(found)
    assert shown[0] == "Kitchener [1]."
    assert shown[-2:] == [where[language], "    “They met in ‹Kitchener›.”"]


def test_a_quote_keeps_the_marks_of_its_language_and_a_date_in_the_title_is_not_said_twice():
    cited = citation(
        1, spoken="fr", title="Réunion du 4 mai 2022", date="2022-05-04", page=None, quote="Le quai\nest prêt."
    )
    shown = lines(answer(cited=[cited], findings=[finding("en", None, "delivered", 1)]))
    assert shown[-2:] == ["[1] Réunion du 4 mai 2022, form-1.docx, in French", "    « Le quai est prêt. »"]


@pytest.mark.parametrize(
    ("dropped", "english", "french"),
    [
        (0, None, None),
        (
            1,
            "1 citation failed the check and was left out.",
            "1 citation n’a pas passé la vérification et a été retirée.",
        ),
        (
            3,
            "3 citations failed the check and were left out.",
            "3 citations n’ont pas passé la vérification et ont été retirées.",
        ),
    ],
)
def test_citations_that_were_dropped_are_counted(dropped, english, french):
    for language, words in (("en", english), ("fr", french)):
        found = answer(
            language, cited=[citation(1)], findings=[finding(language, None, "delivered", 1)], dropped_citations=dropped
        )
        shown = lines(found)
        assert (words in shown) if words else not any("check" in line or "vérification" in line for line in shown)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Not an answer, but close:"), ("fr", "Pas une réponse, mais proche :")]
)
def test_near_passages_are_introduced_as_no_answer(engine, language, words):
    passages = engine.search(understand("digital identity", limit=5)).passages
    shown = lines(answer(language, cited=[], passages=passages))
    after = shown.index(words) + 1
    assert shown[after].startswith("1. ")
    assert sum(line[:3] in {"1. ", "2. ", "3. ", "4. "} for line in shown) == 3
    assert words not in lines(answer(language, cited=[]))
    assert words not in lines(answer(language, cited=[citation(1)], findings=[finding(language, None, "planned", 1)]))


def test_a_line_never_begins_or_ends_with_a_sign_that_stands_alone():
    quote = "mot " * 60
    cited = citation(1, spoken="fr", quote=quote.strip())
    for line in render.answer(answer("fr", cited=[cited], findings=[finding("fr", None, "planned", 1)])).split("\n"):
        assert line.strip() not in {"«", "»", ":"}
        assert not line.strip().startswith((":", "»")) and not line.endswith("«")
