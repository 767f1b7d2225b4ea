from __future__ import annotations

import concurrent.futures
import os
import re
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from watched import ServedProcess, Watched, known_as

from indexer.store import open_index
from service import metrics, metrics_folder
from service.access import Action, Caller, CallerRole, decide

SECRETARIAT = known_as("secretariat")
CLOSING = {"Connection": "close"}  # as the server does after a failure, without saying so
QUESTION = "Which zeppelin moors at the harbour berths of Lunenburg?"


@pytest.fixture
def watched(harbour, tmp_path):
    return Watched(harbour, tmp_path / "data")


@pytest.fixture
def client(watched):
    with watched as opened:
        yield opened


def samples(client, **headers):
    response = client.get("/metrics", headers=headers or SECRETARIAT)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = list(text_string_to_metric_families(response.text))
    assert len({family.name for family in families}) == len(families)
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value for family in families for sample in family.samples
    }


def value(found, name, **labels):
    return found.get((name, *sorted(labels.items())), 0.0)


def moved(before, after, name, **labels):
    return value(after, name, **labels) - value(before, name, **labels)


def test_requests_answers_stages_and_refusals_are_counted(client):
    before = samples(client)
    client.post("/v1/answer", json={"question": "Who will send the drawings of the quays to all members?"})
    client.post("/v1/answer", json={"question": "Who won the ice hockey final?"})
    client.get("/v1/search", params={"q": "quays"})
    client.get("/v1/search")
    client.get("/v1/audit")
    client.get("/v1/audit", headers=known_as("member"))
    client.get("/nowhere/at/all")
    client.post("/v1/feedback", json={"question": "Who?", "verdict": "not_helpful"})
    after = samples(client)
    requests = "council_request_seconds_count"
    assert moved(before, after, requests, method="POST", route="/v1/answer", status="200") == 2
    assert moved(before, after, requests, method="GET", route="/v1/search", status="200") == 1
    assert moved(before, after, requests, method="GET", route="/v1/search", status="422") == 1
    assert moved(before, after, requests, method="GET", route="/v1/audit", status="401") == 1
    assert moved(before, after, requests, method="GET", route="/v1/audit", status="403") == 1
    assert moved(before, after, requests, method="GET", route="unmatched", status="404") == 1
    assert moved(before, after, "council_refusals_total", status="401") == 1
    assert moved(before, after, "council_refusals_total", status="403") == 1
    answers = sum(after[key] - before.get(key, 0) for key in after if key[0] == "council_answers_total")
    abstained = sum(after[key] - before.get(key, 0) for key in after if key[0] == "council_abstentions_total")
    assert (answers, abstained) == (2, 1)
    assert moved(before, after, "council_feedback_total", verdict="not_helpful") == 1
    of_each, of_answers = ("understand", "embed", "retrieve", "rank"), ("draft", "check", "compose")
    for stage, runs in {**dict.fromkeys(of_each, 3), **dict.fromkeys(of_answers, 2)}.items():
        assert moved(before, after, "council_stage_seconds_count", stage=stage) == runs, stage
        assert moved(before, after, "council_stage_seconds_sum", stage=stage) > 0
    assert value(after, "council_requests_in_flight") == 1  # the one that asks


def test_dropped_citations_are_counted(harbour, client, watched, monkeypatch):
    before = samples(client)
    cite = "service.answering.cite"
    from service.answering import cite as real

    def misquoting(draft, language):
        findings, citations, context = real(draft, language)
        return findings, [citation.model_copy(update={"quote": "not there"}) for citation in citations], context

    monkeypatch.setattr(cite, misquoting)
    answer = client.post("/v1/answer", json={"question": "Who will send the drawings of the quays to all members?"})
    dropped = answer.json()["dropped_citations"]
    assert dropped > 0
    assert moved(before, samples(client), "council_dropped_citations_total") == dropped


def test_the_index_that_serves_and_the_jobs_are_told(client, watched, harbour):
    with watched.at.state.writing() as connection:
        for job, state in enumerate(("waiting", "done", "done")):
            connection.execute(
                "INSERT INTO jobs (id, at, caller, state, content, changed) VALUES (?, '', '', ?, '{}', '')",
                (str(job), state),
            )
    found, index = samples(client), open_index(harbour)
    assert value(found, "council_index_usable") == 1
    assert value(found, "council_index_generation") == int(index.generation[1:])
    age = (datetime.now(UTC) - datetime.fromisoformat(index.head.created)).total_seconds()
    assert 0 < value(found, "council_index_age_seconds") <= age
    assert (value(found, "council_jobs", state="done"), value(found, "council_jobs", state="waiting")) == (2, 1)
    assert value(found, "process_resident_memory_bytes") > 1e6


@pytest.mark.parametrize("role", CallerRole)
def test_only_who_may_see_the_state_reads_them(client, role):
    response = client.get("/metrics", headers=known_as(role))
    allowed = decide(Caller(role, "k", "key"), Action.SEE_STATE).allowed
    assert response.status_code == (200 if allowed else 403)
    assert ("council_" in response.text) is allowed


def test_a_server_without_keys_tells_this_machine_and_one_with_keys_asks_for_one(client, watched):
    assert "council_request_seconds" in client.get("/metrics").text
    with watched.at.state.writing() as connection:
        connection.execute(
            "INSERT INTO keys (id, name, role, hash, made) VALUES ('k1', 'n', 'secretariat', 'h', '2026-01-01')"
        )
    refused = client.get("/metrics")
    assert refused.status_code == 401 and "council_" not in refused.text


