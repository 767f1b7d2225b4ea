from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from service.access import CallerRole
from service.answering.composing import ordered
from service.contract import Answer
from service.messages import message

LIST = {
    "en": "Which jurisdictions work on digital identity?",
    "fr": "Quelles administrations travaillent à l’identité numérique?",
}
ELSEWHERE = {
    "en": "Why do the blixts zorbulate the quazzle?",
    "fr": "Pourquoi les blixts zorbulent-ils le quazzle?",
}
OTHER = {"en": "fr", "fr": "en"}
LANGUAGES = ("en", "fr")
WITH_AND_WITHOUT_SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


def address(question, language):
    return "/?" + urlencode({"q": question, "lang": language})


@pytest.fixture(scope="module")
def answers(server):
    """The API's answers to the lists, with which the page must agree."""
    with httpx.Client(base_url=server, trust_env=False, timeout=30) as client:
        return {
            language: client.post("/v1/answer", json={"question": question, "language": language}).json()
            for language, question in LIST.items()
        }


def test_the_lists_asked_here_have_answers(answers):
    for answer in answers.values():
        assert answer["kind"] == "list" and len(answer["findings"]) > 1


@WITH_AND_WITHOUT_SCRIPTS
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_opens_in_both_languages(page, language):
    page.goto(f"/?lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page).to_have_title(message("page.title", language))
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("searchbox", name=message("page.question", language))).to_be_focused()
    expect(page.get_by_role("button", name=message("page.ask", language))).to_be_visible()


def test_the_first_language_is_the_readers(browser, server):
    for locale, language in (("fr-CA", "fr"), ("en-CA", "en"), ("de-DE", "en")):
        context = browser.new_context(base_url=server, locale=locale)
        opened = context.new_page()
        opened.goto("/")
        expect(opened.locator("html")).to_have_attribute("lang", language)
        context.close()


@WITH_AND_WITHOUT_SCRIPTS
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_is_asked_by_keyboard_alone(page, answers, language):
    page.goto(f"/?lang={language}")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type(LIST[language])
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    expect(page.get_by_role("heading", level=1)).to_have_text(message("page.answer", language))
    expect(page.get_by_role("searchbox")).to_have_value(LIST[language])
    page.reload()
    expect(page.get_by_role("table").first).to_be_visible()
    # From the top of the page the first stop leads past the form.
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=message("page.skip", language))).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**#answer")


@WITH_AND_WITHOUT_SCRIPTS
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_lists_every_finding_with_its_proof(page, answers, language):
    page.goto(address(LIST[language], language))
    answer = answers[language]
    rows = page.locator("tbody tr:not(.more)")
    findings = [finding.model_dump(mode="json") for finding in ordered(Answer.model_validate(answer).findings)]
    expect(rows).to_have_count(len(findings))
    for row, finding in zip(rows.all(), findings, strict=True):
        expect(row.get_by_role("rowheader")).to_have_text(finding["jurisdiction"]["name"])
        expect(row).to_contain_text(message(f"status.{finding['status']}", language))
        expect(row.get_by_role("link")).to_have_text([f"[{number}]" for number in finding["citations"]])
    quotes = page.locator(".proofs blockquote mark")
    expect(quotes).to_have_text([citation["quote"] for citation in answer["citations"]])
    nearest = page.locator(".nearest > li")
    expect(nearest).to_have_count(len(answer["passages"]))
    expect(nearest.first).to_be_hidden()
    page.get_by_text(message("ask.nearest", language, number=len(answer["passages"]))).click()
    expect(nearest.first).to_be_visible()


