"""Making files ready in processes of their own: the same index, whoever reads; none of them is left behind."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from indexer import checksums, embedding, preparing_pool, store
from indexer.build import build
from indexer.embedding import Embedder
from indexer.errors import CouncilError
from indexer.preparing import Job, Reply, opened
from indexer.preparing_pool import Preparers, processes
from indexer.store import open_index

SAID = "The counter number {n} opened in {place}. It serves {n} people a day.\n\nNext year it will close on Mondays."
PLACES = ("Yukon", "Manitoba", "Ontario", "Québec", "Nunavut", "Alberta")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    for number, place in enumerate(PLACES):
        (folder / f"{number}.txt").write_text(SAID.format(n=number + 10, place=place), encoding="utf-8")
    (folder / "empty.txt").write_text("", encoding="utf-8")
    return folder


@pytest.fixture
def others_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing_pool, "FEWEST", 2)
    monkeypatch.setattr(preparing_pool, "processes", lambda: 2)


def jobs(sources: Path) -> list[Job]:
    return [Job(path, path.name, "digest", None, None, {}) for path in sorted(sources.iterdir())]


def contents(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    index = open_index(folder)
    with sqlite3.connect(folder / index.generation / store.DATABASE) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall()
            for table in ("documents", "passages", "items", "versions", "translations")
        }


def test_the_index_is_the_same_whoever_reads(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others_read: None
) -> None:
    embedder = embedding.load()
    together = build([sources], tmp_path / "together", embedder)
    monkeypatch.setattr(preparing_pool, "processes", lambda: 1)
    alone = build([sources], tmp_path / "alone", embedder)
    assert together == alone
    assert [failure.path.name for failure in together.failures] == ["empty.txt"]
    assert contents(tmp_path / "together") == contents(tmp_path / "alone")
    bases = [folder / together.generation for folder in (tmp_path / "together", tmp_path / "alone")]
    files = [sorted(path.relative_to(base) for path in base.rglob("*") if path.is_file()) for base in bases]
    ours = [[path for path in of if path.parts[0] != store.LEXICAL] for of in files]
    assert ours[0] == ours[1]
    for path in ours[0]:
        if path.name not in (store.MANIFEST, store.DATABASE, "vocabulary.sqlite", checksums.CHECKSUMS):
            assert (bases[0] / path).read_bytes() == (bases[1] / path).read_bytes(), path
    words = [open_index(folder).statements.vocabulary() for folder in (tmp_path / "together", tmp_path / "alone")]
    assert words[0] == words[1]
    found = [open_index(folder).lexical.holding("counter", 10).tolist() for folder in (base.parent for base in bases)]
    assert found[0] == found[1] != []


def test_another_model_is_asked_by_this_process(sources: Path, tmp_path: Path, others_read: None) -> None:
    class Other:
        id = "other"
        dimension = embedding.load().dimension

        def __init__(self) -> None:
            self.texts: list[str] = []

        def encode_documents(self, texts: list[str]) -> np.ndarray:
            self.texts += texts
            return embedding.load().encode_documents(texts)

        encode_queries = encode_documents

    other: Embedder = Other()  # type: ignore[assignment]
    report = build([sources], tmp_path / "index", other)
    assert report.embedded == report.passages == len(PLACES)
    assert any("Nunavut" in text for text in other.texts)  # type: ignore[attr-defined]


def test_each_job_has_its_reply(sources: Path, others_read: None) -> None:
    asked = jobs(sources)
    with Preparers(embedding.load()) as preparers:
        found = dict(preparers.all(asked))
        workers = [worker._process for worker in preparers._workers]
    assert sorted(found) == list(range(len(asked)))
    for place, outcome in found.items():
        if asked[place].source == "empty.txt":
            assert "holds no text" in str(outcome) or "empty" in str(outcome)
            continue
        assert isinstance(outcome, Reply)
        ready = opened(outcome.ready, outcome.text, outcome.meaning)
        assert ready.record.source == asked[place].source and ready.record.text
        assert ready.meaning is not None and len(ready.meaning.vectors) == outcome.count == len(ready.passages)
        assert ready.meaning.analysis.vectors is not None
    assert len(workers) == 2 and all(worker.returncode is not None for worker in workers)


def test_a_process_that_dies_is_told_and_the_old_index_serves(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others_read: None
) -> None:
    folder = tmp_path / "index"
    first = build([sources], folder, embedding.load())
    real = Preparers.start

    def start(preparers: Preparers, count: int) -> None:
        real(preparers, count)
        os.kill(preparers._workers[0]._process.pid, signal.SIGKILL)

    monkeypatch.setattr(Preparers, "start", start)
    with pytest.raises(CouncilError, match="makes documents ready ended"):
        build([sources], folder, embedding.load(), rebuild=True)
    assert open_index(folder).generation == first.generation
    assert not [path for path in folder.iterdir() if path.name.startswith((".building-", ".spool-"))]


def test_no_more_processes_than_cores() -> None:
    assert 1 <= processes() <= len(os.sched_getaffinity(0))
