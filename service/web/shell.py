"""What all pages share: their frame, their addresses, the texts in the reader's language, and who looks at them.

A page is a template that extends `base.html`, filled in by `page`. Every state of a page has an address of its own,
with the language in it (`lang`); `parts.html` has the pieces that several pages show (statuses, citation marks).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from indexer import dates
from indexer.documents import Language
from service.access import Action, Caller, decide
from service.answering.wording import untold_date
from service.marking import around_answer
from service.messages import message
from service.web import account

FOLDER = Path(str(files("service") / "web"))
STATIC = FOLDER / "static"
_TEMPLATES = Jinja2Templates(
    env=Environment(
        loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
)
# What the menu leads to, by the name of the section, and what a caller must be allowed to do to be shown it.
_SECTIONS: dict[str, tuple[str, Action]] = {
    "ask": ("/", Action.READ),
    "search": ("/search", Action.READ),
    "topics": ("/topics", Action.READ),
    "exchange": ("/exchange", Action.READ),
    "documents": ("/documents", Action.READ),
    "manage": ("/manage", Action.MANAGE_DOCUMENTS),
}
_MARK = re.compile(r"\[(\d+)\]")


def page(
    request: Request,
    who: Caller,
    spoken: Language,
    template: str,
    context: Mapping[str, Any],
    *,
    section: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] = account.HEADERS,
) -> HTMLResponse:
    """The page that `template` makes of `context`, in the language `spoken`, as the caller `who` may see it.

    `section` is the part of the menu that the page is in: one of `ask`, `search`, `topics`, `exchange`, `documents`,
    `manage`. Templates have `text(key, **fields)` and `written(date)` in the reader's language, `address(path,
    **parameters)` for links that keep it, `allowed(action)` for what the caller may do, and what `base.html` needs.
    """
    here = in_language(request, spoken)
    response: HTMLResponse = _TEMPLATES.TemplateResponse(
        request,
        template,
        {
            "spoken": spoken,
            "text": lambda key, **values: message(key, spoken, **values),
            "written": lambda date: dates.written(date, spoken),
            "address": lambda path, **parameters: address(path, spoken, **parameters),
            "allowed": lambda action: decide(who, Action(action)).allowed,
            "passage_address": lambda *where, **how: passage_address(spoken, *where, **how),
            "other_language": "fr" if spoken == "en" else "en",
            "other": in_language(request, "fr" if spoken == "en" else "en"),
            "sections": [
                (name, address(path, spoken))
                for name, (path, action) in _SECTIONS.items()
                if decide(who, action).allowed
            ],
            "section": section,
            **account.shown(who, spoken, here),
            **context,
        },
        status_code=status,
        headers=dict(headers),
    )
    return response


def address(path: str, spoken: Language, **parameters: object) -> str:
    """`path` with query parameters and the reader's language. None and "" are left out; lists are repeated."""
    pairs = [(name.rstrip("_"), value) for name, value in parameters.items() if value not in (None, "")]
    return f"{path}?{urlencode([*pairs, ('lang', spoken)], doseq=True)}"


def passage_address(
    spoken: Language,
    document_id: str,
    passage_id: str | None = None,
    *,
    topic: str | None = None,
    mark: tuple[int, int] | None = None,
) -> str:
    """Where a document is read, at a passage of it.

    `topic` is what the reader was asking about, `mark` the characters of the document's canonical text to mark, where
    the page opens if no passage is named.
    """
    marked = None if mark is None else f"{mark[0]}-{mark[1]}"
    found = address(f"/documents/{document_id}", spoken, q=topic, mark=marked)
    place = passage_id or (None if mark is None else "mark")
    return found if place is None else f"{found}#{place}"


def in_language(request: Request, language: Language) -> str:
    """The address of the page that was asked for, in `language`: the same question, filters and place in a list."""
    pairs = [(name, value) for name, value in parse_qsl(request.url.query, True) if name != "lang"]
    return f"{request.url.path}?{urlencode([*pairs, ('lang', language)])}"


@lru_cache(maxsize=64)
def static(name: str) -> str:
    """The address of a file of `static/`, which changes with its content, so that no browser keeps an old one."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def linked(text: str) -> Markup:
    """An answer's text as HTML, its citation marks as links to the citations."""
    return Markup(_MARK.sub(r'<a href="#citation-\1">[\1]</a>', str(escape(text))))  # noqa: S704 - escaped before  # nosec B704


_TEMPLATES.env.globals |= {"static": static, "around_answer": around_answer, "untold_date": untold_date}
_TEMPLATES.env.filters["linked"] = linked
