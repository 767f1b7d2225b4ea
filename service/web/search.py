"""The page that searches: one field, filters with counts, passages by document; every state has an address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import chain, groupby

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import QueryParams

from indexer import dates, jurisdictions, sentences
from indexer.documents import DocumentRecord, Language
from service.callers import Seen, Who
from service.engine import Engine
from service.facets import FACETS, FacetCounts
from service.filters import make_filters, make_statuses
from service.matched_words import MatchedWords, Span
from service.messages import RefusedError, message
from service.query import MAX_LIMIT, MAX_QUESTION_CHARACTERS, Query, understand
from service.retrieval import DEFAULT_WEIGHTS, Hit
from service.web import account, shell

PER_PAGE = 20
_PAGES = -(-MAX_LIMIT // PER_PAGE)
_FEW = 10  # passages shown from further off, or without the filters
_VALUES_SHOWN = 8  # of a facet; the others are folded
_EXCERPT = 500  # characters of a passage that are shown


def add(app: FastAPI) -> None:
    """Add the page at `/search` to `app`."""

    @app.get("/search", response_class=HTMLResponse, include_in_schema=False)
    def search(request: Request, engine: Seen, who: Who, lang: str = "") -> HTMLResponse:
        spoken = account.spoken(request, lang)
        state = State.read(request.query_params)
        found, refusal = None, None
        if state.q:
            try:
                found = results(engine, state, spoken)
            except RefusedError as error:
                refusal = error.detail(spoken)
        context = {"state": state, "found": found, "refusal": refusal, "longest": MAX_QUESTION_CHARACTERS}
        status = 200 if refusal is None else 422
        return shell.page(request, who, spoken, "search.html", context, section="search", status=status)


@dataclass(frozen=True, slots=True)
class State:
    """What the address of the page says, as it was typed; fields have the names of its parameters, but `since`."""

    q: str = ""
    jurisdiction: tuple[str, ...] = ()
    meeting: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    doc_language: tuple[str, ...] = ()
    since: str = ""
    to: str = ""
    page: str = ""

    @classmethod
    def read(cls, given: QueryParams) -> State:
        """The state of an address; parameters of other names are passed over, and so are empty ones."""

        def one(name: str) -> str:
            return given.get(name, "").strip()

        several = {name: tuple(dict.fromkeys(value for value in given.getlist(name) if value)) for name in FACETS}
        return cls(q=one("q"), since=one("from"), to=one("to"), page=one("page"), **several)

    def values(self, facet: str) -> tuple[str, ...]:
        """The values chosen of a facet."""
        chosen: tuple[str, ...] = getattr(self, facet)
        return chosen

    @property
    def filtered(self) -> bool:
        """Whether any filter is in use."""
        return bool(self.since or self.to or any(self.values(facet) for facet in FACETS))

    def query(self, spoken: Language) -> Query:
        """What is asked. Raises RefusedError for what cannot be used."""
        filters = make_filters(
            jurisdictions=self.jurisdiction,
            types=self.type,
            roles=self.role,
            document_languages=self.doc_language,
            date_from=self.since or None,
            date_to=self.to or None,
            meetings=self.meeting,
        )
        statuses = make_statuses(self.status)
        return understand(self.q, language=spoken, filters=filters, statuses=statuses, limit=MAX_LIMIT)

    def number(self, pages: int) -> int:
        """The page asked for. Raises RefusedError where it is none of so many."""
        if not self.page:
            return 1
        if not (self.page.isascii() and self.page.isdigit() and len(self.page) < 4 and 0 < int(self.page) <= pages):
            raise RefusedError("search.wrong_page", page=self.page, most=pages)
        return int(self.page)

    def address(self, spoken: Language, **changes: object) -> str:
        """The address of this state, on its first page, with `changes` by name of the parameter."""
        told = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in {"since", "page"}}
        return shell.address("/search", spoken, **(told | {"from": self.since} | changes))

    def bare(self) -> State:
        """The same question without filters."""
        return State(q=self.q)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet that may be chosen, with the number of passages found that have it."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet as a group of choices: those shown, those folded, and values chosen that no passage has."""

    name: str
    shown: Sequence[Choice]
    folded: Sequence[Choice]
    kept: Sequence[str]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use, and the address of the page without it; `number` is of the passages found there, if known."""

    facet: str
    label: str
    address: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a passage stands again."""

    language: Language
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A passage found: its text in pieces, each marked or not, and where it is read.

    `translated` is its version in the other language, `copies` are where else it stands.
    """

    hit: Hit
    names: Sequence[str]
    pieces: Sequence[tuple[str, bool]]
    address: str
    translated: Elsewhere | None
    copies: Sequence[Elsewhere]


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document with its passages found, best first."""

    record: DocumentRecord
    address: str
    passages: Sequence[ShownPassage]


