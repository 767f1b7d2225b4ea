"""The pages of meetings and of the register, and their exports, over HTTP: what stands where, in both languages."""

from __future__ import annotations

import csv
import io
from urllib.parse import parse_qs, unquote, urlsplit

import docx
import httpx
import openpyxl
import pytest
from lxml import html

from indexer import embedding
from indexer.build import build
from indexer.documents import Role
from indexer.store import open_index
from service.allowance import Allowance
from service.answering.became import became
from service.briefs.meetings import named, place
from service.filters import make_item_filters
from service.formulas import restored
from service.kept_helpers import kept_helpers
from service.matches import matched
from service.meetings import meetings
from service.messages import message
from service.register_rows import rows
from service.web import exchange_exports
from service.web.exchange import NEEDS_SHOWN, exchange
from service.web.register_page import ITEMS_SHOWN

LANGUAGES = ("en", "fr")
OTHER = {"en": "fr", "fr": "en"}
MEETINGS = ["2021-10-28", "2020-09", "2019-02", "2017-10"]


@pytest.fixture(scope="module")
def index(corpus_index):
    return open_index(corpus_index)


@pytest.fixture(scope="module")
def embedder():
    return embedding.load()


@pytest.fixture
def get(client):
    """A page by its path and parameters, parsed; every link of its own part of the site is one of this service."""

    def opened(path, expected=200, /, **parameters):
        response = client.get(path, params=parameters, follow_redirects=True)
        assert response.status_code == expected, path
        assert response.headers["content-type"].startswith("text/html")
        shown = html.fromstring(response.text)
        ids = shown.xpath("//@id")
        assert len(ids) == len(set(ids))
        return shown

    return opened


def text(node):
    return " ".join(node.text_content().split())


def quotes(shown, kind):
    return [node.text_content() for node in shown.xpath(f"//*[contains(@class, '{kind}')]//blockquote")]


# Meetings


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_meetings_are_listed_the_latest_first_and_no_version_counts_twice(get, index, language):
    shown = get("/exchange", lang=language)
    table = [[text(cell) for cell in row] for row in shown.xpath("//tbody/tr")]
    assert [row[2:] for row in table] == [["0", "3", "6"], ["32", "0", "0"], ["5", "0", "0"], ["0", "2", "7"]]
    links = shown.xpath("//tbody/tr/th/a/@href")
    assert [urlsplit(link).path for link in links] == [f"/exchange/{date}" for date in MEETINGS]
    titles = shown.xpath("//tbody//cite")
    own = [record.title for record in index.documents() if record.language == language]
    assert sorted(map(text, titles)) == sorted(own) and {title.get("lang") for title in titles} == {language}
    assert len(shown.xpath("//a[@class='version']")) == len(own)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_pages_of_a_meeting_together_have_what_the_command_line_exports(client, get, index, embedder, language):
    assert client.get("/export/matches", params={"meeting": "2020-09", "lang": language}).status_code == 200
    needs, helpers, offset = [], [], 0
    while True:
        shown = get("/exchange/2020-09", lang=language, offset=offset)
        assert 0 < len(quotes(shown, "need")) <= NEEDS_SHOWN
        needs += quotes(shown, "need")
        helpers += quotes(shown, "helpers")
        following = shown.xpath("//nav[@class='pages']/a[@rel='next']/@href")
        if not following:
            break
        offset = int(parse_qs(urlsplit(following[0]).query)["offset"][0])
    exported = sorted(
        matched(index, embedder, meeting="2020-09", language=language), key=lambda one: place(one.need_jurisdiction)
    )
    told = dict.fromkeys((one.need_passage_id, one.need) for one in exported)
    assert needs == [need for _, need in told]
    assert helpers == [one.statement for one in exported if one.statement is not None] != []


