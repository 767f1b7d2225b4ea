"""Servers over an index of their own, and callers of every role."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import docx
import httpx
import pytest
import uvicorn
from reportlab.pdfgen.canvas import Canvas

from indexer.build import build
from indexer.embedding import Embedder
from service.access import Caller, CallerRole
from service.api import create_app
from service.server_settings import Settings

ENDS_WITHIN = 60.0


class As:
    """The application, whose callers say in `X-Role` what they are: whose key it is is tested elsewhere."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            role = dict(scope["headers"]).get(b"x-role", b"anonymous").decode()
            via = "nothing" if role == "anonymous" else "key"
            scope.setdefault("state", {})["caller"] = Caller(CallerRole(role), f"k-{role}", via)
        await self.app(scope, receive, send)


@pytest.fixture
def folder(tmp_path: Path, letters: Path, embedder: Embedder) -> Path:
    """An index of two small documents."""
    build([letters], tmp_path / "index", embedder)
    return tmp_path / "index"


@pytest.fixture
def serve() -> Iterator[Callable[..., Callable[..., httpx.Client]]]:
    """Starts a server over an index folder; gives what makes a client of it for a role."""
    import threading

    with ExitStack() as stack:

        def start(folder: Path, **settings: Any) -> Callable[..., httpx.Client]:
            app = create_app(folder, settings=Settings(**settings))
            config = uvicorn.Config(As(app), host="127.0.0.1", port=0, log_level="critical", server_header=False)
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, daemon=True)
            thread.start()
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)

            def stop() -> None:
                server.should_exit = True
                thread.join(30)

            stack.callback(stop)
            address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

            def client(role: str = "secretariat", language: str = "en") -> httpx.Client:
                headers = {"X-Role": role, "Accept-Language": language}
                return stack.enter_context(httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=60))

            return client

        yield start


@pytest.fixture
def secretariat(folder: Path, serve: Callable[..., Callable[..., httpx.Client]]) -> httpx.Client:
    """The secretariat, at a server over `folder`."""
    return serve(folder)()


@pytest.fixture(scope="session")
def ended() -> Callable[[httpx.Client, httpx.Response], dict[str, Any]]:
    """Waits until the job that a response names has ended, and gives it."""

    def wait(client: httpx.Client, response: httpx.Response) -> dict[str, Any]:
        until = time.monotonic() + ENDS_WITHIN
        while True:
            job = client.get(response.headers["location"]).raise_for_status().json()
            if job["state"] == "done":
                return dict(job)
            assert time.monotonic() < until, job
            time.sleep(0.05)

    return wait


@pytest.fixture(scope="session")
def text() -> Callable[[str], bytes]:
    """A text file of one statement."""
    return lambda statement: f"Notes of the harbour\n\n{statement}\n".encode()


@pytest.fixture(scope="session")
def word() -> Callable[[str], bytes]:
    """A Word document of one statement."""

    def make(statement: str) -> bytes:
        document = docx.Document()
        document.add_heading("A letter", 1)
        document.add_paragraph(statement)
        content = io.BytesIO()
        document.save(content)
        return content.getvalue()

    return make


@pytest.fixture(scope="session")
def pdf() -> Callable[[str], bytes]:
    """A PDF document of one statement."""

    def make(statement: str) -> bytes:
        content = io.BytesIO()
        canvas = Canvas(content)
        canvas.drawString(72, 720, statement)
        canvas.save()
        return content.getvalue()

    return make
