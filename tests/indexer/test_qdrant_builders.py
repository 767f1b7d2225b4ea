"""Several builds of one index in Qdrant at once, and builds that were killed: no generation is a mixture of two."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer import overrides
from indexer.build import BuildReport
from indexer.describe import document_id
from indexer.embedding import Embedder
from indexer.errors import CouncilError
from indexer.qdrant import build as qdrant_build
from indexer.qdrant import writing
from indexer.qdrant.address import Address
from indexer.qdrant.connection import Connection
from indexer.qdrant.store import QdrantStore
from indexer.qdrant.turns import OvertakenError
from indexer.shards import Shard

ONES, OTHERS = ("buoys", "docks", "ferries"), ("docks", "gulls", "harbours", "islands")
KILLED = """
import os, signal, sys
from pathlib import Path
from indexer import embedding
from indexer.qdrant import writing
from indexer.qdrant.store import QdrantStore
from indexer.shards import Shard

class Mortal:
    def __init__(self, embedder, left):
        self.id, self.dimension, self.encode_queries = embedder.id, embedder.dimension, embedder.encode_queries
        self.embedder, self.left = embedder, left
    def encode_documents(self, texts):
        self.left -= len(texts)
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.embedder.encode_documents(texts)

writing._AT_ONCE = 1
address, data, sources, shard = sys.argv[1:5]
store, mortal = QdrantStore(address, Path(data)), Mortal(embedding.load(), 2)
quiet = lambda stage, done, total: None
if shard:
    store.build_part([Path(sources)], Shard.read(shard), mortal, rebuild=False, progress=quiet)
else:
    store.build([Path(sources)], mortal, rebuild=False, progress=quiet)
