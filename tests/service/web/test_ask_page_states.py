"""The page that asks, through HTTP: filters, needs, files and feedback, as each caller may have them."""

from __future__ import annotations

import csv
import io
import re
import shutil
from email.message import Message
from urllib.parse import parse_qs, urlsplit

import docx
import httpx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from indexer import embedding
from indexer.build import build
from indexer.documents import Distribution
from indexer.store import open_index
from service.access import CallerRole
from service.identity import keys
from service.messages import message
from service.server_settings import Settings
from service.state import State
from service.web.ask import attachment
from service.web.proofs import asks

LIST = "Which jurisdictions work on digital identity?"
ELSEWHERE = "Why do the blixts zorbulate the quazzle?"
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def staffed(corpus_index, serving, tmp_path_factory):
    """A server that tells its callers apart; clients of somebody unknown, of a member and of the secretariat."""
    base = tmp_path_factory.mktemp("staffed")
    shutil.copytree(corpus_index, base / "index")
    made = {role: keys.make(State(base / "data"), role, str(role))[1] for role in CallerRole if role.rank}
    with serving(base / "index", settings=Settings(data=base / "data")) as address:
        opened = {
            role: httpx.Client(
                base_url=address,
                trust_env=False,
                timeout=30,
                headers={"Authorization": f"Bearer {made[role]}"} if role in made else {},
            )
            for role in CallerRole
        }
        yield opened
        for client in opened.values():
            client.close()


@pytest.fixture
def anonymous(staffed):
    return staffed[CallerRole.ANONYMOUS]


@pytest.fixture
def member(staffed):
    return staffed[CallerRole.MEMBER]


def page(client, wanted=200, /, **parameters):
    response = client.get("/", params={"lang": "en"} | parameters)
    assert (response.status_code, response.headers["content-type"]) == (wanted, "text/html; charset=utf-8")
    return html.fromstring(response.text)


def text(node):
    return " ".join(node.text_content().split())


def test_filters_hold_are_shown_and_are_kept_on_asking_again(client):
    filters = {"jurisdiction": ["on", "NS"], "from": "2018", "type": "exchange_form", "doc-language": "en"}
    shown = page(client, q=LIST, **filters)
    kept = [(field.get("name"), field.get("value")) for field in shown.xpath("//form[@role='search']//input")]
    assert [pair for pair in kept if pair[0] not in {"q", "lang"}] == [
        ("jurisdiction", "ON"),
        ("jurisdiction", "NS"),
        ("from", "2018"),
        ("type", "exchange_form"),
        ("doc_language", "en"),
    ]
    asked = {"jurisdiction": ["ON", "NS"], "from": "2018", "type": ["exchange_form"], "doc_language": ["en"]}
    answer = client.post("/v1/answer", json={"question": LIST, "language": "en", "filters": asked}).json()
    named = [text(name) for name in shown.xpath("//tbody/tr[not(@class)]/th")]
    assert named == [finding["jurisdiction"]["name"] for finding in answer["findings"]] != []


def test_a_chip_leads_to_the_same_without_its_filter(client):
    shown = page(client, q=LIST, jurisdiction=["ON", "NS"], role="achievement")
    chips = {
        chip.get("aria-label"): parse_qs(urlsplit(chip.get("href")).query)
        for chip in shown.xpath("//li/a[@aria-label]")
    }
    assert chips["Remove the filter Jurisdiction: Ontario"] == {
        "q": [LIST], "jurisdiction": ["NS"], "role": ["achievement"], "lang": ["en"],
    }  # fmt: skip
    assert len(chips) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"jurisdiction": "ZZ"},
        {"type": "poem"},
        {"role": "hero"},
        {"status": "dreamt"},
        {"from": "2020-13"},
        {"to": "soon"},
        {"from": ["2019", "2020"]},
        {"doc_language": "de"},
    ],
    ids=str,
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_filter_that_means_nothing_is_told_in_the_readers_language(client, wrong, language):
    shown = page(client, 422, q=LIST, **wrong, lang=language)
    (refusal,) = shown.find_class("refusal")
    assert text(refusal).startswith("filter ‘" if language == "en" else "filtre « ")
    assert shown.xpath("//input[@id='question']/@value") == [LIST]


