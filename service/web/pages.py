"""The page that asks: one field, the answer, its proofs; every state has an address of its own."""

from __future__ import annotations

import re
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from markupsafe import Markup, escape

from indexer import dates
from indexer.documents import Language
from service.answering import composing
from service.answering.wording import untold_date
from service.callers import Seen, Who
from service.contract import Answer
from service.marking import around_answer
from service.messages import RefusedError, message
from service.query import MAX_QUESTION_CHARACTERS, understand
from service.web import account

_FOLDER = Path(str(files("service") / "web"))
_EXAMPLES = ("page.example.1", "page.example.2")
_MARK = re.compile(r"\[(\d+)\]")


def add(app: FastAPI) -> None:
    """Add the page at `/` and its style sheet to `app`."""
    templates = Jinja2Templates(directory=_FOLDER / "templates")
    templates.env.filters["linked"] = linked
    app.mount("/static", StaticFiles(directory=_FOLDER / "static"), name="static")

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def ask(
        request: Request,
        engine: Seen,
        who: Who,
        q: str = "",
        lang: str = "",
    ) -> HTMLResponse:
        spoken = account.spoken(request, lang)
        q = q.strip()
        context: dict[str, Any] = {
            "spoken": spoken,
            "question": q,
            "answer": None,
            "refusal": None,
            "text": lambda key, **values: message(key, spoken, **values),
            "written": lambda date: dates.written(date, spoken),
            "examples": [(message(key, spoken), _address(spoken, message(key, spoken))) for key in _EXAMPLES],
            "other": _address("fr" if spoken == "en" else "en", q),
            "longest": MAX_QUESTION_CHARACTERS,
            **account.shown(who, spoken, _address(spoken, q)),
        }
        status = 200
        if q:
            try:
                # The page's language is the reader's: names and text of the answer follow it, not the question's.
                context |= shown(engine.answer(understand(q, language=spoken)))
            except RefusedError as error:
                context["refusal"] = error.detail(spoken)
                status = 422
        return templates.TemplateResponse(request, "ask.html", context, status_code=status, headers=account.HEADERS)


def shown(answer: Answer) -> dict[str, Any]:
    """What the template needs to show an answer.

    `groups` are the findings of a list, those asked for and those apart; `quoted` numbers the citations that stand
    with the finding that they prove, `rest` are the others.
    """
    language, findings = answer.language, composing.ordered(answer.findings)
    listed = answer.kind == "list"
    quoted = set() if listed else {finding.citations[0] for finding in answer.findings if finding.citations}
    return {
        "answer": answer,
        "groups": [group for asked in (True, False) if (group := [one for one in findings if one.asked is asked])],
        "short": "" if listed else composing.short_answers(language, answer.findings, answer.citations),
        "by_number": {citation.number: citation for citation in answer.citations},
        "quoted": quoted,
        "rest": [citation for citation in answer.citations if citation.number not in quoted],
        "item_label": partial(composing.item_label, language=language),
        "item_details": partial(composing.item_details, language=language),
        "around_answer": around_answer,
        "untold_date": untold_date,
    }


def linked(text: str) -> Markup:
    """An answer's text as HTML, its citation marks as links to the citations."""
    return Markup(_MARK.sub(r'<a href="#citation-\1">[\1]</a>', str(escape(text))))  # noqa: S704 - escaped before  # nosec B704


def _address(language: Language, question: str) -> str:
    return "/?" + urlencode({"q": question, "lang": language} if question else {"lang": language})
