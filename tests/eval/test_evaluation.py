from __future__ import annotations

from pathlib import Path

import pytest

from eval import runner
from eval.needs import covers, read_needs
from indexer.store import open_index
from service.engine import Engine

GOLD = Path(__file__).resolve().parents[2] / "eval/gold/corpus.jsonl"


@pytest.fixture(scope="module")
def needs():
    return read_needs(GOLD)


@pytest.fixture(scope="module")
def report(corpus_index, needs):
    return runner.evaluate(Engine(corpus_index), needs)


def test_both_languages_are_measured_by_the_same_figures(report):
    assert set(report) >= {"en", "fr"}
    assert set(report["en"]) == set(report["fr"])


def test_every_citation_is_a_slice_of_its_document(report):
    assert report["en"]["citations_are_slices"] == report["fr"]["citations_are_slices"] == 1.0


def test_shares_are_shares_and_times_are_times(report):
    for language in ("en", "fr"):
        for name, value in report[language].items():
            assert value >= 0
            assert value <= 1 or name.endswith("_ms")
        assert report[language]["latency_p50_ms"] <= report[language]["latency_p95_ms"]


def test_the_table_shows_every_figure_of_both_languages(report, needs):
    table = runner.render(report, GOLD, len(needs))
    assert table.startswith(f"{len(needs)} needs of corpus.jsonl")
    for name in report["en"]:
        assert name in table


def test_every_gold_quote_can_be_found_in_some_passage(corpus_index, needs):
    index = open_index(corpus_index)
    texts = {}
    for document in index.documents():
        texts[document.source.rpartition("/")[2]] = [passage.text for passage in index.passages(document.id)]
    lost = [
        (need.id, quote.doc, quote.quote)
        for need in needs
        for quote in need.evidence
        if not any(covers(text, quote.quote) for text in texts[quote.doc])
    ]
    assert lost == []
