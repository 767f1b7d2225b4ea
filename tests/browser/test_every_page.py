"""What holds of every page, in both languages: nothing for axe-core to find, little to transfer, nothing that jumps."""

from __future__ import annotations

import pytest
from page_list import Shown, pages

from indexer.documents import Language
from indexer.store import open_index
from service.access import CallerRole

MOST_BYTES = 100_000
MOST_SHIFT = 0.05
WIDTHS = (360, 1440)
LANGUAGES: tuple[Language, ...] = ("en", "fr")
NAMES = [page.name for page in pages("", (0, 1), "")]
# Sums up the shifts of the layout that no action of a reader explains, those before this script ran too.
WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def all_pages(corpus_index) -> dict[str, Shown]:
    index = open_index(corpus_index)
    # A document with page images, and in it a passage to mark.
    document = next(one for one in index.documents() if one.format == "pdf" and one.meeting_date == "2020-09")
    passage = next(one for one in index.passages(document.id) if one.jurisdictions)
    found = pages(document.id, (passage.start, passage.end), "2020-09")
    return {page.name: page for page in found}


@pytest.fixture
def shown(all_pages, name) -> Shown:
    return all_pages[name]


@pytest.fixture
def role(shown) -> CallerRole:
    return shown.role


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_keeps_to_its_budget_and_suits_every_reader(signed_in, violations, shown, language):
    """Bytes and shifts of its first showing; axe-core in both colour schemes; no screen too narrow or too wide."""
    signed_in.add_init_script(WATCH_SHIFTS)
    session = signed_in.context.new_cdp_session(signed_in)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    transferred: list[float] = []
    session.on("Network.loadingFinished", lambda event: transferred.append(event["encodedDataLength"]))
    response = signed_in.goto(shown.address(language), wait_until="networkidle")
    assert response is not None and response.status == 200
    assert 0 < sum(transferred) < MOST_BYTES
    assert signed_in.evaluate("window.shifted") < MOST_SHIFT
    assert signed_in.locator("html").get_attribute("lang") == language
    assert violations(signed_in) == []
    signed_in.emulate_media(color_scheme="dark")
    assert violations(signed_in) == []
    for width in WIDTHS:
        signed_in.set_viewport_size({"width": width, "height": 800})
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", NAMES)
def test_every_stop_of_the_keyboard_shows_the_focus(signed_in, shown):
    signed_in.goto(shown.address("en"))
    signed_in.locator("body").press("Tab")
    seen = set()
    for _ in range(40):
        place = signed_in.evaluate(
            """() => {
              const at = document.activeElement;
              if (!at || at === document.body) return null;
              const style = getComputedStyle(at);
              const inside = at.querySelector(".cell");
              const shown = (parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none")
                || style.boxShadow !== "none" || (inside && parseFloat(getComputedStyle(inside).strokeWidth) >= 3);
              return [at.outerHTML.slice(0, 120), shown];
            }"""
        )
        if place is None:
            break
        what, visible = place
        assert visible, what
        seen.add(what)
        signed_in.keyboard.press("Tab")
    assert seen
