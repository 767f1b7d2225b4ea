"""A server over an index of its own with a key of each role, and callers that ask for pages as a browser does."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from lxml import html
from pages_asked import BROWSER

from service.access import CallerRole
from service.identity import keys
from service.server_settings import Settings
from service.state import State


@dataclass(frozen=True, slots=True)
class Office:
    """A server whose index and data tests may change, and its callers."""

    address: str
    index: Path
    data: Path
    keys: Mapping[CallerRole, tuple[keys.Key, str]]

    def caller(self, role: str, language: str = "en") -> httpx.Client:
        """A caller with the key of `role`, who reads pages in `language`."""
        headers = {"Accept": BROWSER, "Accept-Language": language}
        if role != "anonymous":
            headers["Authorization"] = f"Bearer {self.keys[CallerRole(role)][1]}"
        return httpx.Client(base_url=self.address, headers=headers, trust_env=False, timeout=60)


@contextmanager
def opened(corpus_index: Path, serving: Callable[..., AbstractContextManager[str]], base: Path) -> Iterator[Office]:
    index, data = base / "index", base / "index-data"
    shutil.copytree(corpus_index, index)
    made = {role: keys.make(State(data), role, f"A {role}") for role in CallerRole if role.rank}
    with serving(index, settings=Settings(data=data)) as address:
        yield Office(address, index, data, made)


@pytest.fixture
def office(corpus_index, serving, tmp_path) -> Iterator[Office]:
    with opened(corpus_index, serving, tmp_path) as one:
        yield one


@pytest.fixture(scope="module")
def unchanged(corpus_index, serving, tmp_path_factory) -> Iterator[Office]:
    """One for the tests of a module that change nothing."""
    with opened(corpus_index, serving, tmp_path_factory.mktemp("unchanged")) as one:
        yield one


@pytest.fixture(scope="session")
def page() -> Callable[[httpx.Response], html.HtmlElement]:
    """The page of a response, which must be one."""

    def shown(response: httpx.Response) -> html.HtmlElement:
        assert response.headers["content-type"].startswith("text/html"), response.text[:300]
        return html.fromstring(response.text)

    return shown
