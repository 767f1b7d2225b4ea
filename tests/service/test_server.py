from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from indexer.errors import SettingError
from service import server


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "example.org", "", "127.0.0.1.example.org"])
def test_other_addresses_than_this_machine_are_refused(council, corpus_index, tmp_path, host):
    with pytest.raises(SettingError, match=r"--host 127\.0\.0\.1"):
        server.serve(corpus_index, host, 8000)


def test_the_refusal_is_bad_usage_with_the_mend(council, corpus_index):
    refused = council("serve", "--index", corpus_index, "--host", "0.0.0.0")
    assert refused.returncode == 2
    assert "use --host 127.0.0.1" in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_cannot_be_is_refused(corpus_index, port):
    with pytest.raises(SettingError, match="0 to 65535"):
        server.serve(corpus_index, "127.0.0.1", port)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_addresses_of_this_machine_are_taken(monkeypatch, corpus_index, host):
    asked = {}
    monkeypatch.setattr("uvicorn.run", lambda app, **options: asked.update(options))
    server.serve(corpus_index, host, 8123)
    assert (asked["host"], asked["port"]) == (host, 8123)


def test_serve_without_an_index_fails_with_the_mend(council, tmp_path):
    failed = council("serve", "--index", tmp_path / "none")
    assert failed.returncode == 1
    assert "council index" in failed.stderr


def test_serve_answers_until_it_is_interrupted(corpus_index):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "serve", "--index", str(corpus_index), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
    )
    try:
        until = time.monotonic() + 30
        while True:
            try:
                assert httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200
                break
            except httpx.TransportError:
                assert process.poll() is None and time.monotonic() < until
                time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode in {0, 130}
    assert b"Traceback" not in errors


def test_a_port_in_use_fails_without_a_traceback(council, corpus_index):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        failed = council("serve", "--index", corpus_index, "--port", held.getsockname()[1])
    assert failed.returncode == 1
    assert "in use" in failed.stderr
    assert "Traceback" not in failed.stderr
