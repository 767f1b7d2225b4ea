from __future__ import annotations

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from indexer.build import build
from indexer.data_folder import data_folder
from indexer.describe import document_id
from indexer.documents import Distribution
from indexer.errors import IndexUnusableError
from indexer.overrides import change
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


@pytest.mark.parametrize("damage", ["manifest", "generation"])
def test_a_generation_that_says_nothing_is_refused_with_the_mend_and_the_next_one_served(
    folder, letters, embedder, damage
):
    engine = Engine(folder)
    build([letters / "forets.txt"], folder, embedder)
    if damage == "manifest":
        (folder / str(current_generation(folder)) / MANIFEST).write_text("{", encoding="utf-8")
    else:
        (folder / CURRENT).write_text("g999999\n", encoding="utf-8")
    with pytest.raises(IndexUnusableError, match="--rebuild"):
        engine.index()
    build([letters], folder, embedder, rebuild=True)
    assert len(sources(engine)) == 2
    assert not engine.behind


def damaged(folder, how):
    """Damages the generation that should serve."""
    for path in (folder / str(current_generation(folder))).glob(how):
        os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("how", ["vectors.faiss", "passages.sqlite", "lexical/*/meta.json"])
def test_for_a_damaged_generation_the_one_before_goes_on_until_the_next(folder, letters, embedder, how, caplog):
    engine = Engine(folder)
    before = engine.index().generation
    new = folder.with_name("new")
    shutil.copytree(letters, new)
    (new / "third.txt").write_text("Ferries\n\nYukon plans berths for ferries.\n", encoding="utf-8")
    build([new], folder, embedder)
    damaged(folder, how)
    for _ in range(3):
        assert engine.index().generation == before
        assert engine.answer(understand(QUESTION)).passages
    assert engine.behind
    assert [record.message for record in caplog.records if "goes on" in record.message] != []
    assert len([record for record in caplog.records if "goes on" in record.message]) == 1
    with pytest.raises(IndexUnusableError):
        Engine(folder)  # nothing is open yet that could go on
    build([new], folder, embedder, rebuild=True)
    assert len(sources(engine)) == 3
    assert not engine.behind


def test_a_damaged_generation_that_is_restored_in_place_is_served(folder, letters, embedder, monkeypatch):
    engine = Engine(folder)
    build([letters / "forets.txt"], folder, embedder)
    base = folder / str(current_generation(folder))
    shutil.copytree(base, folder.with_name("kept"))
    damaged(folder, "vectors.faiss")
    engine.index()
    assert engine.behind
    shutil.copy(folder.with_name("kept") / "vectors.faiss", base)
    monkeypatch.setattr("service.serving._TRIED_AGAIN", 0.0)
    assert sources(engine) == {"forets.txt"}
    assert engine.index().generation == base.name and not engine.behind


def test_what_a_damaged_generation_takes_away_is_gone_all_the_same(folder, letters, embedder):
    engine = Engine(folder)
    build([letters / "forets.txt"], folder, embedder)
    damaged(folder, "vectors.faiss")
    assert sources(engine) == {"forets.txt"}
    assert engine.behind
    assert {hit.source for hit in engine.search(understand(QUESTION)).passages} <= {"forets.txt"}


def test_what_a_damaged_generation_keeps_for_fewer_is_kept_from_the_others(folder, letters, embedder):
    engine = Engine(folder)
    new = folder.with_name("new")
    shutil.copytree(letters, new)
    (new / "manifest.toml").write_text('[[document]]\nfile = "harbour.txt"\ndistribution = "secretariat"\n')
    build([new], folder, embedder)
    damaged(folder, "vectors.faiss")
    seen = {audience: sources(engine.seen_by(audience)) for audience in Distribution}
    assert engine.behind
    assert seen[Distribution.MEMBERS] == {"forets.txt"}
    assert seen[Distribution.SECRETARIAT] == {"forets.txt", "harbour.txt"}
    change(data_folder(folder), document_id("forets.txt"), lambda old: old.model_copy(update={"withdrawn": True}))
    assert sources(engine) == {"harbour.txt"}


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