def test_quotations_have_their_language_and_lead_to_their_passages(client, get, index):
    assert client.get("/export/matches", params={"meeting": "2020-09", "lang": "fr"}).status_code == 200
    shown = get("/exchange/2020-09", lang="fr")
    quoted = shown.xpath("//article//blockquote")
    links = shown.xpath("//article//p[@class='where']/a[1]/@href")
    assert len(quoted) == len(links) > NEEDS_SHOWN
    for quote, link in zip(quoted, links, strict=True):
        parts = urlsplit(link)
        passage, document = index.passage(parts.fragment), index.document(parts.path.removeprefix("/documents/"))
        start, end = (int(number) for number in parse_qs(parts.query)["mark"][0].split("-"))
        assert passage.document_id == document.id and document.text[start:end] == quote.text_content()
        assert quote.get("lang") == passage.language


def test_needs_of_one_jurisdiction(get):
    whole = get("/exchange/2020-09", lang="en")
    options = [(node.get("value"), text(node)) for node in whole.xpath("//select[@id='jurisdiction']/option")][1:]
    code, told = max(options, key=lambda one: int(one[1].rpartition("(")[2].rstrip(")")))
    shown = get("/exchange/2020-09", lang="en", jurisdiction=code.lower())
    assert [text(node) for node in shown.xpath("//h3")] == [named(code, "en")]
    assert told == f"{named(code, 'en')} ({len(quotes(shown, 'need'))})"
    assert sum(int(one[1].rpartition("(")[2].rstrip(")")) for one in options) == 32
    assert shown.xpath("//option[@selected]/@value") == [code]
    exports = shown.xpath("//section[@aria-labelledby='export']//a/@href")
    assert {parse_qs(urlsplit(link).query).get("jurisdiction", [""])[0] for link in exports if "matches" in link} == {
        code
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_meetings_lead_to_the_one_before_and_after(get, language):
    shown = get("/exchange/2020-09", lang=language)
    (before,), (after,) = (shown.xpath(f"//nav[@class='neighbours']/a[@rel='{rel}']/@href") for rel in ("prev", "next"))
    assert (urlsplit(before).path, urlsplit(after).path) == ("/exchange/2019-02", "/exchange/2021-10-28")
    assert not get("/exchange/2021-10-28", lang=language).xpath("//a[@rel='next']")
    assert not get("/exchange/2017-10", lang=language).xpath("//nav[@class='neighbours']/a[@rel='prev']")


def test_a_meeting_has_one_address(client):
    for path, date in (("2020", "2020-09"), ("2017-10-05", "2017-10"), ("2021-10", "2021-10-28")):
        response = client.get(f"/exchange/{path}", params={"lang": "fr", "jurisdiction": "ON"})
        assert response.status_code == 307
        assert response.headers["location"] == f"/exchange/{date}?jurisdiction=ON&lang=fr"
        assert "private" in response.headers["cache-control"]


def test_a_year_of_several_meetings_lists_them(serving, tmp_path):
    sources = tmp_path / "sources"
    sources.mkdir()
    names = []
    for date in ("2022-03", "2022-11"):
        names.append(f'[[document]]\nfile = "{date}.txt"\nmeeting_date = "{date}"\ntype = "other"\nlanguage = "en"\n')
        (sources / f"{date}.txt").write_text(f"Notes\n\nThe quays were painted before the storm of {date}.\n")
    (sources / "manifest.toml").write_text("\n".join(names))
    assert not build([sources], tmp_path / "index", embedding.load()).failures
    with serving(tmp_path / "index") as address:
        response = httpx.get(f"{address}/exchange/2022?lang=en", trust_env=False, timeout=30)
        page = html.fromstring(response.text)
        assert [urlsplit(link).path for link in page.xpath("//tbody/tr/th/a/@href")] == [
            "/exchange/2022-11",
            "/exchange/2022-03",
        ]
        # Neither needs nor a record of decisions.
        empty = httpx.get(f"{address}/exchange/2022-03?lang=en", trust_env=False, timeout=30).text
        assert message("meetings.needs.none", "en") in empty and message("meetings.settled.none", "en") in empty
        assert "/export/" not in empty
        register = httpx.get(f"{address}/register?lang=fr", trust_env=False, timeout=30).text
        assert message("register.found.empty", "fr") in html.fromstring(register).text_content()
        analysis = httpx.get(f"{address}/export/analysis?meeting=2022-03&lang=fr", trust_env=False, timeout=30)
        assert analysis.status_code == 404
        assert message("exported.none", "fr") in html.fromstring(analysis.text).text_content()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_shown_is_said_in_the_frame(get, language):
    shown = get("/exchange/1999-05", 404, lang=language)
    assert text(shown.xpath("//h1")[0]) == message("meetings.unknown.title", language)
    assert shown.xpath("//nav//a[@aria-current='page']")
    for path, parameters in (
        ("/exchange/20-1", {}),
        ("/exchange/2020-13", {}),
        ("/exchange/٢٠٢٠", {}),
        ("/exchange/2020-09", {"jurisdiction": "XX"}),
        ("/exchange/2020-09", {"offset": "-1"}),
        ("/exchange/2020-09", {"offset": "9" * 30}),
        ("/register", {"meeting": "soon"}),
        ("/register", {"kind": "promise"}),
        ("/register", {"status": "late"}),
        ("/register", {"doc_language": "de"}),
        ("/register", {"owner": "!"}),
        ("/register", {"offset": "²"}),
        ("/export/matches", {}),
        ("/export/matches", {"meeting": "2020-09", "format": "pdf"}),
        ("/export/follow-ups", {"format": "docx"}),
        ("/export/analysis", {"meeting": "2020-09", "format": "csv"}),
    ):
        shown = get(path, 422, lang=language, **parameters)
        assert text(shown.xpath("//h1")[0]) == message("meetings.refused.title", language)
        assert len(text(shown.xpath("//p[@role='alert']")[0])) > 20
    get("/export/matches", 404, meeting="1999", lang=language)


def test_pages_past_the_end_and_jurisdictions_without_needs_say_so(get):
    assert message("register.past_end", "en") in text(get("/exchange/2020-09", lang="en", offset=500))
    assert message("register.past_end", "en") in text(get("/register", lang="en", offset=500))
    shown = text(get("/exchange/2020-09", lang="en", jurisdiction="NU"))
    assert message("meetings.needs.none_of", "en", name="Nunavut") in shown


# The register


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_register_has_each_item_once_in_the_readers_language(get, index, language):
    shown = get("/register", lang=language)
    said = shown.xpath("//p[@class='said']")
    own = [item for item in index.items() if item.language == language]
    assert len(own) == 18 < ITEMS_SHOWN
    assert sorted(node.text_content() for node in said) == sorted(item.text for item in own)
    assert {node.get("lang") for node in said} == {language}
    assert len(shown.xpath("//td//a[@class='version']")) == 18
    assert text(shown.xpath("//tbody/tr/th")[0]).endswith("2021")


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"kind": "decision"}, 5),
        ({"kind": "follow-up", "meeting": "2017"}, 7),
        ({"meeting": ["2017-10-05", "2021"]}, 18),
        ({"status": "decided"}, 5),
        ({"doc_language": "fr"}, 18),
        ({"owner": "ICCS", "status": "open"}, 3),
        ({"owner": "zzz"}, 0),
        ({"owner": "", "kind": "", "meeting": " "}, 18),
    ],
    ids=str,
)
def test_exports_are_exactly_what_is_filtered(client, get, index, filters, count):
    shown = get("/register", lang="en", **filters)
    said = [node.text_content() for node in shown.xpath("//p[@class='said']")]
    assert len(said) == count
    chips = shown.xpath("//ul[@class='chips']/li/a[not(@class)]")
    given = [value for values in filters.values() for value in (values if isinstance(values, list) else [values])]
    assert len(chips) == sum(1 for value in given if value.strip())
    tables = []
    for form in ("csv", "xlsx"):
        links = [link for link in shown.xpath("//a[@download]/@href") if f"format={form}" in link]
        assert len(links) == (1 if count else 0)
        link = links[0] if links else f"/export/follow-ups?format={form}&lang=en&owner=zzz"
        tables.append(rows_of(client.get(link), form))
    assert tables[0][0] == tables[1][0]
    assert [row[3].splitlines() for row in tables[0][1:]] == [one.splitlines() for one in said]
    assert [[cell or "" for cell in map(str_of, row)] for row in tables[1][1:]] == tables[0][1:]


