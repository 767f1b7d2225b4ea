"""The questions to begin with: taken from the index at hand, and answered by it."""

from __future__ import annotations

import pytest

from indexer import embedding
from indexer.build import build
from indexer.documents import Distribution
from service.engine import Engine
from service.query import understand
from service.web.example_questions import examples, is_empty

LANGUAGES = ("en", "fr")


@pytest.fixture(scope="module")
def engine(corpus_index):
    return Engine(corpus_index)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """An engine over one public document and one for members."""
    sources, folder = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("index")
    for name in ("open", "closed"):
        (sources / f"{name}.txt").write_text(f"Quays\n\nNova Scotia paints its {name} quays each year.\n", "utf-8")
    (sources / "manifest.toml").write_text(
        '[[document]]\nfile = "open.txt"\ndistribution = "members"\n\n'
        '[[document]]\nfile = "closed.txt"\ndistribution = "secretariat"\n',
        "utf-8",
    )
    assert not build([sources], folder, embedding.load()).failures
    return Engine(folder)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_is_answered_from_this_index(engine, language):
    shown = examples(engine.index(), engine.embedder, language)
    answers = [engine.answer(understand(question, language=language)) for question in shown]
    assert all(answer.answered for answer in answers)
    assert {answer.kind for answer in answers} == {"list", "decision", "precedent"}
    assert len(set(shown)) == len(shown) >= 4


def test_the_examples_of_one_index_are_not_those_of_another(engine, small):
    assert not set(examples(engine.index(), engine.embedder, "en")) & set(examples(small.index(), small.embedder, "en"))


def test_they_are_composed_once_for_each_audience(engine):
    everything = examples(engine.index(), engine.embedder, "en")
    assert examples(engine.index(), engine.embedder, "en") is everything
    public = engine.seen_by(Distribution.PUBLIC)
    assert examples(public.index(), public.embedder, "en") is not everything


@pytest.mark.parametrize("audience", Distribution)
def test_an_audience_that_sees_nothing_has_none(small, audience):
    index = small.seen_by(audience).index()
    assert is_empty(index) is (audience is Distribution.PUBLIC)
    if is_empty(index):
        assert examples(index, small.embedder, "en") == ()
