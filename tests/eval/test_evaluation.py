from __future__ import annotations

from pathlib import Path

import pytest

from eval import console
from eval.bootstrap import Estimate
from eval.evaluation import KINDS, evaluate
from eval.figures import COMPARED, FIGURES
from eval.needs import covers, read_needs
from eval.systems import SYSTEMS
from indexer.store import Filters, open_index
from service.engine import Engine
from service.query import understand

GOLD = Path(__file__).resolve().parents[2] / "eval/gold/corpus.jsonl"


@pytest.fixture(scope="module")
def needs():
    return read_needs(GOLD)


@pytest.fixture(scope="module")
def whole(corpus_index, needs):
    return evaluate(Engine(corpus_index), needs, gold=[GOLD.name])


def estimates(report):
    for kinds in report.kinds.values():
        for named in kinds.values():
            yield from named.items()
    for way in report.directions:
        yield from way.figures.items()
    for systems in report.systems.values():
        for named in systems.values():
            yield from named.items()


def test_both_languages_are_measured_by_every_figure(whole):
    assert set(whole.figures) == set(whole.intervals) == {"en", "fr"}
    assert set(whole.figures["en"]) == set(whole.figures["fr"]) == set(whole.intervals["en"]) == set(FIGURES)


def test_every_citation_is_a_slice_of_its_document(whole):
    assert whole.figures["en"]["citations_are_slices"] == whole.figures["fr"]["citations_are_slices"] == 1.0


def test_shares_are_shares_times_are_times_and_intervals_hold_them(whole):
    for language, named in whole.figures.items():
        for name, value in named.items():
            low, high = whole.intervals[language][name]
            assert 0 <= low <= value <= high
            assert value <= 1 or FIGURES[name].unit
        assert named["latency_p50_ms"] <= named["latency_p95_ms"]
    for name, estimate in estimates(whole):
        assert 0 <= estimate.low <= estimate.value <= estimate.high
        assert estimate.value <= 1 or FIGURES[name].unit


def test_kinds_have_the_figures_that_bear_on_them(whole, needs):
    for named in whole.kinds.values():
        assert tuple(named) == KINDS
        assert all("list_f1" not in found for kind, found in named.items() if kind != "list")
        assert "list_f1" in named["list"] and "abstains_rightly" not in named["list"]
        for kind, found in named.items():
            assert found["abstains_wrongly"].needs == sum(need.kind == kind for need in needs)


def test_the_figures_of_all_needs_are_those_of_the_kinds_together(whole):
    for language, kinds in whole.kinds.items():
        found = [named["recall@10"] for named in kinds.values()]
        together = sum(one.value * one.needs for one in found) / sum(one.needs for one in found)
        assert whole.figures[language]["recall@10"] == pytest.approx(together)


def test_every_direction_is_measured_over_the_needs_that_have_a_quote_there(whole, needs):
    ways = {(way.question_language, way.document_language): way for way in whole.directions}
    assert set(ways) == {("en", "en"), ("en", "fr"), ("fr", "en"), ("fr", "fr")}
    quoted = sum(any("-fr." in quote.doc for quote in need.sought()) for need in needs)
    assert ways["en", "fr"].figures["recall@10"].needs == quoted


def test_a_direction_finds_documents_of_its_language_only(corpus_index):
    engine = Engine(corpus_index)
    hits = engine.hits(understand("online licence renewal", filters=Filters(document_languages=("fr",))))
    assert {hit.document.language for hit in hits} == {"fr"}


def test_a_direction_without_a_quote_is_left_out(small_index, gold, report):
    assert {way.document_language for way in report.directions} == {"en", "fr"}
    french = [need for need in read_needs(gold) if need.id != "t1"]
    assert {way.document_language for way in evaluate(Engine(small_index), french).directions} == {"fr"}


def test_systems_stand_side_by_side_over_the_same_needs(whole):
    for language, systems in whole.systems.items():
        assert tuple(systems) == SYSTEMS
        assert {tuple(named) for named in systems.values()} == {COMPARED}
        assert len({estimate.needs for named in systems.values() for estimate in named.values()}) == 1
        for name in COMPARED:
            assert systems["hybrid"][name].value == whole.figures[language][name]
            for other, differences in whole.differences[language].items():
                ahead = systems["hybrid"][name].value - systems[other][name].value
                assert differences[name].value == pytest.approx(ahead)
                assert differences[name].low <= differences[name].value <= differences[name].high


def test_needs_are_told_with_what_came_back(whole, needs):
    assert [need.id for need in whole.needs] == [need.id for need in needs]
    for told, need in zip(whole.needs, needs, strict=True):
        assert [quote.quote for quote in told.evidence] == [quote.quote for quote in need.sought()]
        assert all(quote.held for quote in told.evidence)
        for language, asked in told.asked.items():
            assert asked.question == need.question(language)
            assert len(asked.hits) == 10
            assert {hit.passage_id for hit in asked.hits} <= set(whole.passages)
            if told.evidence:
                found = {number for hit in asked.hits for number in hit.covers}
                assert asked.figures["recall@10"] == pytest.approx(len(found) / len(told.evidence))


def test_the_worst_needs_are_the_lowest(whole):
    gains = {need.id: need.asked["en"].figures.get("ndcg@10") for need in whole.needs}
    rest = [gain for name, gain in gains.items() if gain is not None and name not in whole.worst["en"]]
    assert len(whole.worst["en"]) == 10
    assert max(gains[name] or 0.0 for name in whole.worst["en"]) <= min(rest)


def test_the_table_shows_every_figure_of_both_languages(whole, needs):
    table = console.render(whole)
    assert table.startswith(f"{len(needs)} needs of corpus.jsonl\n")
    for name in (*FIGURES, *SYSTEMS):
        assert name in table
    low, high = whole.intervals["fr"]["rr"]
    assert f"[{low:.3f}, {high:.3f}]" in table


def test_a_run_over_nothing_that_can_be_answered_has_figures_all_the_same(small_index, gold):
    got = evaluate(Engine(small_index), [need for need in read_needs(gold) if need.kind == "none"])
    assert got.directions == [] and got.kinds == {"en": {}, "fr": {}}
    assert got.systems["en"]["hybrid"]["rr"] == Estimate(0.0, 0.0, 0.0, 0)
    assert console.render(got)


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