def str_of(cell):
    return "" if cell is None else str(cell)


def rows_of(response, form):
    assert response.status_code == 200
    if form == "csv":
        assert response.content.startswith(b"\xef\xbb\xbf")
        table = csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline=""))
        return [[restored(cell) for cell in row] for row in table]
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def test_a_chip_takes_away_its_filter_alone(get):
    shown = get("/register", lang="en", kind="follow_up", status="open", meeting="2021")
    links = [parse_qs(urlsplit(link).query) for link in shown.xpath("//ul[@class='chips']//a[not(@class)]/@href")]
    whole = {"kind": ["follow_up"], "status": ["open"], "meeting": ["2021"], "lang": ["en"]}
    assert links == [
        {name: value for name, value in whole.items() if name != left_out} for left_out in ("meeting", "kind", "status")
    ]


def test_an_item_leads_to_its_passage(get, index):
    for link in get("/register", lang="fr").xpath("//td/p[@class='where']/a[1]/@href"):
        parts = urlsplit(link)
        start, end = (int(number) for number in parse_qs(parts.query)["mark"][0].split("-"))
        passage = index.passage(parts.fragment)
        assert parts.path == f"/documents/{passage.document_id}"
        assert passage.role in {Role.DECISION, Role.FOLLOW_UP} and passage.start < end and start < passage.end


