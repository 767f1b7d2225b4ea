"""The pages of meetings: all that the index holds, and of each its needs beside who can help, and what it settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from indexer.documents import Language
from indexer.embedding import Embedder
from indexer.index_protocol import Index
from service.allowance import Allowance
from service.briefs.meetings import named, place
from service.callers import Seen, Who
from service.filters import ItemFilters, make_filters, make_item_filters
from service.kept_helpers import helpers_in_time
from service.matches import Helper, ToldNeed, needs_told
from service.meetings import Meeting, Meetings, has_exchange_table, meetings
from service.messages import RefusedError
from service.needs import shortened
from service.register_rows import rows
from service.web import account, register_page, shell
from service.web.exchange_parts import SECONDS, Page, not_to_be_passed_on, offset_of, refusal, unknown

# Of a page: what its needs cost bounds how long the page takes, whatever the meeting's size.
NEEDS_SHOWN = 12
ITEMS_SHOWN = 25
_TOPIC = 80  # characters of a need that go with the link to a proof


@dataclass(frozen=True, slots=True)
class Helped:
    """A need and who can help with it, best first; None where there was no time to look. `place` is its in the list."""

    told: ToldNeed
    helpers: tuple[Helper, ...] | None
    place: int

    @property
    def topic(self) -> str:
        """The beginning of the need, to look for in the documents of the helpers."""
        return shortened(self.told.need.sentence, _TOPIC)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the page of a meeting shows of its needs: by jurisdiction, in the council's order, None for nobody's.

    `counts` are all needs of the meeting by jurisdiction, those shown here or not.
    """

    groups: tuple[tuple[str | None, tuple[Helped, ...]], ...]
    counts: Mapping[str | None, int]
    page: Page


def needs_in_order(index: Index, meeting: str, language: Language, jurisdiction: str | None = None) -> list[ToldNeed]:
    """The needs of a meeting, by who has them in the council's order, then as the documents have them."""
    told = needs_told(index, meeting=meeting, language=language)
    wanted = [one for one in told if jurisdiction is None or one.jurisdiction == jurisdiction]
    return sorted(wanted, key=lambda one: (place(one.jurisdiction), one.jurisdiction or ""))


def exchange(
    index: Index,
    embedder: Embedder,
    meeting: str,
    language: Language,
    *,
    jurisdiction: str | None = None,
    offset: int = 0,
    seconds: float | None = None,
) -> Exchange:
    """A page of a meeting's needs from `offset` on, with who can help; of one jurisdiction where it is named.

    No help is looked for any more once `seconds` are over, if given; the first need has its helpers always.
    """
    told = needs_in_order(index, meeting, language)
    wanted = [one for one in told if jurisdiction is None or one.jurisdiction == jurisdiction]
    shown = wanted[offset : offset + NEEDS_SHOWN]
    allowance = Allowance(seconds)
    helped = [
        Helped(one, helpers_in_time(index, embedder, one.need, language, allowance), place)
        for place, one in enumerate(shown, start=offset)
    ]
    groups = groupby(helped, key=lambda one: one.told.jurisdiction)
    return Exchange(
        groups=tuple((code, tuple(group)) for code, group in groups),
        counts=Counter(one.jurisdiction for one in told),
        page=Page.at(offset, len(shown), NEEDS_SHOWN, len(wanted)),
    )


def add(app: FastAPI) -> None:
    """Add the pages to `app`."""

    @app.get("/exchange", response_class=HTMLResponse, include_in_schema=False)
    def all_meetings(request: Request, engine: Seen, who: Who, lang: str = "") -> HTMLResponse:
        spoken = account.spoken(request, lang)
        found = meetings(engine.index(), spoken)
        context = {"meetings": found.held, "undated": found.undated, "of": None}
        return shell.page(request, who, spoken, "exchange.html", context, section="exchange")

    @app.get("/exchange/{meeting}", response_class=HTMLResponse, include_in_schema=False)
    def one_meeting(
        request: Request,
        engine: Seen,
        who: Who,
        *,
        meeting: str,
        jurisdiction: str = "",
        offset: str = "",
        lang: str = "",
    ) -> Response:
        spoken = account.spoken(request, lang)
        index = engine.index()
        try:
            (date,) = make_item_filters(meetings=[meeting]).meetings
            (code,) = make_filters(jurisdictions=[jurisdiction]).jurisdictions if jurisdiction else (None,)
            start = offset_of(offset)
        except RefusedError as error:
            return refusal(request, who, spoken, error)
        known = meetings(index, spoken)
        found = known.at(date)
        if not found:
            return unknown(request, who, spoken, date)
        if len(found) > 1:
            context: dict[str, Any] = {"meetings": found, "undated": (), "of": date}
            return shell.page(request, who, spoken, "exchange.html", context, section="exchange")
        if found[0].date != date:  # one address for each meeting
            return RedirectResponse(
                shell.address(f"/exchange/{found[0].date}", spoken, jurisdiction=code or "", offset=start or ""),
                status_code=307,
                headers=account.HEADERS,
            )
        context = shown(index, engine.embedder, known, found[0], spoken=spoken, jurisdiction=code, offset=start)
        return shell.page(request, who, spoken, "exchange_meeting.html", context, section="exchange")


def shown(
    index: Index,
    embedder: Embedder,
    known: Meetings,
    meeting: Meeting,
    *,
    spoken: Language,
    jurisdiction: str | None,
    offset: int,
) -> dict[str, Any]:
    """What the template needs to show a meeting."""
    found = exchange(index, embedder, meeting.date, spoken, jurisdiction=jurisdiction, offset=offset, seconds=SECONDS)
    before, after = known.neighbours(meeting)
    settled = rows(index, ItemFilters(meetings=(meeting.date,)), language=spoken)
    some = register_page.seen(index, embedder, settled[:ITEMS_SHOWN], spoken, 0)
    helping = [
        helper.precedent.hit.document for _, group in found.groups for one in group for helper in one.helpers or ()
    ]
    return {
        "meeting": meeting,
        "exchanged": has_exchange_table(index, meeting),
        "before": before,
        "after": after,
        "exchange": found,
        "jurisdiction": jurisdiction,
        "choices": [
            (code, named(code, spoken), found.counts[code]) for code in sorted(found.counts, key=place) if code
        ],
        "named": lambda code: named(code, spoken),
        "settled": some,
        "settled_total": len(settled),
        "restricted": not_to_be_passed_on(
            [held.record for held in meeting.documents], helping, [one.document for one in some]
        ),
    }
