from __future__ import annotations

import json
import re
import shutil

import httpx
import pytest

from indexer import jurisdictions
from indexer.documents import DocumentType, Role, Status
from indexer.store import CURRENT, open_index
from service import cli
from service.contract import Answer, SearchResult
from service.headers import SECURITY_HEADERS
from service.query import MAX_LIMIT, MAX_QUESTION_CHARACTERS

QUESTION = "Which jurisdictions work on digital identity?"
ROUTES = {
    "/v1/answer": {"post"},
    "/v1/search": {"get"},
    "/v1/documents": {"get"},
    "/v1/documents/{document_id}": {"get"},
    "/v1/passages/{passage_id}": {"get", "patch"},
    "/v1/passages/{passage_id}/precedents": {"get"},
    "/v1/follow-ups": {"get"},
    "/v1/jurisdictions": {"get"},
    "/healthz": {"get"},
    "/readyz": {"get"},
}
PROBLEM_FIELDS = {"type", "title", "status", "detail", "instance", "mend", "request_id"}


def assert_problem(response, status, language="en"):
    """Every error of the API has this one shape."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-language"] == language
    assert "Accept-Language" in response.headers["vary"]
    body = response.json()
    assert set(body) == PROBLEM_FIELDS
    assert body["status"] == status
    assert body["instance"] == response.request.url.path
    assert all(body[name].strip() for name in ("type", "title", "detail", "mend"))
    return body


def in_french(client):
    return {"headers": {"Accept-Language": "fr-CA, en;q=0.5"}}


# Answers


@pytest.mark.parametrize("question", [QUESTION, "À quand remonte la dernière hausse des cotisations?"])
def test_an_answer_has_the_shape_of_the_contract(client, check_answer, question):
    response = client.post("/v1/answer", json={"question": question})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    check_answer(Answer.model_validate_json(response.content))
    assert list(response.json()) == [
        "question", "language", "kind", "answered", "text", "findings", "citations", "passages", "context",
        "dropped_citations", "wording", "took_ms",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "options"),
    [
        ({"question": QUESTION}, []),
        ({"question": QUESTION, "language": "fr", "limit": 3}, ["--language", "fr", "--limit", "3"]),
        (
            {"question": QUESTION, "filters": {"jurisdiction": ["AB", "ON"], "from": "2019", "doc_language": "en"}},
            ["--jurisdiction", "AB", "--jurisdiction", "ON", "--from", "2019", "--doc-language", "en"],
        ),
        ({"question": QUESTION, "filters": {"status": ["asking"]}}, ["--status", "asking"]),
    ],
)
def test_the_command_line_prints_the_same_answer(client, capsys, corpus_index, body, options):
    assert cli.main(["ask", body["question"], "--index", str(corpus_index), "--json", *options]) == 0
    given, returned = json.loads(capsys.readouterr().out), client.post("/v1/answer", json=body).json()
    assert given.pop("took_ms") >= 0 and returned.pop("took_ms") >= 0
    assert given == returned


def test_a_filter_may_be_one_value_or_several(client):
    one, several = (
        client.post("/v1/answer", json={"question": QUESTION, "filters": {"jurisdiction": value}}).json()
        for value in ("AB", ["AB"])
    )
    assert one["passages"] == several["passages"] != []


# Searches


@pytest.mark.parametrize(
    ("parameters", "meets"),
    [
        ({"jurisdiction": "BC"}, lambda hit: "BC" in hit["jurisdictions"]),
        ({"jurisdiction": ["BC", "ON"]}, lambda hit: {"BC", "ON"} & set(hit["jurisdictions"])),
        ({"type": "decision_record"}, lambda hit: hit["document_type"] == "decision_record"),
        ({"role": "achievement"}, lambda hit: hit["role"] == "achievement"),
        ({"role": ["need", "showcase"]}, lambda hit: hit["role"] in {"need", "showcase"}),
        ({"from": "2020-09"}, lambda hit: hit["meeting_date"] >= "2020-09"),
        ({"to": "2019"}, lambda hit: hit["meeting_date"][:4] <= "2019"),
        ({"from": "2019-01", "to": "2019-12"}, lambda hit: hit["meeting_date"][:4] == "2019"),
        ({"doc_language": "fr"}, lambda hit: hit["document_language"] == "fr"),
        ({"doc-language": "fr"}, lambda hit: hit["document_language"] == "fr"),
    ],
    ids=str,
)
def test_filters_of_a_search_hold(client, parameters, meets):
    response = client.get("/v1/search", params={"q": "digital services", "limit": MAX_LIMIT, **parameters})
    assert response.status_code == 200
    passages = SearchResult.model_validate_json(response.content).model_dump(mode="json")["passages"]
    assert passages
    assert all(meets(hit) for hit in passages)


@pytest.mark.parametrize("status", Status)
def test_a_status_narrows_a_search(client, status):
    response = client.get("/v1/search", params={"q": "digital services", "status": status, "limit": 5})
    assert response.status_code == 200
    assert len(response.json()["passages"]) <= 5


def test_the_limit_of_a_search(client):
    assert len(client.get("/v1/search", params={"q": "services"}).json()["passages"]) == 10
    assert len(client.get("/v1/search", params={"q": "services", "limit": 2}).json()["passages"]) == 2


def test_a_search_that_nothing_meets_gives_an_empty_list(client):
    assert client.get("/v1/search", params={"q": "services", "from": "2030"}).json()["passages"] == []


# Holdings


def test_documents_are_listed_and_can_be_opened(client, corpus_index):
    index = open_index(corpus_index)
    listed = client.get("/v1/documents").json()["documents"]
    assert [document["id"] for document in listed] == [document.id for document in index.documents()]
    assert [d["meeting_date"] for d in listed] == sorted(d["meeting_date"] for d in listed)
    for document in listed:
        opened = client.get(f"/v1/documents/{document['id']}").json()
        passages = opened.pop("passages")
        assert opened == document
        record = index.document(document["id"])
        assert (document["jurisdiction_reason"], document["translation_of"]) == (
            record.jurisdiction_reason,
            record.translation_of,
        )
        held = index.passages(document["id"])
        assert [(p["id"], p["attribution"], p["kind"]) for p in passages] == [
            (p.id, p.attribution, p.kind) for p in held
        ]


def test_passages_can_be_opened_from_a_search(client):
    for hit in client.get("/v1/search", params={"q": "contact centre"}).json()["passages"]:
        passage = client.get(f"/v1/passages/{hit['passage_id']}").json()
        assert passage["id"] == hit["passage_id"]
        assert passage["document"]["id"] == passage["document_id"] == hit["document_id"]
        for name in set(hit) & set(passage) - {"document_id"}:
            assert passage[name] == hit[name]
        assert {"attribution", "kind"} <= set(hit) & set(passage)


def test_jurisdictions_are_listed_with_their_passages(client, corpus_index):
    listed = client.get("/v1/jurisdictions").json()["jurisdictions"]
    known = jurisdictions.all_jurisdictions()
    assert [entry["code"] for entry in listed] == [jurisdiction.code for jurisdiction in known]
    assert [entry["name_fr"] for entry in listed] == [jurisdiction.name_fr for jurisdiction in known]
    index = open_index(corpus_index)
    for entry in listed:
        assert entry["passages"] == sum(entry["code"] in passage.jurisdictions for passage in index.passages())


def test_no_response_tells_a_path_of_the_machine(client, corpus_index):
    listed = client.get("/v1/documents").json()["documents"]
    texts = [client.get(f"/v1/documents/{document['id']}").text for document in listed]
    assert not any(str(corpus_index.parent) in text for text in texts)
    assert not any(document["source"].startswith("/") for document in listed)


# Refusals


@pytest.mark.parametrize(
    "path", ["/v1/documents/none", "/v1/passages/none", "/v1/passages/%2e%2e", "/v1/nothing", "/static/none.css"]
)
def test_what_is_not_there_is_not_found(client, path):
    assert "id" in assert_problem(client.get(path), 404)["mend"]
    assert assert_problem(client.get(path, **in_french(client)), 404, "fr")["title"] == "Introuvable"


BAD_SEARCHES = [
    ({}, "q"),
    ({"q": ""}, "q"),
    ({"q": "?!"}, "word|mot"),
    ({"q": "a" * (MAX_QUESTION_CHARACTERS + 1)}, "q"),
    ({"q": "a", "limit": 0}, "limit"),
    ({"q": "a", "limit": MAX_LIMIT + 1}, "limit"),
    ({"q": "a", "limit": "ten"}, "limit"),
    ({"q": "a", "jurisdiction": "ZZ"}, "jurisdiction"),
    ({"q": "a", "type": "letter"}, "type"),
    ({"q": "a", "role": "hero"}, "role"),
    ({"q": "a", "status": "done"}, "status"),
    ({"q": "a", "from": "spring"}, "from"),
    ({"q": "a", "from": "2020-13"}, "from"),
    ({"q": "a", "to": "2021-02-30"}, "to"),
    ({"q": "a", "doc_language": "de"}, "doc.language"),
    ({"q": "a", "colour": "blue"}, "colour"),
]


@pytest.mark.parametrize(("parameters", "named"), BAD_SEARCHES, ids=lambda value: str(value)[:40])
def test_a_bad_search_is_refused_with_the_field_in_both_languages(client, parameters, named):
    english = assert_problem(client.get("/v1/search", params=parameters), 422)
    french = assert_problem(client.get("/v1/search", params=parameters, **in_french(client)), 422, "fr")
    for body in (english, french):
        assert re.search(named, body["detail"])
    assert english["title"] == "The request cannot be used"
    assert french["title"] == "La demande n’est pas utilisable"
    assert english["detail"] != french["detail"]


BAD_QUESTIONS = [
    ({}, "question"),
    ({"question": ""}, "question"),
    ({"question": 7}, "question"),
    ({"question": "…"}, "word|mot"),
    ({"question": "a" * (MAX_QUESTION_CHARACTERS + 1)}, "question"),
    ({"question": "a", "language": "de"}, "language"),
    ({"question": "a", "limit": 0}, "limit"),
    ({"question": "a", "depth": 3}, "depth"),
    ({"question": "a", "filters": {"jurisdiction": ["BC", "ZZ"]}}, "jurisdiction"),
    ({"question": "a", "filters": {"types": ["other"]}}, "types"),
    ({"question": "a", "filters": {"type": ["letter"]}}, "type"),
    ({"question": "a", "filters": {"from": "2020-00"}}, "from"),
    ({"question": "a", "filters": []}, "filters"),
]


@pytest.mark.parametrize(("body", "named"), BAD_QUESTIONS, ids=lambda value: str(value)[:40])
def test_a_bad_question_is_refused_with_the_field_in_both_languages(client, body, named):
    english = assert_problem(client.post("/v1/answer", json=body), 422)
    french = assert_problem(client.post("/v1/answer", json=body, **in_french(client)), 422, "fr")
    assert re.search(named, english["detail"]) and re.search(named, french["detail"])
    assert english["detail"] != french["detail"]


@pytest.mark.parametrize("content", [b"", b"{", b'"text"', b'{"question": "\\ud800"}', b"\xff"])
def test_a_body_that_is_no_request_is_refused(client, content):
    headers = {"Content-Type": "application/json"}
    response = client.post("/v1/answer", content=content, headers=headers)
    assert assert_problem(response, 400 if content == b"\xff" else 422)["title"] == "The request cannot be used"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/answer"),
        ("POST", "/v1/search"),
        ("DELETE", "/v1/jurisdictions"),
        ("PUT", "/"),
        ("POST", "/healthz"),
    ],
)
def test_another_method_is_refused_with_those_that_are_allowed(client, method, path):
    response = client.request(method, path)
    assert method in assert_problem(response, 405)["detail"]
    assert response.headers["allow"]
    assert_problem(client.request(method, path, **in_french(client)), 405, "fr")


def test_all_methods_of_a_path_are_named(client):
    assert client.put("/v1/documents/any").headers["allow"] == "DELETE, GET, PATCH"
    assert client.request("OPTIONS", "/v1/documents").headers["allow"] == "GET, POST"
    assert client.put("/static/page.css").status_code == 405


# Health and description


def test_health(client, corpus_index):
    assert client.get("/healthz").json()["status"] == "ok"
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ready", "generation": open_index(corpus_index).generation}


@pytest.mark.parametrize("harm", ["vanished", "current", "damaged"])
def test_without_a_usable_index_the_service_lives_but_is_not_ready(corpus_index, tmp_path, serving, harm):
    folder = tmp_path / "index"
    shutil.copytree(corpus_index, folder)
    with serving(folder) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        assert client.get("/readyz").status_code == 200
        if harm == "vanished":
            shutil.rmtree(folder)
        elif harm == "current":
            (folder / CURRENT).unlink()
        else:
            (folder / CURRENT).write_text("g999999\n", encoding="utf-8")
        unready = client.get("/readyz")
        assert unready.status_code == 503
        assert "generation" not in unready.json() or unready.json()["generation"] is None
        assert client.get("/healthz").status_code == 200
        for response in (
            client.get("/v1/search", params={"q": "services"}),
            client.get("/v1/documents"),
            client.post("/v1/answer", json={"question": QUESTION}),
        ):
            assert "council index" in assert_problem(response, 503)["mend"]
            assert str(folder) not in response.text
        if harm == "damaged":
            shutil.copyfile(corpus_index / CURRENT, folder / CURRENT)
            assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/?q=chatbots", "/healthz", "/v1/documents", "/v1/none", "/static/page.css", "/openapi.json"]
)
def test_every_response_has_the_security_headers(client, path):
    response = client.get(path)
    for name, value in SECURITY_HEADERS.items():
        assert response.headers[name] == value
    assert "server" not in response.headers
    assert not any(name.startswith("access-control") for name in response.headers)


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def test_the_description_is_openapi_3_1_and_whole(client):
    response = client.get("/openapi.json")
    document = response.json()
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert document["info"]["title"] and document["info"]["version"]
    for path, operations in document["paths"].items():
        named = set(re.findall(r"\{(\w+)\}", path))
        for operation in operations.values():
            assert operation["summary"] and operation["description"] and operation["operationId"]
            parameters = operation.get("parameters", [])
            assert {p["name"] for p in parameters if p["in"] == "path"} == named
            assert all(p["required"] for p in parameters if p["in"] == "path")
            assert len({(p["in"], p["name"]) for p in parameters}) == len(parameters)
            assert all(answer["description"] for answer in operation["responses"].values())
            for kind in ("4XX", "5XX"):
                assert list(operation["responses"][kind]["content"]) == ["application/problem+json"]
    identifiers = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(set(identifiers)) == len(identifiers)
    for reference in references(document):
        node = document
        assert reference.startswith("#/")
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    assert client.get("/openapi.json").json() == document


def test_the_description_names_every_route_and_filter(client):
    document = client.get("/openapi.json").json()
    for path, methods in ROUTES.items():
        assert methods <= set(document["paths"][path])
    parameters = {parameter["name"] for parameter in document["paths"]["/v1/search"]["get"]["parameters"]}
    assert parameters >= {"q", "limit", "jurisdiction", "type", "role", "status", "from", "to", "doc_language"}
    schemas = document["components"]["schemas"]
    assert set(schemas["Role"]["enum"]) == set(Role)
    assert set(schemas["DocumentType"]["enum"]) == set(DocumentType)
    assert set(schemas["Problem"]["properties"]) == PROBLEM_FIELDS