LATER = {
    "2022.txt": "Record of decisions, Harbour Council meeting of 4 May 2022\n\n1. Quays\n\n"
    "Ann Lee says that paint holds.\n\n"
    "Decision 1: The harbour pilots register of 2 March 2022 is adopted without any change.\n\n"
    "Action Item 1A: The co-chairs will send the drawings of the eastern lighthouse to all the members.\n\n"
    "Action Item 1B: =Éric Dubé will keep a list of the ferries that want new engines.\n\n"
    "Action Item 1B: Luc Roy will count the gulls on the roof of the customs house.\n",
    "2023.txt": "Record of decisions, Harbour Council meeting of 9 June 2023\n\n1. Lighthouse\n\n"
    "Ann Lee says that the drawings of the eastern lighthouse were sent to all members in August.\n\n"
    "Decision 1: The harbour pilots register of 9 June 2023 is adopted without any change.\n",
}


@pytest.fixture(scope="module")
def later_index(tmp_path_factory):
    """Two records: the later says what became of one follow-up of the earlier; a number is given twice."""
    sources, folder = tmp_path_factory.mktemp("later"), tmp_path_factory.mktemp("later-index")
    entries = []
    for name, written in LATER.items():
        (sources / name).write_text(written, encoding="utf-8")
        date = {"2022.txt": "2022-05-04", "2023.txt": "2023-06-09"}[name]
        entries.append(
            f'[[document]]\nfile = "{name}"\ntype = "decision_record"\nlanguage = "en"\nmeeting_date = "{date}"\n'
        )
    (sources / "manifest.toml").write_text("\n".join(entries))
    assert not build([sources], folder, embedding.load()).failures
    return open_index(folder)


def test_what_became_of_a_follow_up_is_told_and_of_a_decision_nothing(later_index, embedder):
    found = [
        (row.item.kind, statement.quote)
        for row in rows(later_index, language="en")
        for statement in became(later_index, embedder, row.item.item_id, "en", Allowance())
    ]
    assert found == [
        (
            "follow_up",
            "Ann Lee says that the drawings of the eastern lighthouse were sent to all members in August.",
        )
    ]


def test_two_items_of_one_number_are_two(later_index):
    numbers = [row.item.number for row in rows(later_index, make_item_filters(meetings=["2022"]), language="fr")]
    assert numbers == ["1", "1A", "1B", "1B"]


