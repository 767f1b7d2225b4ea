"""Who the caller is to the service."""

from __future__ import annotations

from typing import Literal

from fastapi import FastAPI, Response
from pydantic import BaseModel, Field

from service.access import CallerRole
from service.callers import Who


class SessionView(BaseModel):
    """Who the caller is."""

    role: CallerRole = Field(description="what the caller may do and see")
    via: Literal["nothing", "local", "key", "session"] = Field(
        description="how it is known: by a key, by having signed in, by being on this machine while no key was made"
    )
    name: str = Field(description="the key's id, or who signed in; as the audit log has it")
    known_as: str = Field(description="what people call the caller: the name of the key or of the person")


def add(app: FastAPI) -> None:
    """Add the routes to `app`."""

    @app.get("/v1/session", tags=["identity"])
    def session(who: Who, response: Response) -> SessionView:
        """Tell who the caller is."""
        response.headers["Cache-Control"] = "no-store"
        return SessionView(role=who.role, via=who.via, name=who.name, known_as=who.known_as)
