from __future__ import annotations

import re

import pytest
from rank_bm25 import BM25Okapi

from eval.systems import SYSTEMS, PlainBm25, baselines
from indexer.documents import PassageKind
from service.engine import Engine
from service.query import understand
from service.retrieval import Leg

QUESTION = "Which provinces renewed driver's licences online?"


@pytest.fixture(scope="module")
def engine(corpus_index):
    return Engine(corpus_index)


def test_plain_bm25_ranks_as_the_library_does_over_statements(engine):
    passages = engine.index().passages()
    stating = [passage for passage in passages if passage.kind is PassageKind.STATEMENT]
    assert len(stating) < len(passages)
    scores = BM25Okapi([re.findall(r"\w+", passage.text.lower()) for passage in stating]).get_scores(
        re.findall(r"\w+", QUESTION.lower())
    )
    best = sorted(range(len(stating)), key=lambda at: (-scores[at], at))[:10]
    assert PlainBm25(passages).rank(QUESTION) == [stating[at].id for at in best]


def test_plain_bm25_over_nothing_finds_nothing():
    assert PlainBm25([]).rank(QUESTION) == []


def test_the_baselines_are_what_is_shown_but_for_ours(engine):
    assert [*baselines(engine), str(Leg.HYBRID)] == list(SYSTEMS)


@pytest.mark.parametrize("leg", [Leg.LEXICAL, Leg.DENSE])
def test_a_leg_alone_is_the_engines(engine, leg):
    got = baselines(engine)[str(leg)](QUESTION)
    assert got == [hit.passage.id for hit in engine.hits(understand(QUESTION), leg)]
    assert len(got) == 10


def test_the_engines_own_hits_are_those_that_it_answers_with(engine):
    query = understand(QUESTION)
    assert [hit.passage.id for hit in engine.hits(query)] == [hit.passage_id for hit in engine.answer(query).passages]
