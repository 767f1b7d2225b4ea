from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from indexer.errors import CouncilError, SettingError
from service import server
from service.server_settings import Settings

WITHIN = 90.0


class Served:
    """`council serve` in processes of its own, on a free port."""

    def __init__(self, index: Path, *more: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "service", "serve", "--index", str(index), "--port", "0", *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"HF_HUB_OFFLINE": "1"} | environment,
        )
        self.said: list[str] = []
        self.errors: list[str] = []
        for stream, lines in ((self.process.stdout, self.said), (self.process.stderr, self.errors)):
            threading.Thread(target=lambda s=stream, k=lines: k.extend(iter(s.readline, "")), daemon=True).start()

    def __enter__(self) -> Served:
        self.until(lambda: any("listening on" in line for line in self.said))
        self.address = re.search(r"listening on (http://\S+)", "".join(self.said))[1]
        return self

    def __exit__(self, *failure: object) -> None:
        self.process.kill()
        self.process.wait()

    def until(self, holds) -> None:
        end = time.monotonic() + WITHIN
        while not holds():
            assert time.monotonic() < end, "".join(self.errors)
            assert self.process.poll() is None, "".join(self.errors)
            time.sleep(0.02)

    def workers(self) -> set[int]:
        pid = self.process.pid
        return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}

    def get(self, path: str, **options) -> httpx.Response:
        return httpx.get(self.address + path, trust_env=False, timeout=WITHIN, **options)

    def ended(self) -> int:
        return self.process.wait(WITHIN)


def gone(pid: int) -> bool:
    try:
        return "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture
def own_index(corpus_index, tmp_path):
    return Path(shutil.copytree(corpus_index, tmp_path / "index"))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "example.org", "127.0.0.1.example.org"])
def test_other_addresses_than_this_machine_are_refused(host, tmp_path):
    with pytest.raises(SettingError, match=r"--host 127\.0\.0\.1"):
        server.only_this_machine(Settings(host=host, data=tmp_path))


def test_the_refusal_is_bad_usage_with_the_mend(council, corpus_index):
    refused = council("serve", "--index", corpus_index, "--host", "0.0.0.0")
    assert refused.returncode == 2
    assert "use --host 127.0.0.1" in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize(("option", "value"), [("--port", -1), ("--port", 65_536), ("--workers", 0), ("--host", "")])
def test_options_out_of_range_are_bad_usage(main, corpus_index, option, value):
    refused = main("serve", "--index", corpus_index, option, value)
    assert refused.returncode == 2 and option in refused.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_addresses_of_this_machine_are_taken(host, tmp_path):
    assert server.only_this_machine(Settings(host=host, data=tmp_path))
    # Behind a proxy the callers are of other machines.
    assert not server.only_this_machine(Settings(host=host, data=tmp_path, trusted_proxies="192.0.2.1"))
    with server.listen(host, 0) as listening:
        assert listening.getsockname()[1] > 0


def test_a_port_in_use_fails_with_the_mend():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        with pytest.raises(CouncilError, match="in use"):
            server.listen("127.0.0.1", held.getsockname()[1])


def test_serve_without_an_index_fails_with_the_mend_and_does_not_loop(council, tmp_path):
    failed = council("serve", "--index", tmp_path / "none", "--port", "0", "--workers", "2")
    assert failed.returncode == 1
    assert "council index" in failed.stderr and "cannot start" in failed.stderr
    assert "Traceback" not in failed.stderr and "listening" not in failed.stdout


def test_interrupted_it_ends_well(corpus_index):
    with Served(corpus_index) as served:
        assert served.get("/readyz").status_code == 200
        served.process.send_signal(signal.SIGINT)
        assert served.ended() == 0
        assert "Traceback" not in "".join(served.errors)


def test_workers_that_die_are_replaced_and_no_request_is_lost_but_theirs(corpus_index):
    with Served(corpus_index, "--workers", "2") as served:
        before = served.workers()
        assert len(before) == 2
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        # The socket stays open meanwhile: this one waits in its queue for the new workers.
        assert served.get("/v1/search", params={"q": "chatbots"}).json()["passages"]
        served.until(lambda: len(served.workers()) == 2 and not served.workers() & before)
        workers = served.workers()
        served.process.send_signal(signal.SIGTERM)
        assert served.ended() == 0
        assert all(gone(pid) for pid in workers)


