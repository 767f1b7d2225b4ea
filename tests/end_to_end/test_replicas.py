"""Several servers over one installation: some on its own folders, some on a replica, all asked all the while.

A new generation reaches every one, no request fails and no answer is wrong, whoever is killed meanwhile; what the
secretariat withdraws is gone everywhere at once, and a key that is revoked opens nothing.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import real_service
from real_service import Service, council, ended, environment, kill, tell

from indexer import embedding, overrides
from indexer.data_folder import beside
from indexer.documents import Distribution
from indexer.store import Index, current_generation
from service.answering import answer
from service.query import understand
from service.serving import seen_by

QUESTIONS = ("Which jurisdictions work on digital identity?", "Quelles administrations utilisent des kiosques?")
PAUSE = 0.2  # seconds between two questions: this is no measure of speed
LOOK = 0.2  # seconds between two looks of a replica at its source
REACHED_WITHIN = 30.0  # a bound for machines that do much else
KILLS = 3

Cited = frozenset[tuple[str, str]]


@dataclass
class Replicating:
    """`council replicate … --watch`, to be killed and started again."""

    source: Path
    index: Path
    data: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ["replicate", str(self.source), "--index", str(self.index), "--data", str(self.data)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "service", *words, "--watch", "--every", str(LOOK)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment(),
        )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.communicate(timeout=60)
        return self.process.returncode


@dataclass
class Installation:
    """The service that takes uploads, one more on its index folder, and two on a replica."""

    key: str
    source: Service
    shared: Service
    replica: Service
    following: tuple[Replicating, Replicating]
    asked: Asking = field(init=False)

    def __post_init__(self) -> None:
        self.asked = Asking(self)

    @property
    def servers(self) -> tuple[Service, ...]:
        return self.source, self.shared, self.replica

    def serving(self, server: Service) -> str:
        with server.client(self.key) as client:
            return str(client.get("/readyz").raise_for_status().json()["generation"])

    def upload(self, number: int) -> str:
        """Upload a document; the place of its job."""
        text = f"Notes\n\nMooring ring number {number} was greased and its chain was counted twice.\n"
        with self.source.client(self.key) as client:
            given = client.post("/v1/documents", files=[("files", (f"ring-{number}.txt", text.encode()))])
            assert given.status_code == 202, given.text
            return given.headers["location"]

    def indexed(self, place: str) -> str:
        """The generation that serves once a job has ended."""
        with self.source.client(self.key) as client:
            assert ended(client, place)["files"][0]["state"] == "indexed"
        return str(current_generation(self.source.index))

    def reached(self, generation: str) -> float:
        """Wait until all serve a generation; the seconds that it took."""
        return until(lambda: all(self.serving(server) >= generation for server in self.servers))


class Asking:
    """Asks every server a fixed set of questions until ended, and notes every answer, and every failure."""

    def __init__(self, at: Installation) -> None:
        self._at, self._end = at, threading.Event()
        self.failures: list[str] = []
        self.answers: Counter[tuple[str, Cited]] = Counter()
        self.by_server: Counter[str] = Counter()
        self._threads: list[threading.Thread] = []

    def begin(self, *servers: Service) -> None:
        for server in servers:
            self._threads.append(threading.Thread(target=self._ask, args=(server,)))
            self._threads[-1].start()

    def end(self) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, server: Service) -> None:
        with server.client(self._at.key) as client:
            while not self._end.is_set():
                for question in QUESTIONS:
                    try:
                        self.answers[question, citations(client, question)] += 1
                        self.by_server[server.address] += 1
                    except (httpx.HTTPError, AssertionError) as error:
                        self.failures.append(repr(error))
                    self._end.wait(PAUSE)


def citations(client: httpx.Client, question: str) -> Cited:
    found = client.post("/v1/answer", json={"question": question}).raise_for_status().json()
    assert found["answered"] and found["citations"]
    return frozenset((one["document_id"], one["quote"]) for one in found["citations"])


def until(holds: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < REACHED_WITHIN
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture(scope="module")
def at(corpus_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """All of it running, and asked all the while; the tests of this module follow one another on it."""
    folder = tmp_path_factory.mktemp("several")
    source, replica = Path(shutil.copytree(corpus_index, folder / "source")), folder / "replica"
    key = real_service.key(source)
    # As another machine has it: the index folder of the source, a data folder of its own.
    local = folder / "local-data"
    following = Replicating(source, source, local), Replicating(source, replica, beside(replica))
    for one in following:
        one.start()
    until(lambda: (local / "service.sqlite").exists() and current_generation(replica) is not None)
    servers = (
        Service(source, COUNCIL_KEEP_GENERATIONS="99"),
        Service(source, COUNCIL_DATA=str(local)),
        Service(replica),
    )
    try:
        with ThreadPoolExecutor() as pool:
            list(pool.map(Service.start, servers))
        made = Installation(key, *servers, following)
        made.asked.begin(*made.servers)
        try:
            yield made
        finally:
            made.asked.end()
    finally:
        for one in following:
            one.stop()
        for server in servers:
            server.stop()


def test_a_new_generation_reaches_all(at: Installation) -> None:
    generation = at.indexed(at.upload(1))
    tell(f"generation {generation} served by all {at.reached(generation):.1f} s after it was built")
    with at.replica.client(at.key) as client:
        found = client.get("/v1/search", params={"q": "mooring ring greased chain"}).raise_for_status().json()
    assert found["passages"][0]["source"].endswith("ring-1.txt")


def test_a_replica_says_what_it_is_and_takes_no_orders(at: Installation) -> None:
    with at.replica.client(at.key) as client:
        document = client.get("/v1/documents").json()["documents"][0]["id"]
        refused = [
            client.post("/v1/documents", files=[("files", ("x.txt", b"Notes\n\nNothing is left to say here.\n"))]),
            client.patch(f"/v1/documents/{document}", json={"title": "x"}),
            client.delete(f"/v1/documents/{document}"),
            client.post("/manage/upload", files=[("files", ("x.txt", b"Notes\n\nNothing is left to say here.\n"))]),
        ]
        for answered in refused:
            assert answered.status_code == 409, answered.text
            problem = answered.json()
            assert problem["type"] == "/problems/replica" and str(at.source.index) in problem["detail"]
        told = client.get("/readyz").json()["replica"]
        assert told["source"] == str(at.source.index) and told["trouble"] is None
        assert 0 <= told["age_seconds"] < REACHED_WITHIN
        page = client.get("/manage", headers={"Accept": "text/html"}).raise_for_status().text
        assert 'id="replica"' in page and str(at.source.index) in page and "replica-trouble" not in page
        assert client.get("/manage?lang=fr", headers={"Accept": "text/html"}).text.count("réplique de") == 1
    with at.replica.client() as client:  # who may not know the state of the index
        assert client.get("/readyz").json() == {"status": "ready", "generation": None}
    with at.source.client(at.key) as client:
        assert "replica" not in client.get("/readyz").json()


def test_whoever_is_killed_while_generations_change_all_get_the_last_one(at: Installation) -> None:
    chance = random.Random(8)
    places = []
    for number in range(2, 2 + KILLS):
        places.append(at.upload(number))
        if number % 2:
            time.sleep(chance.uniform(0, 0.6))
            for builder in at.source.builders():
                kill(builder)
        one = at.following[number % 2]
        time.sleep(chance.uniform(0, 0.8))
        one.stop(signal.SIGKILL)
        one.start()
    for place in places:
        generation = at.indexed(place)
    at.reached(generation)
    assert not list(at.replica.index.glob(".replicating-*"))


def test_a_reader_that_starts_while_the_generation_changes(at: Installation) -> None:
    reader = Service(at.source.index, COUNCIL_DATA=str(at.following[0].data))
    with ThreadPoolExecutor(1) as pool:
        started = pool.submit(reader.start)
        number, generation = 20, ""
        while not started.done() or not generation:
            generation = at.indexed(at.upload(number))
            number += 1
        started.result()
    try:
        until(lambda: at.serving(reader) >= generation)
        with reader.client(at.key) as client:
            assert citations(client, QUESTIONS[0])
    finally:
        reader.stop()
    at.reached(generation)


def test_what_is_withdrawn_is_gone_everywhere_before_the_index_is_built_again(at: Installation) -> None:
    with at.source.client(at.key) as client:
        gone = sorted(document for document, _ in citations(client, QUESTIONS[0]))[0]
        assert client.delete(f"/v1/documents/{gone}").status_code == 204
        assert client.get(f"/v1/documents/{gone}").status_code == 404

    def unknown(server: Service) -> bool:
        with server.client(at.key) as client:
            return client.get(f"/v1/documents/{gone}").status_code == 404

    took = until(lambda: all(map(unknown, at.servers)))
    tell(f"withdrawn everywhere after {took:.2f} s")
    for server in at.servers:
        with server.client(at.key) as client:
            for question in QUESTIONS:
                assert gone not in {document for document, _ in citations(client, question)}
    at.reached(str(current_generation(at.source.index)))


def test_a_key_that_is_revoked_opens_nothing_anywhere(at: Installation) -> None:
    other = real_service.key(at.source.index, "member")

    def status(server: Service) -> int:
        with server.client(other) as client:
            return client.get("/v1/documents").status_code

    until(lambda: all(status(server) == 200 for server in at.servers))
    assert council("keys", "revoke", other, "--index", at.source.index).returncode == 0
    until(lambda: all(status(server) == 401 for server in at.servers))
    refused = council("keys", "create", "--role", "member", "--name", "x", "--index", at.replica.index)
    assert refused.returncode == 1 and "replica of" in refused.stderr


def test_no_request_failed_and_every_answer_is_that_of_one_generation(at: Installation) -> None:
    at.asked.end()
    assert not at.asked.failures, at.asked.failures[:3]
    assert set(at.asked.by_server) == {server.address for server in at.servers}
    embedder, decided = embedding.load(), overrides.load(beside(at.source.index))
    assert any(one.withdrawn for one in decided.documents.values())
    expected = set[tuple[str, Cited]]()
    generations = sorted(path.name for path in at.source.index.glob("g*"))
    for generation in generations:
        opened = Index(at.source.index, generation)
        for known in (overrides.Overrides(), decided):
            index = seen_by(opened, known, Distribution.SECRETARIAT)
            for question in QUESTIONS:
                found = answer(index, embedder, understand(question))
                expected.add((question, frozenset((one.document_id, one.quote) for one in found.citations)))
    assert set(at.asked.answers) <= expected, set(at.asked.answers) - expected
    tell(f"{at.asked.answers.total()} answers right, of {len(generations)} generations")


def test_following_ends_with_status_0_when_told_to(at: Installation) -> None:
    for one in at.following:
        assert one.stop(signal.SIGTERM) == 0
        one.start()
