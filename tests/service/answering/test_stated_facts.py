"""Facts: the sentence that answers, the words in it that do, and saying so where the documents lack them."""

from __future__ import annotations

import pytest

from indexer import embedding
from indexer.build import build
from service.answering.asked_for import AnswerType
from service.answering.detail import Detail, detail
from service.answering.found import Found
from service.answering.thresholds import DEFAULT_THRESHOLDS
from service.engine import Engine
from service.query import understand
from service.retrieval import query_vector, retrieve

SOURCES = {
    "ferry-2019.txt": """Information exchange form, March 2019

Jurisdiction: Nova Scotia

Achievements

The ferry booking service was opened in June 2018. It took eleven weeks to build. So far 40 harbours use the ferry
booking service, and crews are pleased with it.

Priorities

A tide table for pilots will be written with the harbour masters, who meet every month in Lunenburg.
""",
    "ferry-2021.txt": """Information exchange form, May 2021

Jurisdiction: Nova Scotia

Achievements

Now 95 harbours use the ferry booking service. Passengers find their way with a tool called QuayFinder.

Priorities

The lighthouse keepers will have a school of their own, and a beacon prototype will be tried on the outer islands.
""",
    "phares.txt": """Formulaire d’échange d’information, mai 2021

Administration : Nouveau-Brunswick

Réalisations

Le registre des phares est ouvert depuis le 14 avril 2020. Moins de 6 % des gardiens s’y trompent encore.
""",
    "manifest.toml": """[[document]]
file = "ferry-2019.txt"
title = "Nova Scotia 2019"
type = "exchange_form"
language = "en"
meeting_date = "2019-03"

[[document]]
file = "ferry-2021.txt"
title = "Nova Scotia 2021"
type = "exchange_form"
language = "en"
meeting_date = "2021-05"

[[document]]
file = "phares.txt"
title = "Nouveau-Brunswick 2021"
type = "exchange_form"
language = "fr"
meeting_date = "2021-05"
""",
}


@pytest.fixture(scope="module")
def ferries(tmp_path_factory):
    sources = tmp_path_factory.mktemp("ferries")
    for name, text in SOURCES.items():
        (sources / name).write_text(text, encoding="utf-8")
    folder = tmp_path_factory.mktemp("ferries-index")
    assert not build([sources], folder, embedding.load()).failures
    return Engine(folder)


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("When was ferry booking opened in Nova Scotia?", "June 2018"),
        ("How long did it take to build the ferry booking service?", "eleven weeks"),
        ("How often do the harbour masters meet?", "every month"),
        ("In which town do the harbour masters meet?", "Lunenburg"),
        ("What is the name of the tool that guides passengers?", "QuayFinder"),
        ("Depuis quand le registre des phares du Nouveau-Brunswick est-il ouvert?", "14 avril 2020"),
        ("Quelle part des gardiens se trompent dans le registre des phares?", "Moins de 6 %"),
        ("Since what day has New Brunswick's lighthouse registry been open?", "14 avril 2020"),
    ],
)
def test_the_words_that_answer_are_marked_in_the_quote(ferries, question, short):
    answer = ferries.answer(understand(question))
    assert answer.answered
    finding = answer.findings[0]
    assert finding.short_answer == short and short in finding.statement
    citation = answer.citations[finding.citations[0] - 1]
    assert citation.start <= citation.answer_start < citation.answer_end <= citation.end
    text = ferries.index().document(citation.document_id).text
    assert text[citation.answer_start : citation.answer_end] == short


def test_values_of_different_meetings_are_both_told_newest_first(ferries):
    answer = ferries.answer(understand("How many harbours use Nova Scotia's ferry booking service?"))
    assert [(finding.meeting_date, finding.short_answer) for finding in answer.findings[:2]] == [
        ("2021-05", "95 harbours"),
        ("2019-03", "40 harbours"),
    ]


@pytest.mark.parametrize(
    "question",
    [
        "What did Nova Scotia's beacon prototype cost?",
        "Combien a coûté le prototype de balise de la Nouvelle-Écosse?",
        "How often is the beacon prototype repaired in Nova Scotia?",
        "Quel pourcentage des îles le prototype de balise couvre-t-il en Nouvelle-Écosse?",
    ],
)
def test_a_topic_without_the_detail_asked_for_is_no_answer(ferries, question):
    answer = ferries.answer(understand(question))
    assert not answer.answered
    assert answer.passages


@pytest.mark.parametrize(
    "question",
    [
        "How many ports have joined online reservation of ferries?",
        "How many ports take part in reserving a seat on the boat?",
        "Combien de ports ont recours à la réservation du traversier?",
    ],
)
def test_what_the_documents_say_in_other_words_is_not_missing(ferries, question):
    assert _detail(ferries, question).clearness > 2 * DEFAULT_THRESHOLDS.detail


def test_a_question_that_asks_for_no_detail_lacks_none(ferries):
    assert _detail(ferries, "state of the lighthouse school in Nova Scotia").type is None
    assert _detail(ferries, "state of the lighthouse school in Nova Scotia").clearness == 1.0


def test_a_detail_that_is_there_is_clearer_than_one_that_is_not(ferries):
    there = _detail(ferries, "How many harbours use the ferry booking service?")
    lacking = _detail(ferries, "How many messages does the ferry booking service send?")
    nothing = _detail(ferries, "What did the ferry booking service cost?")
    assert there.type is lacking.type is AnswerType.COUNT
    assert there.clearness > 2 * lacking.clearness
    assert nothing == Detail(AnswerType.MONEY, 0.0, nothing.near)


def _detail(engine, question):
    query, embedder = understand(question), embedding.load()
    vector = query_vector(embedder, query)
    hits = retrieve(engine.index(), query, vector)
    return detail(Found(engine.index(), embedder, query, vector, hits, DEFAULT_THRESHOLDS))