def test_workers_end_with_a_supervisor_that_is_killed(corpus_index):
    with Served(corpus_index) as served:
        workers = served.workers()
        served.process.kill()
        served.ended()
        end = time.monotonic() + WITHIN
        while not all(gone(pid) for pid in workers):
            assert time.monotonic() < end
            time.sleep(0.05)


def test_requests_under_way_end_at_shutdown(corpus_index):
    with Served(corpus_index) as served:
        host, port = served.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=WITHIN) as slow:
            body = b'{"question": "Which jurisdictions piloted chatbots?"}'
            head = f"POST /v1/answer HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            slow.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:10])
            served.get("/healthz")  # accepted after the one above
            served.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert served.process.poll() is None
            slow.sendall(body[10:])
            assert slow.recv(12) == b"HTTP/1.1 200"
        assert served.ended() == 0


def test_requests_that_take_longer_than_they_may_do_not_hold_up_the_shutdown(corpus_index):
    with Served(corpus_index, COUNCIL_SHUTDOWN_SECONDS="1") as served:
        host, port = served.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=WITHIN) as slow:
            slow.sendall(b"POST /v1/answer HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
            served.get("/healthz")
            served.process.send_signal(signal.SIGTERM)
            assert served.ended() == 0


def test_a_hangup_reads_the_settings_again_without_a_gap(corpus_index, tmp_path):
    file = tmp_path / "own.toml"
    file.write_text("workers = 1\n", encoding="utf-8")
    with Served(corpus_index, "--settings", str(file)) as served:
        before = served.workers()
        file.write_text("workers = 2\n", encoding="utf-8")
        served.process.send_signal(signal.SIGHUP)
        answers = []
        served.until(
            lambda: (
                answers.append(served.get("/healthz").status_code)
                or (len(served.workers()) == 2 and not served.workers() & before)
            )
        )
        assert set(answers) == {200}
        now = served.workers()
        file.write_text("workers = 0\n", encoding="utf-8")
        served.process.send_signal(signal.SIGHUP)
        served.until(lambda: any("settings stay as they are" in line for line in served.errors))
        assert served.workers() == now and served.get("/healthz").status_code == 200


@pytest.mark.parametrize(("trusted", "believed"), [("127.0.0.1", True), ("", False), ("192.0.2.1", False)])
def test_forwarded_addresses_are_believed_from_trusted_proxies_alone(corpus_index, trusted, believed):
    with Served(corpus_index, COUNCIL_TRUSTED_PROXIES=trusted, COUNCIL_RATE_PER_MINUTE="1") as served:
        # Each address has one request a minute: a second is had by another address alone.
        first, second = (
            served.get("/v1/jurisdictions", headers={"X-Forwarded-For": address}).status_code
            for address in ("203.0.113.7", "203.0.113.8")
        )
        assert first == 200 and (second == 200) is believed
        # Behind a proxy nobody counts as being on this machine.
        assert (served.get("/readyz").json().get("generation") is None) is bool(trusted)


def test_an_index_that_vanishes_ends_the_service_at_the_next_start_of_a_worker(own_index):
    with Served(own_index) as served:
        (worker,) = served.workers()
        shutil.rmtree(own_index)
        os.kill(worker, signal.SIGKILL)
        assert served.ended() == 1
        assert any("no index here" in line for line in served.errors)


def test_a_file_of_the_index_cut_short_gives_no_answer_and_then_no_start(own_index):
    with Served(own_index) as served:
        (worker,) = served.workers()
        (vectors,) = own_index.glob("g*/vectors.faiss")
        os.truncate(vectors, 5_000)
        refused = served.get("/v1/search", params={"q": "chatbots"})
        assert refused.status_code == 503
        os.kill(worker, signal.SIGBUS)  # what reading past the new end does to a request that was under way
        assert served.ended() == 1
        assert any("SIGBUS" in line for line in served.errors) or any("damaged" in line for line in served.errors)
