"""The secretariat's pages of documents in a real browser: uploading, what was recognised, correcting, withdrawing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from indexer import corrections
from service.messages import message

LANGUAGES = ("en", "fr")
SETTLED = 60_000  # milliseconds within which a job ends
ITEMS = " ".join(f"Yukon has mended wharf number {number} with {number + 2} planks of oak." for number in range(40))


def letter(folder: Path, name: str, statement: str = ITEMS) -> Path:
    path = folder / name
    path.write_text(f"Notes of the harbour {name}\n\n{statement}\n", encoding="utf-8")
    return path


def send(page: Page, *files: Path, language: str = "en") -> None:
    page.goto(f"/manage/upload?lang={language}")
    page.locator("#files").set_input_files(list(files))
    page.get_by_role("button", name=message("upload.submit", language)).click()
    page.wait_for_url(re.compile(r"/manage/jobs/job-\w+\?lang=" + language))


def settled(page: Page, language: str = "en") -> None:
    """Wait until the job on the page has ended: it says so by itself with scripts, and when looked at again without."""
    done = page.locator("[data-state]").filter(has_text=message("job.state.done", language))
    for _ in range(600):
        again = page.locator("[data-look-again]:visible a")
        if done.count() or not again.count():
            break
        again.click()
        page.wait_for_timeout(100)
    expect(done).to_be_visible(timeout=SETTLED)


@pytest.mark.parametrize(("language", "scripts"), [("en", True), ("fr", False)], ids=["scripts", "no scripts"])
def test_from_upload_to_correction_withdrawal_and_return(signed_in, staffed, tmp_path, language, scripts):
    page = signed_in
    name = f"wharf-{language}-{scripts}.txt"
    said = f"Wharf {language} {scripts}. {ITEMS}"
    send(page, letter(tmp_path, name, said), letter(tmp_path, f"other-{name}", f"Other {said}"), language=language)
    settled(page, language)
    expect(page.locator("[data-file=indexed]")).to_have_count(2)
    page.get_by_role("link", name=name, exact=True).click()

    # What is unsure comes first.
    chosen = page.locator("#passages ~ .choices [aria-current]")
    expect(chosen).to_have_text(re.compile(message("seen.shown.unsure", language, count="")[:-3]))
    pieces = page.locator("[data-passage]")
    count = pieces.count()
    assert count > 2
    pieces.first.get_by_role("link").click()
    page.get_by_label(message("correct.owner", language)).select_option("NU")
    page.get_by_label(message("correct.role", language), exact=True).select_option("achievement")
    page.get_by_label("Manitoba").check()
    page.get_by_label(message("correct.whole_section", language, count=str(count))).check()
    page.get_by_role("button", name=message("correct.save", language)).click()
    page.get_by_role("link", name=message("seen.follow", language)).click()
    settled(page, language)
    page.get_by_role("link", name=message("job.see", language)).click()
    expect(page.get_by_text(message("seen.nothing_to_check", language))).to_be_visible()
    expect(page.locator(".tag.corrected")).to_have_count(count)
    expect(pieces.first).to_contain_text(
        re.compile(f"{message('role.achievement', language)}.*Nunavut, Manitoba", re.S)
    )
    identifier = page.url.split("/documents/")[1].split("?")[0]
    kept = corrections.load(staffed.data).of(identifier)
    assert {one.jurisdictions for one in kept.values()} == {("NU", "MB")} and len(kept) == count

    # Undone for one, it is unsure again.
    pieces.first.get_by_role("link").click()
    page.get_by_role("button", name=message("correct.undo", language), exact=True).click()
    page.get_by_role("link", name=message("seen.follow", language)).click()
    settled(page, language)
    page.get_by_role("link", name=message("job.see", language)).click()
    expect(page.locator(".tag.unsure")).to_have_count(1)

    # A field of the document.
    page.get_by_label(message("held.field.meeting_date", language)).fill("in May")
    page.get_by_role("button", name=message("seen.save", language)).click()
    expect(page.get_by_role("alert")).to_contain_text(message("held.field.meeting_date_hint", language))
    page.get_by_label(message("held.field.meeting_date", language)).fill("2023-05")
    page.get_by_role("button", name=message("seen.save", language)).click()
    page.get_by_role("link", name=message("seen.follow", language)).click()
    settled(page, language)
    page.get_by_role("link", name=message("job.see", language)).click()
    recognised = page.locator("#recognised ~ dl")
    expect(recognised).to_contain_text("May 2023" if language == "en" else "mai 2023")
    expect(recognised.locator(".tag.corrected")).to_have_count(1)

    # Withdrawn after one was asked; an upload does not come back.
    page.get_by_role("link", name=message("seen.withdraw", language)).click()
    expect(page.get_by_text(message("seen.withdraw_upload", language))).to_be_visible()
    page.get_by_role("button", name=message("seen.withdraw_yes", language)).click()
    settled(page, language)
    page.goto(f"/manage/documents?show=withdrawn&lang={language}")
    row = page.locator(f"[data-document='{identifier}']")
    expect(row).to_contain_text(message("held.state_of.gone", language))
    row.get_by_role("link").click()
    expect(page.get_by_text(message("seen.gone", language))).to_be_visible()
    expect(page.get_by_role("link", name=message("seen.restore", language))).to_have_count(0)


def test_a_source_is_withdrawn_and_brought_back(signed_in, staffed):
    page = signed_in
    page.goto("/manage/documents?lang=en")
    page.locator("#documents a").first.click()
    title = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name=message("seen.withdraw", "en")).click()
    expect(page.get_by_text(message("seen.withdraw_source", "en"))).to_be_visible()
    page.get_by_role("link", name=message("manage.cancel", "en")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.get_by_role("link", name=message("seen.withdraw", "en")).click()
    page.get_by_role("button", name=message("seen.withdraw_yes", "en")).click()
    settled(page)
    page.locator("#files a").click()
    expect(page.get_by_text(message("seen.withdrawn", "en"))).to_be_visible()
    page.get_by_role("link", name=message("seen.restore", "en")).click()
    page.get_by_role("button", name=message("seen.restore_yes", "en")).click()
    settled(page)
    page.get_by_role("link", name=message("job.see", "en")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator("#recognised")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_what_is_refused_says_why(signed_in, tmp_path, scripts):
    page = signed_in
    empty = tmp_path / "nothing.txt"
    empty.write_bytes(b"")
    page.goto("/manage/upload?lang=fr")
    page.locator("#files").set_input_files(empty)
    page.get_by_role("button", name=message("upload.submit", "fr")).click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(message("problem.empty_file.detail", "fr", name="nothing.txt"))
    expect(alert).to_contain_text(message("problem.empty_file.mend", "fr"))
    # It can be tried again at once.
    page.locator("#files").set_input_files(letter(tmp_path, f"again-{scripts}.txt"))
    page.get_by_role("button", name=message("upload.submit", "fr")).click()
    page.wait_for_url(re.compile(r"/manage/jobs/"))


def test_files_are_dropped_and_their_progress_is_told(signed_in):
    page = signed_in
    page.goto("/manage/upload?lang=en")
    dropped = page.evaluate_handle(
        """() => { const held = new DataTransfer();
        for (const n of [1, 2]) held.items.add(new File([`Notes ${n}\\n\\nThe ${n} boats were dropped here.\\n`], `drop-${n}.txt`));
        return held; }"""  # noqa: E501
    )
    zone = page.locator("[data-drop]")
    zone.dispatch_event("dragover", {"dataTransfer": dropped})
    expect(zone).to_have_class(re.compile("over"))
    zone.dispatch_event("drop", {"dataTransfer": dropped})
    expect(page.locator("[data-chosen] li")).to_have_text(["drop-1.txt", "drop-2.txt"])
    page.evaluate(
        """() => { const told = document.querySelector("[data-sending] [data-told]");
        new MutationObserver(() => sessionStorage.setItem("told", (sessionStorage.getItem("told") ?? "")
            + told.textContent))
          .observe(told, { childList: true }); }"""
    )
    page.get_by_role("button", name=message("upload.submit", "en")).click()
    page.wait_for_url(re.compile(r"/manage/jobs/"))
    assert message("upload.checking", "en") in page.evaluate("sessionStorage.getItem('told')")
    settled(page)  # without being looked at again
    expect(page.locator("[data-file=indexed]")).to_have_count(2)
    expect(page.locator("[data-progress]")).to_have_count(0)


def test_by_keyboard_alone(signed_in):
    page = signed_in
    page.goto("/manage/documents?show=check&lang=en")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#recognised")).to_be_visible()
    page.keyboard.press("j")  # to the first passage, then on to its link
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/passages/p"))
    page.keyboard.press("/")
    expect(page.get_by_label(message("correct.role", "en"), exact=True)).to_be_focused()
    page.get_by_role("button", name=message("correct.save", "en")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_fit_and_are_accessible(signed_in, violations, tmp_path, language):
    page = signed_in
    send(page, letter(tmp_path, f"fits-{language}.txt", f"{language} {ITEMS}"), language=language)
    settled(page, language)
    addresses = [page.url]
    page.locator("#files a").first.click()
    addresses.append(page.url)
    here = page.url.split("?")[0]
    passage = page.locator("[data-passage]").first.get_attribute("data-passage")
    addresses += [f"{here}/passages/{passage}?lang={language}", f"{here}/withdraw?lang={language}"]
    addresses += [f"/manage/{part}?lang={language}" for part in ("documents", "documents?show=withdrawn", "upload")]
    for address in addresses:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(address.replace("?show=withdrawn?", "?show=withdrawn&"))
        if page.locator("details:not([data-shortcuts]) summary").count():
            page.locator("details:not([data-shortcuts]) summary").first.click()
        assert violations(page) == [], address
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        page.emulate_media(color_scheme="dark")
        assert violations(page) == [], f"{address}, dark"
        page.emulate_media(color_scheme="light")
