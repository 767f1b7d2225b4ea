"""Fixtures that the tests of several packages share: an index of the corpus, and real servers."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from hypothesis import HealthCheck, settings

from indexer import embedding
from indexer.build import build
from service.api import create_app

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "corpus"
STARTED_WITHIN = 30.0

Council = Callable[..., "subprocess.CompletedProcess[str]"]

# How long an example takes says what else the machine does, and whether a table was read before: nothing of the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("untimed")


class RunningServer:
    """The application under uvicorn, in a thread of its own, on a port that the system chooses."""

    def __init__(self, folder: Path, **options: Any) -> None:
        app = create_app(folder, **options)
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", server_header=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        until = time.monotonic() + STARTED_WITHIN
        while not self._server.started:
            assert self._thread.is_alive() and time.monotonic() < until, "the server does not start"
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def __exit__(self, *failure: object) -> None:
        self._server.should_exit = True
        self._thread.join(STARTED_WITHIN)


@pytest.fixture(scope="session")
def corpus_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of the corpus; tests must leave it as it is."""
    folder = tmp_path_factory.mktemp("corpus-index")
    report = build([CORPUS], folder, embedding.load())
    assert not report.failures
    return folder


@pytest.fixture(scope="session")
def server(corpus_index: Path) -> Iterator[str]:
    """Address of a real server over the index of the corpus."""
    with RunningServer(corpus_index) as address:
        yield address


@pytest.fixture
def client(server: str) -> Iterator[httpx.Client]:
    """A client of that server, whose caller speaks English."""
    with httpx.Client(base_url=server, headers={"Accept-Language": "en"}, trust_env=False, timeout=30) as opened:
        yield opened


@pytest.fixture(scope="session")
def serving() -> Callable[..., RunningServer]:
    """A context manager that serves another index folder, by options of `create_app`, and gives its address."""
    return RunningServer


@pytest.fixture(scope="session")
def council() -> Council:
    """The `council` command in a process of its own."""

    def run(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        words: Sequence[str] = [str(argument) for argument in arguments]
        environment = os.environ | {
            "HF_HUB_OFFLINE": "1",
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
        }
        return subprocess.run(
            [sys.executable, "-m", "service", *words],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=cwd,
            env=environment,
            timeout=120,
            check=False,
        )

    return run