def test_labels_hold_nothing_of_documents_questions_or_callers(client, harbour):
    index = open_index(harbour)
    for document in index.documents():
        client.get(f"/v1/documents/{document.id}", headers=known_as("secretariat", "k-visible"))
    for passage in list(index.passages())[:3]:
        client.get(f"/v1/passages/{passage.id}", headers=known_as("secretariat", "k-visible"))
        client.get(f"/v1/passages/{passage.id}x")
    client.post("/v1/answer", json={"question": QUESTION})
    client.get("/", params={"q": QUESTION})
    client.get(f"/{QUESTION}")
    client.request("PROPFIND", "/v1/search")
    text = client.get("/metrics", headers=SECRETARIAT).text
    assert "/v1/documents/{document_id}" in text and 'method="other"' in text
    for document in index.documents():
        assert document.id not in text and document.source not in text and document.title not in text
    assert not any(passage.id in text for passage in index.passages())
    assert "zeppelin" not in text.casefold() and "k-visible" not in text
    labels = {name for name, *_ in [match.split("=") for match in re.findall(r"\w+=", text)]}
    assert labels <= {"method", "route", "status", "stage", "kind", "verdict", "le", "state"}


def test_requests_in_flight_are_counted_while_they_last(client, watched, monkeypatch):
    held, entered = threading.Event(), threading.Semaphore(0)

    def slow(query):
        entered.release()
        held.wait(20)
        raise AssertionError

    monkeypatch.setattr("service.engine.Engine.search", lambda engine, query, **_: slow(query))
    before = value(samples(client), "council_requests_in_flight")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        asked = [pool.submit(client.get, "/v1/search", params={"q": "quays"}, headers=CLOSING) for _ in range(2)]
        for _ in asked:
            assert entered.acquire(timeout=20)
        during = value(samples(client), "council_requests_in_flight")
        held.set()
        assert {one.result().status_code for one in asked} == {500}
    assert during - before == 2
    assert value(samples(client), "council_requests_in_flight") == before


def test_a_failure_is_counted_as_one(client, monkeypatch):
    before = samples(client)
    monkeypatch.setattr("service.engine.Engine.search", lambda engine, query, **_: 1 / 0)
    assert client.get("/v1/search", params={"q": "quays"}, headers=CLOSING).status_code == 500
    failed = {"method": "GET", "route": "/v1/search", "status": "500"}
    assert moved(before, samples(client), "council_request_seconds_count", **failed) == 1


# Several processes


@pytest.fixture
def folder(monkeypatch):
    monkeypatch.delenv(metrics_folder.VARIABLE, raising=False)
    made = metrics_folder.share_between_workers()
    assert metrics_folder.share_between_workers() == metrics_folder.shared() == made
    yield made
    monkeypatch.delenv(metrics_folder.VARIABLE)


def test_two_processes_tell_the_same_and_what_one_counted_outlasts_it(harbour, tmp_path, folder):
    environment = {metrics_folder.VARIABLE: str(folder)}
    one = ServedProcess(harbour, tmp_path / "data", tmp_path / "log1", **environment)
    two = ServedProcess(harbour, tmp_path / "data", tmp_path / "log2", **environment)
    with one as first, two as second:
        for client, times in ((first, 3), (second, 4)):
            for number in range(times):  # of different questions: an answer given again passes no stage
                assert client.get("/v1/search", params={"q": f"quays {number}"}).status_code == 200
        searches = {"method": "GET", "route": "/v1/search", "status": "200"}
        until = time.monotonic() + 30
        for client in (first, second):
            # A request is counted when its response has gone: whom it reached may be sooner at the other process.
            while value(samples(client, accept="*/*"), "council_request_seconds_count", **searches) < 7:
                assert time.monotonic() < until
                time.sleep(0.05)
            found = samples(client, accept="*/*")
            assert value(found, "council_request_seconds_count", **searches) == 7
            assert value(found, "council_stage_seconds_count", stage="retrieve") == 7
            assert value(found, "council_requests_in_flight") == 1
            assert value(found, "council_index_generation") == int(open_index(harbour).generation[1:])
        died, lives = one.workers(), two.workers()
        one.process.kill()
        one.process.wait(30)
        until = time.monotonic() + 30
        while any(Path(f"/proc/{worker}").exists() for worker in died):  # they end with their supervisor
            assert time.monotonic() < until
            time.sleep(0.05)
        found = samples(second, accept="*/*")
        assert value(found, "council_request_seconds_count", **searches) == 7
        assert value(found, "council_requests_in_flight") == 1
        assert not [path for worker in died for path in folder.glob(f"gauge_live*_{worker}.db")]
        assert [path for worker in lives for path in folder.glob(f"gauge_live*_{worker}.db")]


def test_the_folder_ends_with_the_process_that_made_it(tmp_path):
    told = subprocess.run(
        [sys.executable, "-c", "from service import metrics_folder as m; print(m.share_between_workers())"],
        capture_output=True,
        text=True,
        check=True,
        env={name: of for name, of in os.environ.items() if name != metrics_folder.VARIABLE},
    )
    path = told.stdout.strip()
    assert "council-metrics-" in path and not Path(path).exists()


def test_counting_a_request_costs_little():
    from service.stages import Observation

    seen = Observation(kind="list", answered=True, dropped=0, stages=dict.fromkeys("abcdefghi", 0.001))
    best = float("inf")
    for _ in range(5):
        began = time.thread_time()
        for _ in range(1000):
            metrics.count("GET", "/timed", 200, 0.01, seen)
        best = min(best, (time.thread_time() - began) / 1000)
    assert best < 0.001, best