"""


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"qdrant+local://{tmp_path}/qdrant/council?grace=0"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def stored(address: str, data: Path) -> QdrantStore:
    return QdrantStore(address, data)


@pytest.fixture
def connection(address: str) -> Connection:
    return Connection(Address.read(address))


@pytest.fixture
def ones(tmp_path: Path) -> Path:
    return write(tmp_path / "ones", ONES, "one")


@pytest.fixture
def others(tmp_path: Path) -> Path:
    return write(tmp_path / "others", OTHERS, "other")


def write(folder: Path, names: tuple[str, ...], whose: str) -> Path:
    """Sources; those of the same name say something else in each folder."""
    folder.mkdir()
    for name in names:
        (folder / f"{name}.txt").write_text(f"On {name}\n\nThe {name} of Yukon are the {whose}s.\n", "utf-8")
    return folder


def quiet(stage: str, done: int, total: int) -> None:
    """No progress is shown."""


def build(store: QdrantStore, sources: Path, embedder: object, *, wait: bool = False) -> BuildReport:
    return store.build([sources], embedder, rebuild=False, progress=quiet, wait=wait)  # type: ignore[arg-type]


def part(store: QdrantStore, sources: Path, shard: str, embedder: object) -> BuildReport:
    return store.build_part([sources], Shard.read(shard), embedder, rebuild=False, progress=quiet)  # type: ignore[arg-type]


def held(store: QdrantStore, embedder: Embedder) -> set[str]:
    """What the passages say that serve."""
    index = store.open(embedder)
    texts = {passage.text.splitlines()[-1] for passage in index.passages()}
    assert {document.text.strip().splitlines()[-1] for document in index.documents()} == texts
    return texts


def said(names: tuple[str, ...], whose: str) -> set[str]:
    return {f"The {name} of Yukon are the {whose}s." for name in names}


class Meanwhile:
    """An embedder at whose first call something else happens."""

    def __init__(self, embedder: Embedder, do: Callable[[], object]) -> None:
        self.id, self.dimension, self._embedder = embedder.id, embedder.dimension, embedder
        self.encode_queries = embedder.encode_queries
        self._do: Callable[[], object] | None = do

    def encode_documents(self, texts: list[str]) -> np.ndarray:
        do, self._do = self._do, None
        if do is not None:
            do()
        return self._embedder.encode_documents(texts)


def test_of_two_builds_the_one_that_switches_first_serves_and_the_other_is_refused(
    stored: QdrantStore, connection: Connection, ones: Path, others: Path, embedder: Embedder
) -> None:
    meanwhile = Meanwhile(embedder, lambda: build(stored, others, embedder))
    with pytest.raises(OvertakenError, match="another build switched to generation g000002 since this one began"):
        build(stored, ones, meanwhile)
    assert held(stored, embedder) == said(OTHERS, "other")
    assert connection.generations() == ["g000002"] == [connection.serving()]
    assert build(stored, ones, embedder).generation == "g000003"
    assert held(stored, embedder) == said(ONES, "one")


def test_a_build_that_comes_too_late_removes_what_it_wrote(
    stored: QdrantStore, connection: Connection, ones: Path, others: Path, embedder: Embedder
) -> None:
    began = False

    def at_its_first_look(stage: str, done: int, total: int) -> None:
        nonlocal began
        if not began:
            began = True
            build(stored, others, embedder)

    with pytest.raises(OvertakenError):
        stored.build([ones], embedder, rebuild=False, progress=at_its_first_look)
    assert held(stored, embedder) == said(OTHERS, "other")
    assert connection.generations() == ["g000001"] == [connection.serving()]


def test_one_that_waits_builds_after_the_other(
    stored: QdrantStore, ones: Path, others: Path, embedder: Embedder
) -> None:
    build(stored, ones, Meanwhile(embedder, lambda: build(stored, others, embedder)), wait=True)
    assert held(stored, embedder) == said(ONES, "one")


def test_an_update_follows_the_build_that_came_before_it(
    stored: QdrantStore, ones: Path, others: Path, embedder: Embedder, data: Path
) -> None:
    build(stored, ones, embedder)
    (data / "documents").mkdir()
    (data / "documents" / "keels.txt").write_text("On keels\n\nThe keels of Yukon are uploads.\n", "utf-8")
    overrides.change(data, document_id("gulls.txt"), lambda old: old.model_copy(update={"withdrawn": True}))
    stored.update(Meanwhile(embedder, lambda: build(stored, others, embedder)), progress=quiet)  # type: ignore[arg-type]
    of_others = said(tuple(name for name in OTHERS if name != "gulls"), "other")
    assert held(stored, embedder) == of_others | {"The keels of Yukon are uploads."}


def test_builds_in_two_threads_leave_what_one_of_them_made(
    address: str, data: Path, connection: Connection, ones: Path, others: Path, embedder: Embedder
) -> None:
    outcomes: list[BuildReport | CouncilError] = []
    gate = threading.Barrier(2)

    def run(sources: Path) -> None:
        gate.wait()
        try:
            outcomes.append(build(QdrantStore(address, data), sources, embedder))
        except OvertakenError as error:
            outcomes.append(error)

    for _ in range(3):
        outcomes.clear()
        threads = [threading.Thread(target=run, args=(sources,)) for sources in (ones, others)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(outcomes) == 2 and any(isinstance(outcome, BuildReport) for outcome in outcomes)
        found = held(QdrantStore(address, data), embedder)
        assert found in (said(ONES, "one"), said(OTHERS, "other"))
        assert connection.serving() in connection.generations()


def test_of_two_that_write_the_same_part_the_later_goes_on(
    stored: QdrantStore, ones: Path, others: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_AT_ONCE", 1)
    meanwhile = Meanwhile(embedder, lambda: part(stored, others, "1/1", embedder))
    with pytest.raises(OvertakenError, match="another process began to write the same part"):
        part(stored, ones, "1/1", meanwhile)
    assert stored.finish(embedder).documents == len(OTHERS)
    assert held(stored, embedder) == said(OTHERS, "other")


def test_a_part_that_is_begun_again_stops_the_last_step(
    stored: QdrantStore, connection: Connection, ones: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    part(stored, ones, "1/1", embedder)
    settle = Connection.settle

    def and_meanwhile(self: Connection, generation: str) -> None:
        part(stored, ones, "1/1", embedder)
        settle(self, generation)

    monkeypatch.setattr(Connection, "settle", and_meanwhile)
    with pytest.raises(OvertakenError, match="or to finish it"):
        stored.finish(embedder)
    assert connection.serving() is None
    monkeypatch.undo()
    stored.finish(embedder)
    assert held(stored, embedder) == said(ONES, "one")


def test_the_last_step_stops_a_part_that_is_under_way(stored: QdrantStore, ones: Path, embedder: Embedder) -> None:
    part(stored, ones, "1/2", embedder)
    part(stored, ones, "2/2", embedder)

    def finish() -> None:
        with pytest.raises(CouncilError, match="is not written"):
            stored.finish(embedder)

    meanwhile = Meanwhile(embedder, finish)
    for path in ones.glob("*.txt"):
        path.write_text(path.read_text("utf-8").replace("ones", "news"), "utf-8")
    with pytest.raises(OvertakenError):
        part(stored, ones, "1/2" if any(p.name in Shard(1, 2) for p in ones.iterdir()) else "2/2", meanwhile)
    assert stored.current() is None


def test_parts_of_a_generation_that_another_build_came_before_are_not_finished(
    stored: QdrantStore, connection: Connection, ones: Path, others: Path, embedder: Embedder
) -> None:
    for number in (1, 2):
        part(stored, ones, f"{number}/2", embedder)
    build(stored, others, embedder)
    assert connection.generations() == ["g000002"]
    with pytest.raises(CouncilError, match="another build switched since they were written"):
        stored.finish(embedder)
    meanwhile = Meanwhile(embedder, lambda: build(stored, others / "docks.txt", embedder))
    with pytest.raises(OvertakenError, match="another build switched"):
        part(stored, ones, "1/1", meanwhile)
    assert held(stored, embedder) == said(("docks",), "other")


@pytest.mark.parametrize("shard", ["", "1/2"])
def test_what_a_killed_build_had_written_is_not_embedded_again(
    stored: QdrantStore,
    address: str,
    data: Path,
    tmp_path: Path,
    embedder: Embedder,
    shard: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = tuple(name for name in (f"pier{number}" for number in range(40)) if f"{name}.txt" in Shard(1, 2))[:6]
    sources = write(tmp_path / "sources", names, "one")
    elsewhere = address.replace("/qdrant/", "/qdrant-killed/")  # a folder is one process's at a time
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, elsewhere, str(data), str(sources), shard],
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
    )
    assert killed.returncode == -9, killed.stderr
    store = QdrantStore(elsewhere, data)
    left = Connection(Address.read(elsewhere))
    (generation,) = left.generations()
    assert left.serving() is None and left.count(left.passages(generation)) == 2
    if shard:
        report = part(store, sources, shard, embedder)
        assert report.documents == len(names)
        part(store, sources, "2/2", embedder)
        store.finish(embedder)
    else:
        report = build(store, sources, embedder)
    assert (report.read, report.embedded) == (len(names) - 2, len(names) - 2)
    assert held(store, embedder) == said(names, "one")
    monkeypatch.setattr(qdrant_build, "_READ", 1)
    assert not build(store, sources, embedder).changed
