"""Pairing the translations of a generation in Qdrant: as in a folder, and in little memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from indexer.build import build
from indexer.embedding import Embedder
from indexer.qdrant import pairing
from indexer.qdrant.address import Address
from indexer.qdrant.connection import Connection
from indexer.qdrant.finishing import building_of
from indexer.qdrant.generation import Generation
from indexer.qdrant.store import QdrantStore
from indexer.store import open_index

PIERS = 6
LONG = 200_000  # characters of a document that pairs with nothing for its length


def quiet(stage: str, done: int, total: int) -> None:
    """No progress is shown."""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    rows = []
    for number in range(1, PIERS + 1):
        figures = " ".join(f"{number}{digit}41" for digit in range(1, 10))
        texts = {
            "en": f"Note on pier {number}\n\nIn Halifax, Ada Marsh measured the pier: {figures} boards.\n",
            "fr": f"Note sur le quai {number}\n\nÀ Halifax, Ada Marsh mesure le quai: {figures} planches.\n",
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


def test_the_texts_of_documents_are_not_held_together(tmp_path: Path, embedder: Embedder) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    rows = []
    for number in range(24):
        name, language = f"book-{number}.txt", ("en", "fr")[number % 2]
        (sources / name).write_text(f"Book {number}\n\n" + f"word{number} " * (LONG // 8) + "\n", "utf-8")
        rows.append(f'[[document]]\nfile = "{name}"\nlanguage = "{language}"\nmeeting_date = "2030-05-03"\n')
    (sources / "manifest.toml").write_text("\n".join(rows), "utf-8")
    address = f"qdrant+local://{tmp_path}/qdrant/council?grace=0"
    (tmp_path / "data").mkdir()
    QdrantStore(address, tmp_path / "data").build([sources], embedder, rebuild=False, progress=quiet)
    connection = Connection(Address.read(address))
    generation = Generation(connection, connection.serving() or "", embedder, building_of(embedder))
    tracemalloc.start()
    try:
        pairing.originals(generation)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 24 * LONG / 4
