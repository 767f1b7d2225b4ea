"""A real server whose callers say in a header who they are, and a real `council serve` in a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from service.access import Caller, CallerRole
from service.api import create_app
from service.server_settings import Settings

ROOT = Path(__file__).resolve().parents[2]
STARTED_WITHIN = 60.0


def known_as(role: str, name: str | None = None) -> dict[str, str]:
    """Headers of a caller with that role, whose key has the id `name`."""
    return {"X-Test-Caller": f"{role} {name or role[0] + '-key'}"}


class Watched:
    """The application under uvicorn; who calls stands in a header, in the place of a key. Without it: whoever it is."""

    def __init__(self, folder: Path, data: Path, **settings: object) -> None:
        self.app = create_app(folder, settings=Settings(data=data, **settings))
        self.at = self.app.state.installation
        config = uvicorn.Config(
            self._named, host="127.0.0.1", port=0, log_config=None, access_log=False, interface="asgi3"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    async def _named(self, scope, receive, send):
        if scope["type"] == "http":
            named = dict(scope["headers"]).get(b"x-test-caller")
            if named:
                role, name = named.decode().split(" ")
                scope.setdefault("state", {})["caller"] = Caller(CallerRole(role), name, "key")
        await self.app(scope, receive, send)

    def __enter__(self) -> httpx.Client:
        self._thread.start()
        until = time.monotonic() + STARTED_WITHIN
        while not self._server.started:
            assert self._thread.is_alive() and time.monotonic() < until, "the server does not start"
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)
        return self._client

    def __exit__(self, *failure: object) -> None:
        self._client.close()
        self._server.should_exit = True
        self._thread.join(STARTED_WITHIN)
        assert not self._thread.is_alive()


class ServedProcess:
    """`council serve` on a free port, with its standard error kept; `lines` are what it wrote, once it has ended."""

    def __init__(self, folder: Path, data: Path, log: Path, **environment: str) -> None:
        self._log = log
        settings = {"COUNCIL_DATA": str(data), "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
        with log.open("wb") as written:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "service", "serve", "--index", str(folder), "--port", "0"],
                stdout=written,
                stderr=written,
                env=os.environ | settings | environment,
            )

    def __enter__(self) -> httpx.Client:
        until = time.monotonic() + STARTED_WITHIN
        while not (told := re.search(r"^listening on (http://\S+)\n", self.text(), re.MULTILINE)):
            assert self.process.poll() is None and time.monotonic() < until, self.text()
            time.sleep(0.05)
        self.address = told[1]
        self._client = httpx.Client(base_url=self.address, trust_env=False, timeout=30)
        assert self._client.get("/healthz").status_code == 200
        return self._client

    def __exit__(self, *failure: object) -> None:
        self._client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(30)

    def workers(self) -> list[int]:
        """The processes that answer."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines of its log; the one line besides says where it listens."""
        written = self.text().splitlines()
        assert [line for line in written if not line.startswith("{")] == [f"listening on {self.address}"]
        return [json.loads(line) for line in written if line.startswith("{")]

    def text(self) -> str:
        """What it wrote so far."""
        return self._log.read_text(encoding="utf-8")