def test_who_can_help_with_a_need_is_an_answer(client, corpus_index):
    need = next(passage for passage in open_index(corpus_index).passages() if asks(passage))
    shown = page(client, need=need.id)
    assert text(shown.xpath("//h1")[0]) == message("ask.need.title", "en")
    assert text(shown.find_class("need")[0]) == " ".join(need.text.split())
    precedents = client.get(f"/v1/passages/{need.id}/precedents", params={"language": "en"}).json()
    assert len(shown.find_class("proofs")[0]) == len(precedents["findings"]) > 0
    assert shown.xpath("//form[@action='/feedback']//input[@name='need']/@value") == [need.id]


def test_a_need_that_is_cited_leads_to_who_can_help(client):
    shown = page(client, q="Who asks for help with digital identity?")
    (link, *_) = shown.find_class("helps")
    response = client.get(link.get("href"))
    assert response.status_code == 200 and "need=" in link.get("href")


def test_a_need_in_a_hidden_document_is_one_that_there_is_not(staffed, corpus_index):
    index = open_index(corpus_index)
    hidden = next(
        one for one in index.passages()
        if asks(one) and index.document(one.document_id).distribution is not Distribution.PUBLIC
    )  # fmt: skip
    assert page(staffed[CallerRole.SECRETARIAT], need=hidden.id).find_class("need")
    pages = [
        staffed[CallerRole.ANONYMOUS].get("/", params={"need": need, "lang": "en"}) for need in (hidden.id, "0" * 16)
    ]
    assert [one.status_code for one in pages] == [404, 404]
    assert pages[0].text.replace(hidden.id, "") == pages[1].text.replace("0" * 16, "")


def test_a_document_that_may_not_be_passed_on_says_so_to_those_who_see_it(member, anonymous):
    notice = message("ask.notice.members", "en")
    assert notice in text(page(member, q=LIST))
    shown = text(page(anonymous, q=LIST))
    assert notice not in shown and message("brief.notice.title", "en") not in shown


def test_nearest_passages_are_folded_away_where_there_is_an_answer(client):
    assert page(client, q=LIST).xpath("//details//ol[@class='nearest']")
    near = page(client, q=ELSEWHERE).xpath("//ol[@class='nearest']")
    assert len(near) == 1 and not near[0].xpath("ancestor::details")


def exported(client, form, **parameters):
    response = client.get("/export/answer", params={"lang": "en", "format": form} | parameters)
    assert response.status_code == 200, response.text
    return response


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_csv_has_what_is_on_the_page(client, language):
    response = exported(client, "csv", q=LIST, lang=language)
    head, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    shown = page(client, q=LIST, lang=language)
    quotes = [text(mark) for mark in shown.xpath("//section//blockquote/mark")]
    number, quote = (head.index(message(f"ask.file.column.{name}", language)) for name in ("number", "quote"))
    by_number = {int(row[number]): " ".join(row[quote].split()) for row in rows}
    assert [by_number[one] for one in sorted(by_number)] == quotes != []
    assert f"lang={language}" in " ".join(shown.xpath("//p[@class='files']/a/@href"))


def test_a_workbook_opens_with_the_question_the_notice_and_the_rows(member):
    response = exported(member, "xlsx", q=LIST)
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert values[0][0] == LIST
    assert any(row[0] and row[0].startswith(message("brief.notice.text", "en")) for row in values)
    head = next(at for at, row in enumerate(values) if row[0] == message("ask.file.column.part", "en"))
    rows = list(csv.reader(io.StringIO(exported(member, "csv", q=LIST).content.decode("utf-8-sig"))))
    assert [str(row[1]) for row in values[head + 1 :]] == [row[1] for row in rows[1:]]


