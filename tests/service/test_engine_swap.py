from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from indexer.build import build
from indexer.errors import IndexUnusableError
from indexer.store import CURRENT, MANIFEST, current_generation
from service.engine import Engine
from service.query import understand

QUESTION = "online booking of harbour berths"


@pytest.fixture
def folder(tmp_path, letters, embedder):
    build([letters], tmp_path / "index", embedder)
    return tmp_path / "index"


def sources(engine):
    return {document.source for document in engine.index().documents()}


def test_a_new_generation_is_noticed(folder, letters, embedder):
    engine = Engine(folder)
    before = engine.index()
    assert engine.index() is before
    assert engine.answer(understand(QUESTION)).passages
    build([letters / "forets.txt"], folder, embedder)
    assert engine.index().generation != before.generation
    assert sources(engine) == {"forets.txt"}
    assert {hit.source for hit in engine.search(understand(QUESTION)).passages} == {"forets.txt"}


def test_a_request_under_way_ends_on_the_generation_it_began_with(folder, letters, embedder):
    index = Engine(folder).index()
    build([letters / "forets.txt"], folder, embedder)
    assert {document.source for document in index.documents()} == {"forets.txt", "harbour.txt"}


def test_a_build_that_changes_nothing_keeps_the_index_open(folder, letters, embedder):
    engine = Engine(folder)
    before = engine.index()
    assert not build([letters], folder, embedder).changed
    assert engine.index() is before


def test_a_folder_that_vanishes_and_comes_back(folder, letters, embedder):
    engine = Engine(folder)
    shutil.rmtree(folder)
    with pytest.raises(IndexUnusableError, match="council index"):
        engine.index()
    build([letters], folder, embedder)
    assert sources(engine) == {"forets.txt", "harbour.txt"}


@pytest.mark.parametrize("damage", ["manifest", "vectors.faiss", "passages.sqlite", "generation"])
def test_a_damaged_generation_is_refused_with_the_mend_and_the_next_one_served(folder, letters, embedder, damage):
    engine = Engine(folder)
    build([letters / "forets.txt"], folder, embedder)
    base = folder / str(current_generation(folder))
    if damage == "manifest":
        (base / MANIFEST).write_text("{", encoding="utf-8")
    elif damage == "generation":
        (folder / CURRENT).write_text("g999999\n", encoding="utf-8")
    else:
        (base / damage).unlink()
    with pytest.raises(IndexUnusableError, match="--rebuild"):
        engine.index()
    build([letters], folder, embedder, rebuild=True)
    assert len(sources(engine)) == 2


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_folder_whose_current_file_says_nothing_is_refused(folder, content):
    engine = Engine(folder)
    (folder / CURRENT).write_bytes(content)
    with pytest.raises(IndexUnusableError, match="index"):
        engine.index()


def test_another_model_is_refused_with_the_mend(folder, embedder, monkeypatch):
    class Other:
        id = "another-model:0000"
        dimension = embedder.dimension

    monkeypatch.setattr("indexer.embedding.load", lambda model=None: Other())
    with pytest.raises(IndexUnusableError, match=r"another-model:0000.*--rebuild"):
        Engine(folder)


def test_questions_never_fail_while_generations_change(folder, letters, embedder):
    engine = Engine(folder)
    ended = threading.Event()
    both = {frozenset({"forets.txt"}), frozenset({"forets.txt", "harbour.txt"})}

    def ask() -> int:
        asked = 0
        while not ended.is_set() or not asked:
            answer = engine.answer(understand(QUESTION))
            assert frozenset(hit.source for hit in answer.passages) in both
            search = engine.search(understand(QUESTION))
            assert frozenset(hit.source for hit in search.passages) in both
            asked += 1
        return asked

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        try:
            for turn in range(8):
                build([letters / "forets.txt"] if turn % 2 else [letters], folder, embedder, rebuild=True)
        finally:
            ended.set()
        assert all(future.result(timeout=30) > 0 for future in asking)
    assert engine.index().generation == current_generation(folder)
