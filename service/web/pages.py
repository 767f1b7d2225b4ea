"""The page that asks: one field, the answer, its proofs; every state has an address of its own."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from service.answering import composing
from service.callers import Seen, Who
from service.contract import Answer
from service.messages import RefusedError, message
from service.query import MAX_QUESTION_CHARACTERS, understand
from service.web import account, shell

_EXAMPLES = ("page.example.1", "page.example.2")


def add(app: FastAPI) -> None:
    """Add the page at `/` and its style sheet to `app`."""
    app.mount("/static", StaticFiles(directory=shell.STATIC), name="static")

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
            "question": q,
            "answer": None,
            "refusal": None,
            "examples": [message(key, spoken) for key in _EXAMPLES],
            "longest": MAX_QUESTION_CHARACTERS,
        }
        status = 200
        if q:
            try:
                # The page's language is the reader's: names and text of the answer follow it, not the question's.
                context |= shown(engine.answer(understand(q, language=spoken)))
            except RefusedError as error:
                context["refusal"] = error.detail(spoken)
                status = 422
        return shell.page(request, who, spoken, "ask.html", context, section="ask", status=status)


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
    }
