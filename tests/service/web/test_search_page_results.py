"""The search page through HTTP: every state has an address, and says what stands in it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html

from service.messages import message

LANGUAGES = ("en", "fr")


def get(client, expected=200, /, **parameters):
    response = client.get("/search", params={"lang": "en", **parameters})
    assert response.status_code == expected
    shown = html.fromstring(response.text)
    ids = shown.xpath("//@id")
    assert len(ids) == len(set(ids))
    return shown


def text(node):
    return " ".join(node.text_content().split())


def counts(shown, facet):
    return {
        label.xpath("./input/@value")[0]: int(text(label.find_class("count")[0]))
        for label in shown.find_class("choice")
        if label.xpath("./input/@name") == [facet]
    }


def parameters(link):
    found = parse_qs(urlsplit(link.get("href")).query)
    assert found.pop("lang")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_passages_stand_under_their_documents_with_a_way_to_each(client, language):
    shown = get(client, q="digital identity", lang=language)
    result = client.get("/v1/search", params={"q": "digital identity", "limit": 100}).json()
    known = {one["passage_id"]: one for one in result["passages"]}
    links = shown.xpath("//section[@id='results']//a[@data-hit]")
    assert len(links) == 20
    for link in links:
        parts = urlsplit(link.get("href"))
        asked = parse_qs(parts.query)
        assert asked["q"] == ["digital identity"] and asked["lang"] == [language]
        passage = client.get(f"/v1/passages/{parts.fragment}").json()
        assert parts.path == f"/documents/{passage['document_id']}"
        start, end = map(int, asked["mark"][0].split("-"))
        assert passage["start"] <= start < end <= passage["end"]
    if language == "en":
        assert {urlsplit(link.get("href")).fragment for link in links} <= set(known)
    articles = shown.find_class("document")
    titles = [article.xpath("./h2/a/@href")[0] for article in articles]
    assert len(titles) == len(set(titles)) < 20
    expected = {"digital", "identity"} if language == "en" else {"numérique", "identité"}
    assert {text(mark).lower() for mark in shown.xpath(f"//blockquote[@lang='{language}']/mark")} >= expected
    assert all(quote.get("lang") in LANGUAGES for quote in shown.xpath("//blockquote"))


def test_a_passage_leads_to_its_version_in_the_other_language(client):
    shown = get(client, q="identité numérique", lang="fr")
    links = [a for a in shown.xpath("//a[@hreflang='en']") if text(a) == message("version.en", "fr")]
    assert links
    for link in links:
        passage = client.get(f"/v1/passages/{urlsplit(link.get('href')).fragment}").json()
        assert passage["language"] == "en"


def test_counts_are_those_of_the_api_and_choosing_gives_as_many(client):
    shown = get(client, q="digital identity")
    told = client.get("/v1/search", params={"q": "digital identity", "facets": True}).json()["facets"]
    for facet in ("jurisdiction", "meeting", "role", "status", "type", "doc_language"):
        assert counts(shown, facet) == {one["value"]: one["count"] for one in told[facet]}
    ontario = counts(shown, "jurisdiction")["ON"]
    chosen = get(client, q="digital identity", jurisdiction="ON")
    assert text(chosen.get_element_by_id("found")) == message("search.found.many", "en", number=ontario)
    assert counts(chosen, "jurisdiction") == counts(shown, "jurisdiction")
    assert chosen.xpath("//input[@name='jurisdiction' and @checked]/@value") == ["ON"]


def test_chips_take_one_filter_away_each_and_all_together(client):
    asked = {"q": "digital identity", "jurisdiction": ["ON", "BC"], "role": "achievement", "from": "2019"}
    shown = get(client, **asked)
    chips = shown.find_class("chip")
    assert [text(chip) for chip in chips] == [
        "Remove the filter: Jurisdiction, Ontario ×",
        "Remove the filter: Jurisdiction, British Columbia ×",
        "Remove the filter: Part of the document, achievement ×",
        "Remove the filter: Meetings from … to …, from 2019 ×",
    ]
    whole = {"q": ["digital identity"], "jurisdiction": ["ON", "BC"], "role": ["achievement"], "from": ["2019"]}
    assert [parameters(chip) for chip in chips] == [
        whole | {"jurisdiction": ["BC"]},
        whole | {"jurisdiction": ["ON"]},
        {name: value for name, value in whole.items() if name != "role"},
        {name: value for name, value in whole.items() if name != "from"},
    ]
    assert parameters(shown.find_class("clear")[0]) == {"q": ["digital identity"]}
    assert not get(client, q="digital identity").find_class("chips")


def test_a_value_that_nothing_has_is_not_listed_but_kept_where_it_is_chosen(client):
    shown = get(client, q="chatbots", jurisdiction=["NU", "BC"])
    assert "NU" not in counts(shown, "jurisdiction")
    assert shown.xpath("//input[@type='hidden' and @name='jurisdiction']/@value") == ["NU"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_filters_rule_out_everything_this_is_said_with_ways_out(client, language):
    shown = get(client, q="chatbots", jurisdiction="YT", meeting="2020-09", lang=language)
    (nothing,) = shown.find_class("nothing")
    assert message("search.ruled_out", language) in text(nothing).replace("\u00a0", " ")
    drops = nothing.xpath(".//a")
    assert [parameters(drop) for drop in drops] == [{"q": ["chatbots"], "meeting": ["2020-09"]}, {"q": ["chatbots"]}]
    for drop in drops:
        number = int(text(drop).rpartition("(")[2].rstrip(")"))
        assert number and str(number) in text(
            html.fromstring(client.get(drop.get("href")).text).get_element_by_id("found")
        )
    assert text(shown.find_class("part")[0]) == message("search.unfiltered", language)
    assert "hatbot" in text(shown.find_class("document")[0]) or language == "fr"


def test_more_passages_have_addresses_of_their_own(client):
    seen: list[str] = []
    address: str | None = "/search?q=digital+identity&lang=en"
    pages = 0
    while address:
        shown = html.fromstring(client.get(address).text)
        seen += shown.xpath("//section[@id='results']//a[@data-hit]/@href")
        pages += 1
        address = next(iter(shown.xpath("//a[@rel='next']/@href")), None)
    assert pages > 2 and len(seen) == len(set(seen)) > 40
    assert parameters(shown.xpath("//a[@rel='prev']")[0])["page"] == [str(pages - 1)]
    assert text(get(client, 422, q="digital identity", page=pages + 1).find_class("refusal")[0])


def test_a_likelier_spelling_keeps_the_filters(client):
    shown = get(client, q="digtal identity", jurisdiction="ON")
    (meant,) = shown.find_class("meant")
    assert parameters(meant.xpath("./a")[0]) == {"q": ["digital identity"], "jurisdiction": ["ON"]}
    assert not get(client, q="digital identity").find_class("meant")


def test_words_that_no_passage_holds_are_told_from_those_found(client):
    shown = get(client, q="penguin plumage")
    assert text(shown.find_class("nothing")[0]) == message("search.found.by_meaning", "en")


def test_a_search_becomes_a_question_and_back(client):
    shown = get(client, q="Who has digital identity?")
    (link,) = [a for a in shown.xpath("//a") if text(a) == message("search.ask_instead", "en")]
    asked = html.fromstring(client.get(link.get("href")).text)
    (back,) = [a for a in asked.xpath("//a") if text(a) == message("search.search_instead", "en")]
    assert urlsplit(back.get("href")).path == "/search"
    assert parameters(back) == {"q": ["Who has digital identity?"]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "wrong",
    [
        {"jurisdiction": "XX"},
        {"type": "poem"},
        {"role": "villain"},
        {"status": "done"},
        {"doc_language": "de"},
        {"from": "autumn"},
        {"to": "2019-13"},
        {"meeting": "<b>"},
        {"page": "0"},
        {"page": "²"},
        {"page": "99999999999999"},
        {"q": "?!"},
        {"q": "a" * 1_001},
    ],
    ids=str,
)
def test_what_cannot_be_used_is_said_on_the_page(client, language, wrong):
    shown = get(client, 422, **({"q": "digital identity", "lang": language} | wrong))
    assert shown.get("lang") == language and len(text(shown.find_class("refusal")[0])) > 20
    assert not shown.xpath("//b")


def test_empty_and_unknown_parameters_say_nothing(client):
    plain = get(client, q="chatbots")
    other = get(client, q="chatbots", to="", jurisdiction="", utm="x", **{"from": ""})
    assert [text(one) for one in plain.find_class("document")] == [text(one) for one in other.find_class("document")]
    assert get(client).find_class("lead") and not get(client, q=" ").find_class("refusal")
