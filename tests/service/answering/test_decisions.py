from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.build import build
from indexer.documents import Role
from indexer.embedding import Embedder
from indexer.store import open_index
from service.contract import Answer
from service.engine import Engine
from service.filters import make_filters
from service.query import understand

LATER = """Record of decisions, Harbour Council meeting of 6 October 2023

1. Quays

Ann Lee reports that the drawings of the quays went out to all members by post in May 2022, and that they are in use.

Members thank the harbour masters for a calm summer and speak about the lighthouse keepers at length.

Action Item 1: The secretariat will print a new map of the coast.
"""


@pytest.fixture(scope="module")
def harbour_engine(harbour: Path) -> Engine:
    return Engine(harbour)


def asked(engine: Engine, question: str, language: str | None = None, **filters: object) -> Answer:
    query = understand(question, language=language, filters=make_filters(**filters))
    return engine.answer(replace(query, kind="decision"))


def numbers(answer: Answer) -> list[str | None]:
    return [finding.item.number if finding.item else None for finding in answer.findings]


@pytest.mark.parametrize(
    ("question", "number", "owner"),
    [
        ("What must ICCS report back on regarding service reputation scores?", "2A", "ICCS"),
        ("Which deputy ministers' group must Watkins brief?", "1", "Peter Watkins"),
        ("What became of the action item on the mapping tool?", "1A", "The SNC co-chairs"),
        ("Que doit rendre compte l'ISAC au sujet des notes de réputation?", "2A", "l’ISAC"),
        ("Qui doit distribuer les cartes de l’atelier?", "2C", "les coprésidents de la CRS"),
    ],
)
def test_a_question_for_an_item_is_answered_by_it_whole(engine, check_answer, index, question, number, owner):
    answer = asked(engine, question)
    check_answer(answer)
    item = answer.findings[0].item
    assert item is not None
    assert (item.number, item.owner, item.kind) == (number, owner, "follow_up")
    (record,) = [known for known in index.items() if known.id == item.item_id]
    citation = answer.citations[answer.findings[0].citations[0] - 1]
    assert citation.role is Role.FOLLOW_UP
    assert (citation.start, citation.end, citation.quote) == (record.start, record.end, record.text)
    assert citation.document_language == answer.language


@pytest.mark.parametrize(
    ("question", "number", "meeting"),
    [
        ("Décisions du 25 février 2021 sur le procès-verbal", "1", "2021-10-28"),
        ("Was the agenda of 5 October 2017 adopted?", "2", "2017-10-05"),
        ("L’ordre du jour du 28 octobre 2021 a-t-il été adopté?", "2", "2021-10-28"),
    ],
)
def test_a_date_in_the_question_tells_the_decisions_of_two_meetings_apart(engine, question, number, meeting):
    finding = asked(engine, question).findings[0]
    assert finding.item is not None
    assert (finding.item.number, finding.item.kind, finding.meeting_date) == (number, "decision", meeting)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what does ICCS owe?", ["2A", "3", "4"]),
        ("quelles mesures de suivi incombent à l'ISAC ?", ["2A", "3", "4"]),
        ("Everything the SNC co-chairs were put in charge of", ["1A", "1B", "2A", "2B", "2C"]),
        ("which action items of 2021 are open?", ["1", "2A", "2B", "2C", "3", "4"]),
        ("points de suivi d’octobre 2017", ["1A", "1B", "1C", "2A", "2B", "2C", "3"]),
        ("the decisions of the Charlottetown meeting", ["1", "2"]),
        ("action item 2C", ["2C", "2C"]),
        ("mesure de suivi no 2C de 2021", ["2C"]),
    ],
)
def test_a_question_for_all_that_fits_gets_all_in_the_order_of_the_records(engine, check_answer, question, expected):
    answer = asked(engine, question)
    check_answer(answer)
    assert numbers(answer) == expected
    dates = [finding.meeting_date for finding in answer.findings]
    assert dates == sorted(dates)
    assert {citation.document_language for citation in answer.citations} == {answer.language}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_of_two_versions_the_readers_is_cited(engine, language):
    answer = asked(engine, "Who must circulate the workshop cards?", language)
    assert numbers(answer)[0] == "2C"
    assert answer.citations[0].document_language == language


def test_where_the_readers_version_is_filtered_out_the_other_is_cited(engine):
    answer = asked(engine, "Who must send members the cards from the workshop?", document_languages=["fr"])
    assert numbers(answer)[0] == "2C"
    assert {citation.document_language for citation in answer.citations} == {"fr"}


