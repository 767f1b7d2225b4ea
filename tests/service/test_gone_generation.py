"""A reader whose generation was cleared away, or whose folder was replaced, opens what serves now."""

from __future__ import annotations

import os
import shutil

import pytest

from indexer.build import build
from indexer.errors import IndexUnusableError
from indexer.store import current_generation
from service.engine import Engine
from service.query import understand


@pytest.fixture
def folder(tmp_path, letters, embedder):
    build([letters], tmp_path / "index", embedder)
    return tmp_path / "index"


def sources(engine):
    return {document.source for document in engine.index().documents()}


def test_a_folder_replaced_by_another_of_the_same_name_is_opened_anew(folder, letters, embedder, tmp_path):
    engine = Engine(folder)
    assert len(sources(engine)) == 2
    build([letters / "forets.txt"], tmp_path / "other", embedder)
    assert current_generation(tmp_path / "other") == current_generation(folder)
    folder.rename(tmp_path / "before")
    (tmp_path / "other").rename(folder)
    assert sources(engine) == {"forets.txt"}
    assert engine.index() is engine.index()


def test_what_is_open_goes_on_where_its_files_are_gone_and_is_replaced_once_they_are_back(
    folder, monkeypatch, caplog, tmp_path
):
    engine = Engine(folder)
    before = engine.index()
    base = folder / before.generation
    base.rename(tmp_path / "aside")
    for _ in range(3):
        assert engine.search(understand("harbour berths")).passages
    assert len([record for record in caplog.records if "goes on" in record.message]) == 1
    (tmp_path / "aside").rename(base)
    monkeypatch.setattr("service.serving._TRIED_AGAIN", 0.0)
    assert engine.index().generation == before.generation
    assert engine.search(understand("harbour berths")).passages


def test_one_that_was_cut_short_in_place_is_still_refused(folder):
    engine = Engine(folder)
    path = folder / engine.index().generation / "vectors.faiss"
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(IndexUnusableError, match=r"had \d+ bytes and has"):
        engine.index()


def test_a_reader_that_starts_while_generations_are_cleared_opens_one_that_is_whole(
    folder, letters, embedder, monkeypatch
):
    monkeypatch.setattr("indexer.generations.KEPT_SECONDS", 0.0)
    monkeypatch.setenv("COUNCIL_KEEP_GENERATIONS", "0")
    seen = set()
    for turn in range(6):
        build([letters] if turn % 2 else [letters / "forets.txt"], folder, embedder)
        engine = Engine(folder)
        seen.add(engine.index().generation)
        assert len(sources(engine)) == (2 if turn % 2 else 1)
        assert [path.name for path in folder.glob("g*")] == [engine.index().generation]
    assert len(seen) == 6


def test_a_generation_cleared_under_a_reader_is_followed(folder, letters, embedder, monkeypatch):
    monkeypatch.setattr("indexer.generations.KEPT_SECONDS", 0.0)
    monkeypatch.setenv("COUNCIL_KEEP_GENERATIONS", "0")
    engine = Engine(folder)
    before = engine.index().generation
    build([letters / "forets.txt"], folder, embedder)
    assert not (folder / before).exists()
    assert sources(engine) == {"forets.txt"}
    shutil.rmtree(folder / str(current_generation(folder)))
    assert sources(engine) == {"forets.txt"}
