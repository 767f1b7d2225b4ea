"""What `council export` writes: JSON lines, CSV that a spreadsheet opens harmlessly, workbooks."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import database, store
from indexer.build import build
from indexer.documents import ItemStatus, Passage, RecordItem, Role
from indexer.errors import SettingError
from indexer.store import open_index
from service import export
from service.contract import FollowUp
from service.workbook import workbook

COLUMNS = [
    "meeting_date", "kind", "number", "text", "owner", "due", "status", "status_word", "jurisdictions", "heading",
    "document_title", "source", "page", "item_id", "document_id",
]  # fmt: skip
FORMULAS = ["=1+1", "+1", "-1 degree", "@sum", "\t=1", "\r=1", '=HYPERLINK("x")']


def sheet_of(content):
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return sheet


def grid(content):
    return [list(row) for row in sheet_of(content).iter_rows(values_only=True)]


# Passages


def test_passages_come_one_a_line(main, corpus_index):
    run = main("export", "passages", "--index", corpus_index, "--format", "jsonl")
    assert run.returncode == 0
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    index = open_index(corpus_index)
    assert [row["id"] for row in rows] == [passage.id for passage in index.passages()]
    assert set(rows[0]) == set(Passage.__dataclass_fields__)
    documents = {document.id: document.text for document in index.documents()}
    assert all(documents[row["document_id"]][row["start"] : row["end"]] == row["text"] for row in rows)
    assert {row["attribution"] for row in rows} == {"stated", "inferred"}
    assert {row["kind"] for row in rows} == {"statement", "heading", "no_answer"}


def test_passages_come_as_csv(main, corpus_index):
    run = main("export", "passages", "--index", corpus_index, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(run.stdout, newline="")))
    passages = open_index(corpus_index).passages()
    assert [row["id"] for row in rows] == [passage.id for passage in passages]
    assert [row["text"].removeprefix("'").splitlines() for row in rows] == [p.text.splitlines() for p in passages]
    assert [(row["attribution"], row["kind"]) for row in rows] == [(p.attribution, p.kind) for p in passages]


def test_passages_come_as_a_workbook(main, corpus_index, tmp_path):
    run = main("export", "passages", "--index", corpus_index, "--format", "xlsx", "--out", tmp_path / "p.xlsx")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    head, *rows = grid((tmp_path / "p.xlsx").read_bytes())
    passages = open_index(corpus_index).passages()
    assert head == list(Passage.__dataclass_fields__)
    assert [row[head.index("id")] for row in rows] == [passage.id for passage in passages]
    assert [row[head.index("text")] for row in rows] == [passage.text for passage in passages]
    assert [row[head.index("page")] for row in rows] == [passage.page for passage in passages]


def test_a_reader_that_leaves_ends_the_command_quietly(corpus_index):
    command = [sys.executable, "-m", "service", "export", "passages", "--index", str(corpus_index)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


# Follow-ups


def rows_of(main, index, form, *options):
    """The rows as every format has them, each cell a text as CSV has it."""
    words = ("export", "follow-ups", "--index", index, "--format", form, *options)
    if form == "xlsx":
        path = index.parent / "follow-ups.xlsx"
        assert main(*words, "--out", path).returncode == 0
        head, *rows = grid(path.read_bytes())
        return [{name: "" if cell is None else str(cell) for name, cell in zip(head, row, strict=True)} for row in rows]
    run = main(*words)
    assert run.returncode == 0, run.stderr
    if form == "csv":
        return list(csv.DictReader(io.StringIO(run.stdout, newline="")))
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    return [
        {
            name: "; ".join(row[name]) if isinstance(row[name], list) else "" if row[name] is None else str(row[name])
            for name in COLUMNS
        }
        for row in rows
    ]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("options", [[], ["--kind", "follow-up", "--owner", "ICCS", "--language", "fr"]], ids=" ".join)
def test_every_format_says_the_same(main, corpus_index, form, options):
    rows = rows_of(main, corpus_index, form, *options)
    assert rows == rows_of(main, corpus_index, "jsonl", *options) != []
    assert list(rows[0]) == COLUMNS


def test_json_lines_are_what_the_api_returns(main, client, corpus_index):
    run = main("export", "follow-ups", "--index", corpus_index, "--format", "jsonl")
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    assert rows == client.get("/v1/follow-ups").json()["follow_ups"]
    assert list(rows[0]) == list(FollowUp.model_fields)


@pytest.mark.parametrize(
    ("options", "meets"),
    [
        (["--kind", "decision"], lambda row: row["kind"] == "decision"),
        (["--kind", "follow-up"], lambda row: row["kind"] == "follow_up"),
        (["--kind", "follow-up", "--kind", "decision"], lambda row: True),
        (["--status", "decided"], lambda row: row["status"] == "decided"),
        (["--meeting", "2017"], lambda row: row["meeting_date"] == "2017-10-05"),
        (["--meeting", "2017-10-05", "--meeting", "2021-10"], lambda row: True),
        (["--owner", "iccs"], lambda row: "ICCS" in row["jurisdictions"]),
        (["--owner", "PETER watkins"], lambda row: "Peter Watkins" in row["owner"]),
        (["--doc-language", "fr"], lambda row: "-fr." in row["source"]),
    ],
    ids=str,
)
def test_filters_hold(main, corpus_index, options, meets):
    rows = rows_of(main, corpus_index, "csv", *options)
    assert rows == [row for row in rows_of(main, corpus_index, "csv") if meets(row)] != []


def test_the_language_of_the_status_words(main, harbour):
    def words(*options):
        return [row["status_word"] for row in rows_of(main, harbour, "csv", "--status", "decided", *options)]

    assert words() == ["decided", "décidé"]
    assert words("--language", "en") == ["decided", "decided"]
    assert words("--language", "fr") == ["décidé", "décidé"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--meeting", "2020-13"], "YYYY-MM-DD"),
        (["--meeting", "May"], "YYYY-MM-DD"),
        (["--owner", ""], "owner"),
        (["--owner", "--format=csv"], "expected one argument"),
    ],
    ids=str,
)
def test_bad_values_are_bad_usage(main, harbour, options, named):
    run = main("export", "follow-ups", "--index", harbour, *options)
    assert (run.returncode, run.stdout) == (2, "")
    assert named in run.stderr


@pytest.mark.parametrize(
    "option",
    [["--meeting", "2017"], ["--owner", "BC"], ["--kind", "decision"], ["--status", "open"], ["--language", "fr"],
     ["--doc-language", "fr"]],
    ids=" ".join,
)  # fmt: skip
def test_options_of_follow_ups_are_refused_for_passages(main, harbour, option):
    run = main("export", "passages", "--index", harbour, *option)
    assert (run.returncode, run.stdout) == (2, "")
    assert option[0] in run.stderr


# Where it goes


def test_a_csv_file_opens_right_in_a_spreadsheet_and_a_stream_has_no_mark(main, harbour, tmp_path):
    path = tmp_path / "deep" / "f.csv"
    assert main("export", "follow-ups", "--index", harbour, "--format", "csv", "--out", path).returncode == 0
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    streamed = main("export", "follow-ups", "--index", harbour, "--format", "csv").stdout
    assert content.decode("utf-8-sig") == streamed
    assert "Éric Dubé" in streamed and not streamed.startswith("\ufeff")
    assert all(line.endswith("\r\n") for line in streamed.splitlines(keepends=True))


@pytest.mark.parametrize("what", ["passages", "follow-ups"])
def test_json_lines_in_a_file_are_those_of_the_stream(main, harbour, tmp_path, what):
    run = main("export", what, "--index", harbour, "--out", tmp_path / "x.jsonl")
    assert (run.returncode, run.stdout) == (0, "")
    assert (tmp_path / "x.jsonl").read_text(encoding="utf-8") == main("export", what, "--index", harbour).stdout


def test_a_workbook_is_not_printed_on_a_text_stream(main, harbour):
    run = main("export", "follow-ups", "--index", harbour, "--format", "xlsx")
    assert (run.returncode, run.stdout) == (2, "")
    assert "--out" in run.stderr


def test_a_workbook_is_not_printed_on_a_terminal(harbour, monkeypatch):
    monkeypatch.setattr(sys, "stdout", open("/dev/null", "w"))  # noqa: SIM115, PTH123
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    with pytest.raises(SettingError, match="--out"):
        export.export_passages(harbour, "xlsx")


def test_a_workbook_may_be_sent_to_a_file_or_another_program(harbour):
    command = [sys.executable, "-m", "service", "export", "follow-ups", "--index", str(harbour), "--format", "xlsx"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert grid(done.stdout)[0] == COLUMNS


@pytest.mark.parametrize("form", ["jsonl", "csv", "xlsx"])
def test_a_file_that_cannot_be_written_is_named(main, harbour, tmp_path, form):
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path in (tmp_path, tmp_path / "file" / "x"):
        run = main("export", "follow-ups", "--index", harbour, "--format", form, "--out", path)
        assert run.returncode == 1
        assert str(path) in run.stderr and "Traceback" not in run.stderr


def test_without_an_index_no_file_is_made(main, tmp_path):
    run = main("export", "follow-ups", "--index", tmp_path / "none", "--out", tmp_path / "x.csv", "--format", "csv")
    assert run.returncode == 1
    assert not (tmp_path / "x.csv").exists()


# Formulas


@pytest.fixture(scope="module")
def dangerous(tmp_path_factory, embedder):
    """An index of items whose owners would be formulas."""
    sources = tmp_path_factory.mktemp("dangerous")
    (sources / "notes.txt").write_text("Notes\n\nThe counter opened in May and has been busy.\n", encoding="utf-8")
    folder = tmp_path_factory.mktemp("dangerous-index")
    build([sources], folder, embedder)
    index = open_index(folder)
    (document,), passages = index.documents(), index.passages()
    items = [
        RecordItem(
            id=f"i{place}",
            document_id=document.id,
            kind=Role.FOLLOW_UP,
            number="1",
            text=document.text[:5],
            start=0,
            end=5,
            page=None,
            language="en",
            status=ItemStatus.OPEN,
            owner=cell,
            heading=(cell, "b"),
        )
        for place, cell in enumerate(FORMULAS)
    ]
    path = folder / index.generation / store.DATABASE
    path.unlink()
    database.write(path, [document], passages, [passage.id for passage in passages], items=items)
    return folder


def test_csv_and_workbooks_hold_no_formula(main, dangerous, tmp_path):
    rows = rows_of(main, dangerous, "csv")
    assert [row["owner"] for row in rows] == [f"'{cell}" for cell in FORMULAS]
    assert [row["heading"] for row in rows] == [f"'{cell}; b" for cell in FORMULAS]
    main("export", "follow-ups", "--index", dangerous, "--format", "xlsx", "--out", tmp_path / "f.xlsx")
    sheet = sheet_of((tmp_path / "f.xlsx").read_bytes())
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    owners = [row[COLUMNS.index("owner")] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in owners] == FORMULAS
    rows = [json.loads(line) for line in main("export", "follow-ups", "--index", dangerous).stdout.splitlines()]
    assert [row["owner"] for row in rows] == FORMULAS


@given(st.lists(st.lists(st.text() | st.none() | st.integers(0, 10**6), min_size=2, max_size=2), max_size=4))
def test_any_text_can_be_put_in_a_workbook(rows):
    cells = list(sheet_of(workbook("any", ["a", "b"], rows)).iter_rows(min_row=2))
    assert all(cell.data_type != "f" and cell.data_type != "e" for row in cells for cell in row)


def test_a_workbook_with_more_rows_than_a_sheet_is_refused():
    assert len(grid(workbook("rows", ["a"], [["x"]] * 3, most_rows=4))) == 4
    with pytest.raises(SettingError, match="--format csv"):
        workbook("rows", ["a"], [["x"]] * 4, most_rows=4)
