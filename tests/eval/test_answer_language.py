from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eval import answer_language
from eval.answer_language import ALL, OWN, PARTS, measure
from eval.needs import read_needs
from indexer.filters import Filters
from service.engine import Engine

GOLD = Path(__file__).resolve().parents[2] / "eval/gold"


@pytest.fixture(scope="module")
def engine(corpus_index):
    return Engine(corpus_index)


class Narrower(Engine):
    """A service that looks into one language's documents alone where the answer is to be in French."""

    def answer(self, query):
        if query.language == "fr":
            query = replace(query, filters=Filters(jurisdictions=("BC",)))
        return super().answer(query)


@pytest.mark.parametrize("asked_in", ["en", "fr"])
def test_the_language_of_an_answer_changes_nothing_of_what_it_says(engine, asked_in):
    needs = [
        need for file in ("lists", "precedents", "facts", "decisions") for need in read_needs(GOLD / f"{file}.jsonl")
    ]
    found = measure(engine, needs, asked_in)
    assert found.differing == {}
    assert {part: found.shares[part] for part in (*PARTS, ALL)} == dict.fromkeys((*PARTS, ALL), 1.0)
    assert 0.95 < found.shares[OWN] <= 1.0


def test_a_service_that_answers_otherwise_is_told(corpus_index):
    needs = read_needs(GOLD / "lists.jsonl")[:8]
    found = measure(Narrower(corpus_index), needs, "en")
    assert found.shares[ALL] < 0.5
    assert found.shares["whom"] < 0.5
    assert set(found.differing) <= {need.id for need in needs}
    assert all(set(parts) <= set(PARTS) for parts in found.differing.values())


def test_the_figures_are_printed_and_a_share_too_small_fails(corpus_index, capsys, monkeypatch):
    arguments = [
        "--gold",
        str(GOLD / "precedents.jsonl"),
        "--index",
        str(corpus_index),
        "--split",
        "tune",
        "--differing",
    ]
    assert answer_language.main([*arguments, "--least", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["asked", "en", "fr"]
    assert lines[0].split()[2:] == ["needs", *PARTS, ALL, OWN]
    monkeypatch.setattr(answer_language, "Engine", Narrower)
    assert answer_language.main([*arguments, "--least", "1"]) == 1
    assert any(line.startswith("  ") for line in capsys.readouterr().out.splitlines())


def test_an_index_that_is_not_there_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        answer_language.main(["--gold", str(GOLD), "--index", str(tmp_path / "absent")])
    assert stopped.value.code == 2
    assert "absent" in capsys.readouterr().err
