"""The secretariat's section in a real browser: with and without scripts, by keyboard, narrow, in both languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from indexer import overrides
from indexer.documents import Distribution
from service import audit
from service.access import Caller, CallerRole
from service.identity import keys
from service.messages import message
from service.state import State

LANGUAGES = ("en", "fr")
PAGES = (
    "",
    "/approvals?show=all",
    "/approvals?show=narrowed",
    "/feedback",
    "/keys",
    "/audit",
    "/audit?from=2026-02-31",
)
LONG_NAME = "Services numériques intergouvernementaux de l’Île-du-Prince-Édouard"


@pytest.fixture
def role() -> CallerRole:
    return CallerRole.ADMINISTRATOR


def go(page, path, language):
    page.goto(f"/manage{path}{'&' if '?' in path else '?'}lang={language}")


def restricted(page, language, place=0):
    """The id of a document that waits for an approval."""
    go(page, "/approvals", language)
    return page.locator("#documents tbody tr").nth(place).get_attribute("data-document")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_distribution_is_widened_and_narrowed(signed_in, staffed, scripts, language):
    document = restricted(signed_in, language)
    signed_in.locator("#documents tbody a").first.click()
    signed_in.get_by_role("radio", name=re.compile(f"^{message('manage.audience.public', language)}")).check()
    continued = signed_in.get_by_role("button", name=message("manage.continue", language))
    continued.click()
    expect(signed_in.get_by_role("alert")).to_have_text(message("manage.approvals.no_approval", language))
    signed_in.get_by_label(message("manage.approvals.approved_by", language)).fill("Deputy Minister’s Office")
    signed_in.get_by_label(message("manage.approvals.approved_on", language)).fill("2024-05-02")
    continued.click()
    expect(signed_in.get_by_role("heading", level=1)).to_have_text(message("manage.approvals.confirm", language))
    signed_in.get_by_role("button", name=message("manage.approvals.confirm_button.wider", language)).click()
    expect(signed_in.get_by_role("status")).to_contain_text(message("manage.approvals.done", language))
    expect(signed_in.locator("#approval")).to_contain_text("Deputy Minister’s Office")
    assert overrides.load(staffed.data).of(document).distribution is Distribution.PUBLIC
    signed_in.get_by_role("radio", name=re.compile(f"^{message('manage.audience.secretariat', language)}")).check()
    continued.click()
    signed_in.get_by_role("button", name=message("manage.approvals.confirm_button.narrower", language)).click()
    expect(signed_in.locator("#now")).to_have_text(message("manage.audience.secretariat", language))
    expect(signed_in.locator("#approval")).to_have_count(0)
    expect(signed_in.locator("#history tbody tr")).to_have_count(3)
    go(signed_in, "/approvals?show=narrowed", language)
    assert document in [row.get_attribute("data-document") for row in signed_in.locator("#documents tbody tr").all()]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_is_made_and_revoked_by_keyboard_alone(signed_in, staffed, scripts, language):
    press = signed_in.keyboard.press
    go(signed_in, "/keys", language)
    name = f"Portal {language} {scripts}"
    signed_in.locator("main").focus()
    for _ in range(60):
        press("Tab")
        if signed_in.evaluate("document.activeElement.id") == "name":
            break
    signed_in.keyboard.type(name)
    press("Tab")
    press("ArrowDown")  # from member on to the secretariat
    press("Enter")
    shown = signed_in.locator("#key-text")
    expect(shown).to_have_text(re.compile("^council_"))
    text = shown.inner_text()
    assert text not in signed_in.url
    key = keys.find(State(staffed.data), text)
    assert (key.name, key.role) == (name, CallerRole.SECRETARIAT)
    expect(signed_in.get_by_role("button", name=message("manage.keys.copy", language))).to_have_count(int(scripts))
    signed_in.get_by_role("link", name=message("manage.keys.back", language)).press("Enter")
    row = signed_in.locator(f"tr[data-key='{key.id}']")
    expect(row).to_contain_text(name)
    assert text not in signed_in.content()
    row.get_by_role("link").press("Enter")
    signed_in.get_by_role("button", name=message("manage.keys.revoke_button", language)).press("Enter")
    expect(signed_in.get_by_role("status")).to_have_text(message("manage.keys.was_revoked", language, name=name))
    expect(row).to_contain_text(message("manage.keys.state.revoked", language))
    with pytest.raises(keys.UnusableKeyError):
        keys.find(State(staffed.data), text)


@pytest.mark.parametrize("scripts", [False])
def test_the_audit_log_is_filtered_by_its_form_and_saved(signed_in, staffed):
    who = Caller(CallerRole.MEMBER, "somebody", "key")
    for day in range(60):
        audit.record(State(staffed.data), who, "document.read", subject=f"d{day}")
    go(signed_in, "/audit", "fr")
    signed_in.get_by_label(message("manage.field.action", "fr")).select_option("document.read")
    signed_in.get_by_label(message("manage.field.caller", "fr"), exact=True).fill("somebody")
    signed_in.get_by_role("button", name=message("manage.filter", "fr")).click()
    expect(signed_in.locator("#entries tbody tr")).to_have_count(50)
    signed_in.get_by_role("link", name=message("manage.audit.older", "fr")).click()
    expect(signed_in.locator("#entries tbody tr")).to_have_count(10)
    signed_in.go_back()
    expect(signed_in.get_by_label(message("manage.field.action", "fr"))).to_have_value("document.read")
    with signed_in.expect_download() as saved:
        signed_in.get_by_role("link", name="CSV").click()
    assert len(saved.value.path().read_text(encoding="utf-8-sig").splitlines()) == 61


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_in_order_narrow_and_wide(signed_in, staffed, violations, language):
    keys.make(State(staffed.data), CallerRole.MEMBER, LONG_NAME)
    document = restricted(signed_in, language, 1)
    key = staffed.keys[CallerRole.MEMBER].split("_")[1]
    for path in (*PAGES, f"/approvals/{document}", f"/keys/{key}/revoke"):
        for width in (360, 1440):
            signed_in.set_viewport_size({"width": width, "height": 800})
            go(signed_in, path, language)
            assert signed_in.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        assert violations(signed_in) == [], path
        size = signed_in.evaluate(
            "performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))"
            ".reduce((sum, one) => sum + one.encodedBodySize, 0)"
        )
        assert size < 100_000, path


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_may_not_is_told_in_the_frame(browser, staffed, violations, language):
    context = browser.new_context(base_url=staffed.address, locale="en-CA")
    page = context.new_page()
    try:
        page.goto(f"/manage/keys?lang={language}")
        expect(page.get_by_role("heading", level=1)).to_have_text(message("refusal.unauthenticated.title", language))
        assert violations(page) == []
        page.locator("main").get_by_role("link", name=message("page.sign_in", language)).click()
        page.locator("#key").fill(staffed.keys[CallerRole.MEMBER])
        page.locator("main button[type=submit]").click()
        page.wait_for_url(f"**/manage/keys?lang={language}")
        expect(page.get_by_role("heading", level=1)).to_have_text(message("refusal.forbidden.title", language))
        expect(page.locator("main")).to_contain_text(message("caller_role.member", language))
        assert violations(page) == []
        page.get_by_role("link", name=message("page.other_language", language)).click()
        other = "fr" if language == "en" else "en"
        expect(page.get_by_role("heading", level=1)).to_have_text(message("refusal.forbidden.title", other))
    finally:
        context.close()
