"""A response model as the bytes of a response: it is valid as it was made, and need not be checked again."""

from __future__ import annotations

from fastapi import Response
from pydantic import BaseModel


def as_response(model: BaseModel) -> Response:
    """The model as a JSON response."""
    return Response(model.model_dump_json(by_alias=True), media_type="application/json")
