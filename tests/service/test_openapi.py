"""The description of the API is whole: a route that lacks a part of it fails here."""

from __future__ import annotations

import re

import pytest
from pydantic import TypeAdapter

from service import api, openapi
from service.access import Action, CallerRole, least_role
from service.edge.kinds import UNLIMITED, lasts
from service.problems import KINDS, MEDIA_TYPE, Problem


@pytest.fixture(scope="module")
def app(corpus_index):
    return api.create_app(corpus_index)


@pytest.fixture(scope="module")
def document(app):
    return app.openapi()


@pytest.fixture(scope="module")
def operations(app, document):
    """Each route of the description with its method and its operation there."""
    found = [
        (route, method, document["paths"][route.path_format][method.lower()])
        for route in openapi.api_routes(app)
        for method in route.methods
    ]
    assert len(found) == sum(len(item) for item in document["paths"].values()) > 9
    return found


def successes(operation):
    return {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}


def resolved(document, node):
    while "$ref" in node:
        found = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def test_every_operation_says_what_it_is(operations, document):
    known = {tag["name"]: tag["description"] for tag in document["tags"]}
    for _, _, operation in operations:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", operation["operationId"])
        assert 0 < len(operation["summary"]) <= 120 and not operation["summary"].endswith(".")
        assert operation["description"].endswith(".")
        assert len(operation["tags"]) == 1 and known[operation["tags"][0]]
    identifiers = [operation["operationId"] for _, _, operation in operations]
    assert len(set(identifiers)) == len(identifiers)


def test_every_operation_has_examples(operations):
    for route, method, operation in operations:
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert "example" in content, (method, route.path)
        for status, answer in successes(operation).items():
            for kind, content in answer.get("content", {}).items():
                assert "example" in content, (method, route.path, status, kind)
        for parameter in operation["parameters"]:
            assert parameter["in"] != "path" or "example" in parameter, (method, route.path, parameter["name"])
            assert parameter["in"] != "query" or parameter.get("description") or parameter["schema"].get("title")


def test_examples_are_what_the_models_say(operations):
    for route, method, operation in operations:
        example = openapi.examples().get(f"{method} {route.path_format}", {})
        if "response" in example and route.response_field is not None:
            model = route.response_field.field_info.annotation
            TypeAdapter(model).validate_python(example["response"], strict=False)
            assert set(example["response"]) <= set(model.model_fields)
        if "request" in example and route.body_field is not None:
            TypeAdapter(route.body_field.field_info.annotation).validate_python(example["request"])
        assert {p["name"] for p in operation["parameters"]} >= set(example.get("parameters", {}))


