from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

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


@pytest.fixture
def page(browser: Browser, server: str, scripts: bool) -> Iterator[Page]:
    """A page of an English reader that fails the test where a request leaves the server or anything goes wrong."""
    context = browser.new_context(base_url=server, locale="en-CA", java_script_enabled=scripts)
    asked: list[str] = []
    wrong: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda line: wrong.append(line.text) if line.type in {"error", "warning"} else None)
    yield opened
    context.close()
    assert [url for url in asked if not url.startswith((f"{server}/", "data:"))] == []
    assert [text for text in wrong if "status of 422" not in text] == []
