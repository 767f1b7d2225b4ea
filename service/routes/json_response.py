"""Responses of JSON that is written already: it is valid as it was made, and need not be checked again."""

from __future__ import annotations

from fastapi import Response


def as_json(content: bytes) -> Response:
    """The JSON as a response."""
    return Response(content, media_type="application/json")
