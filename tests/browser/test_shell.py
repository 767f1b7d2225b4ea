"""The frame that all pages share: menu, languages, shortcuts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from service.access import CallerRole
from service.messages import message

LANGUAGES = ("en", "fr")
QUESTION = "Which jurisdictions work on digital identity?"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_says_where_one_is(page, language):
    page.goto(f"/?lang={language}")
    menu = page.get_by_role("navigation", name=message("page.menu", language))
    here = menu.get_by_role("link", name=message("page.section.ask", language), exact=True)
    expect(here).to_have_attribute("aria-current", "page")
    expect(menu.locator("[aria-current]")).to_have_count(1)


@pytest.mark.parametrize("role", [CallerRole.ANONYMOUS, CallerRole.MEMBER, CallerRole.SECRETARIAT])
def test_only_the_secretariat_is_led_to_managing(signed_in, role):
    signed_in.goto("/?lang=en")
    links = signed_in.get_by_role("link", name=message("page.section.manage", "en"), exact=True)
    expect(links).to_have_count(1 if role is CallerRole.SECRETARIAT else 0)


def test_the_other_language_keeps_question_and_place(page):
    page.goto(f"/?q={QUESTION}&lang=en")
    page.locator("a.cite").first.click()
    page.wait_for_url("**#*")
    place = page.url.partition("#")[2]
    assert place
    page.get_by_role("link", name=message("page.other_language", "en")).click()
    page.wait_for_url("**lang=fr**")
    assert page.url.endswith(f"#{place}")
    expect(page.locator("#question")).to_have_value(QUESTION)


def test_shortcuts_lead_to_the_field_and_can_be_switched_off(page):
    page.goto(f"/?q={QUESTION}&lang=en")
    field = page.locator("#question")
    page.locator("main").focus()
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("/j")  # typed into the field, not taken for shortcuts
    expect(field).to_have_value("/j")
    page.get_by_text(message("page.shortcuts.title", "en")).click()
    page.get_by_label(message("page.shortcuts.on", "en")).uncheck()
    page.reload()
    page.locator("main").focus()
    page.keyboard.press("/")
    expect(field).not_to_be_focused()


@pytest.mark.parametrize("scripts", [False])
def test_without_scripts_no_shortcuts_are_promised(page):
    page.goto("/?lang=en")
    expect(page.get_by_text(message("page.shortcuts.title", "en"))).to_be_hidden()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/?", "/login?", f"/?q={QUESTION}&"])
def test_axe_finds_nothing_wrong(page, violations, path, language):
    page.goto(f"{path}lang={language}")
    assert violations(page) == []
