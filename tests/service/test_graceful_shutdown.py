"""`council serve`, told to end: what is under way is answered, nothing new is begun."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing

import httpx
import pytest

BODY = b'{"question": "Who plans a register of harbour pilots?"}'
HEAD = (
    b"POST /v1/answer HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\nConnection: keep-alive\r\n\r\n" % len(BODY)
)


@pytest.fixture
def process(harbour, request):
    """A server process that may take so many seconds to end, and its port."""
    started = subprocess.Popen(
        [sys.executable, "-m", "service", "serve", "--index", str(harbour), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"HF_HUB_OFFLINE": "1", "COUNCIL_SHUTDOWN_SECONDS": str(request.param)},
    )
    try:
        told = re.fullmatch(r"listening on http://\S+:(\d+)\n", started.stdout.readline().decode())
        assert told, started.communicate(timeout=30)
        yield started, int(told[1])
    finally:
        started.kill()
        started.communicate(timeout=30)


def begun(port: int) -> socket.socket:
    """A connection over which a request has begun to come."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(HEAD + BODY[:10])
    httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False, timeout=30)  # accepted after the one above
    return connection


def refuses(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False, timeout=1).status_code != 200
    except httpx.TransportError:
        return True


@pytest.mark.parametrize("process", [60], indirect=True)
def test_requests_under_way_end_and_new_ones_are_refused(process):
    started, port = process
    with closing(begun(port)) as connection:
        started.send_signal(signal.SIGTERM)
        until = time.monotonic() + 30
        while not refuses(port):
            assert time.monotonic() < until
            time.sleep(0.05)
        assert started.poll() is None
        connection.sendall(BODY[10:])
        received = b""
        while piece := connection.recv(65_536):
            received += piece
    assert received.startswith(b"HTTP/1.1 200 ") and b'"citations":[' in received
    _, errors = started.communicate(timeout=30)
    assert started.returncode in {0, -signal.SIGTERM, 128 + signal.SIGTERM}
    assert b"Traceback" not in errors


@pytest.mark.parametrize("process", [5], indirect=True)
def test_a_request_that_does_not_end_is_waited_for_no_longer_than_allowed(process):
    started, port = process
    with closing(begun(port)):
        began = time.monotonic()
        started.send_signal(signal.SIGTERM)
        started.communicate(timeout=30)
        assert 3 < time.monotonic() - began < 25
