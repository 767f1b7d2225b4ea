"""A page about each kind of problem: where the `type` of a problem leads."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from service.messages import message, table
from service.problems import caller_language

_TITLE = re.compile(r"problem\.([a-z_]+)\.title")
_FIELD = re.compile(r"\{\w+\}")
_TEMPLATES = Path(__file__).resolve().parents[1] / "web" / "templates"


class InBoth(BaseModel):
    """A text in both languages."""

    en: str
    fr: str


class ProblemKind(BaseModel):
    """A kind of problem: what it is called, and what to do about one."""

    type: str
    title: InBoth
    mend: InBoth


def kinds() -> dict[str, str]:
    """Keys in the message table of all kinds, by their names in addresses."""
    found = [match[1] for key in table() if (match := _TITLE.fullmatch(key))]
    return {kind.replace("_", "-"): kind for kind in found}


def described(name: str) -> ProblemKind:
    """The kind that an address names. Raises KeyError where there is none."""
    kind = kinds()[name]
    title, mend = (
        InBoth(**{language: _FIELD.sub("…", text) for language, text in table()[key].items()})
        for key in (f"problem.{kind}.title", f"problem.{kind}.mend")
    )
    return ProblemKind(type=f"/problems/{name}", title=title, mend=mend)


def add(app: FastAPI) -> None:
    """Add the pages to `app`."""
    templates = Jinja2Templates(directory=_TEMPLATES)

    @app.get("/problems/{kind}", include_in_schema=False)
    def problem_kind(kind: str, request: Request) -> Response:
        """What a kind of problem is, in both languages: a page for a browser, JSON for others."""
        if kind not in kinds():
            raise HTTPException(404)
        found = described(kind)
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse(found.model_dump(), headers={"Vary": "Accept"})
        spoken = caller_language(request.headers.get("accept-language"))
        context = {
            "spoken": spoken,
            "kind": found,
            "title": message("page.title", spoken),
            "languages": (spoken, "fr" if spoken == "en" else "en"),
        }
        return templates.TemplateResponse(request, "kind_of_problem.html", context, headers={"Vary": "Accept"})
