"""Pairing the translations of a generation in Qdrant: as in a folder, and in little memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from indexer.build import build
from indexer.documents import Distribution, DocumentRecord, DocumentType
from indexer.embedding import Embedder
from indexer.preparing import Prepared
from indexer.qdrant import pairing, records
from indexer.qdrant.address import Address
from indexer.qdrant.connection import Connection
from indexer.qdrant.finishing import building_of
from indexer.qdrant.generation import Generation
from indexer.qdrant.store import QdrantStore
from indexer.store import SourceState, open_index

PIERS = 6
BOOKS, LONG = 24, 200_000  # documents, and characters of each


def quiet(stage: str, done: int, total: int) -> None:
    """No progress is shown."""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    rows = []
    for number in range(1, PIERS + 1):
        boards, planches = (
            f" {word} ".join(f"{number}{digit}41" for digit in range(1, 10)) for word in ("boards and", "planches et")
        )
        texts = {
            "en": f"Note on pier {number}\n\nIn Halifax, Ada Marsh of Nova Scotia measured the pier: {boards}.\n",
            "fr": f"Note sur le quai {number}\n\nÀ Halifax, Ada Marsh mesure le quai: {planches}.\n",
        }
        for language, text in texts.items():
            name = f"pier-{number}-{language}.txt"
            (folder / name).write_text(text, "utf-8")
            rows.append(f'[[document]]\nfile = "{name}"\nlanguage = "{language}"\nmeeting_date = "202{number}-05-03"\n')
    (folder / "manifest.toml").write_text("\n".join(rows), "utf-8")
    return folder


@pytest.mark.parametrize("at_once", [1, 3, 1_024])
def test_pairs_are_those_of_a_folder_however_many_are_read_at_once(
    sources: Path, tmp_path: Path, embedder: Embedder, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "_AT_ONCE", at_once)
    build([sources], tmp_path / "folder", embedder)
    alone = open_index(tmp_path / "folder")
    (tmp_path / "data").mkdir()
    store = QdrantStore(f"qdrant+local://{tmp_path}/qdrant/council?grace=0", tmp_path / "data")
    store.build([sources], embedder, rebuild=False, progress=quiet)
    index = store.open(embedder)
    everything = range(len(alone.passages()))
    assert index.versions_of(everything) == alone.versions_of(everything)
    assert len(alone.versions_of(everything)) >= 2 * PIERS
    assert index.headers() == alone.headers()
    assert sum(record.translation_of is not None for record in index.headers()) == PIERS


def record(number: int) -> DocumentRecord:
    """One of many documents of the same day, every other one French; each text is long."""
    return DocumentRecord(
        id=f"book-{number}",
        source=f"book-{number}.txt",
        title=f"Book {number}",
        type=DocumentType.OTHER,
        language=("en", "fr")[number % 2],  # type: ignore[arg-type]
        distribution=Distribution.PUBLIC,
        meeting_date="2030-05-03",
        jurisdiction=None,
        format="text",
        pages=None,
        digest=str(number),
        text="word " * (LONG // 5),
    )


def test_the_texts_of_documents_are_not_held_together(tmp_path: Path, embedder: Embedder) -> None:
    connection = Connection(Address.read(f"qdrant+local://{tmp_path}/qdrant/council?grace=0"))
    name = connection.claim(embedder.dimension)
    state = SourceState(digest="", reading="", document_id="", path="", distribution=Distribution.PUBLIC)
    for prepared in (Prepared.of(record(number), (), ()) for number in range(BOOKS)):
        connection.upsert(connection.records(name), [records.document_point(prepared, state, [], {})])
    generation = Generation(connection, name, embedder, building_of(embedder))
    tracemalloc.start()
    try:
        assert not any(pairing.originals(generation).values())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < BOOKS * LONG / 4
