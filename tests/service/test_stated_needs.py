"""The documents' own words for the problem that a question about a precedent states."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.lexical_query import lexical_query
from indexer.store import Filters
from service.query import understand
from service.retrieval import DenseLeg, query_vector
from service.stated_needs import with_stated_need

QUESTION = "Newfoundland and Labrador is shopping for scheduling software. Has anyone solved this?"


def extended(index, embedder, query, looked_up=200):
    asked = lexical_query(query.text, query.asked_in)
    vector = query_vector(embedder, query)
    near = DenseLeg(index, vector, index.allowed(query.filters))
    return asked, with_stated_need(index, query, asked, vector, lambda: near.best(looked_up).numbers)


def needs_of(index, code, language="en"):
    return " ".join(
        p.text.lower()
        for p in index.passages()
        if p.role == "need" and code in p.jurisdictions and p.language == language
    )


def test_the_words_of_the_need_join_those_of_the_question(index, embedder):
    query = understand(QUESTION)
    assert query.kind == "precedent"
    asked, more = extended(index, embedder, query)
    new = more.asked[len(asked.asked) :]
    assert more.asked[: len(asked.asked)] == asked.asked
    assert {"appointment", "booking"} & set(new) or {"rendez", "vous"} & set(new)
    assert len(set(more.asked)) == len(more.asked)
    assert all(len(more.words[language]) == len(more.asked) for language in ("en", "fr"))
    assert more.wordings == asked.wordings


def test_the_need_is_that_of_the_jurisdiction_named(index, embedder):
    query = understand(QUESTION.replace("Newfoundland and Labrador", "Manitoba"))
    _, more = extended(index, embedder, query)
    stated = needs_of(index, "MB") + needs_of(index, "MB", "fr")
    new = [word for word in more.asked if word not in lexical_query(query.text, "en").asked and word.isalpha()]
    assert new
    assert all(word in lexical_query(stated, "en").asked for word in new)


@pytest.mark.parametrize("question", ["Which jurisdictions piloted chatbots?", "What was decided about the budget?"])
def test_other_questions_stay_as_they_are(index, embedder, question):
    asked, more = extended(index, embedder, understand(question))
    assert more is asked


def test_a_jurisdiction_that_states_no_need_is_served_by_those_of_others(index, embedder):
    query = understand(QUESTION.replace("Newfoundland and Labrador", "Nunavut"))
    assert not index.allowed(Filters(roles=("need",), jurisdictions=("NU",))).size
    asked, more = extended(index, embedder, query)
    assert len(more.asked) > len(asked.asked)


def test_a_document_that_the_filters_rule_out_lends_no_word(index, embedder):
    query = understand(QUESTION)
    nothing = replace(query, filters=Filters(documents=()))
    asked, more = extended(index, embedder, nothing)
    assert more is asked
    records = [d.id for d in index.documents() if d.type == "decision_record"]
    asked, more = extended(index, embedder, replace(query, filters=Filters(documents=tuple(records))))
    assert more is asked  # decision records have no section of needs


@pytest.mark.parametrize(
    "filters", [Filters(), Filters(types=("exchange_form",)), Filters(roles=("showcase",))], ids=str
)
@pytest.mark.parametrize(
    "question",
    ["Who has already solved the problem of queues?", "Qui a déjà réglé le problème des files d’attente?", QUESTION],
)
def test_it_is_the_same_need_whether_it_is_among_those_looked_up_anyhow_or_not(index, embedder, question, filters):
    query = replace(understand(question), filters=filters, kind="precedent")
    asked, far = extended(index, embedder, query, looked_up=0)
    assert extended(index, embedder, query, looked_up=len(index.vectors))[1] == far
    assert len(far.asked) > len(asked.asked)
