from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect, sync_playwright

from service.access import CallerRole
from service.identity import keys
from service.server_settings import Settings
from service.state import State

WITHIN = 30_000  # milliseconds for what a page shows in far less, on a machine that does much else
expect.set_options(timeout=WITHIN)

# Nothing of the browser's own may call out while the tests watch where requests go.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, or Playwright's own; closed after each module, for its event loop blocks others."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture
def scripts() -> bool:
    """Whether the page may run JavaScript; it needs none. Tests that try both override this."""
    return True


@dataclass(frozen=True, slots=True)
class Staffed:
    """A server over a copy of the corpus's index, with a key of each role: tests may change what it holds."""

    address: str
    index: Path
    data: Path
    keys: Mapping[CallerRole, str]


@pytest.fixture(scope="module")
def staffed(corpus_index, serving, tmp_path_factory) -> Iterator[Staffed]:
    base = tmp_path_factory.mktemp("staffed")
    index, data = base / "index", base / "index-data"
    shutil.copytree(corpus_index, index)
    made = {role: keys.make(State(data), role, f"A {role}")[1] for role in CallerRole if role.rank}
    with serving(index, settings=Settings(data=data)) as address:
        yield Staffed(address, index, data, made)


@contextmanager
def watched(context: BrowserContext, server: str) -> Iterator[Page]:
    """A page of `context` that fails the test where a request leaves the server or anything goes wrong."""
    asked: list[str] = []
    wrong: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    opened = context.new_page()
    opened.set_default_timeout(WITHIN)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda line: wrong.append(line.text) if line.type in {"error", "warning"} else None)
    yield opened
    context.close()
    assert [url for url in asked if not url.startswith((f"{server}/", "data:", "blob:"))] == []
    assert [text for text in wrong if "status of 422" not in text] == []


@pytest.fixture
def page(browser: Browser, server: str, scripts: bool) -> Iterator[Page]:
    """A page of an English reader whom the server tells from no other."""
    with watched(browser.new_context(base_url=server, locale="en-CA", java_script_enabled=scripts), server) as opened:
        yield opened


@pytest.fixture
def role() -> CallerRole:
    """Whose page `signed_in` is; tests override it."""
    return CallerRole.SECRETARIAT


@pytest.fixture(scope="module")
def session_of(browser: Browser, staffed: Staffed) -> Callable[[CallerRole], StorageState | None]:
    """What the browser keeps once somebody has signed in on the staffed server, as a role; nothing for anonymous."""

    @cache
    def signed(role: CallerRole) -> StorageState | None:
        if not role.rank:
            return None
        context = browser.new_context(base_url=staffed.address, locale="en-CA")
        opened = context.new_page()
        opened.goto("/login?lang=en")
        opened.locator("#key").fill(staffed.keys[role])
        opened.locator("main button[type=submit]").click()
        opened.wait_for_url("**/?lang=en")
        kept = context.storage_state()
        context.close()
        return kept

    return signed


@pytest.fixture
def signed_in(
    browser: Browser,
    staffed: Staffed,
    session_of: Callable[[CallerRole], StorageState | None],
    scripts: bool,
    role: CallerRole,
) -> Iterator[Page]:
    """A page of somebody who has signed in on the staffed server, as `role`; anonymous has not."""
    context = browser.new_context(
        base_url=staffed.address, locale="en-CA", java_script_enabled=scripts, storage_state=session_of(role)
    )
    with watched(context, staffed.address) as opened:
        yield opened


@pytest.fixture
def violations() -> Callable[[Page], list[str]]:
    """What axe-core finds wrong on a page: the rule, and the elements."""

    def found(page: Page) -> list[str]:
        results = Axe().run(page).response["violations"]
        return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in results]

    return found