def test_every_status_has_its_model_and_its_headers(operations, document):
    for route, method, operation in operations:
        responses, limited = operation["responses"], route.path_format not in UNLIMITED
        expected = {"4XX", "5XX", "500", "422"}
        expected |= {"401", "429"} if limited else set()
        expected |= set() if lasts(method, route.path_format) else {"408", "504"}
        expected |= {"404"} if "{" in route.path_format else set()
        expected |= {"400", "413", "415"} if "requestBody" in operation else set()
        expected |= {"503"} if route.path_format.startswith("/v1/") else set()
        assert set(responses) >= expected, (method, route.path)
        assert successes(operation)
        for status, answer in responses.items():
            assert answer["description"]
            headers = {name: resolved(document, header) for name, header in answer.get("headers", {}).items()}
            assert all(header["description"] and header["schema"] for header in headers.values())
            assert "X-Request-ID" in headers or (method, route.path_format, status) == ("GET", "/readyz", "503")
            if status == "429":
                assert "Retry-After" in headers
            if status == "401":
                assert "WWW-Authenticate" in headers
            if MEDIA_TYPE in answer.get("content", {}) and "X" not in status:
                examples = answer["content"][MEDIA_TYPE]["examples"]
                values = [resolved(document, example)["value"] for example in examples.values()]
                assert len(values) >= 2
                for value in values:
                    assert Problem.model_validate(value).request_id
                assert answer["content"][MEDIA_TYPE]["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_conditional_and_paged_operations_say_so(operations):
    for route, method, operation in operations:
        path, names = route.path_format, {parameter["name"] for parameter in operation["parameters"]}
        assert {"Accept-Language", "X-Request-ID"} <= names
        conditional = method == "GET" and path.startswith("/v1/") and not lasts(method, path)
        assert ("304" in operation["responses"]) is conditional is ("If-None-Match" in names)
        for answer in successes(operation).values():
            assert ("ETag" in answer["headers"]) is conditional
            assert ("Link" in answer["headers"]) is ("offset" in names)


def test_security_is_that_of_the_routes(operations, document):
    schemes = document["components"]["securitySchemes"]
    assert (schemes["key"]["type"], schemes["key"]["scheme"]) == ("http", "bearer")
    assert (schemes["session"]["type"], schemes["session"]["in"]) == ("apiKey", "cookie")
    assert document["security"] == [{}, {"key": []}, {"session": []}]
    for route, _, operation in operations:
        action = openapi.action_of(route.dependant)
        least = least_role(action) if action else CallerRole.ANONYMOUS
        if least is CallerRole.ANONYMOUS:
            assert "security" not in operation
        else:
            assert operation["security"] == [{"key": []}, {"session": []}]
            assert "403" in operation["responses"] and str(least) in operation["description"]


def test_what_takes_a_role_is_named_here_too(document):
    """From what the issue says, not from the routes."""
    secured = {
        (method, path) for path, item in document["paths"].items() for method in item if "security" in item[method]
    }
    corrections = ("patch", "/v1/passages/{passage_id}")
    for _, path in secured - {corrections}:
        assert re.match(r"/v1/(documents|overrides|jobs|audit|feedback)|/metrics", path)
    for known in [
        corrections,
        ("post", "/v1/documents"),
        ("patch", "/v1/documents/{document_id}"),
        ("delete", "/v1/documents/{document_id}"),
        ("get", "/v1/jobs/{job_id}/events"),
        ("get", "/v1/audit"),
        ("get", "/v1/feedback"),
        ("get", "/metrics"),
    ]:
        assert known in secured
    assert ("get", "/v1/documents") not in secured and ("post", "/v1/feedback") not in secured


def test_a_route_that_takes_a_role_is_told_from_its_dependency(corpus_index):
    from fastapi import Depends

    from service.callers import may

    app = api.create_app(corpus_index)

    @app.put("/v1/tried/{thing_id}", tags=["documents"], dependencies=[Depends(may(Action.MANAGE_DOCUMENTS))])
    def tried(thing_id: str) -> None:
        """Try something: with care. It is only tried."""

    operation = app.openapi()["paths"]["/v1/tried/{thing_id}"]["put"]
    assert operation["security"] == [{"key": []}, {"session": []}]
    assert "secretariat" in operation["description"] and "403" in operation["responses"]
    assert (operation["operationId"], operation["summary"]) == ("put_tried_by_id", "Try something")
    assert "documents" in {tag["name"] for tag in app.openapi()["tags"]}


def test_every_kind_of_problem_in_the_description_can_be_looked_up(client, document):
    types = {example["value"]["type"] for example in document["components"]["examples"].values()}
    assert len(types) > 10
    for address in [*types, *(f"/problems/{kind.replace('_', '-')}" for kind in KINDS.values())]:
        described = client.get(address).json()
        assert described["type"] == address
        assert set(described["title"]) == set(described["mend"]) == {"en", "fr"}
        page = client.get(address, headers={"Accept": "text/html", "Accept-Language": "fr"})
        assert page.headers["content-type"].startswith("text/html") and '<html lang="fr">' in page.text
        assert "<script" not in page.text
    assert client.get("/problems/none").status_code == 404
    assert client.get("/problems/not_found").status_code == 404


def test_there_is_no_page_that_needs_a_script(client):
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404
