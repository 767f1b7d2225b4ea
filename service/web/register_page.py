"""The register of decisions and follow-ups of all meetings: filtered, in pages, each item once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import QueryParams

from indexer import dates
from indexer.documents import DocumentRecord, ItemStatus, Language
from indexer.embedding import Embedder
from indexer.index_protocol import Index
from indexer.layouts.record_words import record_words
from service import access
from service.allowance import Allowance
from service.answering.became import became
from service.answering.draft import Statement
from service.briefs.meetings import named, place
from service.callers import Seen, Who
from service.filters import ITEM_KINDS, ItemFilters, make_item_filters
from service.meetings import meetings
from service.messages import RefusedError, message
from service.register_rows import Row, rows
from service.web import account, shell
from service.web.exchange_parts import SECONDS, Page, not_to_be_passed_on, offset_of, refusal

ITEMS_SHOWN = 20
FIELDS = ("meeting", "owner", "kind", "status", "doc_language")


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of an address as it has them, by field, without repetitions and empty ones; and the same, checked."""

    values: Mapping[str, tuple[str, ...]]
    filters: ItemFilters

    def without(self, name: str, value: str) -> dict[str, list[str]]:
        """The parameters of the address but for one value."""
        return {
            field: kept
            for field, values in self.values.items()
            if (kept := [one for one in values if (field, one) != (name, value)])
        }


@dataclass(frozen=True, slots=True)
class SeenItem:
    """A row of the register with its document, and what later meetings have on it: None where no time was left.

    `place` is that of the row in the list.
    """

    row: Row
    document: DocumentRecord
    later: tuple[Statement, ...] | None
    place: int


def asked(parameters: QueryParams) -> Asked:
    """The filters that an address asks for. Raises RefusedError for a value that means nothing."""
    values = {
        name: tuple(dict.fromkeys(value.strip() for value in parameters.getlist(name) if value.strip()))
        for name in FIELDS
    }
    # As the API and the command line have it, a kind may be written with a hyphen.
    values["kind"] = tuple(value.replace("-", "_") for value in values["kind"])
    filters = make_item_filters(
        meetings=values["meeting"],
        owners=values["owner"],
        kinds=values["kind"],
        statuses=values["status"],
        document_languages=values["doc_language"],
    )
    return Asked({name: given for name, given in values.items() if given}, filters)


def seen(index: Index, embedder: Embedder, shown: Sequence[Row], language: Language, start: int) -> list[SeenItem]:
    """The rows, the first of which is at `start` in the list, with their documents and what became of them."""
    records = index.documents_by_id({row.item.document_id for row in shown})
    documents = {record.id: access.visible(record) for record in records}
    allowance = Allowance(SECONDS)
    return [
        SeenItem(
            row,
            documents[row.item.document_id],
            became(index, embedder, row.item.item_id, language, allowance),
            place,
        )
        for place, row in enumerate(shown, start=start)
    ]


def add(app: FastAPI) -> None:
    """Add the page at `/register` to `app`."""

    @app.get("/register", response_class=HTMLResponse, include_in_schema=False)
    def register(request: Request, engine: Seen, who: Who, lang: str = "") -> HTMLResponse:
        spoken = account.spoken(request, lang)
        try:
            wanted = asked(request.query_params)
            start = offset_of(request.query_params.get("offset", ""))
        except RefusedError as error:
            return refusal(request, who, spoken, error)
        context = shown(engine.index(), engine.embedder, wanted, start, spoken)
        return shell.page(request, who, spoken, "register.html", context, section="exchange")


def shown(index: Index, embedder: Embedder, wanted: Asked, start: int, spoken: Language) -> dict[str, Any]:
    """What the template needs to show the register from item `start` on."""
    found = rows(index, wanted.filters, language=spoken)
    some = seen(index, embedder, found[start : start + ITEMS_SHOWN], spoken, start)
    return {
        "asked": wanted,
        "choices": _choices(index, spoken),
        "owners": _owners(rows(index, language=spoken), spoken),
        "chips": [
            (message("register.chip", spoken, field=message(f"register.field.{name}", spoken), value=told), rest)
            for name, values in wanted.values.items()
            for value in values
            for told, rest in [(_in_words(name, value, spoken), wanted.without(name, value))]
        ],
        "items": some,
        "page": Page.at(start, len(some), ITEMS_SHOWN, len(found)),
        "restricted": not_to_be_passed_on([one.document for one in some]),
    }


def _choices(index: Index, spoken: Language) -> dict[str, list[tuple[str, str]]]:
    """What each field can be set to, with its name; of meetings, those with anything in the register."""
    return {
        "meeting": [
            (meeting.date, dates.written(meeting.date, spoken))
            for meeting in meetings(index, spoken).held
            if meeting.decisions or meeting.follow_ups
        ],
        "kind": [(str(kind), _in_words("kind", str(kind), spoken)) for kind in ITEM_KINDS],
        "status": [(str(status), _in_words("status", str(status), spoken)) for status in ItemStatus],
        "doc_language": [(language, _in_words("doc_language", language, spoken)) for language in ("en", "fr")],
    }


def _owners(whole: Sequence[Row], spoken: Language) -> list[str]:
    """The jurisdictions that anything in the register is owned by, by name, in the council's order."""
    codes = {code for row in whole for code in row.item.jurisdictions}
    return [named(code, spoken) for code in sorted(codes, key=place)]


def _in_words(name: str, value: str, spoken: Language) -> str:
    """A value of a filter as people call it."""
    if name == "meeting":
        return dates.written(value, spoken)
    if name == "kind":
        return message(f"answer.item.{value}", spoken)
    if name == "status":
        return record_words().status_words[spoken][ItemStatus(value)]
    return message(f"language.{value}", spoken) if name == "doc_language" else value
