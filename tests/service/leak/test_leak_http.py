"""The same over HTTP, as each role: status, headers and body do not tell a hidden document from none at all.

Two real servers: one over everything, one for each audience over an index without what is hidden from it. The caller's
role is set in front of the application, so that what is tried here is what every way of signing in comes down to.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import asking
import httpx
import pytest
from asking import examples
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp, Receive, Scope, Send

from indexer.documents import Distribution
from service.access import Caller, CallerRole

ROLE = "x-role"
VARYING = {"date", "x-request-id"}


class AsRole:
    """Sets the caller that a header names, as `service.callers.caller` would have found him."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            role = dict(scope["headers"]).get(ROLE.encode())
            if role is not None:
                scope.setdefault("state", {})["caller"] = Caller(CallerRole(role.decode()), "key-1", "key")
        await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Callers:
    """A role's client to the server over everything, and to the one without what is hidden from the role."""

    role: CallerRole
    seen: httpx.Client
    without: httpx.Client
    hidden_documents: list[str]
    hidden_passages: list[str]
    documents: list[str]
    passages: list[str]


@pytest.fixture(scope="session")
def addresses(indexes, serving) -> Iterator[dict[Distribution, str]]:
    with ExitStack() as running:
        found = {}
        for audience, folder in indexes.items():
            server = serving(folder)
            server._server.config.app.add_middleware(AsRole)
            found[audience] = running.enter_context(server)
        yield found


@pytest.fixture(scope="session", params=[CallerRole.ANONYMOUS, CallerRole.MEMBER])
def callers(request, addresses, sides_of) -> Iterator[Callers]:
    role = request.param
    sides = sides_of(Caller(role).audience, Distribution.SECRETARIAT)
    index = sides.seen.index()
    options: dict[str, Any] = {"headers": {ROLE: str(role), "Host": "council.test"}, "trust_env": False, "timeout": 60}
    with (
        httpx.Client(base_url=addresses[Distribution.SECRETARIAT], **options) as seen,
        httpx.Client(base_url=addresses[sides.audience], **options) as without,
    ):
        yield Callers(
            role,
            seen,
            without,
            sorted(set(sides.documents) - {record.id for record in index.documents()}),
            sorted(set(sides.passages) - {passage.id for passage in index.passages()}),
            sides.documents,
            sides.passages,
        )


def told(response: httpx.Response, without: str = "\0") -> tuple[int, dict[str, str], Any]:
    """Status, headers and body of a response, but for what differs between any two."""
    headers = {name: value for name, value in response.headers.items() if name not in VARYING}
    is_json = response.content and "json" in headers.get("content-type", "")
    body = response.json() if is_json else response.text.replace(without, "")
    if isinstance(body, dict):
        body.pop("request_id", None)
    if isinstance(body, dict):
        if body.pop("took_ms", None) is not None:
            headers.pop("content-length"), headers.pop("etag", None)
        body = {name: value.replace(without, "") if isinstance(value, str) else value for name, value in body.items()}
    return response.status_code, headers, body


def test_the_role_counts(callers, addresses):
    """The secretariat finds by the same addresses what is hidden from the others."""
    for path in (
        *(f"/v1/documents/{one}" for one in callers.hidden_documents),
        *(f"/v1/passages/{one}" for one in callers.hidden_passages[:10]),
    ):
        response = httpx.get(
            addresses[Distribution.SECRETARIAT] + path, headers={ROLE: "secretariat"}, trust_env=False, timeout=60
        )
        assert response.status_code == 200
        assert callers.seen.get(path).status_code == 404


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_hidden_id_is_answered_as_an_unknown_one(callers, language):
    spoken = {"Accept-Language": language}
    ids = [
        *((one, "/v1/documents/{}") for one in callers.hidden_documents),
        *((one, f"/v1/passages/{{}}{more}") for one in callers.hidden_passages[:25] for more in ("", "/precedents")),
    ]
    for one, path in ids:
        unknown = one[:-6] + "zzzzzz"
        for method in ("GET", "HEAD", "DELETE", "POST", "PATCH"):
            hidden = callers.seen.request(method, path.format(one), headers=spoken)
            none = callers.seen.request(method, path.format(unknown), headers=spoken)
            assert told(hidden, one) == told(none, unknown)
        tagged = spoken | {"If-None-Match": '"x"', "If-Modified-Since": "Wed, 21 Oct 2015 07:28:00 GMT"}
        hidden, none = (callers.seen.get(path.format(which), headers=tagged) for which in (one, unknown))
        assert told(hidden, one) == told(none, unknown)


@pytest.mark.parametrize(
    "path",
    [
        *("/v1/documents", "/v1/jurisdictions", "/v1/follow-ups", "/healthz", "/readyz", "/openapi.json", "/none"),
        *("/", "/search", "/documents", "/topics", "/topics?q=zorvanique", "/topics?q=digital+identity&lang=fr"),
        *("/exchange", "/exchange/2021-03", "/exchange/2022-09", "/register?lang=fr"),
        *("/export/follow-ups?lang=fr", "/export/matches?meeting=2021-03", "/export/analysis?meeting=2022-09"),
        *("/export/brief?q=digital+identity&format=html", "/export/answer?q=chatbots&format=csv"),
    ],
)
def test_listings_are_the_same(callers, path):
    assert told(callers.seen.get(path)) == told(callers.without.get(path))


def test_the_page_of_a_meeting_is_the_same(callers):
    for client in (
        callers.seen,
        callers.without,
    ):  # what it shows depends on what there was time for, till all is known
        assert client.get("/export/matches?meeting=2019-02").status_code == 200
        client.get("/exchange/2019-02")
    assert told(callers.seen.get("/exchange/2019-02")) == told(callers.without.get("/exchange/2019-02"))


@examples(25)
@given(st.data())
def test_anything_asked_for_is_the_same(callers, data):
    one = data.draw(asking.asked(callers.documents))
    filters = {
        "jurisdiction": list(one.filters.jurisdictions),
        "type": list(one.filters.types),
        "role": list(one.filters.roles),
        "status": [str(status) for status in one.statuses],
        "doc_language": list(one.filters.document_languages),
        "from": one.filters.date_from,
        "to": one.filters.date_to,
        "meeting": list(one.filters.meetings),
    }
    fields = {name: value for name, value in filters.items() if value}
    body = {"question": one.text, "language": one.language, "limit": one.limit, "filters": fields}
    document = quote(data.draw(asking.ids(callers.documents)), safe="")
    passage = quote(data.draw(asking.ids(callers.passages)), safe="")
    shown = {"q": one.text, "lang": one.language or "en", **fields}
    items = {"meeting": data.draw(asking.dates), "owner": data.draw(st.sampled_from(["YT", "BC", "report", "Mina"]))}
    for send in (
        lambda client: client.post("/v1/answer", json=body),
        lambda client: client.get("/v1/search", params={"q": one.text, "limit": one.limit, **fields}),
        lambda client: client.get("/v1/search", params={"q": one.text, "facets": True, **fields}),
        lambda client: client.get("/search", params=shown),
        lambda client: client.get(f"/v1/documents/{document}"),
        lambda client: client.get(f"/v1/passages/{passage}"),
        lambda client: client.get(f"/v1/passages/{passage}/precedents", params={"limit": one.limit, **fields}),
        lambda client: client.get("/v1/follow-ups", params={**items, "limit": one.limit}),
    ):
        assert told(send(callers.seen)) == told(send(callers.without))
