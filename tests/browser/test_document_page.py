"""A passage in its document, as a reader sees it: marked, beside the page that printed it."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from service.messages import message

LANGUAGES = ("en", "fr")
WITH_AND_WITHOUT_SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
TOPIC = {"en": "digital identity", "fr": "identité numérique"}


@pytest.fixture(scope="module")
def passage(server):
    """A passage of a PDF file, on its second page or later, that has a version in the other language."""
    with httpx.Client(base_url=server, trust_env=False, timeout=60) as client:
        documents = client.get("/v1/documents").json()["documents"]
        chosen = next(one for one in documents if one["source"].endswith("2021-10-28-decision-record-fr.pdf"))
        passages = client.get(f"/v1/documents/{chosen['id']}").json()["passages"]
    return next(one for one in passages if one["page"] > 2 and "identité numérique" in one["text"])


def address(passage, language, *, topic=True):
    query = f"q={TOPIC[language]}&" if topic else ""
    start = passage["start"] + passage["text"].index("identité numérique")
    mark = f"{start}-{start + len('identité numérique')}"
    return f"/documents/{passage['document_id']}?{query}mark={mark}&lang={language}#{passage['id']}"


@WITH_AND_WITHOUT_SCRIPTS
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_passage_is_marked_beside_its_page(page, passage, language):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(address(passage, language))
    marked = page.locator("mark")
    expect(marked).to_have_text("identité numérique")
    expect(marked).to_be_in_viewport()
    part = page.locator(f"[id='{passage['id']}']")
    expect(part.locator("p[lang]").first).to_have_attribute("lang", "fr")
    image = page.get_by_role("img", name=message("document_page.sheet.framed", language, number=passage["page"]))
    expect(image).to_be_in_viewport()
    expect(image).to_have_js_property("naturalWidth", 800)
    # The box is drawn over the image, and on it.
    sheet, box = image.bounding_box(), page.locator(".sheet rect").first.bounding_box()
    assert sheet["x"] <= box["x"] and box["x"] + box["width"] <= sheet["x"] + sheet["width"]
    assert sheet["y"] <= box["y"] and box["y"] + box["height"] <= sheet["y"] + sheet["height"]
    assert 0 < box["height"] < 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_mention_to_mention_by_keyboard_and_to_the_other_language(page, passage, language):
    page.goto(f"/documents/{passage['document_id']}?q={TOPIC[language]}&lang={language}")
    following = page.get_by_role("navigation").get_by_role("link", name=message("document_page.mention.next", language))
    following.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**mark=**")
    first = page.url.partition("#")[2]
    expect(page.locator(f"[id='{first}'] mark").first).to_be_in_viewport()
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.id")
    assert focused and "mention" in page.evaluate("document.activeElement.className")
    page.go_back()
    expect(page.locator("mark")).to_have_count(0)
    page.goto(address(passage, language))
    page.get_by_role("link", name=message("document_page.same.en", language)).click()
    page.wait_for_url("**decision-record-en**")
    place = page.url.partition("#")[2]
    expect(page.locator(f"[id='{place}']")).to_be_in_viewport()
    expect(page.locator("#topic")).to_have_value(TOPIC[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_narrow_screen_has_the_page_below_the_text(page, passage, language):
    page.set_viewport_size({"width": 360, "height": 740})
    for path in (address(passage, language), f"/documents?lang={language}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.goto(address(passage, language))
    page.get_by_role("link", name=message("document_page.sheet.see", language)).click()
    expect(page.locator(".sheet img")).to_be_in_viewport()
    page.get_by_role("link", name=message("document_page.sheet.back", language)).click()
    expect(page.locator("mark")).to_be_in_viewport()


def test_the_list_leads_to_a_document_and_can_be_narrowed(page):
    page.goto("/documents?lang=en")
    page.get_by_label(message("document_page.field.kind", "en")).select_option("exchange_form")
    page.get_by_role("button", name=message("document_page.list.apply", "en")).click()
    page.wait_for_url("**kind=exchange_form**")
    expect(page.get_by_role("table")).to_have_count(2)
    title = page.get_by_role("table").first.get_by_role("link").first
    name = title.inner_text()
    title.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.go_back()
    expect(page.get_by_label(message("document_page.field.kind", "en"))).to_have_value("exchange_form")


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_wrong_and_nothing_shifts(page, violations, passage, language):
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => { for (const one of list.getEntries()) "
        "if (!one.hadRecentInput) window.shift += one.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    for path in (address(passage, language), f"/documents?lang={language}", f"/documents?lang={language}&kind=letter"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert violations(page) == []
        assert page.evaluate("window.shift") < 0.05