def test_a_word_document_opens_with_its_proofs_and_notice(member, anonymous):
    shown = page(member, q=LIST)
    for client, restricted in ((member, True), (anonymous, False)):
        document = docx.Document(io.BytesIO(exported(client, "docx", q=LIST).content))
        written = "\n".join(paragraph.text for paragraph in document.paragraphs)
        assert document.paragraphs[0].text == LIST
        assert (message("brief.notice.title", "en") in written) is restricted
        foot = "\n".join(paragraph.text for paragraph in document.sections[0].footer.paragraphs)
        assert ("passed on" in foot) is restricted
        if restricted:
            for reference in shown.xpath("//p[starts-with(@id, 'reference-')]"):
                assert text(reference) in " ".join(written.split())


@pytest.mark.parametrize("form", ["csv", "xlsx", "docx"])
def test_an_export_holds_nothing_that_its_caller_may_not_see(anonymous, corpus_index, form):
    index = open_index(corpus_index)
    hidden = {one.source for one in index.documents() if one.distribution is not Distribution.PUBLIC}
    content = exported(anonymous, form, q=ELSEWHERE).content  # the nearest passages, of all documents
    if form != "csv":
        book = openpyxl.load_workbook(io.BytesIO(content)) if form == "xlsx" else docx.Document(io.BytesIO(content))
        cells = [str(cell.value) for row in book.active.iter_rows() for cell in row] if form == "xlsx" else [
            paragraph.text for paragraph in book.paragraphs
        ]  # fmt: skip
        content = "\n".join(cells).encode()
    written = content.decode("utf-8-sig")
    names = {source.rpartition("/")[2] for source in hidden}
    assert any(one.source.rpartition("/")[2] in written for one in index.documents())
    assert not [name for name in names if name in written]


def test_what_a_spreadsheet_would_carry_out_is_made_harmless(tmp_path, serving):
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "form.txt").write_text("Quays\n\n=HYPERLINK quays are painted by Nova Scotia.\n", "utf-8")
    (sources / "manifest.toml").write_text('[[document]]\nfile = "form.txt"\ntitle = "=1+1"\n', "utf-8")
    build([sources], tmp_path / "index", embedding.load())
    with serving(tmp_path / "index") as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        rows = list(csv.reader(io.StringIO(exported(client, "csv", q=ELSEWHERE).content.decode("utf-8-sig"))))
        book = openpyxl.load_workbook(io.BytesIO(exported(client, "xlsx", q=ELSEWHERE).content))
    cells = [cell for row in rows for cell in row]
    assert "'=1+1" in cells and not [cell for cell in cells if cell.startswith("=")]
    kinds = {cell.data_type for row in book.active.iter_rows() for cell in row if str(cell.value).startswith("=")}
    assert kinds == {"s"}


@pytest.mark.parametrize(
    "query", [{"q": LIST, "format": "pdf"}, {"q": LIST}, {"format": "csv"}, {"q": "?!", "format": "csv"}]
)
def test_an_export_that_cannot_be_made_says_why_on_a_page(client, query):
    response = client.get("/export/answer", params=query | {"lang": "fr"})
    assert response.status_code == 422
    assert html.fromstring(response.text).find_class("refusal")


@given(st.text(max_size=300))
def test_a_files_name_is_one_that_every_system_takes(name):
    header = Message()
    header["Content-Disposition"] = attachment(f"Answer – {name}", "csv")
    assert header["Content-Disposition"].isascii() and header["Content-Disposition"].isprintable()
    found = header.get_filename()
    assert found.endswith(".csv") and len(found) <= 90
    assert not re.search(r'[\\/:*?"<>|\x00-\x1f\n]', found)


