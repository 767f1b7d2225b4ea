"""The client in Python against the real service, and against one that is busy, broken or in between."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.store import open_index
from service.client import ApiError, Client, _events
from service.contract import Answer


@pytest.fixture
def council_client(server):
    with Client(server, trust_env=False) as opened:
        yield opened


def test_an_answer_is_that_of_the_api(council_client, client, check_answer):
    question = "Which jurisdictions work on digital identity?"
    answer = council_client.answer(question, jurisdiction=["AB", "ON"], date_from="2019", limit=3)
    check_answer(answer)
    body = {"question": question, "limit": 3, "filters": {"jurisdiction": ["AB", "ON"], "from": "2019"}}
    same = Answer.model_validate(client.post("/v1/answer", json=body).json())
    assert answer.model_copy(update={"took_ms": 0}) == same.model_copy(update={"took_ms": 0})
    assert council_client.answer("Qui offre des robots conversationnels?", language="en").language == "en"


def test_a_search_keeps_its_filters(council_client):
    result = council_client.search("digital services", limit=5, role=["need", "showcase"], doc_language="fr")
    assert 0 < len(result.passages) <= 5
    assert all(hit.role in {"need", "showcase"} and hit.document_language == "fr" for hit in result.passages)


def test_a_search_counts_by_filter_where_it_is_asked_to(council_client):
    counted = council_client.search("digital identity", limit=1, facets=True, meeting="2020")
    assert counted.facets is not None and {one.value for one in counted.facets.meeting} > {"2020-09"}
    assert counted.facets.total == sum(one.count for one in counted.facets.doc_language)
    assert council_client.search("digital identity", limit=1).facets is None


@pytest.mark.parametrize("page", [1, 2, 500])
def test_documents_are_all_given_whatever_the_page(council_client, corpus_index, page):
    index = open_index(corpus_index)
    assert [document.id for document in council_client.documents(page)] == [d.id for d in index.documents()]


def test_documents_passages_and_jurisdictions_can_be_opened(council_client, corpus_index):
    index = open_index(corpus_index)
    record = index.documents()[0]
    document = council_client.document(record.id)
    assert [passage.id for passage in document.passages] == [passage.id for passage in index.passages(record.id)]
    passage = council_client.passage(document.passages[0].id)
    assert passage.document.id == record.id and passage.text == document.passages[0].text
    counts = {known.code: known.passages for known in council_client.jurisdictions()}
    assert {code: count for code, count in counts.items() if count} == index.jurisdiction_counts()


def test_precedents_of_a_need(council_client):
    need = council_client.search("help with chatbots", role="need").passages[0]
    answer = council_client.precedents(need.passage_id, language="fr", limit=3)
    assert (answer.kind, answer.language) == ("precedent", "fr")


def test_follow_ups_are_all_given_whatever_the_page(council_client, corpus_index):
    found = list(council_client.follow_ups(page=2))
    assert len(found) == len(open_index(corpus_index).items()) > 4
    assert {item.kind for item in council_client.follow_ups(kind="decision", doc_language=["en", "fr"])} == {"decision"}


def test_health(council_client, corpus_index):
    health = council_client.health()
    assert (health.status, health.generation) == ("ready", open_index(corpus_index).generation)


def test_a_refusal_is_an_error_with_the_problem(server):
    with Client(server, language="fr", trust_env=False) as client:
        with pytest.raises(ApiError) as refused:
            client.answer("")
        assert (refused.value.status, refused.value.problem.type) == (422, "/problems/invalid")
        assert refused.value.problem.title == "La demande n’est pas utilisable" and refused.value.problem.request_id
        with pytest.raises(ApiError) as missing:
            client.document("../jurisdictions")
        assert missing.value.status == 404
        with pytest.raises(ApiError) as keyless:
            next(iter(client.events("none")))
        assert keyless.value.status == 401


def answering(*responses: httpx.Response | Exception) -> tuple[Callable[[], Client], list[httpx.Request]]:
    """A client whose service gives these responses in turn, the last one for ever; and what it was asked."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        response = responses[min(len(asked), len(responses)) - 1]
        if isinstance(response, Exception):
            raise response
        return response

    return lambda **options: Client("http://council", transport=httpx.MockTransport(handle), **options), asked


def busy(status=429, after="0"):
    return httpx.Response(status, headers={"Retry-After": after} if after else {}, json={})


FOUND = {"query": "a", "language": "en", "passages": [], "took_ms": 1.0}


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_again(status):
    client, asked = answering(busy(status), busy(status), httpx.Response(200, json=FOUND))
    assert client().search("a").query == "a"
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("response", "times"),
    [(busy(), 3), (busy(after=""), 1), (busy(after="3600"), 1), (busy(status=500), 1), (busy(status=404), 1)],
)
def test_it_is_not_asked_for_ever(response, times):
    client, asked = answering(response)
    with pytest.raises(ApiError) as failed:
        client(retries=2).search("a")
    assert (failed.value.status, len(asked)) == (response.status_code, times)


def test_what_is_no_problem_is_told_as_one():
    client, _ = answering(httpx.Response(502, text="<html>Bad gateway</html>", headers={"X-Request-ID": "r1"}))
    with pytest.raises(ApiError) as failed:
        client().search("a")
    assert (failed.value.problem.status, failed.value.problem.request_id) == (502, "r1")
    with pytest.raises(ApiError):
        client().health()


def test_the_key_is_sent_and_files_are_sent_again(tmp_path):
    job = {"job_id": "j", "kind": "upload", "state": "queued", "at": "", "changed": "", "files": []}
    client, asked = answering(busy(), httpx.Response(202, json=job))
    path = tmp_path / "quays.txt"
    path.write_bytes(b"the quays")
    assert client(key="k").upload([path, ("boats.txt", b"the boats")], replace=True).job_id == "j"
    first, second = (request.read() for request in asked)
    for body in (first, second):
        assert b"the quays" in body and b"the boats" in body and b"quays.txt" in body and b'name="replace"' in body
    assert asked[0].headers["Authorization"] == "Bearer k"


STREAM = 'retry: 1\n: a comment\n\nevent: progress\nid: 1\ndata: {"done": 1}\n\n'
END = 'event: end\nid: 2\ndata: {"state":\ndata:  "done"}\n\n'


def test_a_stream_that_breaks_off_is_taken_up_where_it_was():
    client, asked = answering(httpx.Response(200, text=STREAM), httpx.ReadError("gone"), httpx.Response(200, text=END))
    events = list(client().events("j"))
    assert [(event.event, event.id) for event in events] == [("progress", "1"), ("end", "2")]
    assert events[1].data == {"state": "done"}
    assert [request.headers.get("Last-Event-ID") for request in asked] == [None, "1", "1"]


def test_a_stream_that_never_ends_is_left():
    client, asked = answering(httpx.Response(200, text=""))
    assert list(client(retries=1).events("j")) == []
    assert len(asked) == 2


@given(st.lists(st.tuples(st.sampled_from(["a", "end"]), st.dictionaries(st.text(), st.text())), max_size=5))
def test_events_are_read_as_they_were_written(events):
    lines = [
        line
        for name, data in events
        for line in (f"event: {name}", ": comment", *(f"data: {x}" for x in json.dumps(data, indent=1).split("\n")), "")
    ]
    assert [(event.event, event.data) for event in _events(iter(lines))] == events
