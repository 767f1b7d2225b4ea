"""Score sheets as real files: what a person sees in a spreadsheet, and what comes back from one."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from eval.expert import files, rubric
from eval.expert.sheet import COLUMNS, rows
from indexer.errors import CouncilError, SettingError


@pytest.fixture(params=["csv", "xlsx"])
def written(request, asked, tmp_path):
    path = tmp_path / "deep" / f"scores.{request.param}"
    files.write(path, rows(asked))
    return path


def test_a_file_is_read_back_as_it_was_written(written, asked):
    head, *lines = files.read(written)
    assert head.cells == COLUMNS
    assert [line.number for line in lines] == list(range(2, 8))
    wanted = [[str(getattr(row, column) or "") for column in COLUMNS] for row in rows(asked)]
    assert [list(line.cells) for line in lines] == wanted


def test_a_file_that_is_there_is_left_alone(written, asked):
    before = written.read_bytes()
    with pytest.raises(SettingError, match="scores may be in it; name another"):
        files.write(written, rows(asked))
    assert written.read_bytes() == before


def test_csv_opens_right_and_harmlessly_in_a_spreadsheet(asked, tmp_path):
    files.write(tmp_path / "s.csv", rows(asked))
    content = (tmp_path / "s.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert "'-Fermé à Montréal. [2]" in table[5]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in table for cell in row)


def test_a_workbook_offers_the_scores_and_explains_them(asked, tmp_path):
    files.write(tmp_path / "s.xlsx", rows(asked))
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    scores, explained = book.worksheets
    assert (scores.title, explained.title) == ("Scores", "Rubric - Barème")
    assert scores.freeze_panes == "A2"
    offered = {
        COLUMNS[next(iter(found.sqref.ranges)).min_col - 1]: (found.formula1, str(found.sqref))
        for found in scores.data_validations.dataValidation
    }
    assert offered["sentence_score"] == ('"100,80,0"', "J2:J7")
    assert offered["citation_score"] == ('"25,20,0"', "M2:M7")
    assert offered["harmful"] == ('"yes,oui"', "L2:L7")
    assert all(cell.alignment.wrap_text for row in scores.iter_rows() for cell in row)
    assert {cell.data_type for row in scores.iter_rows() for cell in row} <= {"s", "n"}
    shown = {cell.value for row in explained.iter_rows() for cell in row}
    for section in rubric.texts().section:
        assert {section.en, section.fr} <= shown
        assert {text for line in section.lines for text in (line.en, line.fr)} <= shown


def test_only_cells_for_the_person_are_yellow(asked, tmp_path):
    files.write(tmp_path / "s.xlsx", rows(asked))
    sheet = openpyxl.load_workbook(tmp_path / "s.xlsx").worksheets[0]
    yellow = [
        [COLUMNS[cell.column - 1] for cell in row if cell.fill.fgColor.rgb == "00FFF7CC"]
        for row in sheet.iter_rows(min_row=2)
    ]
    of_all = ["sentence_score", "sentence_comment", "harmful"]
    assert yellow == [
        [*of_all, "citation_score", "citation_comment"] if first else of_all
        for first in (True, False, False, True, False, True)
    ]


@pytest.mark.parametrize("name", ["scores", "scores.ods", "scores.xls"])
def test_other_names_are_refused(asked, tmp_path, name):
    for use in (lambda path: files.write(path, rows(asked)), files.read):
        with pytest.raises(SettingError, match=r"ends in \.csv or \.xlsx"):
            use(tmp_path / name)
    assert not (tmp_path / name).exists()


def test_a_file_that_cannot_be_written_is_named(asked, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CouncilError, match="name another"):
        files.write(tmp_path / "file" / "s.csv", rows(asked))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"", "holds no row"),
        ("a.csv", "need\r\nMontréal".encode("cp1252"), "CSV UTF-8"),
        ("a.csv", b'need,language\r\n"open', "row 2: is no CSV"),
        ("a.csv", b'need\r\n"a"b\r\n', "row 2: is no CSV"),
        ("a.xlsx", b"need,language\r\n", "is no workbook that can be opened"),
        ("a.xlsx", b"", "is no workbook that can be opened"),
        ("a.csv", b"PK\x03\x04\x14\x00\xff\xfe", "CSV UTF-8"),
    ],
)
def test_files_of_another_kind_are_refused(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SettingError, match=told) as caught:
        files.read(tmp_path / name)
    assert name in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    for name in ("none.csv", "none.xlsx"):
        with pytest.raises(SettingError, match=f"{name}: cannot be read"):
            files.read(tmp_path / name)


def test_a_workbook_without_the_sheet_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Feuille1"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(SettingError, match="no sheet 'Scores', only Feuille1"):
        files.read(tmp_path / "a.xlsx")


def test_a_formula_in_a_workbook_is_refused(asked, tmp_path):
    files.write(tmp_path / "s.xlsx", rows(asked))
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    book["Scores"]["J3"] = "=50+50"
    book.save(tmp_path / "s.xlsx")
    with pytest.raises(SettingError, match="row 3, column J: holds a formula"):
        files.read(tmp_path / "s.xlsx")
