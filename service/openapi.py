"""The description of the API (OpenAPI 3.1): FastAPI's, completed with what holds for every operation.

That is: operation ids, security, every status that can come with its body and headers, and the examples of
`data/api_examples.json`, which stand there by method and path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from indexer.documents import Language
from service.access import Action, CallerRole, least_role
from service.edge.kinds import UNLIMITED, lasts
from service.messages import message
from service.problems import MEDIA_TYPE

SESSION_COOKIE = "__Host-council-session"
TAGS = {
    "questions": "Questions, searches and precedents",
    "holdings": "What the index holds: documents, passages, decisions and follow-ups, jurisdictions",
    "documents": "Documents that come and go, and the jobs that bring the index up to date; for the secretariat",
    "feedback": "Feedback on answers",
    "audit": "Who did what; for administrators",
    "identity": "Who the caller is",
    "health": "Whether the service runs and can answer",
}
_HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "X-Request-ID": (
        "Id of the request: the caller's own where it sent one of 1 to 128 letters, digits or ._~:+/=@-",
        {"type": "string"},
    ),
    "ETag": ("Tag of the body; send it in If-None-Match to be told 304 while it holds", {"type": "string"}),
    "Link": ('The next page, as rel="next"; not there on the last one', {"type": "string"}),
    "Retry-After": ("Seconds after which to try again", {"type": "integer", "minimum": 0}),
    "WWW-Authenticate": ("Bearer, with which a key is sent", {"type": "string"}),
    "Content-Language": ("Language of the problem's text", {"enum": ["en", "fr"]}),
}
_REQUEST_HEADERS = {
    "Accept-Language": "Language of the texts of problems: English unless French is preferred",
    "X-Request-ID": "Id to know the request by, in its response and in the server's log",
    "If-None-Match": "Tag of a body that the caller has; 304 is answered while it holds",
}
# Status -> kinds of problem, as in the message table, and what the status says.
_PROBLEMS: dict[int, tuple[tuple[str, ...], str]] = {
    400: (("invalid",), "The body is not text, or the request is not HTTP"),
    401: (("unauthenticated",), "A key is needed, or the one sent does not count"),
    403: (("forbidden",), "The caller's role does not include this"),
    404: (("not_found",), "There is no such thing, or none that the caller may see"),
    408: (("slow",), "The body did not come in time"),
    413: (("body_size",), "The body is too large"),
    415: (("media_type",), "The body is of a type that is not taken"),
    422: (("invalid",), "A parameter or a field cannot be used: the problem names it"),
    429: (("rate", "crowded"), "Too many requests, of this caller or at this moment"),
    500: (("internal",), "Something failed here"),
    503: (("index",), "The index cannot be used"),
    504: (("timeout",), "It took too long and was given up"),
}
# Filled into the texts of examples.
_FIELDS: dict[str, Any] = {
    "field": "limit",
    "path": "/v1/documents/d-none",
    "method": "GET",
    "bytes": 1_000_000,
    "seconds": 2,
}
_SENTENCE = re.compile(r"(.+?)(?:[.:;](?=\s|$)|$)", re.DOTALL)


@lru_cache(maxsize=1)
def examples() -> dict[str, dict[str, Any]]:
    """Examples by method and path: `request`, `response`, `parameters`, any of which may be missing; and `ids`."""
    text = (files("service") / "data" / "api_examples.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = json.loads(text)
    return loaded


def operation_id(route: APIRoute) -> str:
    """The id of an operation: its method and the words of its path."""
    words = [re.sub(r"\{\w+\}", "by_id", part).replace("-", "_") for part in route.path.split("/")]
    named = "_".join(word for word in words if word not in {"", "v1"})
    return f"{min(route.methods or ()).lower()}_{named}"


def install(app: FastAPI) -> None:
    """Make `app` describe itself whole at `/openapi.json`."""
    described = app.openapi
    made: dict[int, dict[str, Any]] = {}

    def openapi() -> dict[str, Any]:
        document = described()
        if id(document) not in made:  # FastAPI keeps its document until a route is added
            made.clear()
            made[id(document)] = document
            _complete(app, document)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(app: FastAPI, document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "A key that `council keys` made"},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": SESSION_COOKIE,
            "description": "What the pages set when somebody signs in; on this machine alone, `council-session`",
        },
    }
    components["headers"] = {
        name: {"description": description, "schema": schema} for name, (description, schema) in _HEADERS.items()
    }
    components["examples"] = dict(_problem_examples())
    used = set()
    for route in api_routes(app):
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            _complete_operation(operation, route, method, components["schemas"])
            used |= set(operation.get("tags", ()))
    document["tags"] = [{"name": name, "description": TAGS[name]} for name in TAGS if name in used]
    document["security"] = [{}, {"key": []}, {"session": []}]


def api_routes(app: FastAPI) -> list[APIRoute]:
    """The routes that the description tells of."""
    return [route for route in app.routes if isinstance(route, APIRoute) and route.include_in_schema]


def _complete_operation(operation: dict[str, Any], route: APIRoute, method: str, schemas: dict[str, Any]) -> None:
    path = route.path_format
    text = operation.get("description", "").strip()
    if match := _SENTENCE.match(text):
        operation["summary"] = " ".join(match[1].split())
    action = action_of(route.dependant)
    least = CallerRole.ANONYMOUS if action is None else least_role(action) or CallerRole.ADMINISTRATOR
    if least is not CallerRole.ANONYMOUS:
        operation["security"] = [{"key": []}, {"session": []}]
        operation["description"] = f"{text}\n\nTakes the role {least}, or one above it."
    for status, (kinds, description) in _PROBLEMS.items():
        if status in _statuses(operation, path, method, least):
            _add_problem(operation["responses"], status, kinds, description)
    for kind in ("4XX", "5XX"):
        answer = operation["responses"].get(kind, {})
        if answer.get("content"):
            # FastAPI has it under the type of the operation's own response.
            answer["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
            answer["headers"] = _header_references("X-Request-ID", "Content-Language")
    _add_request_headers(operation, path, method)
    _add_response_headers(operation, path, method)
    _add_examples(operation, examples().get(f"{method} {path}", {}), schemas)


def action_of(dependant: Dependant) -> Action | None:
    """What a route asks to be allowed, by `service.callers.may`; None where it asks nothing."""
    for dependency in dependant.dependencies:
        found = getattr(dependency.call, "action", None) or action_of(dependency)
        if found is not None:
            return Action(found)
    return None


def _statuses(operation: dict[str, Any], path: str, method: str, least: CallerRole) -> Iterator[int]:
    """The statuses of problems that an operation can answer with."""
    versioned = path.startswith("/v1/")
    yield from (422, 500)
    if path not in UNLIMITED:
        yield from (401, 429)
    if not lasts(method, path):
        yield from (408, 504)
    if versioned:
        yield 503
    if least is not CallerRole.ANONYMOUS:
        yield 403
    if "{" in path:
        yield 404
    if "requestBody" in operation:
        yield from (400, 413, 415)


def _add_problem(responses: dict[str, Any], status: int, kinds: tuple[str, ...], description: str) -> None:
    names = ["X-Request-ID", "Content-Language"]
    names += {401: ["WWW-Authenticate"], 429: ["Retry-After"]}.get(status, [])
    responses[str(status)] = {
        "description": description,
        "headers": _header_references(*names),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {
                    f"{kind}_{language}": {"$ref": f"#/components/examples/{kind}_{language}"}
                    for kind in kinds
                    for language in ("en", "fr")
                },
            }
        },
    }


def _problem_examples() -> Iterator[tuple[str, dict[str, Any]]]:
    languages: tuple[Language, ...] = ("en", "fr")
    for status, (kinds, _) in sorted(_PROBLEMS.items()):
        for kind in kinds:
            for language in languages:
                reason = message("problem.reason.greater_than_equal", language, ge=1)
                value = {
                    "type": f"/problems/{kind.replace('_', '-')}",
                    "title": message(f"problem.{kind}.title", language),
                    "status": status,
                    "detail": message(f"problem.{kind}.detail", language, **_FIELDS, reason=reason),
                    "instance": "/v1/search",
                    "mend": message(f"problem.{kind}.mend", language),
                    "request_id": "5f0c4d1e9a7b4c2c8f6e3d2b1a098765",
                }
                yield f"{kind}_{language}", {"summary": value["title"], "value": value}


def _header_references(*names: str) -> dict[str, dict[str, str]]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _add_request_headers(operation: dict[str, Any], path: str, method: str) -> None:
    names = ["Accept-Language", "X-Request-ID"]
    if method == "GET" and path.startswith("/v1/") and not lasts(method, path):
        names.append("If-None-Match")
    there = {parameter["name"].lower() for parameter in operation.setdefault("parameters", [])}
    for name in names:
        if name.lower() not in there:
            described = {"schema": {"type": "string"}, "description": _REQUEST_HEADERS[name]}
            operation["parameters"].append({"name": name, "in": "header", "required": False, **described})


def _add_response_headers(operation: dict[str, Any], path: str, method: str) -> None:
    conditional = method == "GET" and path.startswith("/v1/") and not lasts(method, path)
    paged = "offset" in {parameter["name"] for parameter in operation["parameters"]}
    for status, answer in list(operation["responses"].items()):
        if status.startswith("2"):
            names = ["X-Request-ID", *(["ETag"] if conditional else []), *(["Link"] if paged else [])]
            answer.setdefault("headers", {}).update(_header_references(*names))
    if conditional:
        operation["responses"]["304"] = {
            "description": "The body is still the one that the caller has",
            "headers": _header_references("X-Request-ID", "ETag"),
        }


def _contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The contents of the request's body, and of responses that are no problems."""
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield from answer.get("content", {}).values()


def _add_examples(operation: dict[str, Any], found: dict[str, Any], schemas: dict[str, Any]) -> None:
    given = examples()["ids"] | found.get("parameters", {})
    for parameter in operation["parameters"]:
        if parameter["name"] in given:
            parameter["example"] = given[parameter["name"]]
    for content in _contents(operation):
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if own := schemas.get(name, {}).get("examples"):
            content["example"] = own[0]
    if "request" in found:
        for content in operation["requestBody"]["content"].values():
            content["example"] = found["request"]
    if "response" in found:
        answer = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
        for content in answer.get("content", {}).values():
            content["example"] = found["response"]
