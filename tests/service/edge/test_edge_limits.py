"""The limits, over HTTP and against a real server whose slow routes are made so on purpose."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from fastapi.responses import StreamingResponse

from service.api import create_app
from service.edge.http_protocol import ProblemProtocol
from service.server_settings import Settings

QUESTION = {"question": "Who plans a register of harbour pilots?"}
LONG = 30.0


class Slow(threading.Event):
    """What slow requests wait for; `begun` counts those that do."""

    def __init__(self):
        super().__init__()
        self.begun = threading.Semaphore(0)


@contextmanager
def served(folder, *, loopback=True, slow=None, http="auto", **settings):
    """A server with these settings; `slow` is an event that GET /v1/slow waits for."""
    app = create_app(folder, settings=Settings(**settings), loopback=loopback)

    @app.get("/v1/slow", include_in_schema=False)
    def wait() -> dict[str, str]:
        slow.begun.release()
        assert slow.wait(LONG)
        return {"status": "ended"}

    @app.get("/v1/slow/events", include_in_schema=False)
    async def events() -> StreamingResponse:
        async def lines():
            import asyncio

            for number in range(3):
                yield f"data: {number}\n\n"
                await asyncio.sleep(0.8)

        return StreamingResponse(lines(), media_type="text/event-stream")

    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, http=http, log_level="critical", server_header=False)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + LONG
    while not server.started:
        assert thread.is_alive() and time.monotonic() < until
        time.sleep(0.01)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        with httpx.Client(base_url=address, trust_env=False, timeout=LONG) as client:
            yield client
    finally:
        if slow is not None:
            slow.set()
        server.should_exit = True
        thread.join(LONG)
        assert not thread.is_alive()


def problem(response, status, kind):
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body["type"]) == (status, f"/problems/{kind}")
    assert body["request_id"] == response.headers["x-request-id"]
    return body


# Rate


def test_who_comes_too_often_is_told_when_to_come_back(harbour):
    with served(harbour, rate_per_minute=30) as client:
        began, come = time.monotonic(), 0
        while (refused := client.get("/v1/jurisdictions", headers={"Accept-Language": "fr"})).status_code == 200:
            come += 1
            assert come <= 30 + (time.monotonic() - began) / 2
        assert come >= 30
        assert problem(refused, 429, "rate")["title"] == "Trop de demandes"
        wait = int(refused.headers["retry-after"])
        assert 1 <= wait <= 2
        for _ in range(5):
            assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
        time.sleep(wait)
        assert client.get("/v1/jurisdictions").status_code == 200


def test_made_up_keys_give_no_further_requests(harbour):
    with served(harbour, rate_per_minute=5) as client:
        statuses = [
            client.get("/v1/jurisdictions", headers={"Authorization": f"Bearer made-up-{number}"}).status_code
            for number in range(8)
        ]
    assert statuses[-3:] == [429] * 3


@pytest.mark.parametrize(("loopback", "limited"), [(True, False), (False, True)])
def test_there_is_a_rate_by_itself_only_where_others_can_reach_the_server(harbour, loopback, limited):
    with served(harbour, loopback=loopback) as client:
        began, statuses = time.monotonic(), []
        # More than 1,200 a minute, however slowly they are answered.
        while len(statuses) < 1_250 + 20 * (time.monotonic() - began) and 429 not in statuses[-1:]:
            statuses.append(client.get("/static/page.css").status_code)
    assert set(statuses) == ({200, 429} if limited else {200})


# Places, and the deadline


def in_background(client, path, into):
    thread = threading.Thread(target=lambda: into.append(client.get(path)), daemon=True)
    thread.start()
    return thread


def test_more_requests_than_places_are_refused_until_one_is_free(harbour):
    slow, answers = Slow(), []
    with served(harbour, slow=slow, max_concurrent=2) as client:
        threads = [in_background(client, "/v1/slow", answers) for _ in range(2)]
        assert all(slow.begun.acquire(timeout=LONG) for _ in threads)
        refused = client.get("/v1/jurisdictions")
        problem(refused, 429, "crowded")
        assert refused.headers["retry-after"] == "1"
        assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
        slow.set()
        for thread in threads:
            thread.join(LONG)
        assert [answer.json() for answer in answers] == [{"status": "ended"}] * 2
        assert client.get("/v1/jurisdictions").status_code == 200


def until_one_is_answered(client):
    """Waits until there is a place again; with so little time a request, the first may be given up."""
    until = time.monotonic() + LONG
    while client.get("/v1/jurisdictions").status_code != 200:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_what_takes_too_long_is_given_up_and_keeps_its_place_until_it_ends(harbour):
    slow = Slow()
    with served(harbour, slow=slow, request_seconds=0.3, max_concurrent=1) as client:
        began = time.monotonic()
        problem(client.get("/v1/slow"), 504, "timeout")
        assert 0.3 <= time.monotonic() - began < LONG / 2
        problem(client.get("/v1/slow"), 429, "crowded")
        slow.set()
        until_one_is_answered(client)


def test_streams_of_events_may_last(harbour):
    with served(harbour, request_seconds=2, max_concurrent=1) as client:
        assert client.get("/v1/slow/events").text.split() == ["data:", "0", "data:", "1", "data:", "2"]


def raw(client, *parts, pause=0.0):
    """What the server sends back for bytes sent as they are."""
    url = urlsplit(str(client.base_url))
    with socket.create_connection((url.hostname, url.port), timeout=LONG) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)
        received = b""
        while piece := connection.recv(65_536):
            received += piece
    return received


HEAD = b"POST /v1/answer HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def test_a_body_that_does_not_come_is_waited_for_no_longer(harbour):
    with served(harbour, request_seconds=0.3, max_concurrent=1) as client:
        received = raw(client, HEAD + b"Content-Length: 100\r\n\r\n{")
        assert received.startswith(b"HTTP/1.1 408 ") and b"/problems/slow" in received
        until_one_is_answered(client)


# Bodies


def test_a_body_that_is_too_large_is_refused_before_it_comes(harbour):
    with served(harbour) as client:
        received = raw(client, HEAD + b"Content-Length: 5000000\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 413 ") and b"/problems/body-size" in received and b"1000000" in received


def test_a_body_that_grows_too_large_is_refused_while_it_comes(harbour):
    sent = 0

    def endless():
        nonlocal sent
        yield b'{"question": "'
        for _ in range(3_000):
            sent += 10_000
            yield b"a" * 10_000

    with served(harbour) as client:
        response = client.post("/v1/answer", content=endless(), headers={"Content-Type": "application/json"})
        assert "1000000" in problem(response, 413, "body-size")["detail"]
        assert client.post("/v1/answer", json=QUESTION).status_code == 200
        filled = {"question": "register of pilots", "filters": {"jurisdiction": ["NS"] * 150_000}}
        assert client.post("/v1/answer", json=filled).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json", ""])
def test_a_body_of_another_type_is_refused(harbour, client, kind):
    sent = client.post("/v1/answer", content=b'{"question": "quays"}', headers={"Content-Type": kind})
    assert "application/json" in problem(sent, 415, "media-type")["mend"]


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/x+json", "Application/JSON"])
def test_json_under_its_names_is_taken(client, kind):
    sent = client.post("/v1/answer", content=b'{"question": "quays"}', headers={"Content-Type": kind})
    assert sent.status_code == 200


@pytest.mark.parametrize(
    "path", ["/v1/documents", "/v1/documents/none", "/v1/jurisdictions", "/v1/follow-ups", "/healthz", "/readyz"]
)
def test_unknown_parameters_are_refused(client, path):
    assert "colour" in problem(client.get(path, params={"colour": "blue"}), 422, "invalid")["detail"]


@pytest.mark.parametrize("status", [400, 402, 406, 409, 412, 418, 422, 423, 451, 500, 501, 503, 507])
def test_any_status_that_a_route_gives_is_told_as_a_problem(harbour, status):
    import asyncio

    from starlette.exceptions import HTTPException

    app = create_app(harbour)

    @app.get("/v1/tried")
    def tried() -> None:
        raise HTTPException(status, headers={"Retry-After": "7"})

    async def asked():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/v1/tried")

    response = asyncio.run(asked())
    assert response.status_code == status and response.headers["retry-after"] == "7"
    assert all(response.json().values())


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nbad header\r\n\r\n"]
)
def test_what_is_no_http_is_told_as_a_problem(harbour, sent):
    with served(harbour, http=ProblemProtocol) as client:
        head, _, body = raw(client, sent + b"\r\n\r\n").partition(b"\r\n\r\n")
        assert client.get("/healthz").status_code == 200
        assert client.get("/problems/malformed").status_code == 200
    assert head.startswith(b"HTTP/1.1 400 ") and b"Content-Type: application/problem+json" in head
    assert b"Content-Security-Policy: default-src 'none'" in head
    told = json.loads(body)
    assert (told["type"], told["status"]) == ("/problems/malformed", 400)
    assert told["request_id"].encode() in head


# Ids


@pytest.mark.parametrize("sent", ["a", "5f0c4d1e-9a7b", "trace:1/2+3=@x.~_", "x" * 128])
def test_an_id_that_can_be_used_is_kept(client, sent):
    for path in ("/healthz", "/v1/none", "/v1/search", "/", "/static/page.css"):
        response = client.get(path, headers={"X-Request-ID": sent})
        assert response.headers.get_list("x-request-id") == [sent]
        if response.status_code >= 400:
            assert response.json()["request_id"] == sent


@pytest.mark.parametrize("sent", ["", "x" * 129, "two words", 'a"b', "a,b", "a;b", "é", "<a>", "{}", "a\tb"])
def test_any_other_is_replaced(client, sent):
    response = client.get("/v1/none", headers={"X-Request-ID": sent.encode()})
    assert re.fullmatch("[0-9a-f]{32}", response.headers["x-request-id"])
    assert response.json()["request_id"] == response.headers["x-request-id"]


def test_each_request_has_an_id_of_its_own(client):
    sent = [("X-Request-ID", "a"), ("X-Request-ID", "b")]
    ids = [client.get("/healthz").headers["x-request-id"] for _ in range(3)]
    ids.append(client.get("/healthz", headers=sent).headers["x-request-id"])
    assert len(set(ids)) == 4 and not {"a", "b"} & set(ids)
