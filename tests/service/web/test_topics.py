"""The map of a topic: what is drawn agrees with the brief that it is drawn from."""

from __future__ import annotations

from io import BytesIO

import pytest
from docx import Document
from lxml import html

from indexer.documents import Status
from service.briefs.gathering import gather
from service.messages import message
from service.topics_named import topics_named
from service.web.topic_map import anchor, timeline, topic_map

TOPICS = {"en": "digital identity", "fr": "identité numérique"}
LANGUAGES = ("en", "fr")
RANK = {status: rank for rank, status in enumerate(Status)}


@pytest.fixture(scope="module")
def briefs(engine):
    return {language: gather(engine, topic, language=language) for language, topic in TOPICS.items()}


def page(client, **parameters):
    response = client.get("/topics", params=parameters)
    return response, html.fromstring(response.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_cell_has_the_furthest_status_said_there(briefs, language):
    brief = briefs[language]
    drawn = topic_map(brief)
    assert [row.code for row in drawn.rows] == [member.code for member in brief.members]
    assert [column.meeting for column in drawn.columns] == list(brief.meetings)
    for row, member in zip(drawn.rows, brief.members, strict=True):
        for column, cell in zip(drawn.columns, row.by_meeting, strict=True):
            told = [standing.status for standing in member.standings if standing.meeting == column.meeting]
            assert (cell is None) == (not told)
            if cell:
                assert RANK[cell.status] == min(RANK[status] for status in told)
                assert cell.proofs == len(told)
                assert 0 <= cell.x < drawn.width and 0 <= row.y < drawn.height


def test_over_time_nobody_falls_back_or_is_lost(briefs):
    course = timeline(briefs["en"])
    assert course is not None
    totals = [sum(segment.count for segment in bar.segments) for bar in course.bars]
    assert totals == sorted(totals) and totals[-1] <= len(briefs["en"].members)
    delivered = [bar.count(Status.DELIVERED) for bar in course.bars]
    assert delivered == sorted(delivered) and delivered[-1] > 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cell_leads_to_its_proofs(client, briefs, language):
    _, shown = page(client, q=TOPICS[language], lang=language)
    cells = shown.xpath("//*[contains(@class, 'map')]//a/@href")
    expected = [f"#{cell.anchor}" for row in topic_map(briefs[language]).rows for cell in row.cells]
    assert cells == expected and cells
    for cell in cells:
        (stand,) = shown.xpath(f"//*[@id='{cell[1:]}']")
        assert stand.xpath(".//q")
        assert all(f"lang={language}" in href and "mark=" in href for href in stand.xpath(".//a/@href"))


def test_the_table_says_what_the_picture_shows(client, briefs):
    _, shown = page(client, q=TOPICS["en"], lang="en")
    rows = shown.xpath("(//details[@class='as-table'])[1]//tbody/tr")
    told = [[cell.text_content() for cell in row.xpath("td")] for row in rows]
    drawn = topic_map(briefs["en"])
    assert told == [
        [message(f"status.{cell.status}", "en") if cell else "–" for cell in row.by_meeting] for row in drawn.rows
    ]


def test_a_filter_narrows_the_map_and_stays_in_its_address(client):
    _, shown = page(client, q=TOPICS["en"], lang="en", jurisdiction="ON", **{"from": "2018"})
    assert {href.split("-")[1] for href in shown.xpath("//*[contains(@class, 'map')]//a/@href")} == {"ON"}
    assert shown.xpath("//input[@name='jurisdiction'][@checked]/@value") == ["ON"]
    (word,) = [href for href in shown.xpath("//a/@href") if "format=docx" in href]
    assert "jurisdiction=ON" in word and "from=2018" in word
    (switch,) = shown.xpath("//a[@hreflang='fr']/@href")
    assert "jurisdiction=ON" in switch and "from=2018" in switch


def test_what_is_taken_along_is_the_brief(client):
    response = client.get("/export/brief", params={"q": TOPICS["fr"], "format": "docx", "lang": "fr"})
    assert response.status_code == 200
    assert "identit" in response.headers["content-disposition"]
    assert any("Ontario" in cell.text for table in Document(BytesIO(response.content)).tables for cell in table._cells)
    whole = client.get("/export/brief", params={"q": TOPICS["fr"], "format": "html", "lang": "fr"})
    assert "Ontario" in whole.text and whole.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unheard_of_topic_is_told_so_and_led_on(client, language):
    response, shown = page(client, q="zorbulation quazzle", lang=language)
    assert response.status_code == 200
    assert message("topics.unknown", language, topic="zorbulation quazzle") in shown.xpath("//main")[0].text_content()
    assert client.get("/export/brief", params={"q": "zorbulation quazzle"}).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"jurisdiction": "XX"}, {"from": "soon"}, {"to": "2020-13"}, {"q": "x" * 5000}],
    ids=lambda one: str(one)[:20],
)
def test_what_cannot_be_asked_is_refused_with_a_reason(client, wrong):
    response, shown = page(client, **({"q": "chatbots", "lang": "fr"} | wrong))
    assert response.status_code == 422
    assert shown.xpath("//*[@role='alert']")


def test_topics_to_begin_with_are_named_by_several_jurisdictions(client, index):
    found = topics_named(index)
    assert found and all(topic.jurisdictions >= 2 for topic in found)
    assert [topic.jurisdictions for topic in found] == sorted((topic.jurisdictions for topic in found), reverse=True)
    _, shown = page(client, lang="fr")
    assert shown.xpath("//ul[@class='suggested']//a/text()") == [topic.term.fr[0] for topic in found]


def test_places_without_a_date_have_an_anchor_too():
    assert anchor("ON", None) != anchor("ON", "2020")
