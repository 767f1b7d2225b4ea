"""An index in Qdrant: what is written, by how many, in what order, and what an interruption leaves."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qdrant_client import models

from indexer import preparing_pool, replicas
from indexer.build import BuildReport
from indexer.documents import Distribution
from indexer.embedding import Embedder
from indexer.errors import CouncilError, IndexUnusableError, SettingError
from indexer.qdrant import build as qdrant_build
from indexer.qdrant import writing
from indexer.qdrant.address import Address
from indexer.qdrant.connection import Connection
from indexer.qdrant.points import DENSE, Terms, point_id, saturated
from indexer.qdrant.scope import Scope
from indexer.qdrant.store import QdrantStore
from indexer.shards import Shard

PUBLIC, MEMBERS, SECRETARIAT = Distribution
NAMES = ("buoys", "docks", "ferries", "gulls", "harbours", "islands")


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"qdrant+local://{tmp_path}/qdrant/council?grace=0"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.txt").write_text(f"On {name}\n\nThe {name} of Yukon were counted in May 2030.\n", "utf-8")
    return folder


@pytest.fixture
def stored(address: str, data: Path) -> QdrantStore:
    return QdrantStore(address, data)


@pytest.fixture
def connection(address: str) -> Connection:
    return Connection(Address.read(address))


def quiet(stage: str, done: int, total: int) -> None:
    """No progress is shown."""


def whole(store: QdrantStore, sources: Path, embedder: Embedder, *, rebuild: bool = False) -> BuildReport:
    return store.build([sources], embedder, rebuild=rebuild, progress=quiet)


def part(store: QdrantStore, sources: Path, shard: str, embedder: Embedder, *, rebuild: bool = False) -> BuildReport:
    return store.build_part([sources], Shard.read(shard), embedder, rebuild=rebuild, progress=quiet)


class Interrupted:
    """An embedder that dies after so many texts, as a machine does."""

    def __init__(self, embedder: Embedder, after: int) -> None:
        self.id, self.dimension, self._embedder, self._left = embedder.id, embedder.dimension, embedder, after
        self.encode_queries = embedder.encode_queries

    def encode_documents(self, texts: list[str]) -> np.ndarray:
        self._left -= len(texts)
        if self._left < 0:
            raise KeyboardInterrupt
        return self._embedder.encode_documents(texts)


def test_a_build_that_was_interrupted_goes_on(
    stored: QdrantStore,
    connection: Connection,
    sources: Path,
    embedder: Embedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writing, "_AT_ONCE", 1)  # so that each document is written by itself
    with pytest.raises(KeyboardInterrupt):
        whole(stored, sources, Interrupted(embedder, 3))  # type: ignore[arg-type]
    assert connection.serving() is None and connection.generations() == ["g000001"]
    assert connection.count(connection.passages("g000001")) == 3
    (sources / "buoys.txt").unlink()  # written already, and gone before the build goes on
    report = whole(stored, sources, embedder)
    assert (report.read, report.embedded, report.documents) == (3, 3, 5)
    index = stored.open(embedder)
    assert [record.source for record in index.documents()] == [f"{name}.txt" for name in NAMES[1:]]
    # In collections of its own: the one that seemed to be interrupted may yet write.
    assert connection.generations() == ["g000002"] == [connection.serving()]
    assert connection.count(connection.passages("g000002")) == len(index.passages()) == 5


def test_documents_read_by_several_processes_some_at_a_time_make_the_same_index(
    stored: QdrantStore,
    sources: Path,
    embedder: Embedder,
    tmp_path: Path,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone = QdrantStore(f"qdrant+local://{tmp_path}/alone/council?grace=0", data)
    whole(alone, sources, embedder)
    monkeypatch.setattr(preparing_pool, "FEWEST", 2)
    monkeypatch.setattr(preparing_pool, "processes", lambda: 2)
    monkeypatch.setattr(qdrant_build, "_READ", 4)
    told: list[tuple[int, int]] = []
    report = stored.build(
        [sources],
        embedder,
        rebuild=False,
        progress=lambda stage, done, total: told.append((done, total)) if stage == "read" else None,
    )
    assert (report.read, report.embedded, report.documents) == (len(NAMES),) * 3
    assert told == sorted(told) and told[-1] == (len(NAMES), len(NAMES))
    one, other = stored.open(embedder), alone.open(embedder)
    assert one.documents() == other.documents() and one.passages() == other.passages()
    assert one.vocabulary == other.vocabulary and one.manifest.sources == other.manifest.sources
    everything = np.arange(len(NAMES))
    assert np.array_equal(one.vectors.vectors(everything), other.vectors.vectors(everything))
    (sources / "docks.txt").write_text("On docks\n\nThe docks of Yukon were painted.\n", "utf-8")
    (sources / "gulls.txt").write_bytes(b"\0")  # cannot be read: the version written before is kept
    report = whole(stored, sources, embedder)
    assert (report.read, report.embedded, report.documents) == (1, 1, len(NAMES))
    assert [failure.kept for failure in report.failures] == [True]


def test_a_replica_writes_nothing(stored: QdrantStore, sources: Path, embedder: Embedder, data: Path) -> None:
    replicas.save(data, replicas.Replica(source="/srv/elsewhere", source_data="/srv/elsewhere-data"))
    for write in (
        lambda: whole(stored, sources, embedder),
        lambda: part(stored, sources, "1/2", embedder),
        lambda: stored.update(embedder, progress=quiet),
        lambda: stored.finish(embedder),
    ):
        with pytest.raises(replicas.ReplicaError, match="make the change there"):
            write()
    assert stored.current() is None


def test_what_an_interruption_left_without_its_document_is_taken_out(
    stored: QdrantStore, connection: Connection, sources: Path, embedder: Embedder
) -> None:
    vector = {DENSE: [0.0] * embedder.dimension}
    stray = models.PointStruct(id=point_id("stray"), vector=vector, payload={"document_id": "gone", "rank": 0})
    part(stored, sources, "1/1", embedder)
    connection.upsert(connection.passages("g000001p1"), [stray])
    stored.finish(embedder)
    assert connection.count(connection.passages("g000001p1")) == len(NAMES)


def test_parts_make_the_index_that_one_build_makes(
    stored: QdrantStore, sources: Path, embedder: Embedder, tmp_path: Path, data: Path
) -> None:
    reports = [part(stored, sources, f"{number}/3", embedder) for number in (2, 3)]
    assert stored.current() is None
    with pytest.raises(CouncilError, match="the part 1/3 is not written"):
        stored.finish(embedder)
    reports.append(part(stored, sources, "1/3", embedder))
    assert sum(report.documents for report in reports) == sum(report.passages for report in reports) == len(NAMES)
    finished = stored.finish(embedder)
    assert (finished.documents, finished.read, finished.embedded) == (len(NAMES),) * 3
    alone = QdrantStore(f"qdrant+local://{tmp_path}/alone/council?grace=0", data)
    whole(alone, sources, embedder)
    one, other = stored.open(embedder), alone.open(embedder)
    assert one.passages() == other.passages() and one.vocabulary == other.vocabulary
    assert one.manifest.sources == other.manifest.sources


def test_parts_follow_changes_and_removals(stored: QdrantStore, sources: Path, embedder: Embedder) -> None:
    whole(stored, sources, embedder)
    (sources / "gulls.txt").unlink()
    (sources / "docks.txt").write_text("On docks\n\nThe docks of Yukon were painted.\n", "utf-8")
    reports = [part(stored, sources, f"{number}/2", embedder) for number in (1, 2)]
    assert sum(report.read for report in reports) == sum(report.embedded for report in reports) == 1
    assert stored.finish(embedder).removed == ("gulls.txt",)
    index = stored.open(embedder)
    assert index.generation == "g000002p2" and len(index.documents()) == len(NAMES) - 1
    assert "painted" in index.vocabulary and "gulls" not in index.vocabulary


def test_parts_of_another_number_begin_anew(stored: QdrantStore, sources: Path, embedder: Embedder) -> None:
    part(stored, sources, "1/2", embedder)
    part(stored, sources, "2/3", embedder)
    with pytest.raises(CouncilError, match="the part 1/3, 3/3 is not written"):
        stored.finish(embedder)
    for number in (1, 3):
        part(stored, sources, f"{number}/3", embedder)
    assert stored.finish(embedder).documents == len(stored.open(embedder).passages()) == len(NAMES)


def test_a_part_that_is_written_again_is_not_whole_until_it_ends(
    stored: QdrantStore, sources: Path, embedder: Embedder
) -> None:
    part(stored, sources, "1/2", embedder)
    part(stored, sources, "2/2", embedder)
    for number in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            part(stored, sources, f"{number}/2", Interrupted(embedder, 0), rebuild=True)  # type: ignore[arg-type]
    with pytest.raises(CouncilError, match="no part is written to its end"):
        stored.finish(embedder)


def test_nothing_waits_to_be_finished(stored: QdrantStore, sources: Path, embedder: Embedder) -> None:
    with pytest.raises(CouncilError, match="no part of a generation waits"):
        stored.finish(embedder)
    whole(stored, sources, embedder)
    with pytest.raises(CouncilError, match="no part of a generation waits"):
        stored.finish(embedder)


def test_the_switch_is_one_step_and_the_old_generation_goes(
    stored: QdrantStore, connection: Connection, sources: Path, embedder: Embedder
) -> None:
    whole(stored, sources, embedder)
    before = stored.open(embedder)
    (sources / "docks.txt").unlink()
    part(stored, sources, "1/1", embedder)
    assert connection.serving() == "g000001" and connection.generations() == ["g000001", "g000002p1"]
    assert len(before.passages()) == len(stored.open(embedder).passages()) == len(NAMES)
    stored.finish(embedder)
    assert connection.serving() == "g000002p1" and connection.generations() == ["g000002p1"]
    with pytest.raises(IndexUnusableError, match="Qdrant could not"):
        before.documents()
    assert len(stored.open(embedder).documents()) == len(NAMES) - 1


def test_a_rebuild_reads_everything_and_an_update_copies(
    stored: QdrantStore, sources: Path, embedder: Embedder
) -> None:
    whole(stored, sources, embedder)
    report = whole(stored, sources, embedder, rebuild=True)
    assert (report.generation, report.read, report.embedded) == ("g000002", len(NAMES), len(NAMES))
    (sources / "docks.txt").write_text("On docks\n\nThe docks of Yukon were painted.\n", "utf-8")
    report = whole(stored, sources, embedder)
    assert (report.generation, report.read, report.embedded) == ("g000003", 1, 1)


def test_every_call_carries_what_may_be_seen(
    stored: QdrantStore, connection: Connection, sources: Path, embedder: Embedder
) -> None:
    """Below the index, that asks for nothing hidden: Qdrant itself does not give it, whatever is asked for."""
    (sources / "manifest.toml").write_text(
        "".join(
            f'[[document]]\nfile = "{name}.txt"\ndistribution = "{audience}"\n'
            for name, audience in zip(NAMES, (PUBLIC, MEMBERS, SECRETARIAT) * 2, strict=True)
        ),
        encoding="utf-8",
    )
    whole(stored, sources, embedder)
    index = stored.open(embedder)
    collection = connection.passages("g000001")
    ids = [point_id(passage.id) for passage in index.passages()]
    vector = embedder.encode_queries(["islands of Yukon"])[0].astype(np.float32)
    rank = {record.id: record.distribution.rank for record in index.headers()}
    for audience in Distribution:
        seen = {point_id(p.id) for p in index.passages() if rank[p.document_id] <= audience.rank}
        scope = Scope(audience)
        assert {one.id for one in connection.by_ids(collection, scope, ids)} == seen
        assert set(connection.nearest(collection, scope, vector, DENSE, limit=50)[0].tolist()) == seen
        records = connection.seen(connection.records("g000001"), scope)
        assert all(rank[(one.payload or {})["document_id"]] <= audience.rank for one in records)
    (gone,) = [record.id for record in index.headers() if record.source == "buoys.txt"]
    hidden = Scope(SECRETARIAT, frozenset([gone]))
    assert len(list(connection.by_ids(collection, hidden, ids))) == len(ids) - 1
    assert len(connection.nearest(collection, hidden, vector, DENSE, limit=50)[0]) == len(ids) - 1


def test_stored_weights_are_the_same_whoever_else_is_there() -> None:
    """What a passage's point says of its tokens depends on nothing but the passage."""
    assert Terms.of(["en:a", "en:a", "en:b"]).vector() == Terms.of(["en:a", "en:a", "en:b"]).vector()