@WITH_AND_WITHOUT_SCRIPTS
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_citation_leads_to_its_quote(page, answers, language):
    page.goto(address(LIST[language], language))
    number = answers[language]["findings"][-1]["citations"][-1]
    page.get_by_role("table").get_by_role("link", name=f"[{number}]").last.click()
    page.wait_for_url(f"**#citation-{number}")
    quote = page.locator(f"#citation-{number}")
    expect(quote).to_be_in_viewport()
    expect(page.locator(".proofs > li:target")).to_have_count(1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotes_and_passages_say_their_language(page, answers, language):
    page.goto(address(LIST[language], language))
    spoken = [quote.get_attribute("lang") for quote in page.locator(".proofs blockquote").all()]
    assert spoken == [citation["document_language"] for citation in answers[language]["citations"]]
    spoken = [passage.get_attribute("lang") for passage in page.locator(".nearest .passage").all()]
    assert spoken == [hit["language"] for hit in answers[language]["passages"]]
    for title in page.locator("cite").all():
        assert title.get_attribute("lang") in LANGUAGES


@WITH_AND_WITHOUT_SCRIPTS
@pytest.mark.parametrize("language", LANGUAGES)
def test_switching_the_language_keeps_the_question(page, language):
    other = OTHER[language]
    page.goto(address(LIST[language], language))
    link = page.get_by_role("link", name=message("page.other_language", language))
    assert (link.get_attribute("lang"), link.get_attribute("hreflang")) == (other, other)
    link.click()
    expect(page.locator("html")).to_have_attribute("lang", other)
    expect(page.get_by_role("searchbox")).to_have_value(LIST[language])
    expect(page.get_by_role("heading", level=1)).to_have_text(message("page.answer", other))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_answered_is_said_and_the_nearest_passages_shown(page, language):
    page.goto(address(ELSEWHERE[language], language))
    expect(page.locator(".nothing")).to_have_text(message("answer.nothing", language))
    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.locator(".proofs")).to_have_count(0)
    expect(page.locator(".nearest > li")).to_have_count(10)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_can_be_followed(page, language):
    page.goto(f"/?lang={language}")
    examples = page.locator(".lead a").all_inner_texts()
    assert len(examples) >= 4
    for example in examples:
        page.get_by_role("link", name=example, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(message("page.answer", language))
        expect(page.get_by_role("searchbox")).to_have_value(example)
        expect(page.locator(".nothing")).to_have_count(0)
        page.go_back()


@WITH_AND_WITHOUT_SCRIPTS
def test_a_filter_is_removed_and_the_others_are_kept(page):
    page.goto(address(LIST["en"], "en") + "&jurisdiction=ON&jurisdiction=MB&from=2018")
    page.get_by_role("link", name="Remove the filter Jurisdiction: Ontario").click()
    page.wait_for_url(lambda url: "jurisdiction=ON" not in url)
    expect(page.locator(".chips a")).to_have_count(2)
    expect(page.get_by_role("rowheader").first).to_have_text("Manitoba")
    page.get_by_role("searchbox").fill("Who has a contact centre?")
    page.keyboard.press("Enter")
    page.wait_for_url("**contact**")
    assert parse_qs(urlsplit(page.url).query)["jurisdiction"] == ["MB"]
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value(LIST["en"])


def test_proofs_and_open_passages_are_walked_by_keyboard(page):
    page.goto(address(LIST["en"], "en"))
    page.keyboard.press("j")
    expect(page.locator("#citation-1")).to_be_focused()
    page.keyboard.press("k")  # before the first there is none
    page.keyboard.press("j")
    expect(page.locator("#citation-2")).to_be_focused()
    for _ in range(page.locator(".proofs > li").count() + 3):
        page.keyboard.press("j")
    expect(page.locator(".proofs > li").last).to_be_focused()  # what is folded away is passed over
    page.locator(".folded > summary").click()
    page.locator(".proofs > li").last.focus()
    page.keyboard.press("j")
    expect(page.locator(".nearest > li").first).to_be_focused()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_citation_is_copied(browser, server, language):
    context = browser.new_context(base_url=server, permissions=["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    opened.goto(address(LIST[language], language))
    expect(opened.locator(".reference").first).to_be_hidden()
    reference = opened.locator("#reference-2").text_content()
    opened.get_by_role("button", name=message("ask.copy.button", language) + " [2]").click()
    expect(opened.locator("[data-copied]")).to_have_text(message("ask.copy.done", language))
    assert opened.evaluate("navigator.clipboard.readText()") == reference
    assert opened.locator("#citation-2 mark").text_content() in reference
    context.close()


@pytest.mark.parametrize("scripts", [False])
def test_without_scripts_a_citation_can_be_selected(page):
    page.goto(address(LIST["en"], "en"))
    expect(page.get_by_role("button", name=message("ask.copy.button", "en"))).to_have_count(0)
    page.locator("#citation-1 .reference > summary").click()
    expect(page.locator("#reference-1")).to_be_visible()


@WITH_AND_WITHOUT_SCRIPTS
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", [CallerRole.ANONYMOUS])
def test_feedback_is_given_by_keyboard(signed_in, language, scripts):
    signed_in.goto(address(LIST[language], language))
    signed_in.get_by_text(message("ask.feedback.more", language)).press("Enter")
    report = signed_in.get_by_role("button", name=message("ask.feedback.missing", language))
    if scripts:
        report.press("Enter")  # nothing chosen
        expect(signed_in.locator("[data-said]")).not_to_be_empty()
        expect(signed_in.locator("[data-said]")).not_to_have_text(message("ask.feedback.thanks", language))
    signed_in.get_by_label(message("ask.feedback.jurisdiction", language)).select_option(index=1)
    report.press("Enter")
    thanks = signed_in.get_by_text(message("ask.feedback.thanks", language))
    expect(thanks).to_be_visible()
    expect(signed_in.get_by_role("status").filter(has=thanks).or_(thanks)).not_to_have_count(0)
    expect(signed_in.get_by_role("searchbox")).to_have_value(LIST[language])
    assert ("thanks=1" in signed_in.url) is not scripts  # in place with scripts


def test_a_file_is_downloaded_under_the_name_of_its_question(page):
    page.goto(address(LIST["fr"], "fr"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Word", exact=True).click()
    assert download.value.suggested_filename.startswith("Réponse – Quelles administrations")
    assert download.value.suggested_filename.endswith(".docx")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_print_is_a_briefing_page(page, language):
    page.goto(address(LIST[language], language))
    page.emulate_media(media="print")
    for left_out in ("form[role=search]", "nav", ".files", ".feedback", ".folded", ".actions", "footer"):
        expect(page.locator(left_out).first).to_be_hidden()
    for printed in (".asked", ".restricted", ".answer table", ".proofs blockquote", ".where .printed", ".address"):
        expect(page.locator(printed).first).to_be_visible()
    expect(page.locator(".asked")).to_contain_text(LIST[language])
    expect(page.locator(".address")).to_contain_text(page.url)


def test_a_first_answer_is_light_and_does_not_move(browser, server):
    opened = browser.new_page(base_url=server)
    opened.add_init_script(
        """window.moved = 0;
        new PerformanceObserver((list) => { for (const shift of list.getEntries()) window.moved += shift.value; })
            .observe({ type: "layout-shift", buffered: true });"""
    )
    opened.goto(address(LIST["en"], "en"), wait_until="networkidle")
    sent = opened.evaluate(
        """["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
            .map((one) => one.transferSize)"""
    )
    assert len(sent) >= 5 and all(sent)
    assert sum(sent) < 100_000
    assert opened.evaluate("window.moved") <= 0.05
    opened.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_wrong_with_any_state(page, violations, language):
    for query in (LIST[language], ELSEWHERE[language], "What was decided about digital identity?"):
        page.goto(address(query, language) + "&jurisdiction=ON&jurisdiction=MUNI&from=2016")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert violations(page) == []
    page.goto(address("Who asks for help with digital identity?", language))
    page.locator(".helps").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(message("ask.need.title", language))
    assert violations(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_stands_out_sideways(browser, server, language):
    opened = browser.new_page(base_url=server)
    for question in "", LIST[language], ELSEWHERE[language], "w" * 300:
        opened.goto(address(question, language))
        for width in 320, 360, 768, 1440:
            opened.set_viewport_size({"width": width, "height": 800})
            assert opened.evaluate("document.documentElement.scrollWidth") <= width
    opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser, server, scheme):
    opened = browser.new_page(color_scheme=scheme, base_url=server)
    for question in LIST["en"], ELSEWHERE["en"]:
        opened.goto(address(question, "en"))
        faint = opened.evaluate(
            """() => {
                const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
                const light = ([r, g, b]) => [r, g, b]
                    .map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
                const ground = (node) => {
                    for (; node; node = node.parentElement) {
                        const colour = parts(getComputedStyle(node).backgroundColor);
                        if (colour.length < 4 || colour[3] > 0) return colour;
                    }
                    return [255, 255, 255];
                };
                return [...document.querySelectorAll("body *")]
                    .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
                    .map((node) => {
                        const [a, b] = [light(parts(getComputedStyle(node).color)), light(ground(node))];
                        return [node.tagName, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
                    })
                    .filter(([, contrast]) => contrast < 4.5);
            }"""
        )
        assert faint == []
    opened.close()


@pytest.mark.parametrize(
    "question",
    ["<script>document.title='caught'</script> fees", "\"><b id='caught'>fees</b>", "{{ 7 * 7 }} & fees &amp;"],
)
def test_a_question_is_shown_as_it_was_typed(page, question):
    page.goto("/?lang=en")
    page.get_by_role("searchbox").fill(question)
    page.get_by_role("button", name=message("page.ask", "en"), exact=True).click()
    page.wait_for_url("**q=*")
    expect(page.get_by_role("searchbox")).to_have_value(question)
    expect(page.locator("#caught")).to_have_count(0)
    expect(page).to_have_title(f"{' '.join(question.split())} – {message('page.title', 'en')}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", ["?!", "a" * 1001], ids=["no word", "too long"])
def test_a_question_that_cannot_be_used_is_refused_on_the_page(page, language, question):
    response = page.goto(address(question, language))
    assert response.status == 422
    assert response.headers["content-type"].startswith("text/html")
    expect(page.get_by_role("alert")).to_contain_text("question")
    expect(page.get_by_role("alert")).to_contain_text("mot" if (question, language) == ("?!", "fr") else " ")
    expect(page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize("query", ["q=%20%20&lang=en", "lang=en", "q=&lang=en", "lang=de&q=", "other=1"])
def test_an_address_without_a_question_is_the_first_page(page, query):
    page.goto(f"/?{query}")
    expect(page.locator(".lead")).to_be_visible()


def test_ids_and_headings_are_in_order(browser, server):
    opened = browser.new_page(base_url=server)
    for path in ("/?lang=en", address(LIST["en"], "en"), address(ELSEWHERE["en"], "en"), address("?!", "en")):
        opened.goto(path)
        ids = opened.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
        assert len(set(ids)) == len(ids)
        assert "answer" in ids
        levels = opened.evaluate("[...document.querySelectorAll('h1, h2, h3')].map((node) => Number(node.tagName[1]))")
        assert levels[:1] in ([], [1]) and levels.count(1) <= 1
    opened.close()


def test_the_address_says_all(page):
    page.goto("/?lang=fr")
    page.get_by_role("searchbox").fill(LIST["fr"])
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    assert parse_qs(urlsplit(page.url).query) == {"q": [LIST["fr"]], "lang": ["fr"]}
