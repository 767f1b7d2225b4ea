from __future__ import annotations

from pathlib import Path

import pytest

from eval import ablation
from eval.needs import read_needs
from service.engine import Engine

GOLD = Path(__file__).resolve().parents[2] / "eval/gold/corpus.jsonl"


@pytest.fixture(scope="module")
def engine(corpus_index):
    return Engine(corpus_index)


def test_every_step_is_measured_and_leaves_something_out(capsys, corpus_index, monkeypatch):
    monkeypatch.setattr(ablation, "read_needs", lambda *paths, split: read_needs(*paths, split=split)[:4])
    assert ablation.main(["--gold", str(GOLD), "--index", str(corpus_index), "--split", "tune"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:32].rstrip() for line in lines[1:]] == [step.rstrip() for step in ablation.STEPS]
    assert len({weights for step, weights in ablation.STEPS.items()}) == len(ablation.STEPS)
    for line in lines[1:]:
        assert all(0 <= float(value) <= 1 for value in line[32:].split())


def test_ranking_again_finds_evidence_sooner(engine):
    needs = [need for need in read_needs(GOLD) if need.kind != "none"]
    whole = ablation.measure(engine, needs, ablation.STEPS["all steps"])
    bare = ablation.measure(engine, needs, ablation.STEPS["without ranking again"])
    assert whole["en"] != bare["en"]
    assert whole["fr"]["rr"] > bare["fr"]["rr"]


def test_an_index_that_is_not_there_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        ablation.main(["--gold", str(GOLD), "--index", str(tmp_path / "absent")])
    assert stopped.value.code == 2
    assert "absent" in capsys.readouterr().err
