from __future__ import annotations

from pathlib import Path

import pytest

from eval import calibrate_facts
from eval.calibrate_facts import Clearness, measure, rate
from eval.needs import read_needs
from indexer import embedding
from indexer.store import open_index
from service.answering.thresholds import DEFAULT_THRESHOLDS

GOLD = Path(__file__).resolve().parents[2] / "eval/gold"
# On the tune split, on which the threshold was chosen: questions for a detail are a fifth of those that can be
# answered, of all of which a twentieth may be left unanswered.
MOST_WRONGLY, LEAST_RIGHTLY = 0.07, 0.7


def test_the_threshold_keeps_answers_and_tells_what_is_missing(corpus_index):
    embedder = embedding.load()
    needs = read_needs(GOLD, split="tune")
    measured = measure(open_index(corpus_index, model=embedder.id), embedder, needs)
    assert rate(measured, DEFAULT_THRESHOLDS.detail, answerable=True) <= MOST_WRONGLY
    assert rate(measured, DEFAULT_THRESHOLDS.detail, answerable=False) >= LEAST_RIGHTLY


def test_rates_are_of_those_that_can_be_answered_or_cannot():
    measured = [Clearness("a", True, 0.1), Clearness("b", True, 0.4), Clearness("c", False, 0.2)]
    assert rate(measured, 0.2, answerable=True) == 0.5
    assert rate(measured, 0.2, answerable=False) == 0.0
    assert rate(measured, 0.3, answerable=False) == 1.0
    assert rate([], 0.3, answerable=True) == 0.0


def test_every_threshold_is_printed_and_the_chosen_one_marked(capsys, corpus_index):
    arguments = ["--gold", str(GOLD / "corpus.jsonl"), "--index", str(corpus_index), "--split", "tune"]
    assert calibrate_facts.main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    thresholds = sorted({*calibrate_facts.THRESHOLDS, DEFAULT_THRESHOLDS.detail})
    rows = [line.split(maxsplit=3) for line in lines[1 : 1 + len(thresholds)]]
    assert [float(row[0]) for row in rows] == thresholds
    assert [float(row[0]) for row in rows if row[3:] == ["<- thresholds.detail"]] == [DEFAULT_THRESHOLDS.detail]
    for falling in (1, 2):
        rates = [float(row[falling]) for row in rows]
        assert rates == sorted(rates)


def test_gold_that_cannot_be_read_is_bad_usage(corpus_index, capsys):
    with pytest.raises(SystemExit) as ended:
        calibrate_facts.main(["--gold", "none.jsonl", "--index", str(corpus_index)])
    assert ended.value.code == 2 and "none.jsonl" in capsys.readouterr().err
