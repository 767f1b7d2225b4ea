"""The search page in a browser: filters, chips, pages; by keyboard, without scripts, on a narrow screen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from indexer.store import open_index
from service.access import Caller, CallerRole
from service.messages import message

LANGUAGES = ("en", "fr")
SEARCHED = {"en": "digital identity", "fr": "identité numérique"}
NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1440, "height": 900}


def number(page) -> int:
    return int(re.findall(r"\d+", page.get_by_role("heading", level=1).inner_text())[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filter_takes_effect_at_once_and_its_chip_takes_it_back(page, language):
    page.set_viewport_size(WIDE)
    page.goto(f"/search?lang={language}")
    field = page.get_by_label(message("search.field", language))
    expect(field).to_be_focused()
    page.keyboard.type(SEARCHED[language])
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    whole = number(page)
    expect(page.get_by_role("button", name=message("search.apply", language))).to_be_hidden()
    box = page.get_by_role("checkbox", name=re.compile("^Ontario"))
    of_ontario = int(re.findall(r"\d+", box.locator("xpath=..").inner_text())[0])
    box.focus()
    page.keyboard.press("Space")
    page.wait_for_url("**jurisdiction=ON**")
    assert "from=" not in page.url  # what is not chosen does not stand in the address
    assert number(page) == of_ontario < whole
    box = page.get_by_role("checkbox", name=re.compile("^Ontario"))
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    remove = message("search.remove", language).replace("\u00a0", " ")
    chip = page.get_by_role("link", name=re.compile(f"^{remove}.*Ontario"))
    chip.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("!location.search.includes('jurisdiction')")
    assert number(page) == whole
    page.go_back()
    expect(page.get_by_role("checkbox", name=re.compile("^Ontario"))).to_be_checked()


@pytest.mark.parametrize("scripts", [False])
def test_without_scripts_filters_have_a_button(page):
    page.set_viewport_size(NARROW)
    page.goto(f"/search?q={SEARCHED['en']}&lang=en")
    whole = number(page)
    box = page.get_by_role("checkbox", name=re.compile("^need"))
    expect(box).to_be_hidden()  # folded above the passages
    page.get_by_text(message("search.filters", "en"), exact=True).click()
    box.check()
    page.get_by_label(message("search.from", "en"), exact=True).select_option("2019-02")
    page.get_by_role("button", name=message("search.apply", "en")).click()
    page.wait_for_url("**role=need**")
    assert "from=2019-02" in page.url and 0 < number(page) < whole
    expect(page.locator(".chip")).to_have_count(2)
    page.get_by_role("link", name=message("search.clear", "en")).click()
    expect(page.locator(".chip")).to_have_count(0)


def test_keys_walk_over_the_passages_and_the_other_language_keeps_the_filters(page):
    page.goto(f"/search?q={SEARCHED['en']}&role=need&lang=en")
    page.locator("main").focus()
    page.keyboard.press("j")
    hits = page.locator("[data-hit]")
    expect(hits.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(hits.nth(1)).to_be_focused()
    page.get_by_role("link", name=message("page.other_language", "en")).click()
    page.wait_for_url("**lang=fr**")
    expect(page.get_by_role("checkbox", name=re.compile(f"^{message('role.need', 'fr')}"))).to_be_checked()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_it_fits_and_axe_finds_nothing_wrong(page, violations, language, size):
    page.set_viewport_size(size)
    for asked in (
        "",
        f"q={SEARCHED[language]}&page=2&",
        "q=digtal+identity&jurisdiction=ON&status=delivered&",
        "q=chatbots&jurisdiction=YT&meeting=2020-09&",
        "q=chatbots&role=villain&",
    ):
        page.goto(f"/search?{asked}lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.locator("main details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert violations(page) == []


def test_it_is_light_and_stands_still(page):
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach((one) => { window.shift += "
        "one.value; })).observe({ type: 'layout-shift', buffered: true });"
    )
    page.set_viewport_size(WIDE)
    page.goto(f"/search?q={SEARCHED['en']}&lang=en", wait_until="networkidle")
    sizes = page.evaluate("performance.getEntries().map((one) => one.transferSize || 0)")
    assert 5_000 < sum(sizes) < 100_000
    assert page.evaluate("window.shift") < 0.05


@pytest.mark.parametrize("role", [CallerRole.ANONYMOUS, CallerRole.MEMBER])
def test_what_is_restricted_is_neither_listed_nor_counted(signed_in, staffed, role):
    view = open_index(staffed.index).seen_by(Caller(role).audience)
    everything = open_index(staffed.index)
    signed_in.goto(f"/search?q={SEARCHED['en']}&lang=en")
    shown = signed_in.content()
    seen = {record.id for record in view.documents()}
    hidden = {record.id for record in everything.documents()} - seen
    assert any(one in shown for one in seen)
    assert not [one for one in hidden if one in shown]
    meetings = signed_in.locator("#date-from option").evaluate_all("all => all.map((one) => one.value)")
    assert set(meetings) - {""} == set(view.meetings) or (not meetings and len(view.meetings) < 2)
    assert (set(view.meetings) < set(everything.meetings)) is (role is CallerRole.ANONYMOUS)