def give(client, headers=OURS, **fields):
    return client.post("/feedback", data={"q": LIST, "lang": "en"} | fields, headers=headers)


def kept(staffed, count):
    response = staffed[CallerRole.SECRETARIAT].get("/v1/feedback", params={"limit": count})
    return response.json()["feedback"]


def test_anybody_may_say_what_they_think_and_is_thanked(staffed, anonymous):
    response = give(anonymous, verdict="helpful", jurisdiction=["ON", "NS"], comment="Clear.")
    assert response.status_code == 303
    address = response.headers["location"]
    assert parse_qs(urlsplit(address).query) == {
        "q": [LIST], "jurisdiction": ["ON", "NS"], "thanks": ["1"], "lang": ["en"],
    }  # fmt: skip
    (entry,) = kept(staffed, 1)
    assert (entry["question"], entry["verdict"], entry["comment"], entry["role"]) == (
        LIST, "helpful", "Clear.", "anonymous",
    )  # fmt: skip
    shown = html.fromstring(anonymous.get(address).text)
    assert text(shown.find_class("thanks")[0]) == message("ask.feedback.thanks", "en")
    assert not shown.xpath("//form[@action='/feedback']")


def test_a_wrong_citation_and_a_missing_jurisdiction_are_kept_with_what_they_name(staffed, member):
    shown = page(member, q=LIST)
    cited = shown.xpath("//select[@name='citation']/option/@value")[-1]
    absent = shown.xpath("//select[@name='absent']/option/@value")[-1]
    named = {text(name) for name in shown.xpath("//tbody//th")}
    assert not named & {text(option) for option in shown.xpath("//select[@name='absent']/option")}
    digest = shown.xpath("//input[@name='digest']/@value")[0]
    # Both lists are sent, whichever button is pressed.
    both = {"citation": cited, "absent": absent, "digest": digest}
    assert give(member, verdict="wrong_citation", **both).status_code == 303
    assert give(member, verdict="missing_jurisdiction", **both).status_code == 303
    later, earlier = kept(staffed, 2)
    assert (earlier["passage_id"], earlier["jurisdiction"], earlier["answer_digest"]) == (cited, None, digest)
    assert (later["passage_id"], later["jurisdiction"]) == (None, absent)


@pytest.mark.parametrize(
    "fields",
    [
        {"verdict": "wrong_citation"},
        {"verdict": "missing_jurisdiction", "absent": ""},
        {"verdict": "wrong_citation", "citation": "0" * 16},
        {"verdict": "superb"},
        {},
        {"verdict": "helpful", "q": "?!"},
        {"verdict": "helpful", "comment": "x" * 2001},
        {"verdict": "helpful", "from": "2020-13"},
    ],
    ids=str,
)
def test_feedback_that_says_nothing_usable_is_refused_on_a_page(anonymous, fields):
    response = give(anonymous, **fields, lang="fr")
    assert response.status_code == 422
    shown = html.fromstring(response.text)
    assert text(shown.find_class("refusal")[0]) and shown.get("lang") == "fr"


def test_feedback_on_a_hidden_passage_is_that_on_none(anonymous, corpus_index):
    index = open_index(corpus_index)
    hidden = next(
        one for one in index.passages() if index.document(one.document_id).distribution is not Distribution.PUBLIC
    )
    refused = [give(anonymous, verdict="wrong_citation", citation=cited) for cited in (hidden.id, "0" * 16)]
    assert [one.status_code for one in refused] == [422, 422] and refused[0].text == refused[1].text


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {}], ids=str
)
def test_no_foreign_page_gives_feedback_in_anybodys_name(anonymous, headers):
    assert give(anonymous, headers, verdict="helpful").status_code == 403


def test_the_address_of_feedback_leads_back_to_the_page(client):
    response = client.get("/feedback", params={"lang": "fr"})
    assert (response.status_code, response.headers["location"]) == (303, "/?lang=fr")
