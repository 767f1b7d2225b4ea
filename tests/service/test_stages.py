from __future__ import annotations

import contextvars
import threading
import time

import pytest

from service import stages
from service.query import understand
from service.stages import stage, staged

STAGES = {"understand", "embed", "retrieve", "lexical", "dense", "rank", "draft", "check", "compose"}
LONGEST = 20e-6  # seconds that a stage may cost


def observed(work):
    """What is seen while `work` runs, in a context of its own as a request has."""

    def run():
        seen = stages.begin()
        work()
        return seen

    return contextvars.copy_context().run(run)


def test_an_answer_tells_its_stages_and_what_came_of_it(engine):
    seen = observed(lambda: engine.answer(understand("Which jurisdictions piloted chatbots?")))
    assert set(seen.stages) >= STAGES
    assert all(seconds > 0 for seconds in seen.stages.values())
    assert seen.stages["retrieve"] >= seen.stages["lexical"] + seen.stages["dense"] + seen.stages["rank"]
    assert (seen.kind, seen.answered, seen.dropped) == ("list", True, 0)
    assert seen.findings and seen.citations and seen.passages == 10
    assert seen.question == "Which jurisdictions piloted chatbots?"


def test_an_abstention_and_a_search_are_told(engine):
    seen = observed(lambda: engine.answer(understand("Who won the ice hockey final?")))
    assert (seen.answered, seen.findings) == (False, 0)
    seen = observed(lambda: engine.search(understand("chatbots", limit=3)))
    assert (seen.kind, seen.answered, seen.passages) == (None, None, 3)


def test_a_passage_whose_needs_are_asked_for_is_no_question(engine):
    need = next(p for p in engine.index().passages() if p.role == "need")
    seen = observed(lambda: engine.precedents(need.id))
    assert seen.question is None and seen.kind == "precedent"


def test_outside_of_a_request_nothing_is_kept(engine):
    def work():
        engine.search(understand("chatbots"))
        assert stages._CURRENT.get() is None

    contextvars.Context().run(work)


def test_runs_of_a_stage_add_up_and_one_that_fails_counts():
    def work():
        for _ in range(3):
            with stage("slept"):
                time.sleep(0.01)
        with pytest.raises(ZeroDivisionError):
            divided(1, 0)
        assert divided(4, b=2) == 2

    @staged("divided")
    def divided(a, b):
        return a / b

    began = time.perf_counter()
    seen = observed(work)
    took = time.perf_counter() - began
    assert seen.stages["slept"] >= 0.03 and seen.stages["divided"] > 0
    assert seen.stages["slept"] + seen.stages["divided"] <= took, "no run counts twice"


def test_requests_at_the_same_time_do_not_mix():
    barrier, found = threading.Barrier(2), {}

    def request(name):
        def work():
            barrier.wait()
            with stage(name):
                barrier.wait()

        found[name] = observed(work).stages

    threads = [threading.Thread(target=request, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: list(of) for name, of in found.items()} == {"one": ["one"], "two": ["two"]}


def cost(times=20_000):
    began = time.thread_time()
    for _ in range(times):
        with stage("nothing"):
            pass
    return (time.thread_time() - began) / times


def test_a_stage_costs_next_to_nothing():
    costs = []
    observed(lambda: costs.extend(cost() for _ in range(5)))
    outside = min(contextvars.Context().run(cost) for _ in range(5))
    assert min(costs) < LONGEST and outside < LONGEST / 4, (min(costs), outside)
