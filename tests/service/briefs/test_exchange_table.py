"""The exchange table of a meeting, and its files opened again."""

from __future__ import annotations

import io
import re

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.documents import PassageKind, Role
from service.briefs import exchange_files
from service.briefs.content import Source
from service.briefs.exchange import COLUMNS, ExchangeTable, NoExchangeError, Organisation, Written, exchange_table
from service.briefs.meetings import place
from service.briefs.wording import clean
from service.messages import RefusedError, message

ROLES = {
    "priorities": {Role.ACHIEVEMENT, Role.PRIORITY}, "showcase": {Role.SHOWCASE}, "needs": {Role.NEED},
    "remarks": {Role.REMARK},
}  # fmt: skip
# Rows of the annex of September 2020, as the corpus's documents have them.
ANNEX = {
    "ESDC", "CRA", "TBS", "IRB", "VAC", "PSPC", "AB", "BC", "MB", "NB", "NL", "NT", "NS", "ON", "PE", "QC", "SK", "YT",
    "MUNI",
}  # fmt: skip
LANGUAGES = ["en", "fr"]


def texts(table, code):
    (row,) = [row for row in table.organisations if row.code == code]
    return {column: [part.text for part in row.cells[column]] for column in COLUMNS}


def grid(content):
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return sheet, [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]


# What it holds


