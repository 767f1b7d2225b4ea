"""The table of a meeting's needs and who can help."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields

import openpyxl
import pytest

from indexer import embedding
from indexer.documents import Role
from indexer.store import open_index
from service.matches import Match, matched
from service.messages import message

COLUMNS = [field.name for field in fields(Match)]
NOBODY = {"en": "nobody found in the documents who can help", "fr": "personne n’est nommé dans les documents"}


def rows_of(main, index, form, *options):
    words = ("export", "matches", "--index", index, "--format", form, *options)
    if form == "xlsx":
        path = index.parent / "matches.xlsx"
        assert main(*words, "--out", path).returncode == 0
        (sheet,) = openpyxl.load_workbook(path).worksheets
        assert sheet.title == "matches"
        head, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        return [dict(zip(head, row, strict=True)) for row in rows]
    run = main(*words)
    assert run.returncode == 0, run.stderr
    if form == "csv":
        return list(csv.DictReader(io.StringIO(run.stdout, newline="")))
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_each_need_has_its_helpers_or_says_that_there_are_none(main, exchange):
    rows = rows_of(main, exchange, "jsonl")
    assert [list(row) for row in rows] == [COLUMNS] * len(rows)
    helpers = {}
    for row in rows:
        helpers.setdefault((row["need_jurisdiction"], row["need"].split()[0]), []).append(row["helper"])
    assert helpers == {
        ("NS", "Chatbots:"): ["BC", "ON"],
        ("NS", "Mobile"): ["BC"],
        ("NS", "Zither"): [None],
        ("ON", "Chatbots:"): ["BC", "NS"],
    }
    assert {row["meeting_date"] for row in rows} == {"2021-05"}
    lonely = next(row for row in rows if row["helper"] is None)
    assert lonely["why"] == NOBODY["en"] and lonely["passage_id"] is lonely["score"] is lonely["statement"] is None


def test_every_format_says_the_same(main, corpus_index):
    rows = rows_of(main, corpus_index, "jsonl")
    as_text = [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in rows]
    assert rows_of(main, corpus_index, "csv") == as_text
    assert rows_of(main, corpus_index, "xlsx") == [
        {name: cell.replace("\r", "") if isinstance(cell, str) else cell for name, cell in row.items()} for row in rows
    ]


def test_quotes_are_those_of_their_passages(main, corpus_index):
    index = open_index(corpus_index)
    rows = rows_of(main, corpus_index, "jsonl")
    assert len({row["need"] for row in rows}) > 20
    for row in rows:
        stating = index.passage(row["need_passage_id"])
        assert row["need"] in stating.text and stating.role is Role.NEED
        assert (row["need_jurisdiction"], row["need_page"]) == (stating.jurisdictions[0], stating.page)
        assert index.document(stating.document_id).source.endswith(row["need_document"])
        if row["helper"] is None:
            continue
        helping = index.passage(row["passage_id"])
        assert row["statement"] in helping.text and helping.role is not Role.NEED
        assert row["helper"] != row["need_jurisdiction"]
        assert (row["page"], row["helper_meeting_date"]) == (helping.page, helping.meeting_date)
        assert index.document(helping.document_id).source.endswith(row["document"])
    pairs = [(row["need_passage_id"], row["need"], row["helper"]) for row in rows]
    assert len(set(pairs)) == len(pairs)


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_the_table_is_in_the_language_asked_for(main, corpus_index, spoken):
    rows = rows_of(main, corpus_index, "csv", "--language", spoken)
    assert all(f"-{spoken}." in row["need_document"] for row in rows)
    words = {row["status_word"] for row in rows if row["status"] == "delivered"}
    assert words == {message("status.delivered", spoken)}


def test_a_meeting_may_be_named(main, corpus_index):
    assert {row["need_jurisdiction"] for row in rows_of(main, corpus_index, "csv", "--meeting", "2019")} == {"ON"}
    assert {row["meeting_date"] for row in rows_of(main, corpus_index, "csv")} == {"2020-09"}


def test_documents_of_one_language_alone(main, corpus_index):
    rows = rows_of(main, corpus_index, "jsonl", "--doc-language", "fr")
    assert rows and all("-fr." in row["need_document"] for row in rows)
    assert all("-fr." in row["document"] for row in rows if row["document"])


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--meeting", "2011"], "no document tells a need"),
        (["--meeting", "soon"], "‘meeting’"),
        (["--meeting", "2019", "--meeting", "2020"], "name one"),
        (["--owner", "ICCS"], "--owner"),
        (["--kind", "decision"], "--kind"),
        (["--status", "open"], "--status"),
    ],
    ids=str,
)
def test_options_that_cannot_be_used_are_refused(main, corpus_index, options, named):
    run = main("export", "matches", "--index", corpus_index, *options)
    assert (run.returncode, run.stdout) == (2, "")
    assert named in run.stderr and "Traceback" not in run.stderr


def test_what_a_spreadsheet_would_carry_out_is_made_harmless(main, tmp_path):
    (tmp_path / "form.txt").write_text(
        "Information exchange form, May 2021\n\nJurisdiction: Nova Scotia\n\nAchievements\n\nN/A\n\n"
        "Priorities\n\nN/A\n\nShowcase\n\nN/A\n\nNeeds\n\n"
        "=HYPERLINK(1) how do others count the gulls of the harbour each spring?\n",
        encoding="utf-8",
    )
    assert main("index", tmp_path / "form.txt", "--index", tmp_path / "index").returncode == 0
    (row,) = rows_of(main, tmp_path / "index", "csv")
    assert row["need"].startswith("'=HYPERLINK")
    (row,) = rows_of(main, tmp_path / "index", "xlsx")
    assert row["need"].startswith("=HYPERLINK")
    sheet = openpyxl.load_workbook(tmp_path / "matches.xlsx").active
    assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"s", "n"}


def test_without_needs_there_is_a_head_alone(main, letters, tmp_path):
    assert main("index", letters, "--index", tmp_path / "index").returncode == 0
    run = main("export", "matches", "--index", tmp_path / "index", "--format", "csv")
    assert run.returncode == 0 and run.stdout.strip() == ",".join(COLUMNS)
    assert matched(open_index(tmp_path / "index"), embedding.load()) == []
