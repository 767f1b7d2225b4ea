from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from indexer import embedding
from indexer.build import build
from service.access import CallerRole
from service.identity import keys
from service.server_settings import Settings
from service.state import State

DOCUMENTS = {"open": "public", "held": "members", "kept": "secretariat"}


@pytest.fixture(scope="session")
def audiences_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of one document for each audience."""
    sources = tmp_path_factory.mktemp("audiences")
    manifest = ""
    for name, audience in DOCUMENTS.items():
        text = f"The {name} harbour\n\nNova Scotia launched an online booking service for {name} berths in May 2021.\n"
        (sources / f"{name}.txt").write_text(text, encoding="utf-8")
        manifest += f'[[document]]\nfile = "{name}.txt"\ntitle = "{name}"\ndistribution = "{audience}"\n'
    (sources / "manifest.toml").write_text(manifest, encoding="utf-8")
    folder = tmp_path_factory.mktemp("audiences-index")
    report = build([sources], folder, embedding.load())
    assert not report.failures and report.documents == 3
    return folder


@dataclass(frozen=True)
class Served:
    """A real server over that index, with a data folder of its own."""

    address: str
    state: State
    client: httpx.Client

    def key(self, role: str = "member", name: str = "Ann", **more: Any) -> tuple[keys.Key, str]:
        return keys.make(self.state, CallerRole(role), name, **more)

    def who(self, **headers: str) -> tuple[str, str]:
        response = self.client.get("/v1/session", headers=headers)
        assert response.status_code == 200, response.text
        return response.json()["role"], response.json()["via"]

    def titles(self, **headers: str) -> set[str]:
        response = self.client.get("/v1/documents", headers=headers)
        assert response.status_code == 200, response.text
        return {document["title"] for document in response.json()["documents"]}

    def audit(self) -> list[tuple[str, str, str, str]]:
        rows = self.state.rows("SELECT * FROM audit ORDER BY number")
        return [(row["action"], row["caller"], row["subject"], row["outcome"]) for row in rows]


@pytest.fixture
def serve(audiences_index: Path, serving: Any, tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Starts such a server: by settings, and `loopback`."""
    with ExitStack() as opened:

        def start(*, loopback: bool = True, data: Path | None = None, **settings: Any) -> Served:
            chosen = Settings(data=data or tmp_path / "data", **settings)
            address = opened.enter_context(serving(audiences_index, settings=chosen, loopback=loopback))
            client = httpx.Client(base_url=address, headers={"Accept-Language": "en"}, trust_env=False, timeout=30)
            return Served(address, State(chosen.data), opened.enter_context(client))

        yield start


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    return serve()
