"""`council eval --export-scores` and `--import-scores`, over the corpus."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from spreadsheets import edit, put

from eval.needs import read_needs
from service import cli

GOLD = Path(__file__).resolve().parents[3] / "eval/gold/corpus.jsonl"


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """A gold file of four needs, of both splits, one of which the documents do not answer."""
    chosen = [need for need in read_needs(GOLD) if need.id in {"c001", "c002", "c014", "c038"}]
    path = tmp_path_factory.mktemp("gold") / "few.jsonl"
    path.write_text("".join(need.model_dump_json() + "\n" for need in chosen), encoding="utf-8")
    return path


@pytest.fixture
def run(corpus_index, few, capsys):
    def run(*words, gold=few):
        status = cli.main(["eval", "--index", str(corpus_index), "--gold", str(gold), *map(str, words)])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def everything(sentence, citation):
    """Scores every row, whatever the answers are."""

    def change(table):
        head = table[0]
        for row in table[1:]:
            row[head.index("sentence_score")] = sentence
            if str(row[head.index("sentence_number")]) == "1":
                row[head.index("citation_score")] = citation
        return table

    return change


@pytest.mark.parametrize("name", ["scores.csv", "scores.XLSX"])
def test_answers_are_exported_scored_and_added_up(run, tmp_path, name):
    path = tmp_path / name
    status, out, err = run("--export-scores", path)
    assert (status, err) == (0, "")
    assert re.fullmatch(rf"{re.escape(str(path))}: \d+ sentences of 8 answers to score\n", out)
    status, out, _ = run("--import-scores", path)
    assert status == 0
    assert "8 answers: 0 scored, 0 partly scored, 8 unscored, 0 stale, 0 not in the sheet" in out


def test_totals_go_to_a_file_for_programs_too(run, tmp_path):
    path = tmp_path / "scores.csv"
    run("--export-scores", path)
    edit(path, everything(80, 20))
    status, out, _ = run("--import-scores", path, "--json", tmp_path / "deep" / "totals.json")
    assert status == 0
    assert "8 answers: 8 scored" in out
    assert re.search(r"^all +80\.00 \(4\) +80\.00 \(4\) +80\.00 \(8\)$", out, re.MULTILINE)
    told = json.loads((tmp_path / "deep" / "totals.json").read_text(encoding="utf-8"))
    assert told["figures"] == {language: {"expert_total": 80.0, "expert_scored": 4.0} for language in ("en", "fr")}
    assert len(told["answers"]) == 8


def test_one_split_may_be_exported_and_added_up_by_itself(run, tmp_path):
    run("--export-scores", tmp_path / "whole.csv")
    run("--export-scores", tmp_path / "test.csv", "--split", "test")
    assert "not in the sheet" in run("--import-scores", tmp_path / "test.csv")[1]
    for name in ("whole.csv", "test.csv"):
        status, out, _ = run("--import-scores", tmp_path / name, "--split", "test")
        assert status == 0
        assert "0 not in the sheet" in out and "8 answers" not in out


def test_scores_for_answers_to_another_question_are_stale(run, few, tmp_path):
    path = tmp_path / "scores.csv"
    run("--export-scores", path)
    edit(path, everything(100, 25))
    changed = [need.model_copy(update={"question_en": "Who has a chatbot?"}) for need in read_needs(few)]
    gold = tmp_path / "gold.jsonl"
    gold.write_text("".join(need.model_dump_json() + "\n" for need in changed), encoding="utf-8")
    status, out, _ = run("--import-scores", path, gold=gold)
    assert status == 0
    assert "8 answers: 4 scored, 0 partly scored, 0 unscored, 4 stale" in out


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (put("sentence_score", 50), "row 2, column sentence_score: '50' is no score of the rubric; write 100, 80, 0"),
        (put("need", *["z9"] * 99), "column need: 'z9' is no need of the gold file"),
        (put("sentence", "Else."), "row 2, column sentence: is not sentence 1 of the answer"),
    ],
)
def test_a_sheet_that_cannot_be_used_is_bad_usage(run, tmp_path, change, told):
    path = tmp_path / "scores.csv"
    run("--export-scores", path)

    def only_first(table):
        table = [table[0], *[row for row in table[1:] if row[:2] == table[1][:2]]]
        return change(table) or table

    edit(path, only_first)
    status, out, err = run("--import-scores", path, "--json", tmp_path / "x.json")
    assert (status, out) == (2, "")
    assert told in err and "scores.csv" in err and err.count("\n") == 1
    assert not (tmp_path / "x.json").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--export-scores", "s.csv", "--gate", "eval/gate.toml"], "--gate: does not go with --export-scores"),
        (["--import-scores", "s.csv", "--gate", "eval/gate.toml"], "--gate: does not go with --import-scores"),
        (["--export-scores", "s.csv", "--json", "x.json"], "--json: does not go with --export-scores"),
        (["--export-scores", "s.ods"], "ends in .csv or .xlsx"),
        (["--import-scores", "s.pdf"], "ends in .csv or .xlsx"),
        (["--import-scores", "none.csv"], "cannot be read"),
    ],
)
def test_what_does_not_go_is_bad_usage(run, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert told in err
    assert not list(tmp_path.iterdir())


def test_a_sheet_is_not_written_over(run, tmp_path):
    path = tmp_path / "scores.xlsx"
    path.write_bytes(b"scores of a week")
    status, _, err = run("--export-scores", path)
    assert status == 2
    assert "name another" in err
    assert path.read_bytes() == b"scores of a week"


def test_both_at_once_are_refused_by_the_parser(run, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        run("--export-scores", tmp_path / "a.csv", "--import-scores", tmp_path / "b.csv")
    assert ended.value.code == 2
    assert "not allowed with" in capsys.readouterr().err