@given(st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=400))
def test_counts_come_back_from_stored_weights(tokens: list[str]) -> None:
    terms = Terms.of(tokens)
    vector = terms.vector()
    rounded = np.array(vector.values, np.float32)  # as a server keeps them
    vector.values = rounded.tolist()
    back = Terms.stored(vector, terms.length)
    assert back.numbers.tolist() == terms.numbers.tolist() and back.counts.tolist() == terms.counts.tolist()


def test_a_word_said_often_weighs_more_and_in_a_long_passage_less() -> None:
    weights = saturated(np.array([1.0, 2.0, 2.0]), np.array([50.0, 50.0, 500.0]), 100.0)
    assert weights[2] < weights[0] < weights[1]


@given(st.integers(1, 9), st.text(max_size=40))
def test_each_source_is_in_one_part(of: int, name: str) -> None:
    assert sum(name in Shard(number, of) for number in range(1, of + 1)) == 1


@pytest.mark.parametrize("text", ["0/2", "3/2", "1/0", "1", "a/b", "-1/2", "1/2/3", ""])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match="--shard"):
        Shard.read(text)


def test_an_address_is_read() -> None:
    read = Address.read("qdrant://nodes.example:7000/council?shards=6&replicas=2&consistency=2&https=true&grpc=6334")
    assert (read.host, read.port, read.collection, read.folder) == ("nodes.example", 7000, "council", None)
    options = read.options
    assert (options.shards, options.replicas, options.consistency, options.https, options.grpc) == (6, 2, 2, True, 6334)
    assert Address.read("qdrant://localhost/council").port == 6333
    assert Address.read("qdrant+local:///tmp/a%20b/council").folder == Path("/tmp/a b")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("http://localhost/council", "is not an address of Qdrant"),
        ("qdrant://localhost", "names no collection"),
        ("qdrant://localhost/a.b", "names no collection"),
        ("qdrant:///council", "names no server"),
        ("qdrant://localhost/one/two", "names no server"),
        ("qdrant+local://host/council", "names no folder"),
        ("qdrant://user:secret@localhost/council", "does not belong in the address"),
        ("qdrant://localhost:99999/council", "is no address"),
        ("qdrant://localhost/council?shard=2", "the option shard cannot be used"),
        ("qdrant://localhost/council?replicas=none", "the option replicas cannot be used"),
        ("qdrant://localhost/council?replicas=2&consistency=3", "raise replicas"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(text: str, told: str) -> None:
    with pytest.raises(SettingError, match=told) as caught:
        Address.read(text)
    assert "secret" not in str(caught.value)


def test_a_server_that_is_not_there_is_told(data: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.qdrant.connection._PAUSE", 0.01)
    store = QdrantStore("qdrant://127.0.0.1:1/council?timeout=1", data)
    with pytest.raises(IndexUnusableError, match="see that the server runs, and QDRANT_API_KEY is set"):
        store.open(embedder)


class Busy(BaseHTTPRequestHandler):
    """A server that answers its first calls with a status of one that is busy, and later that it holds nothing."""

    statuses: ClassVar[list[int]] = []

    def do_GET(self) -> None:
        status = self.statuses.pop(0) if self.statuses else 200
        content = b'{"result": {"aliases": []}, "status": "ok", "time": 0.0}' if status == 200 else b"{}"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if status == 429:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


@pytest.mark.parametrize(("statuses", "told"), [([503, 429], None), ([503] * 9, "503"), ([403], "403")], ids=str)
def test_a_server_that_is_busy_is_asked_again(
    statuses: list[int], told: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.qdrant.connection._PAUSE", 0.01)
    monkeypatch.setattr(Busy, "statuses", list(statuses))
    with ThreadingHTTPServer(("127.0.0.1", 0), Busy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            connection = Connection(Address.read(f"qdrant://127.0.0.1:{server.server_port}/council"))
            if told is None:
                assert connection.serving() is None and not Busy.statuses
            else:
                with pytest.raises(IndexUnusableError, match=told):
                    connection.serving()
                assert len(Busy.statuses) == max(0, len(statuses) - 4)
        finally:
            server.shutdown()
            thread.join()


def test_an_alias_of_somebody_else_is_left_alone(
    stored: QdrantStore, connection: Connection, address: str, sources: Path, embedder: Embedder, data: Path
) -> None:
    whole(stored, sources, embedder)
    # The alias of this one names what is no generation of the other's.
    theirs = QdrantStore(address.replace("/council?", "/theirs?"), data)
    whole(theirs, sources, embedder)
    client = connection._client
    client.update_collection_aliases(
        [
            models.CreateAliasOperation(
                create_alias=models.CreateAlias(collection_name="theirs.g000001", alias_name="council")
            )
        ]
    )
    with pytest.raises(SettingError, match=r"council is an alias of theirs\.g000001"):
        whole(stored, sources, embedder)
    assert [one.collection_name for one in client.get_aliases().aliases if one.alias_name == "council"] == [
        "theirs.g000001"
    ]
