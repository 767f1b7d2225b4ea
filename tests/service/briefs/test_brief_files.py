"""A brief as a Word document and as a page, opened again."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import docx
import lxml.html
import pytest
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.documents import Status
from service.briefs import brief_docx, brief_html
from service.briefs.content import Brief, Cited, Member, Need, Quote, Settled, Source, Standing
from service.briefs.restricted import footer_notice
from service.briefs.wording import clean, overviews, quoted
from service.messages import message

CASES = [("digital identity", "en"), ("identité numérique", "fr"), ("chatbots", "fr")]
LOCALE = {"en": "en-CA", "fr": "fr-CA"}
HOSTILE = "</q><script>alert(1)</script> =cmd|'/c calc'!A1 \x00\x0b\x1f\ufffe & \"quoted\" {{ 7 * 7 }} {x}\r\n\tend"


@pytest.fixture(params=CASES, ids=" ".join)
def brief(request, brief_on):
    return brief_on(*request.param)


def opened(brief):
    return docx.Document(io.BytesIO(brief_docx.as_docx(brief)))


def page_of(brief):
    return lxml.html.document_fromstring(brief_html.as_html(brief))


def statements(brief):
    yield from (standing.quote for member in brief.members for standing in member.standings)
    yield from brief.context
    yield from (need.quote for need in brief.needs)
    yield from (item.quote for item in (*brief.decisions, *brief.follow_ups))


def runs_of(document):
    """Every run with its text and language, those in links and fields too."""
    for run in document.element.body.iter(qn("w:r")):
        (spoken,) = [mark.get(qn("w:val")) for mark in run.iter(qn("w:lang"))]
        yield "".join(text.text or "" for text in run.iter(qn("w:t"))), spoken


# Word


def test_word_has_real_headings_and_properties(brief):
    document = opened(brief)
    titles = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    names = [
        "overview",
        "standings",
        *(["context"] if brief.context else []),
        "needs",
        "decisions",
        "follow_ups",
        "sources",
    ]
    assert titles == [message(f"brief.heading.{name}", brief.language) for name in names]
    (title,) = [p.text for p in document.paragraphs if p.style.name == "Title"]
    assert title == message("brief.title", brief.language, topic=brief.topic) == document.core_properties.title
    assert document.core_properties.author == message("page.title", brief.language)
    assert document.core_properties.language == LOCALE[brief.language]


def test_word_holds_every_quotation_in_its_language(brief):
    runs = list(runs_of(opened(brief)))
    for quote in statements(brief):
        assert (quoted(quote.text, quote.language), LOCALE[quote.language]) in runs


def test_word_tables_repeat_their_heads_and_say_what_the_brief_says(brief):
    document = opened(brief)
    for table in document.tables:
        first, *others = table.rows
        assert first._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr is None or row._tr.trPr.find(qn("w:tblHeader")) is None for row in others)
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
    overview, standings = document.tables[0], document.tables[len(overviews(brief))]
    assert [row.cells[0].text for row in overview.rows[1:]] == [member.name for member in brief.members]
    rows = [(m.name, s.status, s.quote) for m in brief.members for s in m.standings]
    assert len(standings.rows) == 1 + len(rows)
    for row, (name, status, quote) in zip(standings.rows[1:], rows, strict=True):
        cells = row.cells  # a merged cell gives the text of the one that it goes on from
        assert cells[0].text == name
        assert cells[2].text == message(f"status.{status}", brief.language)
        assert quoted(quote.text, quote.language) in cells[3].text


def test_numbers_in_word_lead_to_sources(brief):
    document = opened(brief)
    marks = [mark.get(qn("w:name")) for mark in document.element.body.iter(qn("w:bookmarkStart"))]
    links = {link.get(qn("w:anchor")) for link in document.element.body.iter(qn("w:hyperlink"))}
    assert marks == [f"source_{cited.number}" for cited in brief.citations]
    assert links == set(marks)
    lines = [p.text for p in document.paragraphs if re.match(r"\[\d+\]\t", p.text)]
    assert len(lines) == len(brief.citations)
    for line, cited in zip(lines, brief.citations, strict=True):
        assert cited.source.title in line and cited.source.source in line
        assert cited.page is None or message("page.number", brief.language, number=cited.page) in line
        assert message(f"brief.in.{cited.source.language}", brief.language) in line


def test_word_says_on_its_first_page_and_at_the_foot_what_may_not_be_passed_on(brief):
    document = opened(brief)
    before = [p.text for p in document.paragraphs][: 4 + len(brief.restricted)]
    foot = "\n".join(p.text for p in document.sections[0].footer.paragraphs)
    assert brief.restricted and message("brief.notice.text", brief.language) in before
    for source in brief.restricted:
        assert f"{source.title} ({source.source})" in before
        assert source.title in foot or len(brief.restricted) > 3
    fields = [f.get(qn("w:instr")) for f in document.sections[0].footer._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_a_public_brief_has_no_notice(brief):
    public = replace(brief, restricted=())
    document = opened(public)
    assert message("brief.notice.title", brief.language) not in [p.text for p in document.paragraphs]
    assert len(document.sections[0].footer.paragraphs) == 1
    assert not page_of(public).xpath("//*[@class='notice']|//footer")


def test_a_foot_with_many_documents_names_how_many(brief):
    many = replace(brief, restricted=tuple(Source(str(n), f"Paper {n}", f"{n}.txt", "en") for n in range(5)))
    foot = "\n".join(p.text for p in opened(many).sections[0].footer.paragraphs)
    assert "5 documents" in foot and "Paper 4" not in foot
    assert "Paper 4" in "\n".join(p.text for p in opened(many).paragraphs)


# HTML


def test_the_page_stands_alone(brief):
    text = brief_html.as_html(brief)
    page = page_of(brief)
    assert text.startswith("<!doctype html>")
    assert not page.xpath("//script|//link|//img|//iframe|//form|//@onclick|//@style")
    assert all(address.startswith("#") for address in page.xpath("//@href|//@src"))
    assert "@media print" in text and "url(" not in text
    assert page.get("lang") == LOCALE[brief.language]


def test_the_page_holds_every_quotation_in_its_language(brief):
    found = [(q.text_content(), q.get("lang")) for q in page_of(brief).iter("q")]
    assert found == [(quoted(quote.text, quote.language), quote.language) for quote in statements(brief)]


def test_tables_of_the_page_say_whose_head_each_head_is(brief):
    page = page_of(brief)
    assert page.xpath("//table") and all(table.xpath("caption") for table in page.xpath("//table"))
    assert {head.get("scope") for head in page.xpath("//th")} <= {"col", "row", "rowgroup"}
    spans = [int(head.get("rowspan")) for head in page.xpath("//th[@scope='rowgroup']")]
    assert spans == [len(member.standings) for member in brief.members]


def test_addresses_within_the_page_lead_somewhere(brief):
    page = page_of(brief)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {address[1:] for address in page.xpath("//a/@href")} == {i for i in ids if i.startswith("source-")}
    assert set(page.xpath("//@aria-labelledby")) <= set(ids)


def test_the_page_names_what_may_not_be_passed_on(brief):
    page = page_of(brief)
    assert len(page.xpath("//section[@class='notice']//li")) == len(brief.restricted) > 0
    foot = page.xpath("string(//footer)")
    assert foot == footer_notice(brief.restricted, brief.language)
    assert len(brief.restricted) > 3 or all(source.title in foot for source in brief.restricted)


# Whatever texts hold


def made_of(text, language="en"):
    quote = Quote(text, "fr", (1,))
    source = Source("d", text, text, "fr")
    settled = Settled("i", "follow_up", None, text, text, None, text, quote)
    return Brief(
        topic=text,
        topic_language="en",
        language=language,
        asked=(text,),
        indexed="2024-05-01",
        meetings=(None, "2019", "2020-09", "2020-10", "2021", "2022", "2023"),
        members=(Member("BC", text, (Standing(None, Status.PLANNED, quote), Standing("2023", Status.ASKING, quote))),),
        context=(quote,),
        needs=(Need(text, "2020-09", quote),),
        decisions=(),
        follow_ups=(settled,),
        citations=(Cited(1, source, None, 0, 1),),
        restricted=(source,),
    )


def plain(text):
    return " ".join(clean(text).split())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200))
def test_any_text_can_be_written(text):
    for_readers = made_of(text)
    words = quoted(text, "fr")
    assert (words, "fr-CA") in list(runs_of(opened(for_readers)))
    page = page_of(for_readers)
    assert plain(page.xpath("string(//q)")) == plain(words)
    assert not page.xpath("//script")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_hostile_text_stays_text(language):
    brief = made_of(HOSTILE, language)
    page = page_of(brief)
    assert not page.xpath("//script")
    assert "<script>alert(1)</script>" in page.xpath("string(//h1)") and "{{ 7 * 7 }}" in page.xpath("string(//h1)")
    document = opened(brief)
    assert "<script>alert(1)</script>" in document.core_properties.title
    assert not re.search("[\x00\x0b\x1f\ufffe]", brief_html.as_html(brief))


def test_more_meetings_than_a_page_is_wide_stand_below(brief_on):
    brief = made_of("words")
    assert [len(meetings) for meetings in overviews(brief)] == [5, 2]
    heads = [[cell.text for cell in table.rows[0].cells] for table in opened(brief).tables[:2]]
    assert heads[0][1] == "no date" and heads[1][1:] == ["2022", "2023"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_there_is_none_of_is_told(language):
    empty = replace(made_of("words", language), members=(), meetings=(), needs=(), follow_ups=(), context=())
    texts = [p.text for p in opened(empty).paragraphs]
    content = page_of(empty).text_content()
    for name in ("standings", "needs", "decisions", "follow_ups"):
        told = message(f"brief.{name}.none", language)
        assert told in texts and told in content
