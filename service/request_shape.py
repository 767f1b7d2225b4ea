"""What every request must keep to beyond its own fields: no unknown parameter, and a body of the type asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

from fastapi import Request, params
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException

_known: WeakKeyDictionary[Callable[..., Any], frozenset[str] | None] = WeakKeyDictionary()


async def checked(request: Request) -> None:
    """A dependency of all routes of the API. Raises RequestValidationError, HTTPException 415."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or not route.include_in_schema:
        return
    if request.scope["query_string"]:
        known = _parameters(route)
        unknown = next((name for name in request.query_params if known is not None and name not in known), None)
        if unknown is not None:
            raise RequestValidationError([{"type": "extra_forbidden", "loc": ("query", unknown)}])
    if _takes_json(route) and not _is_json(request) and await request.body():
        raise HTTPException(415, headers={"Accept": "application/json"})


def _parameters(route: APIRoute) -> frozenset[str] | None:
    """Names of the query parameters; None where a model takes them, which refuses others by itself."""
    if route.endpoint not in _known:
        _known[route.endpoint] = _look(route)
    return _known[route.endpoint]


def _look(route: APIRoute) -> frozenset[str] | None:
    fields = [field for dependant in _all(route.dependant) for field in dependant.query_params]
    kinds = [field.field_info.annotation for field in fields]
    if any(isinstance(kind, type) and issubclass(kind, BaseModel) for kind in kinds):
        return None
    return frozenset(field.alias for field in fields)


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for dependency in dependant.dependencies:
        yield from _all(dependency)


def _takes_json(route: APIRoute) -> bool:
    return route.body_field is not None and not isinstance(route.body_field.field_info, params.Form)


def _is_json(request: Request) -> bool:
    kind, _, subtype = request.headers.get("content-type", "").partition(";")[0].strip().lower().partition("/")
    return kind == "application" and (subtype == "json" or subtype.endswith("+json"))
