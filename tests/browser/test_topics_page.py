"""The map of a topic in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

TOPICS = {"en": "digital identity", "fr": "identité numérique"}
LANGUAGES = ("en", "fr")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_from_a_topic_to_the_words_that_prove_a_cell(page, language):
    page.goto(f"/topics?lang={language}")
    page.locator("#topic").fill(TOPICS[language])
    page.locator("#topic").press("Enter")
    cell = page.locator("svg.map a").first
    cell.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#at-*")
    place = page.url.partition("#")[2]
    expect(page.locator(f"[id='{place}'] q").first).to_be_in_viewport()
    before = page.url.partition("#")[0]
    page.go_back()
    expect(page).to_have_url(before)


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_fits_and_axe_finds_nothing_wrong(page, violations, language, width):
    page.set_viewport_size({"width": width, "height": 900})
    for address in (f"/topics?lang={language}", f"/topics?q={TOPICS[language]}&lang={language}"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for summary in page.locator("main summary").all():
            summary.click()
        assert violations(page) == []


def test_hits_are_walked_over_by_keys(page):
    page.goto(f"/topics?q={TOPICS['en']}&lang=en")
    page.locator("main").focus()
    for key, expected in (("j", 0), ("j", 1), ("k", 0)):
        page.keyboard.press(key)
        expect(page.locator("[data-hit]").nth(expected)).to_be_focused()
