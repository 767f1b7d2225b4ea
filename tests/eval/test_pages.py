from __future__ import annotations

import re

import pytest
from lxml import etree, html

from eval.compare import compare
from eval.figures import FIGURES
from eval.pages import page, write_page
from indexer.errors import SettingError

HOSTILE = "<script>alert('berths')</script>"


@pytest.fixture(scope="module")
def text(report):
    earlier = report.model_copy(update={"figures": {"en": {"rr": 0.123}, "fr": {"rr": 0.9}}, "needs": report.needs[1:]})
    return page(report, comparison=compare(earlier, report), breached=["en rr: <too> low"])


@pytest.fixture(scope="module")
def tree(text):
    return html.document_fromstring(text)


def test_the_page_is_well_formed(text):
    # Every element is closed and every sign escaped, so that but for two void elements the page is XML too.
    etree.fromstring(re.sub(r"(<meta [^>]*)>", r"\1/>", text))
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert text.startswith("<!DOCTYPE html>\n")


def test_the_page_needs_nothing_else(tree, text):
    assert tree.xpath("//script | //link | //img | //iframe | //object | //embed | //@src | //@srcset") == []
    assert all(address.startswith("#") for address in tree.xpath("//@href"))
    assert "url(" not in text and "@import" not in text


def test_every_link_leads_somewhere(tree):
    ids = set(tree.xpath("//@id"))
    assert {address[1:] for address in tree.xpath("//a/@href")} <= ids


def test_what_others_wrote_is_escaped(tree, text):
    assert HOSTILE not in text
    assert "<b>answer</b>" not in text and "<too>" not in text
    assert any(HOSTILE in summary.text_content() for summary in tree.xpath("//summary"))
    assert "en rr: <too> low" in tree.xpath('//div[@class="notice"]')[0].text_content()


def test_every_figure_stands_in_the_table_with_its_interval(tree, report):
    rows = {row.xpath("string(th)"): row.text_content() for row in tree.xpath('//section[@id="figures"]//tbody/tr')}
    assert set(rows) == {figure.label for figure in FIGURES.values()}
    low, high = report.intervals["fr"]["recall@10"]
    assert f"{report.figures['fr']['recall@10']:.3f}" in rows["Recall at 10"]
    assert f"{low:.3f} to {high:.3f}" in rows["Recall at 10"]


def test_there_is_a_chart_of_systems_and_kinds_for_each_language_and_of_directions(tree):
    assert len(tree.xpath('//section[@id="systems"]//svg')) == 2
    assert len(tree.xpath('//section[@id="kinds"]//svg')) == 2
    assert len(tree.xpath('//section[@id="directions"]//svg')) == 1


def test_each_need_opens_on_what_came_back(tree, report):
    for need in report.needs:
        (block,) = tree.xpath(f'//details/div[@id="need-{need.id}"]')
        told = " ".join(block.text_content().split())
        for language in ("en", "fr"):
            asked = need.asked[language]
            assert " ".join(asked.question.split()) in told
            assert " ".join(asked.text.split()) in told
            for hit in asked.hits:
                assert " ".join(report.passages[hit.passage_id].text.split()) in told
        for quote in need.evidence:
            assert quote.quote in told and quote.doc in told


def test_the_worst_stand_apart_in_their_order(tree, report):
    shown = tree.xpath('//section[@id="worst"]//summary/code/text()')
    assert shown == [*report.worst["en"], *report.worst["fr"]]


def test_what_moved_is_told(tree):
    told = tree.xpath('//section[@id="moved"]')[0].text_content()
    assert "0.123" in told and "better" in told
    assert "1 need is new" in told


def test_without_a_comparison_or_gate_nothing_is_said_of_them(report):
    tree = html.document_fromstring(page(report))
    assert tree.xpath('//section[@id="moved"]') == []
    assert "gate" not in tree.xpath("string(//header)")
    assert "The gate is passed" in page(report, breached=[])


def test_documents_that_are_missing_are_told(report):
    lacking = report.model_copy(update={"missing_documents": ["a<b.pdf"]})
    assert "a&lt;b.pdf" in page(lacking)


def test_a_page_without_needs_is_a_page_all_the_same(report):
    empty = report.model_copy(
        update={"needs": [], "worst": {"en": [], "fr": []}, "directions": [], "kinds": {"en": {}, "fr": {}}}
    )
    assert "No need has a quote" in page(empty)


def test_a_place_that_cannot_be_written_to_is_named(report, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SettingError, match=r"--html .*page\.html: cannot be written"):
        write_page(report, tmp_path / "file" / "page.html")