def test_items_outside_the_filters_are_not_given(engine):
    answer = asked(engine, "which action items are open?", date_from="2021")
    assert {finding.meeting_date for finding in answer.findings} == {"2021-10-28"}
    forms = asked(engine, "which action items are open?", types=["exchange_form"])
    assert all(finding.item is None for finding in forms.findings)


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        (
            "Did any action item come out of the behavioural insights playbook discussion?",
            "No action item comes out of this discussion.",
        ),
        (
            "La présentation des responsables municipaux a-t-elle donné lieu à un suivi?",
            "Il n’y a pas de suivi à cette présentation.",
        ),
    ],
)
def test_that_nothing_followed_is_an_answer(engine, check_answer, question, quote):
    answer = asked(engine, question)
    check_answer(answer)
    assert [finding.statement for finding in answer.findings] == [quote]


def test_a_person_is_known_by_name(harbour_engine):
    answer = asked(harbour_engine, "What must Éric Dubé do?")
    assert [(f.item.number, f.meeting_date) for f in answer.findings if f.item] == [
        ("1B", "2022-05-04"),
        ("2", "2023-06"),
    ]


def test_a_jurisdiction_that_owes_something_is_named(harbour_engine):
    answer = asked(harbour_engine, "What does British Columbia owe?")
    assert numbers(answer) == ["2"]
    assert answer.findings[0].jurisdiction is not None
    assert answer.findings[0].jurisdiction.code == "BC"


def test_items_that_continue_are_told_from_the_open_ones(harbour_engine):
    assert numbers(asked(harbour_engine, "which action items are continuing?")) == ["2"]
    assert "2" in numbers(asked(harbour_engine, "which action items are still open?"))


@pytest.fixture(scope="module")
def with_later(harbour: Path, tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Engine:
    """The first harbour record, and one of a later meeting."""
    sources = tmp_path_factory.mktemp("later")
    (sources / "later-record.txt").write_text(LATER, encoding="utf-8")
    first = next(
        document for document in open_index(harbour).documents() if document.source.endswith("harbour-record.txt")
    )
    (sources / "harbour-record.txt").write_text(first.text, encoding="utf-8")
    (sources / "manifest.toml").write_text(
        "".join(
            f'[[document]]\nfile = "{name}"\ntitle = "{name}"\ntype = "decision_record"\nlanguage = "en"\n'
            f'meeting_date = "{date}"\n'
            for name, date in (("harbour-record.txt", "2022-05-04"), ("later-record.txt", "2023-10-06"))
        ),
        encoding="utf-8",
    )
    folder = tmp_path_factory.mktemp("later-index")
    assert build([sources], folder, embedder).documents == 2
    return Engine(folder)


@pytest.mark.parametrize(
    "question", ["What became of the drawings of the quays?", "Where do the drawings of the quays stand since then?"]
)
def test_what_became_of_an_item_is_told_from_later_meetings(with_later, question):
    answer = asked(with_later, question)
    finding = answer.findings[0]
    assert finding.item is not None and finding.item.number == "1A"
    assert [further.statement.startswith("Ann Lee reports that the drawings") for further in finding.further] == [True]
    assert finding.further[0].meeting_date == "2023-10-06"
    assert answer.citations[finding.further[0].citations[0] - 1].quote == finding.further[0].statement


@pytest.mark.parametrize(
    "question", ["What became of the list of quays that need paint?", "Who has to send the drawings of the quays?"]
)
def test_where_nothing_came_of_it_or_nobody_asks_nothing_is_added(with_later, question):
    answer = asked(with_later, question)
    assert answer.findings[0].item is not None
    assert all(not finding.further for finding in answer.findings)


def test_without_a_record_the_best_sentences_answer(letter_engine, check_shape):
    answer = asked(letter_engine, "What was decided about the booking service for harbour berths?")
    check_shape(answer)
    assert all(finding.item is None for finding in answer.findings)


@pytest.fixture(scope="module")
def letter_engine(letters: Path, tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Engine:
    folder = tmp_path_factory.mktemp("letters-index")
    assert build([letters], folder, embedder).documents == 2
    return Engine(folder)


@pytest.fixture
def check_shape() -> Callable[[Answer], None]:
    def check(answer: Answer) -> None:
        assert answer.answered
        assert "harbour berths" in answer.findings[0].statement

    return check
