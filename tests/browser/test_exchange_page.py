"""Meetings, needs with who can help, and the register in a browser: with and without scripts, by keyboard, narrow."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from service.access import CallerRole
from service.messages import message

LANGUAGES = ("en", "fr")
WITH_AND_WITHOUT_SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const one of list.getEntries()) sum += one.value; })
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 300);
})"""


@pytest.fixture(scope="module", autouse=True)
def read_once(server):
    """The needs' helpers worked out before the browser waits for them: while the server reads ahead they take long."""
    with httpx.Client(base_url=server, trust_env=False, timeout=60) as client:
        for language in LANGUAGES:
            assert client.get("/export/matches", params={"meeting": "2020-09", "lang": language}).status_code == 200


@WITH_AND_WITHOUT_SCRIPTS
@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_meetings_to_one_jurisdictions_needs_and_back(page, language):
    page.goto(f"/?lang={language}")
    page.get_by_role("link", name=message("page.section.exchange", language), exact=True).click()
    page.get_by_role("rowheader").get_by_role("link", name="2020").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2020")
    expect(page.locator("article")).to_have_count(12)
    expect(page.locator("article .status svg").first).to_be_visible()
    page.get_by_role("link", name=message("register.next", language)).click()
    expect(page.get_by_text(message("meetings.needs.shown", language, first=13, last=24, total=32))).to_be_visible()
    page.get_by_label(message("meetings.whose", language)).select_option("ON")
    page.get_by_role("button", name=message("register.apply", language)).click()
    expect(page.locator("h3")).to_have_text(["Ontario"])
    assert parse_qs(urlsplit(page.url).query) == {"jurisdiction": ["ON"], "lang": [language]}
    page.get_by_role("link", name=message("page.other_language", language)).click()
    expect(page.locator("h3")).to_have_text(["Ontario"])
    expect(page.locator("html")).to_have_attribute("lang", "fr" if language == "en" else "en")
    page.go_back()
    page.go_back()
    expect(page.get_by_text(message("meetings.needs.shown", language, first=13, last=24, total=32))).to_be_visible()


@WITH_AND_WITHOUT_SCRIPTS
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_register_is_filtered_and_saved_as_filtered(page, language):
    page.goto(f"/register?lang={language}")
    expect(page.locator("tbody tr")).to_have_count(18)
    page.get_by_label(message("register.field.status", language)).select_option("decided")
    page.get_by_label(message("register.field.meeting", language)).select_option("2021-10-28")
    page.get_by_role("button", name=message("register.apply", language)).click()
    expect(page.locator("tbody tr")).to_have_count(3)
    with page.expect_download() as saved:
        page.get_by_role("link", name=message("meetings.form.csv", language)).click()
    assert saved.value.suggested_filename == f"{message('exported.file.follow_ups', language)}-2021-10-28.csv"
    written = saved.value.path().read_text(encoding="utf-8-sig")
    assert all(quote in written for quote in page.locator("p.said").all_text_contents())
    page.locator("ul.chips").get_by_role("link", name="2021").click()
    expect(page.locator("tbody tr")).to_have_count(5)


def test_by_keyboard_alone(page):
    page.goto("/register?lang=en")
    page.keyboard.press("/")
    expect(page.get_by_label(message("register.field.owner", "en"))).to_be_focused()
    page.keyboard.type("ICCS")
    page.keyboard.press("Enter")
    page.wait_for_url("**owner=ICCS**")
    page.locator("main").focus()
    page.keyboard.press("j")
    expect(page.locator("tbody tr").first).to_be_focused()
    outline = page.locator("tbody tr").first.evaluate("row => getComputedStyle(row).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/exchange/**")


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("path", ["/exchange", "/exchange/2020-09", "/register?owner=ICCS&status=open"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_fit_and_axe_finds_nothing_wrong(page, violations, path, width, language):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    assert page.evaluate(SHIFTS) < 0.05
    sizes = page.evaluate("performance.getEntries().filter(one => 'transferSize' in one).map(one => one.transferSize)")
    assert 0 < sum(sizes) < 100_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_address_is_explained_in_the_frame(page, violations, language):
    page.goto(f"/exchange/2020-99?lang={language}")
    expect(page.get_by_role("alert")).to_contain_text("2020-99")
    assert violations(page) == []
    page.get_by_role("link", name=message("meetings.unknown.back", language)).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(message("meetings.title", language))


@pytest.mark.parametrize("role", [CallerRole.ANONYMOUS, CallerRole.MEMBER])
def test_forms_and_analyses_are_the_members(signed_in, role):
    """The corpus's forms and analyses are for members; its records are public."""
    signed_in.goto("/exchange?lang=en")
    source = signed_in.content()
    member = role is CallerRole.MEMBER
    expect(signed_in.locator("tbody tr")).to_have_count(4 if member else 2)
    assert ("2020-09" in source) is ("analysis" in source) is member
    signed_in.goto("/exchange/2017-10-05?lang=en")
    assert ("exchange form" in signed_in.content()) is member
    expect(signed_in.locator("aside.restricted")).to_have_count(1 if member else 0)
    expect(signed_in.locator("table.register tbody tr")).to_have_count(9)