@dataclass(frozen=True, slots=True)
class Results:
    """What the page shows of a search."""

    counts: FacetCounts
    facets: Sequence[Facet]
    chips: Sequence[Chip]
    meetings: Sequence[str]
    documents: Sequence[ShownDocument]
    further: Sequence[ShownDocument]
    ruled_out: bool
    drops: Sequence[Chip]
    by_meaning: bool
    page: int
    pages: int
    cut: bool
    suggestion: str | None
    addresses: Mapping[str, str] = field(default_factory=dict)


def results(engine: Engine, state: State, spoken: Language) -> Results:
    """What a search finds, as `engine` sees the documents. Raises RefusedError for what cannot be used."""
    query = state.query(spoken)
    state.number(_PAGES)
    hits, counts, suggestion = engine.found(query), engine.facets(query), engine.suggestion(query)
    near = [hit for hit in hits if _score(hit) >= counts.least]
    far = [hit for hit in hits if _score(hit) < counts.least]
    pages = max(1, -(-len(near) // PER_PAGE))
    page = state.number(pages)
    shown = near[(page - 1) * PER_PAGE : page * PER_PAGE]
    ruled_out = state.filtered and not near and counts.unfiltered > 0
    if ruled_out:
        shown = engine.hits(replace(state.bare().query(spoken), limit=_FEW))
    show = _Shown(query, spoken)
    addresses = {
        "unfiltered": state.bare().address(spoken),
        "ask": shell.address("/", spoken, q=state.q),
        "previous": state.address(spoken, page=page - 1 if page > 2 else None) if page > 1 else "",
        "next": state.address(spoken, page=page + 1) if page < pages else "",
        "suggestion": state.address(spoken, q=suggestion) if suggestion else "",
    }
    return Results(
        counts=counts,
        facets=[_facet(name, counts.by_facet[name], state.values(name), spoken) for name in FACETS],
        chips=list(_chips(state, spoken)),
        meetings=sorted({*engine.index().meetings, *filter(None, (state.since, state.to))}),
        documents=show.documents(shown),
        further=show.documents(far[: max(0, _FEW - len(shown))] if not ruled_out else []),
        ruled_out=ruled_out,
        drops=list(_drops(state, counts, spoken)) if ruled_out else [],
        by_meaning=bool(shown) and all(hit.lexical <= 0 for hit in shown),
        page=page,
        pages=pages,
        cut=page == pages and len(near) == MAX_LIMIT,
        suggestion=suggestion,
        addresses=addresses,
    )


def label(facet: str, value: str, spoken: Language) -> str:
    """A facet's value in words."""
    match facet:
        case "jurisdiction":
            known = jurisdictions.get(value.upper())
            return known.name_en if spoken == "en" else known.name_fr
        case "meeting":
            return dates.written(value, spoken)
        case "type":
            return message(f"search.kind.{value}", spoken)
        case "doc_language":
            return message(f"language.{value}", spoken)
        case _:
            return message(f"{facet}.{value}", spoken)


def _score(hit: Hit) -> float:
    """What facets are counted by; the order of hits knows more."""
    return hit.lexical + DEFAULT_WEIGHTS.dense * hit.dense


def _facet(name: str, counts: Mapping[str, int], chosen: Sequence[str], spoken: Language) -> Facet:
    taken = {value.upper() for value in chosen}
    choices = [Choice(v, label(name, v, spoken), count, v.upper() in taken) for v, count in counts.items()]
    # One folded value would take as much room as its fold.
    first = choices if len(choices) <= _VALUES_SHOWN + 1 else choices[:_VALUES_SHOWN]
    rest = choices[len(first) :]
    there = {choice.value.upper() for choice in choices}
    return Facet(
        name,
        [*first, *(choice for choice in rest if choice.chosen)],
        [choice for choice in rest if not choice.chosen],
        [value for value in chosen if value.upper() not in there],
    )


def _chips(state: State, spoken: Language) -> Iterator[Chip]:
    for facet in FACETS:
        values = state.values(facet)
        for value in values:
            others = tuple(other for other in values if other != value)
            yield Chip(facet, label(facet, value, spoken), state.address(spoken, **{facet: others}))
    for parameter, key, date in (("from", "search.since", state.since), ("to", "search.until", state.to)):
        if date:
            words = message(key, spoken, date=dates.written(date, spoken))
            yield Chip("dates", words, state.address(spoken, **{parameter: None}))


def _drops(state: State, counts: FacetCounts, spoken: Language) -> Iterator[Chip]:
    """The filters without which passages are found."""
    for facet, number in counts.without.items():
        if not number:
            continue
        labels = [chip.label for chip in _chips(state, spoken) if chip.facet == facet]
        emptied: dict[str, object] = {"from": None, "to": None} if facet == "dates" else {facet: ()}
        yield Chip(facet, ", ".join(labels), state.address(spoken, **emptied), number)


class _Shown:
    """Makes what is shown of the hits of one query."""

    def __init__(self, query: Query, spoken: Language) -> None:
        self._words, self._topic, self._spoken = MatchedWords.of(query), query.text, spoken

    def documents(self, hits: Sequence[Hit]) -> list[ShownDocument]:
        """The documents in the order of their best hits."""
        first: dict[str, int] = {}
        for hit in hits:
            first.setdefault(hit.document.id, len(first))
        ordered = sorted(hits, key=lambda hit: first[hit.document.id])
        shown = []
        for _, of_one in groupby(ordered, key=lambda hit: hit.document.id):
            together = list(of_one)
            record = together[0].document
            address = shell.passage_address(self._spoken, record.id, topic=self._topic)
            shown.append(ShownDocument(record, address, [self._passage(hit) for hit in together]))
        return shown

    def _passage(self, hit: Hit) -> ShownPassage:
        passage = hit.passage
        start, end = self._words.best_sentence(passage.text, passage.language)
        elsewhere = [
            Elsewhere(
                place.document.language,
                place.document.title,
                shell.passage_address(self._spoken, place.document.id, place.passage.id, topic=self._topic),
            )
            for place in hit.versions
        ]
        translated = next((one for one in elsewhere if one.language != hit.document.language), None)
        return ShownPassage(
            hit=hit,
            names=[label("jurisdiction", code, self._spoken) for code in passage.jurisdictions],
            pieces=list(self._pieces(hit, (start, end))),
            address=shell.passage_address(
                self._spoken,
                hit.document.id,
                passage.id,
                topic=self._topic,
                mark=(passage.start + start, passage.start + end),
            ),
            translated=translated,
            copies=[one for one in elsewhere if one is not translated],
        )

    def _pieces(self, hit: Hit, best: Span) -> Iterator[tuple[str, bool]]:
        written = hit.passage.text
        start, end = excerpt(written, best)
        at = start
        if start:
            yield "… ", False
        for first, last in self._words.spans(written, hit.passage.language):
            if start <= first and last <= end:
                yield written[at:first], False
                yield written[first:last], True
                at = last
        yield written[at:end], False
        if end < len(written):
            yield " …", False


def excerpt(written: str, best: Span, most: int = _EXCERPT) -> Span:
    """The part of a long text to show: whole sentences around the `best`, with more of what follows than of before."""
    if len(written) <= most:
        return 0, len(written)
    start, end = best
    after = [stop for _, stop in sentences.split(written) if stop > end]
    before = [begin for begin, _ in reversed(sentences.split(written)) if begin < start]
    for there in chain(after[:1], before[:1], after[1:], before[1:]):
        wider = min(start, there), max(end, there)
        if wider[1] - wider[0] <= most:
            start, end = wider
    return start, end
