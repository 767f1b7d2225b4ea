import json
from pathlib import Path
from xml.etree import ElementTree

from eval.benchmarks.__main__ import EXAMPLE_GOLD, EXAMPLES, main
from eval.benchmarks.results import Benchmark


def test_a_run_indexes_changes_serves_compares_and_writes_both_reports(tmp_path: Path, capsys):
    few = ["--queries", "2", "--repeats", "1", "--peer-queries", "2", "--peer-repeats", "1", "--peer-seconds", "1"]
    paths = ["--json", str(tmp_path / "out" / "report.json"), "--html", str(tmp_path / "out" / "report.html")]
    assert main(["--sizes", "300", "--work", str(tmp_path), *few, *paths]) == 0
    report = Benchmark.model_validate(json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8")))
    (one,) = report.collections
    assert one.made and one.indexed and one.reindexed and one.served and one.compared
    assert one.indexed.passages == one.passages > 800  # the example corpus is among them
    assert one.indexed.whole.peak_mb > 50 and one.indexed.whole.cpu_seconds > 0
    assert one.reindexed.changed_documents == 1 and 1 <= one.reindexed.embedded < 10
    assert one.compared.quality["en"].needs > 100
    assert one.compared.quality["en"].ndcg_at_10 > one.compared.peers[0].quality["en"].ndcg_at_10
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "http" not in html.replace("https://", "http").partition("<body")[0]  # nothing is fetched
    for piece in html.split("<svg")[1:]:
        ElementTree.fromstring("<svg" + piece.partition("</svg>")[0] + "</svg>")
    assert "rank-bm25 + exact vectors" in html
    assert "passages/s" in capsys.readouterr().out
    assert not list(tmp_path.glob("council-bench-*"))  # what was made is gone


def test_what_cannot_be_measured_is_said(tmp_path: Path, capsys):
    (tmp_path / "empty").mkdir()
    assert main(["--sizes", "0", "--corpus", str(tmp_path / "empty")]) == 1
    assert "exit status" in capsys.readouterr().err


def test_the_examples_and_their_gold_are_where_they_are_looked_for():
    assert (EXAMPLES / "manifest.toml").is_file() and list(EXAMPLE_GOLD.glob("*.jsonl"))
