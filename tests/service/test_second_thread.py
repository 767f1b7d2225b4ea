"""One thing done beside another by a search that has the process to itself."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from service import retrieval, stages
from service.beside import Beside
from service.engine import Engine
from service.query import understand

SAID: ContextVar[str] = ContextVar("said", default="nothing")


def test_a_search_alone_has_it_done_in_another_thread_with_what_it_knows():
    beside = Beside()
    SAID.set("this")
    met = threading.Barrier(2, timeout=30)  # breaks where both are one thread, which would wait for itself
    with beside.working():
        done = beside.begun(lambda: (met.wait(), threading.get_ident(), SAID.get()))
        met.wait()
        _, thread, said = done()
    assert thread != threading.get_ident() and said == "this"


@pytest.mark.parametrize("at_work", [0, 2, 3])
def test_otherwise_it_is_done_when_it_is_asked_for(at_work):
    beside = Beside()
    begun = [beside.working() for _ in range(at_work)]
    for one in begun:
        one.__enter__()
    did = []
    done = beside.begun(lambda: did.append(threading.get_ident()))
    assert did == []
    done()
    assert did == [threading.get_ident()]
    for one in begun:
        one.__exit__(None, None, None)


def test_a_failure_comes_where_the_result_is_asked_for_and_ends_nothing():
    beside = Beside()
    with beside.working():
        done = beside.begun(lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            done()
        assert beside.begun(lambda: 2)() == 2


def test_searches_find_the_same_beside_and_not(corpus_index, monkeypatch):
    engine = Engine(corpus_index)
    texts = ["Which jurisdictions piloted chatbots?", "files d’attente", "Who solved booking appointments online?"]
    queries = [understand(text) for text in texts]
    alone = [engine.hits(query) for query in queries]
    monkeypatch.setattr(retrieval, "_MANY", 0)
    others: list[str] = []
    dense_leg = retrieval.DenseLeg.best

    def best(leg, pool):
        others.append(threading.current_thread().name)
        return dense_leg(leg, pool)

    monkeypatch.setattr(retrieval.DenseLeg, "best", best)
    assert [engine.hits(query) for query in queries] == alone
    assert any(name.startswith("beside") for name in others)
    with ThreadPoolExecutor(4) as callers:
        assert list(callers.map(engine.hits, queries * 20)) == alone * 20


def test_both_legs_count_as_stages_of_the_request(corpus_index, monkeypatch):
    monkeypatch.setattr(retrieval, "_MANY", 0)
    engine = Engine(corpus_index)
    seen = stages.begin()
    engine.search(understand("harbour berths"))
    assert {"lexical", "dense", "retrieve"} <= set(seen.stages)
