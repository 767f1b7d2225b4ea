"""Filled sheets as people hand them in: read whole, or refused with the place and the mend."""

from __future__ import annotations

import datetime
import re

import pytest
from spreadsheets import all_of, edit, put

from eval.expert import files
from eval.expert.filled import read_filled
from eval.expert.sheet import COLUMNS, rows
from indexer.errors import SettingError


@pytest.fixture(params=["csv", "xlsx"])
def path(request, asked, tmp_path):
    file = tmp_path / f"scores.{request.param}"
    files.write(file, rows(asked))
    return file


def filled(path):
    return [found.row for of in read_filled(path).answers.values() for found in of]


def test_an_empty_sheet_is_read_as_it_was_written(path, asked):
    bare = [" ".join(row.sentence.split()) for row in rows(asked)]
    assert [" ".join(row.sentence.split()) for row in filled(path)] == bare
    assert all(row.sentence_score is None and row.citation_score is None and not row.harmful for row in filled(path))


@pytest.mark.parametrize("spelled", [80, 80.0, "80", "80.0", "80,0", " 80 ", "80,"])
def test_a_score_may_be_a_number_or_a_text(path, spelled):
    edit(path, put("sentence_score", spelled))
    assert filled(path)[0].sentence_score == 80


@pytest.mark.parametrize(("spelled", "wanted"), [(20, 20), ("25,00", 25), (0, 0), ("", None), (None, None)])
def test_citation_scores(path, spelled, wanted):
    edit(path, put("citation_score", spelled))
    assert filled(path)[0].citation_score == wanted


@pytest.mark.parametrize(
    ("spelled", "wanted"),
    [("yes", True), ("Oui", True), (True, True), ("VRAI", True), ("x", True), (1, True), ("", False), ("no", False),
     ("NON", False), (False, False), (0, False)],
)  # fmt: skip
def test_harmful_may_be_said_in_either_language(path, spelled, wanted):
    edit(path, all_of(put("sentence_score", 0), put("harmful", spelled)))
    assert filled(path)[0].harmful is wanted


def test_comments_are_kept_whatever_they_begin_with(path):
    comments = ["-1 jour", "=2 de trop", 'Deux\nlignes; « guillemets », "and"', "'tis so"]
    edit(path, put("sentence_comment", *comments))
    assert [row.sentence_comment for row in filled(path)[:4]] == comments


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", [True, False])
def test_csv_of_any_spreadsheet(asked, tmp_path, separator, ending, mark):
    path = tmp_path / "s.csv"
    files.write(path, rows(asked))
    change = all_of(put("sentence_score", "100,0", 80), put("sentence_comment", "Montréal; a, b\nc"))
    edit(path, change, separator=separator, ending=ending, mark=mark)
    found = filled(path)
    assert [row.sentence_score for row in found[:3]] == [100, 80, None]
    assert found[0].sentence_comment == "Montréal; a, b\nc"
    assert found[4].sentence == "-Fermé à Montréal. [2]"


def test_rows_and_columns_may_be_moved(path, asked):
    def turned(table):
        return [row[::-1] for row in [table[0], *table[:0:-1]]]

    edit(path, all_of(put("sentence_score", 100, 80, 0), turned))
    found = read_filled(path).answers["n1", "en"]
    assert [one.row.sentence_score for one in found] == [100, 80, 0]
    assert [one.number for one in found] == [7, 6, 5]


def test_empty_rows_and_columns_are_passed_over(path):
    def padded(table):
        width = len(table[0])
        return [[*row, "", ""] for row in [*table[:3], [""] * width, *table[3:], [" "] * width]]

    edit(path, all_of(put("sentence_score", 100, 80, 0), padded))
    found = read_filled(path).answers["n1", "en"]
    assert [(one.number, one.row.sentence_score) for one in found] == [(2, 100), (3, 80), (5, 0)]


def test_a_date_typed_as_a_comment_is_kept(asked, tmp_path):
    files.write(tmp_path / "s.xlsx", rows(asked))
    edit(tmp_path / "s.xlsx", put("sentence_comment", datetime.datetime(2020, 9, 1)))
    assert filled(tmp_path / "s.xlsx")[0].sentence_comment.startswith("2020-09-01")


