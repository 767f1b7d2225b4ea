"""`council eval` from the command line to its files, on a small index."""

from __future__ import annotations

import json

import pytest
from lxml import html

from eval.baseline import read_baseline
from eval.report import read_report


def test_it_prints_and_writes_everything_asked_for(council_eval, gold, tmp_path):
    out, page, base = tmp_path / "a" / "report.json", tmp_path / "b" / "report.html", tmp_path / "baseline.json"
    run = council_eval("--gold", gold, "--json", out, "--html", page, "--write-baseline", base)
    assert (run.returncode, run.stderr) == (0, "")
    assert "3 needs of needs.jsonl" in run.stdout
    report = read_report(out)
    assert report.figures["en"]["needs_found@10"] == 1.0
    assert html.parse(str(page)).getroot().xpath("//h1")
    assert read_baseline(base).figures["en"]["needs_found@10"] == 1.0


@pytest.mark.parametrize("repeated", [True, False])
def test_several_gold_files_and_folders_are_taken(council_eval, gold, tmp_path, repeated):
    more = tmp_path / "folder" / "more.jsonl"
    more.parent.mkdir()
    line = json.loads(gold.read_text(encoding="utf-8").splitlines()[0]) | {"id": "m1"}
    more.write_text(json.dumps(line), encoding="utf-8")
    named = ["--gold", gold, "--gold", more.parent] if repeated else ["--gold", gold, more.parent]
    assert council_eval(*named).stdout.startswith("4 needs of needs.jsonl, more.jsonl\n")


def test_a_split_is_measured_alone(council_eval, gold):
    assert council_eval("--gold", gold, "--split", "test").stdout.startswith("1 needs of needs.jsonl, split 'test'\n")


def test_documents_that_the_index_lacks_are_named(council_eval, gold, tmp_path):
    path = tmp_path / "other.jsonl"
    path.write_text(gold.read_text(encoding="utf-8").replace("harbour.txt", "other.txt"), encoding="utf-8")
    run = council_eval("--gold", path)
    assert run.returncode == 0
    assert "warning: the index lacks 1 document that the needs quote" in run.stderr and "other.txt" in run.stderr
    assert "forets.txt" not in run.stderr


def test_what_moved_since_an_earlier_report_is_told(council_eval, gold, tmp_path):
    old, page = tmp_path / "old.json", tmp_path / "page.html"
    council_eval("--gold", gold, "--json", old)
    raw = json.loads(old.read_text(encoding="utf-8"))
    raw["figures"]["en"]["needs_found@10"] = 0.25
    old.write_text(json.dumps(raw), encoding="utf-8")
    run = council_eval("--gold", gold, "--compare", old, "--html", page, "--json", old)  # also over itself
    assert run.returncode == 0, run.stderr
    assert "en needs_found@10 0.250 -> 1.000 (+0.750, better)" in run.stdout
    assert "0.250" in html.parse(str(page)).getroot().xpath('string(//section[@id="moved"])')
    assert read_report(old).figures["en"]["needs_found@10"] == 1.0


def test_an_earlier_report_that_cannot_be_used_is_bad_usage(council_eval, gold, tmp_path):
    old = tmp_path / "old.json"
    old.write_text('{"format_version": 0}', encoding="utf-8")
    run = council_eval("--gold", gold, "--compare", old)
    assert (run.returncode, run.stdout) == (2, "")
    assert "old.json" in run.stderr and "--json" in run.stderr and "Traceback" not in run.stderr


def test_a_fall_from_the_baseline_breaches_the_gate(council_eval, gold, tmp_path):
    base, gate = tmp_path / "base.json", tmp_path / "gate.toml"
    gate.write_text('[drop]\nbaseline = "base.json"\n[drop.allowed]\n"recall@10" = 0.1\n', encoding="utf-8")
    missing = council_eval("--gold", gold, "--gate", gate)
    assert missing.returncode == 2 and "base.json" in missing.stderr and "--write-baseline" in missing.stderr

    assert council_eval("--gold", gold, "--write-baseline", base).returncode == 0
    passed = council_eval("--gold", gold, "--gate", gate)
    assert passed.returncode == 0 and "gate: passed" in passed.stdout

    raw = json.loads(base.read_text(encoding="utf-8"))
    raw["figures"]["fr"]["recall@10"] += 0.2
    base.write_text(json.dumps(raw), encoding="utf-8")
    breached = council_eval("--gold", gold, "--gate", gate, "--html", tmp_path / "page.html")
    assert breached.returncode == 1
    assert "GATE: fr recall@10:" in breached.stdout and "worse by 0.200" in breached.stdout
    assert "The gate is breached" in (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("option", ["--json", "--html", "--write-baseline"])
def test_a_file_that_cannot_be_written_is_named(council_eval, gold, tmp_path, option):
    (tmp_path / "file").write_text("", encoding="utf-8")
    run = council_eval("--gold", gold, option, tmp_path / "file" / "out")
    assert run.returncode == 2
    assert option in run.stderr and "Traceback" not in run.stderr
