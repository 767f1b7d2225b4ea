from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from indexer.documents import Role
from indexer.lexical_query import lexical_query
from service.query import understand
from service.ranking import DEFAULT_RANKING, Ranker, RankingWeights

NONE = RankingWeights(words=0, about=0, year=0, settled=0, problem=0)


@pytest.fixture(scope="module")
def passage(index):
    return next(p for p in index.passages() if p.role is Role.PRIORITY and "NB" in p.jurisdictions)


def gain(index, question, passage, weights):
    query = understand(question)
    return Ranker(index, query, lexical_query(query.text, query.asked_in), weights).gains([passage])[0]


def test_the_jurisdiction_and_the_year_named_count(index, passage):
    only = replace(NONE, about=0.3, year=0.1)
    year = passage.meeting_date[:4]
    assert gain(index, "What does New Brunswick plan?", passage, only) == pytest.approx(0.3)
    assert gain(index, f"What was planned in {year}?", passage, only) == pytest.approx(0.1)
    assert gain(index, f"Que prévoit le Nouveau-Brunswick en {year} ?", passage, only) == pytest.approx(0.4)
    assert gain(index, "What does Yukon plan in 1999?", passage, only) == 0


def test_where_a_precedent_is_asked_for_whose_problem_it_is_counts_nothing_and_needs_count_less(index, passage):
    only = replace(NONE, about=0.3, problem=-0.1)
    question = "New Brunswick looks for a queue system. Has anyone solved this?"
    assert understand(question).kind == "precedent"
    assert gain(index, question, passage, only) == 0
    assert gain(index, question, replace(passage, role=Role.NEED), only) == pytest.approx(-0.1)


def test_decisions_count_where_one_is_asked_for(index, passage):
    only = replace(NONE, settled=0.2)
    decided = replace(passage, role=Role.DECISION)
    assert gain(index, "What was decided about the budget?", decided, only) == pytest.approx(0.2)
    assert gain(index, "What was decided about the budget?", passage, only) == 0
    assert gain(index, "How high is the budget?", decided, only) == 0


@pytest.mark.parametrize("question", ["client survey", "sondage clients"])
def test_passages_whose_words_are_like_those_asked_for_gain_more(index, question):
    passages, only = index.passages(), replace(NONE, words=1.0)
    query = understand(question)
    gains = Ranker(index, query, lexical_query(query.text, query.asked_in), only).gains(passages)
    written = [passage.text.lower() for passage in passages]
    # In either language: the words of the one are near those of the other.
    near = np.array([("sondage" in text or "survey" in text) and "client" in text for text in written])
    assert near.sum() >= 5
    assert gains[near].min() > np.median(gains[~near]) + 0.2


@pytest.mark.parametrize("question", ["which jurisdictions", "qui ?", "zzyzx qwrtp", "2020", "the of"])
def test_a_question_of_no_topic_is_no_fault(index, passage, question):
    assert -1 < gain(index, question, passage, DEFAULT_RANKING) < 2