def without(column):
    return lambda table: [[cell for at, cell in enumerate(row) if at != table[0].index(column)] for row in table]


def with_column(name, *cells):
    return lambda table: [[*row, cell] for row, cell in zip(table, [name, *cells, *[""] * 9], strict=False)]


REFUSED = {
    "a score of no rubric": (put("sentence_score", "", 90), "row 3, column sentence_score: '90'", "write 100, 80, 0"),
    "a word for a score": (put("sentence_score", "good"), "row 2, column sentence_score: 'good'", "write 100, 80, 0"),
    "a score with digits": (put("sentence_score", "80.5"), "row 2, column sentence_score", "write 100, 80, 0"),
    "a negative score": (put("sentence_score", "-80"), "row 2, column sentence_score", "write 100, 80, 0"),
    "a sentence's score for the citation": (put("citation_score", 100), "row 2, column citation_score", "25, 20, 0"),
    "a citation score on a later row": (put("citation_score", "", 25), "row 3, column citation_score", "first row"),
    "a citation comment on a later row": (put("citation_comment", "", "?"), "row 3, column citation_comment", "move"),
    "harmful, but good": (
        all_of(put("sentence_score", 100), put("harmful", "yes")), "row 2, column harmful", "clear one or the other",
    ),
    "harmful, but how": (put("harmful", "very"), "row 2, column harmful: 'very'", "write yes"),
    "an unknown language": (put("language", "de"), "row 2, column language: 'de'", "write en or fr"),
    "no need": (put("need", ""), "row 2, column need", "put back"),
    "no number": (put("sentence_number", "one"), "row 2, column sentence_number: 'one'", "put back"),
    "number naught": (put("sentence_number", 0), "row 2, column sentence_number: '0'", "put back"),
    "no digest": (put("answer_digest", ""), "row 2, column answer_digest", "put back"),
    "another digest": (put("answer_digest", "answer-0", at=3), "row 4, column answer_digest", "restore it"),
    "another count": (put("sentences", 4), "row 3, column sentences", "restore it"),
    "a missing row": (lambda table: table[:2] + table[3:], "row 2, column sentences", "number 2 is missing"),
    "a missing last row": (lambda table: table[:3] + table[4:], "row 2, column sentences", "number 3 is missing"),
    "a missing first row": (lambda table: table[:1] + table[2:], "row 2, column sentences", "number 1 is missing"),
    "a row twice": (lambda table: [*table, table[2]], "row 8, column sentence_number", "in row 3 already"),
    "a number too many": (put("sentence_number", 1, 2, 4), "row 2, column sentences", "number 3 is missing"),
    "no rows": (lambda table: table[:1], "holds no row", "filled score sheet"),
    "a missing column": (without("sentence_comment"), "row 1: column sentence_comment is missing", "put it back"),
    "missing columns": (without("answer_digest"), "column answer_digest is missing", "export the sheet anew"),
    "a column of one's own": (with_column("notes", "x"), "row 1: column 'notes'", "comment column"),
    "a column twice": (with_column("harmful"), "row 1: column harmful stands 2 times", "delete all but one"),
    "a cell under no column": (with_column("", "", "stray"), "row 3, cell 16", "clear it"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_named_with_its_place_and_mend(path, case):
    change, place, mend = REFUSED[case]
    edit(path, change)
    with pytest.raises(SettingError, match=re.escape(place)) as caught:
        read_filled(path)
    assert mend in str(caught.value)
    assert str(caught.value).startswith(f"--import-scores {path}")


def test_a_row_beyond_the_last_is_refused(path):
    def beyond(table):
        extra = list(table[3])
        extra[COLUMNS.index("sentence_number")] = 4
        return [*table, extra]

    edit(path, beyond)
    with pytest.raises(SettingError, match="row 8, column sentence_number: 4 is more than the 3 sentences"):
        read_filled(path)
