"""Signing in and out in a real browser: its headers, its cookies and the page's policy agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from service.access import CallerRole
from service.identity import keys
from service.messages import message
from service.server_settings import Settings
from service.state import State


@pytest.fixture
def server(corpus_index, serving, tmp_path) -> Iterator[str]:
    with serving(corpus_index, settings=Settings(data=tmp_path)) as address:
        yield address


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_sign_in_with_a_key_and_out(page, tmp_path, language):
    _, text = keys.make(State(tmp_path), CallerRole.MEMBER, "Ann Lee")
    page.goto(f"/?lang={language}")
    page.get_by_role("link", name=message("page.sign_in", language)).click()
    page.get_by_label(message("sign_in.key", language)).fill(text)
    with page.expect_request(lambda request: request.method == "POST") as posted:
        page.get_by_role("button", name=message("sign_in.submit", language)).click()
    # Browsers without Sec-Fetch-Site are known by this one, which the policy of other responses would withhold.
    assert posted.value.all_headers()["origin"] == page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2]
    expect(page.get_by_text(message("page.signed_in_as", language, name="Ann Lee"))).to_be_visible()
    assert page.url.endswith(f"/?lang={language}")
    (cookie,) = page.context.cookies()
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax" and not cookie["secure"]
    page.get_by_role("button", name=message("page.sign_out", language)).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(message("sign_in.title", language))
    assert page.context.cookies() == []
    page.goto(f"/?lang={language}")
    expect(page.get_by_role("link", name=message("page.sign_in", language))).to_be_visible()


def test_the_pages_read_well_on_a_narrow_screen(page, tmp_path):
    keys.make(State(tmp_path), CallerRole.MEMBER, "Ann Lee")
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/?lang=fr", "/login?lang=fr"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