def test_what_was_worked_out_is_kept_for_its_view_alone(index, embedder):
    told = exchange(index, embedder, "2019-02", "en").groups[0][1][0].told
    view = index.seen_by(index.audience)
    first = kept_helpers(index, embedder, told.need, "en")
    assert kept_helpers(index, embedder, told.need, "en") is first
    again = kept_helpers(view, embedder, told.need, "en")
    assert again is not first and again == first
    assert kept_helpers(index, embedder, told.need, "fr") is not first
    assert meetings(index, "en") is meetings(index, "en") is not meetings(view, "en")


def test_a_page_whose_time_is_up_leads_to_what_is_left(index, embedder):
    view = index.seen_by(index.audience)
    helped = [
        one for _, group in exchange(view, embedder, "2020-09", "en", offset=3, seconds=0).groups for one in group
    ]
    assert [one.helpers is None for one in helped] == [False, *[True] * (NEEDS_SHOWN - 1)]
    assert [one.place for one in helped] == list(range(3, 3 + NEEDS_SHOWN))
    again = exchange(view, embedder, "2020-09", "en", offset=helped[4].place, seconds=0).groups[0][1][0]
    assert again.told == helped[4].told and again.helpers is not None
    follow_ups = [row.item.item_id for row in rows(view, make_item_filters(kinds=["follow_up"]), language="en")]
    spent = Allowance(0)
    told = [became(view, embedder, item_id, "en", spent) for item_id in follow_ups]
    assert [one is None for one in told] == [False, *[True] * (len(told) - 1)]


# Exports


@pytest.mark.parametrize("language", LANGUAGES)
def test_matches_are_exported_as_shown(client, index, embedder, language):
    parameters = {"meeting": "2019-02", "lang": language}
    comma, book = (
        rows_of(client.get("/export/matches", params=parameters | {"format": form}), form) for form in ("csv", "xlsx")
    )
    assert [[str_of(cell) for cell in row] for row in book] == comma
    exported = matched(index, embedder, meeting="2019-02", language=language)
    assert [(row[2], row[9] or None) for row in comma[1:]] == [(one.need, one.statement) for one in exported]
    assert comma[0][2] == message("exported.column.need", language)


def test_exports_say_what_may_not_be_passed_on(client):
    response = client.get("/export/matches", params={"meeting": "2019-02", "lang": "fr", "format": "xlsx"})
    first, second = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets
    notices = {row[-1] for row in first.iter_rows(min_row=2, values_only=True)}
    assert notices == {message("exported.restricted", "fr")}
    assert first.oddFooter.center.text == second.title == message("brief.notice.title", "fr")
    lines = [row[0] for row in second.iter_rows(values_only=True)]
    assert lines[:2] == [message("brief.notice.title", "fr"), message("brief.notice.text", "fr")]
    assert any("2019-02-on-exchange-form-fr" in line for line in lines[2:])
    # The corpus's records are public.
    response = client.get("/export/follow-ups", params={"lang": "fr", "format": "xlsx"})
    (only,) = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets
    assert {row[-1] for row in only.iter_rows(min_row=2, values_only=True)} == {None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_analysis_is_exported_under_a_name_that_every_browser_takes(client, language):
    response = client.get("/export/analysis", params={"meeting": "2020", "lang": language, "format": "docx"})
    assert docx.Document(io.BytesIO(response.content)).tables
    plain, full = response.headers["content-disposition"].removeprefix("attachment; ").split("; ")
    name = f"{message('exported.file.analysis', language)}-2020-09.docx"
    assert unquote(full.removeprefix("filename*=UTF-8''")) == name
    assert plain == 'filename="{}"'.format({"en": name, "fr": "analyse-de-l-echange-2020-09.docx"}[language])


def test_no_cell_of_a_csv_file_is_a_formula():
    table = exchange_exports.Table("follow_ups", {"text": 10, "owner": 10}, [["=1+1", "@sum"], ["plain", None]], ())
    lines = exchange_exports.written(table, "csv", "en").decode("utf-8-sig").splitlines()
    assert lines[1:] == ["'=1+1,'@sum", "plain,"]
    sheet = openpyxl.load_workbook(io.BytesIO(exchange_exports.written(table, "xlsx", "en"))).worksheets[0]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