@pytest.mark.parametrize("meeting", ["2017-10", "2019-02", "2020-09"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_its_documents_in_the_readers_language(index, meeting, language):
    table = exchange_table(index, meeting=meeting, language=language)
    passages = {passage.id: passage for passage in index.passages()}
    parts = [(c, part) for row in table.organisations for c in COLUMNS for part in row.cells[c]]
    assert parts
    for column, part in parts:
        document = index.document(part.source.document_id)
        passage = passages[part.passage_id]
        assert part.text == document.text[part.start : part.end] and part.text.strip()
        assert passage.start <= part.start < part.end == passage.end
        assert part.page == passage.page
        assert part.says_none is (passage.kind is PassageKind.NO_ANSWER)
        assert passage.role in ROLES[column]
        assert document.language == language
        assert set(part.titles) <= set(part.text.split("\n"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_organisation_of_the_annex_is_there_in_the_councils_order(index, language):
    table = exchange_table(index, meeting="2020-09", language=language)
    codes = [row.code for row in table.organisations]
    assert len(codes) == len(set(codes)) and set(codes) == ANNEX
    assert codes == sorted(codes, key=place)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("meeting", ["2017-10", "2019-02"])
def test_a_form_is_there_whole(index, meeting, language):
    table = exchange_table(index, meeting=meeting, language=language)
    (form,) = [
        d
        for d in index.documents()
        if d.type == "exchange_form" and d.meeting_date == meeting and d.language == language
    ]
    (row,) = table.organisations
    assert (row.code, row.parted) == (form.jurisdiction, True)
    told = {p.id for p in index.passages(form.id) if p.kind is PassageKind.STATEMENT and p.role is not Role.BACKGROUND}
    shown = [part.passage_id for column in COLUMNS for part in row.cells[column]]
    assert told <= set(shown) and len(shown) == len(set(shown))


def test_the_annexs_statements_are_there_whole(index):
    table = exchange_table(index, meeting="2020-09", language="en")
    (analysis,) = [d for d in index.documents() if d.type == "exchange_analysis" and d.language == "en"]
    told = {p.id for p in index.passages(analysis.id) if len(p.heading) > 2 and p.heading[0].startswith("Annex")}
    assert len(told) > 60
    assert told == {part.passage_id for row in table.organisations for c in COLUMNS for part in row.cells[c]}


def test_an_organisations_name_is_not_said_again_in_its_cells(index):
    table = exchange_table(index, meeting="2020-09", language="en")
    yukon = texts(table, "YT")
    assert yukon == {column: ["N/A"] for column in COLUMNS}
    (service_canada,) = [row for row in table.organisations if row.code == "ESDC"]
    assert (service_canada.name, service_canada.written) == (
        "Employment and Social Development Canada", "SERVICE CANADA"
    )  # fmt: skip
    assert not any(text.startswith("SERVICE CANADA") for text in texts(table, "ESDC")["priorities"])


def test_the_latest_meeting_with_forms_is_meant_where_none_is_named(index):
    assert exchange_table(index).meeting == "2019-02"


@pytest.mark.parametrize("asked", ["2019", "2019-02", "2019-02-14"])
def test_a_meeting_may_be_named_by_its_year_or_day(index, asked):
    assert exchange_table(index, meeting=asked).meeting == "2019-02"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_meeting_is_refused_with_those_that_there_are(index, language):
    with pytest.raises(NoExchangeError) as told:
        exchange_table(index, meeting="2016", language=language)
    assert all(meeting in str(told.value) for meeting in ("2016", "2017-10", "2019-02", "2020-09"))


def test_one_language_is_spoken_where_the_documents_have_but_one(piers):
    assert exchange_table(piers).language == "en"
    assert exchange_table(piers, language="fr").language == "fr"


def test_forms_in_one_language_are_given_to_readers_of_both(piers):
    for language in LANGUAGES:
        table = exchange_table(piers, language=language)
        assert (table.meeting, [row.code for row in table.organisations]) == ("2022-05", ["NB", "NS"])
        assert [row.source.language for row in table.organisations] == ["fr", "en"]
        assert texts(table, "NB")["needs"] == ["S.O."] and texts(table, "NS")["showcase"] == ["N/A"]
    assert [source.title for source in table.restricted] == ["Pier form of Nova Scotia"]


def test_a_form_without_a_date_is_named_where_a_meeting_is_not_found(piers):
    with pytest.raises(NoExchangeError, match=r"undated-form\.txt"):
        exchange_table(piers, meeting="2001")


def test_a_form_stands_before_the_annex(tmp_path, embedder):
    from indexer.build import build
    from indexer.store import open_index

    rows = "".join(
        f"<tr><td>{name}</td><td>{name} keeps a register of lighthouses online.</td><td>N/A</td><td>N/A</td>"
        f"<td>Highlight: the lighthouses of {name}.</td></tr>"
        for name in ("Nova Scotia", "Manitoba", "Yukon", "Harbour Pilots of the Lakes")
    )
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "analysis.html").write_text(
        "<html><body><h1>Exchange analysis, May 2022</h1><h2>Annex A</h2><table><tr><th>Organization</th>"
        "<th>Priorities and achievements</th><th>Showcase</th><th>Issues and needs</th><th>Remarks</th></tr>"
        f"{rows}</table></body></html>",
        encoding="utf-8",
    )
    (tmp_path / "in" / "form.txt").write_text(
        "Information exchange form, May 2022\n\nJurisdiction: Nova Scotia\n\nAchievements\n\n"
        "Nova Scotia launched an online booking service for harbour berths that two thousand boats use.\n",
        encoding="utf-8",
    )
    (tmp_path / "in" / "manifest.toml").write_text(
        '[[document]]\nfile = "analysis.html"\ntype = "exchange_analysis"\nmeeting_date = "2022-05"\n'
        '[[document]]\nfile = "form.txt"\ntype = "exchange_form"\nmeeting_date = "2022-05-04"\n',
        encoding="utf-8",
    )
    report = build([tmp_path / "in"], tmp_path / "index", embedder)
    assert not report.failures
    table = exchange_table(open_index(tmp_path / "index"))
    named = [(row.code, row.name) for row in table.organisations]
    assert named == [
        ("MB", "Manitoba"), ("NS", "Nova Scotia"), ("YT", "Yukon"), (None, "Harbour Pilots of the Lakes")
    ]  # fmt: skip
    assert texts(table, "NS")["priorities"][0].endswith("boats use.")
    assert not texts(table, "NS")["remarks"]
    assert texts(table, "MB")["remarks"] == ["Highlight: the lighthouses of Manitoba."]


def test_a_year_of_two_meetings_is_refused(tmp_path, embedder):
    from indexer.build import build
    from indexer.store import open_index

    (tmp_path / "in").mkdir()
    lines = []
    for month in ("03", "09"):
        (tmp_path / "in" / f"{month}.txt").write_text(
            "Information exchange form\n\nJurisdiction: Nova Scotia\n\nAchievements\n\n"
            f"Nova Scotia launched booking service {month} for harbour berths that two thousand boats use.\n",
            encoding="utf-8",
        )
        lines.append(f'[[document]]\nfile = "{month}.txt"\ntype = "exchange_form"\nmeeting_date = "2022-{month}"\n')
    (tmp_path / "in" / "manifest.toml").write_text("".join(lines), encoding="utf-8")
    build([tmp_path / "in"], tmp_path / "index", embedder)
    index = open_index(tmp_path / "index")
    with pytest.raises(RefusedError, match="2022-03, 2022-09"):
        exchange_table(index, meeting="2022")
    assert exchange_table(index).meeting == "2022-09"


# Its files


@pytest.mark.parametrize(("meeting", "language"), [("2020-09", "en"), ("2020-09", "fr"), ("2019-02", "fr")])
def test_the_workbook_holds_every_text_whole(index, meeting, language):
    table = exchange_table(index, meeting=meeting, language=language)
    sheet, rows = grid(exchange_files.as_xlsx(table))
    heads = [message(f"exchange.column.{name}", language) for name in ("organisation", *COLUMNS, "source")]
    at = rows.index(heads)
    assert sheet.print_title_rows == f"${at + 1}:${at + 1}" and sheet.freeze_panes == f"B{at + 2}"
    for organisation in table.organisations:
        own = [row for row in rows[at + 1 :] if row[0].split("\n")[0] == organisation.name]
        assert own and all(organisation.source.source in row[-1] for row in own)
        for column, name in enumerate(COLUMNS, start=1):
            whole = "\n\n".join(row[column] for row in own if row[column])
            for part in organisation.cells[name]:
                assert part.text in whole
                assert part.page is None or message("exchange.page", language, number=part.page) in whole
            assert organisation.cells[name] or whole == "—"
    assert max(len(cell) for row in rows[at + 1 :] for cell in row) < 2_500
    assert table.restricted and any(table.restricted[0].title in str(row[0]) for row in rows[:at])
    assert table.restricted[0].title in sheet.oddFooter.left.text


@pytest.mark.parametrize(("meeting", "language"), [("2020-09", "en"), ("2020-09", "fr"), ("2019-02", "en")])
def test_the_word_table_holds_every_text_in_its_language(index, meeting, language):
    table = exchange_table(index, meeting=meeting, language=language)
    document = docx.Document(io.BytesIO(exchange_files.as_docx(table)))
    (shown,) = document.tables
    assert shown.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    section = document.sections[0]
    assert section.page_width > section.page_height
    assert len(shown.rows) == 1 + len(table.organisations)
    for row, organisation in zip(shown.rows[1:], table.organisations, strict=True):
        cells = row.cells
        assert cells[0].paragraphs[0].text == organisation.name
        for cell, column in zip(cells[1:], COLUMNS, strict=True):
            paragraphs = [p.text for p in cell.paragraphs]
            for part in organisation.cells[column]:
                assert any(p.startswith(part.text) for p in paragraphs)
            assert organisation.cells[column] or paragraphs == ["—"]
    assert message("brief.notice.text", language) in [p.text for p in document.paragraphs]
    assert {mark.get(qn("w:val"))[:2] for mark in shown._tbl.iter(qn("w:lang"))} == {language}


def test_a_text_in_the_other_language_is_marked(piers):
    table = exchange_table(piers, language="en")
    document = docx.Document(io.BytesIO(exchange_files.as_docx(table)))
    (brunswick,) = [row for row in document.tables[0].rows if row.cells[0].text.startswith("New Brunswick")]
    assert brunswick.cells[3].text == f"S.O. ({message('brief.in.fr', 'en')})"
    spoken = {mark.get(qn("w:val")) for mark in brunswick.cells[3]._tc.iter(qn("w:lang"))}
    assert "fr-CA" in spoken
    _, rows = grid(exchange_files.as_xlsx(table))
    (cells,) = [row for row in rows if str(row[0]).startswith("New Brunswick")]
    assert cells[3] == f"S.O. ({message('brief.in.fr', 'en')})"


def test_achievements_and_priorities_of_a_form_are_told_apart(piers):
    document = docx.Document(io.BytesIO(exchange_files.as_docx(exchange_table(piers, language="en"))))
    (scotia,) = [row for row in document.tables[0].rows if row.cells[0].text.startswith("Nova Scotia")]
    paragraphs = [p.text for p in scotia.cells[1].paragraphs]
    assert [paragraphs[0], paragraphs[2]] == ["Achievements", "Priorities"]


def test_a_formula_stays_a_text(piers):
    content = exchange_files.as_xlsx(exchange_table(piers, language="fr"))
    sheet, _ = grid(content)
    (cell,) = [c for row in sheet.iter_rows() for c in row if str(c.value).startswith("=HYPERLINK")]
    assert cell.data_type == "s" and cell.quotePrefix
    assert "<script>alert(1)</script>" in cell.value


def made_of(text):
    source = Source("d", text, text, "fr")
    part = Written("p", text, source, 0, len(text), 3, Role.NEED, False, frozenset({text}))
    cells = dict.fromkeys(COLUMNS, (part, part))
    return ExchangeTable("2020", "en", "2024-05-01", (Organisation(None, text, text, source, True, cells),), (source,))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=120) | st.sampled_from("=+-@\t\r").flatmap(lambda sign: st.text(max_size=9).map(sign.__add__)))
def test_any_text_can_be_written(text):
    table = made_of(text)
    sheet, rows = grid(exchange_files.as_xlsx(table))
    assert all(cell.data_type in ("s", "n", "inlineStr") for row in sheet.iter_rows() for cell in row)
    kept = re.sub(r"\s+", "", clean(text))
    assert kept in re.sub(r"\s+", "", rows[-1][2])
    document = docx.Document(io.BytesIO(exchange_files.as_docx(table)))
    assert kept in re.sub(r"\s+", "", document.tables[0].rows[1].cells[2].text)


def test_a_text_longer_than_a_cell_goes_on_below():
    table = made_of("lighthouse " * 4_000)
    _, rows = grid(exchange_files.as_xlsx(table))
    whole = "".join(str(row[2]) for row in rows[4:])
    assert whole.count("lighthouse") == 8_000 and max(len(str(row[2])) for row in rows) < 32_767
