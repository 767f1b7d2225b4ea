"""The page for answers of every sort, without a browser: what stands where in its HTML."""

from __future__ import annotations

from functools import partial

import pytest
from answer_values import citation, finding, further, item
from fastapi import FastAPI
from fastapi.testclient import TestClient
from lxml import html

from indexer.store import open_index
from service import callers
from service.access import LOCAL
from service.answering.composing import compose
from service.contract import Answer
from service.messages import message
from service.web import ask, shell

LANGUAGES = ("en", "fr")
CITATIONS = [citation(1, answer_start=104, answer_end=108), citation(2, spoken="fr", quote="Le quai."), citation(3)]


class Answering:
    """Gives the answer it was made with: the real engine cannot be asked for one of each sort.

    Its index is a real one, which does not hold what is cited: such proofs stand without context.
    """

    def __init__(self, answer, index):
        self._answer, self._index = answer, index

    def index(self):
        return self._index

    def response(self, _key, make):
        return make(self).model_dump_json(by_alias=True).encode()

    def answer(self, _query):
        return self._answer


@pytest.fixture(scope="module")
def index(corpus_index):
    return open_index(corpus_index)


@pytest.fixture
def page(index):
    return partial(shown_by, index)


def shown_by(index, kind, language, findings, cited=CITATIONS, context=(), **more):
    found = Answer(
        question="Quays?",
        language=language,
        kind=kind,
        answered=bool(findings),
        text=compose(kind, language, findings, cited, context),
        findings=findings,
        citations=cited,
        passages=[],
        context=list(context),
        took_ms=1.0,
        **more,
    )
    app = FastAPI()
    app.dependency_overrides[callers.seen] = lambda: Answering(found, index)
    app.dependency_overrides[callers.caller] = lambda: LOCAL
    ask.add(app)
    with TestClient(app) as client:
        response = client.get("/", params={"q": "Quays?", "lang": language})
    assert response.status_code == 200
    shown = html.fromstring(response.text)
    ids = shown.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {target.removeprefix("#") for target in shown.xpath("//a/@href[starts-with(., '#')]")} <= set(ids)
    assert {f"citation-{one.number}" for one in cited} <= set(ids)
    return shown


def text(node):
    return " ".join(node.text_content().split())


def rows(shown):
    return [[text(cell) for cell in row] for row in shown.xpath("//tbody/tr")]


def test_a_list_has_a_table_of_those_asked_for_and_one_of_those_apart(page):
    shown = page(
        "list",
        "fr",
        [
            finding("fr", "MB", "exploring", 3, asked=False),
            finding("fr", "ON", "piloting", 2, date=None, further=[further("planned", 3)]),
            finding("fr", "NT", "delivered", 1),
            finding("fr", None, "delivered", 1),
        ],
    )
    assert rows(shown) == [
        ["Territoires du Nord-Ouest", "en place", "septembre 2020", "[1]"],
        ["Aucune administration nommée", "en place", "septembre 2020", "[1]"],
        ["Ontario", "à l’essai", "", "[2]"],
        ["Ontario", "aussi : prévu", "mai 2022", "[3]"],
        ["Manitoba", "à l’étude", "septembre 2020", "[3]"],
    ]
    assert [text(caption) for caption in shown.xpath("//caption")] == [message("page.apart", "fr")]
    assert message("answer.none_asked", "fr") not in text(shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_all_stand_apart_this_is_said(page, language):
    shown = page("list", language, [finding(language, "MB", "exploring", 1, asked=False)])
    assert message("answer.none_asked", language) in text(shown)
    assert len(shown.xpath("//table")) == 1


def test_a_fact_has_its_short_answer_above_and_marked_in_the_quote(page):
    found = [finding("en", "NS", "delivered", 1, short_answer="quay"), finding("en", None, "delivered", 2)]
    shown = page("fact", "en", found)
    (short,) = shown.find_class("short")
    assert text(short) == "quay [1]."
    assert [text(mark) for mark in shown.xpath("//li[@id='citation-1']/blockquote/mark/strong")] == ["quay"]
    assert len(shown.xpath("//mark//strong")) == 1
    assert [text(mark) for mark in shown.xpath("//mark")] == [one.quote for one in CITATIONS]
    assert [text(head) for head in shown.find_class("about")] == ["Nova Scotia, in place (September 2020)"]
    assert [quote.get("lang") for quote in shown.xpath("//blockquote")] == ["en", "fr", "en"]


def test_two_findings_of_one_citation_show_its_quote_once(page):
    shown = page("fact", "en", [finding("en", "NS", "delivered", 1), finding("en", "ON", "delivered", 1)])
    assert len(shown.xpath("//li[@id='citation-1']")) == 1
    assert [text(head) for head in shown.find_class("about")][1] == "Ontario, in place (September 2020)"


def test_a_decision_has_its_details_and_what_became_of_it(page):
    found = finding("fr", None, "planned", 1, date="2022-05-04", item=item(), further=[further("delivered", 2)])
    shown = page("decision", "fr", [found])
    assert [text(head) for head in shown.find_class("about")] == ["Suivi 2A, 4 mai 2022"]
    assert [text(pair) for pair in shown.xpath("//main//dl/div")] == [
        "étatà faire", "responsableOdile Bernache", "échéanceJune 2022",
    ]  # fmt: skip
    (later,) = shown.find_class("further")
    assert text(later) == "par la suite : The paint has held. (mai 2022) [2]"


def test_a_precedent_says_why_it_may_help(page):
    shown = page("precedent", "en", [finding("en", "NT", "sharing", 1, why="names <quays> too")])
    assert [text(why) for why in shown.find_class("why")] == ["Why it may help: names <quays> too"]
    assert [text(head) for head in shown.find_class("about")] == [
        "Northwest Territories, offers to share (September 2020)"
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_answered_not_applicable_stands_above_its_proof(page, language):
    cited = [citation(1, quote="N/A", codes=["YT"], role="need")]
    shown = page("fact", language, [], cited)
    (nothing,) = shown.find_class("nothing")
    assert [line.replace("\u00a0", " ") for line in compose("fact", language, [], cited).split("\n")] == [
        text(line) for line in nothing
    ]
    assert nothing.xpath(".//a/@href") == ["#citation-1"]
    assert [text(quote) for quote in shown.xpath("//blockquote")] == ["N/A"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_context_and_dropped_citations_are_told(page, language):
    shown = page("list", language, [finding(language, "MB", "planned", 1)], context=[2, 3], dropped_citations=2)
    assert f"{message('page.context', language)} [2][3]".replace("\u00a0", " ") in text(shown)
    assert message("shown.dropped.many", language, number=2) in text(shown)


def test_marks_become_links_and_everything_else_is_escaped():
    assert shell.linked("a <b> & [12] [\u20603]") == 'a &lt;b&gt; &amp; <a href="#citation-12">[12]</a> [\u20603]'
