"""What goes wrong on a machine: processes killed, disks full, files cut short, two writers, uploads under load.

Whatever happens, an answer is that of one generation, whole; what was acknowledged is kept; the service comes back.
LONG_TESTS=1 kills more often and uploads more.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import real_service
from real_service import Service, council, ended, environment, kill, tell

from indexer import store
from indexer.documents import Distribution
from indexer.store import current_generation, open_index
from service.engine import Engine
from service.query import understand

ROOT = Path(__file__).resolve().parents[2]
LONG = bool(os.environ.get("LONG_TESTS"))
KILLS = 30 if LONG else 3
UPLOADS = 50 if LONG else 8
RESTARTED_WITHIN = 30.0  # a bound for machines that do much else; the figure itself is measured
QUESTIONS = ("Which jurisdictions work on digital identity?", "Quelles administrations utilisent des kiosques?")

Cited = frozenset[tuple[str, str]]


@pytest.fixture
def folder(corpus_index: Path, tmp_path: Path) -> Path:
    """An index of the corpus of one's own."""
    return Path(shutil.copytree(corpus_index, tmp_path / "index"))


def note(number: int) -> tuple[str, bytes]:
    """A document that says something which no other does and no question asks for."""
    text = f"Notes\n\nMooring ring number {number} was greased and its chain was counted twice.\n"
    return f"ring-{number}.txt", text.encode()


def put(client: httpx.Client, number: int) -> httpx.Response:
    return client.post("/v1/documents", files=[("files", note(number))])


def titles(client: httpx.Client) -> set[str]:
    """The uploads that are held, by the end of their text."""
    found = client.get("/v1/search", params={"q": "mooring ring greased chain", "limit": 50}).raise_for_status().json()
    return {one["source"].rpartition("/")[2] for one in found["passages"] if "ring-" in one["source"]}


def citations(client: httpx.Client, question: str) -> Cited:
    answer = client.post("/v1/answer", json={"question": question}).raise_for_status().json()
    assert answer["answered"] and answer["citations"]
    return frozenset((one["document_id"], one["quote"]) for one in answer["citations"])


class Asking:
    """Asks a fixed set of questions all the while, and keeps a copy of each generation that serves meanwhile.

    An answer is right where it is, citation by citation, what one of these generations gives: a new document may move
    the ranks of others, but no answer may be empty, or of two generations. `check` says so at the end.
    """

    def __init__(self, service: Service, key: str | None = None, threads: int = 2) -> None:
        self._service, self._key, self._ended = service, key, threading.Event()
        self.wrong: list[str] = []
        self.answers: Counter[tuple[str, Cited]] = Counter()
        self.cut = 0  # requests whose worker was killed
        self._kept = service.index.with_name("generations")
        self._keep()
        self._threads = [threading.Thread(target=self._ask) for _ in range(threads)]
        self._threads.append(threading.Thread(target=self._watch))

    def __enter__(self) -> Asking:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._keep()

    def _watch(self) -> None:
        while not self._ended.is_set():
            self._keep()
            time.sleep(0.02)

    def _keep(self) -> None:
        """Link the files of generations that are new: they never change, and later builds remove them."""
        for generation in self._service.index.glob("g*"):
            mine = self._kept / generation.name
            if not (mine / generation.name).exists():
                try:
                    shutil.copytree(generation, mine / f".{generation.name}", copy_function=os.link)
                    store.switch(mine, generation.name)
                    (mine / f".{generation.name}").rename(mine / generation.name)
                except (OSError, shutil.Error):  # it goes at this moment, or there is no room just now
                    shutil.rmtree(mine, ignore_errors=True)

    def _ask(self) -> None:
        while not self._ended.is_set():
            # A connection of its own each time, which a worker that lives takes.
            with self._service.client(self._key) as client:
                for question in QUESTIONS:
                    try:
                        self.answers[question, citations(client, question)] += 1
                    except httpx.TransportError:
                        self.cut += 1
                        break
                    except (httpx.HTTPStatusError, AssertionError) as error:
                        self.wrong.append(repr(error))
                        break

    def check(self) -> str:
        """Assert that all answers were right; returns the figures."""
        assert not self.wrong, self.wrong[:3]
        audience = Distribution.SECRETARIAT if self._key else Distribution.MEMBERS
        expected = Counter[tuple[str, Cited]]()
        generations = sorted(self._kept.iterdir())
        for generation in generations:
            engine = Engine(generation).seen_by(audience)
            for question in QUESTIONS:
                answer = engine.answer(understand(question))
                expected[question, frozenset((one.document_id, one.quote) for one in answer.citations)] += 1
        assert set(self.answers) <= set(expected), set(self.answers) - set(expected)
        assert all(any(asked == question for asked, _ in self.answers) for question in QUESTIONS)
        return (
            f"{self.answers.total()} answers right ({len(self.answers)} different ones, {len(generations)} "
            f"generations), {self.cut} cut"
        )


# Killed processes


long_only = pytest.mark.skipif(not LONG, reason="a long test: set LONG_TESTS=1; a short one stands beside its module")


@long_only
def test_a_command_that_builds_and_is_killed_leaves_a_whole_index(folder: Path, tmp_path: Path) -> None:
    sources, chance = tmp_path / "more", random.Random(6)
    shutil.copytree(ROOT / "corpus" / "documents", sources)
    killed = 0
    for turn in range(KILLS):
        (sources / "note.txt").write_bytes(note(turn)[1])
        before, held = current_generation(folder), len(open_index(folder).documents())
        process = subprocess.Popen(
            [sys.executable, "-m", "service", "index", str(sources), "--index", str(folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        time.sleep(chance.uniform(0.1, 1.5))
        killed += process.poll() is None
        process.kill()
        process.wait()
        index = open_index(folder)
        assert index.generation >= str(before)
        assert len(index.documents()) >= (held if index.generation == before else 2)
        assert all(index.passage(passage.id) == passage for passage in index.passages()[:50])
    done = council("index", sources, "--index", folder)
    assert done.returncode == 0, done.stderr
    tell(f"council index killed {killed} times of {KILLS}")
    assert killed >= KILLS // 3
    assert not list(folder.glob(".building-*"))


def test_builders_of_uploads_that_are_killed_lose_no_document(folder: Path) -> None:
    chance = random.Random(7)
    key = real_service.key(folder)
    with Service(folder) as service, service.client(key) as client, Asking(service, key, threads=1) as asking:
        places, killed = [], 0
        for number in range(KILLS):
            answer = put(client, number)
            assert answer.status_code == 202, answer.text
            places.append(answer.headers["location"])
            until = time.monotonic() + chance.uniform(0.3, 2.5)
            while time.monotonic() < until:
                time.sleep(0.05)
            for builder in service.builders():
                kill(builder)
                killed += 1
        for place in places:
            assert ended(client, place)["files"][0]["state"] == "indexed"
        assert titles(client) == {note(number)[0] for number in range(KILLS)}
    tell(f"{killed} builders killed, {asking.check()}")
    assert killed and not asking.cut


def test_workers_that_are_killed_under_load_are_replaced(folder: Path) -> None:
    chance, turns = random.Random(8), max(2, KILLS // 3)
    with Service(folder, workers=2) as service, Asking(service, threads=3) as asking:
        for _ in range(turns):
            time.sleep(chance.uniform(1.0, 3.0))
            kill(chance.choice(service.workers()))
            until = time.monotonic() + 60
            while len(service.workers()) < 2 and time.monotonic() < until:
                time.sleep(0.1)
        time.sleep(3)
        with service.client() as client:
            assert client.get("/readyz").status_code == 200
        assert len(service.workers()) == 2
    tell(f"{turns} workers killed, {asking.check()}")


def test_a_service_that_is_killed_with_uploads_on_their_way_comes_back_soon_with_all(folder: Path) -> None:
    key = real_service.key(folder)
    service = Service(folder)
    service.start()
    try:
        with service.client(key) as client:
            places = [put(client, number).headers["location"] for number in range(5)]
        service.stop(signal.SIGKILL)
        took = service.start()
        tell(f"ready again after {took:.2f} s")
        assert took < RESTARTED_WITHIN
        with service.client(key) as client:
            assert all(ended(client, place)["files"][0]["state"] == "indexed" for place in places)
            assert titles(client) == {note(number)[0] for number in range(5)}
    finally:
        service.stop()


# Full disks


@contextmanager
def disk(place: Path, size: str) -> Iterator[Callable[[str], None]]:
    """A small file system at `place`; gives what changes its size."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield lambda new: subprocess.run(["mount", "-o", f"remount,size={new}", place], check=True) and None
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def used(place: Path) -> int:
    state = os.statvfs(place)
    return (state.f_blocks - state.f_bfree) * state.f_frsize


def test_a_full_disk_under_uploads_and_the_audit_log(corpus_index: Path, tmp_path: Path) -> None:
    """Uploads are refused with 507 or 503, answers go on, and with room again all that was acknowledged is there."""
    place = tmp_path / "disk"
    with disk(place, "256m") as resize:
        folder = Path(shutil.copytree(corpus_index, place / "index"))
        key = real_service.key(folder)
        with Service(folder) as service, service.client(key) as client:
            assert ended(client, put(client, 0).headers["location"])["files"][0]["state"] == "indexed"
            kept, refused = {0: ""}, 0
            with Asking(service, key, threads=1) as asking:
                for number in range(1, 13):
                    # Ever less room: at first for all but the index, at last for nothing at all.
                    resize(str(used(place) // 4_096 * 4_096 + max(0, 13 - 2 * number) * 40_960))
                    answer = put(client, number)
                    if answer.status_code == 202:
                        kept[number] = answer.headers["location"]
                    else:
                        refused += 1
                        assert answer.status_code in {503, 507}, answer.text
                        assert answer.headers["content-type"] == "application/problem+json"
                        assert answer.json()["mend"]
                    time.sleep(0.2)
                assert client.get("/readyz").status_code == 200
                resize("256m")
                for where in filter(None, kept.values()):
                    assert ended(client, where)["files"][0]["state"] == "indexed"
            assert titles(client) == {note(number)[0] for number in kept}
            assert put(client, 99).status_code == 202
        tell(f"full disk: {refused} refused, {len(kept)} kept, {asking.check()}")
    assert refused and not asking.cut


def test_files_that_may_not_grow_stop_an_upload_and_nothing_that_was_acknowledged(folder: Path) -> None:
    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    key = real_service.key(folder)
    with Service(folder, before=small) as service, service.client(key) as client:
        answer = client.post("/v1/documents", files=[("files", ("large.txt", b"The quay is long. " * 30_000))])
        assert answer.status_code in {503, 507}, answer.text
        assert answer.json()["mend"]
        assert citations(client, QUESTIONS[0])


# Files cut short


@pytest.mark.parametrize("which", [pytest.param("serving", marks=long_only), "new"])
def test_index_files_cut_short_give_no_wrong_answer(folder: Path, tmp_path: Path, which: str) -> None:
    """Of the generation that serves: 503 with the mend. Of a new one: the one before goes on, and readiness says so."""
    key = real_service.key(folder)
    with Service(folder) as service, service.client(key) as client:
        before = citations(client, QUESTIONS[0])
        if which == "new":
            sources = Path(shutil.copytree(ROOT / "corpus", tmp_path / "more"))
            (sources / "note.txt").write_bytes(note(1)[1])
            service_stopped = [service.process, *service.processes()]
            for one in service_stopped:  # it must not open the generation before it is damaged
                os.kill(one, signal.SIGSTOP)
            try:
                done = council("index", sources, "--index", folder)
                assert done.returncode == 0, done.stderr
                for path in (folder / str(current_generation(folder))).rglob("vectors.faiss"):
                    os.truncate(path, path.stat().st_size // 2)
            finally:
                for one in service_stopped:
                    os.kill(one, signal.SIGCONT)
            assert citations(client, QUESTIONS[0]) == before
            assert client.get("/readyz").json()["behind"] is True
        else:
            for path in (folder / str(current_generation(folder))).rglob("passages.sqlite"):
                os.truncate(path, path.stat().st_size // 2)
            answer = client.post("/v1/answer", json={"question": QUESTIONS[0]})
            assert answer.status_code == 503 and answer.json()["mend"]
            assert client.get("/readyz").status_code == 503
        done = council("index", ROOT / "corpus", "--index", folder, "--rebuild")
        assert done.returncode == 0, done.stderr
        assert citations(client, QUESTIONS[0]) == before
        assert client.get("/readyz").json().get("behind") is None


# Several writers


def test_two_builders_and_uploads_take_turns(folder: Path, tmp_path: Path) -> None:
    key = real_service.key(folder)
    with Service(folder) as one, Service(folder) as other, one.client(key) as client, other.client(key) as second:
        with Asking(one, key, threads=1) as asking, ThreadPoolExecutor(4) as pool:
            built = [pool.submit(council, "index", ROOT / "corpus", "--index", folder, "--rebuild") for _ in range(2)]
            answers = [(at, put(at, number)) for number, at in enumerate([client, second] * 4)]
            done = [future.result() for future in built]
            for at, answer in answers:
                assert answer.status_code == 202, answer.text
                assert ended(at, answer.headers["location"])["files"][0]["state"] == "indexed"
        for process in done:
            assert process.returncode == 0 or "another build is writing" in process.stderr, process.stderr
        assert titles(client) == titles(second) == {note(number)[0] for number in range(8)}
        tell(f"two builds, two services, 8 uploads: {asking.check()}")
    with sqlite3.connect(folder.with_name("index-data") / "service.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_uploads_under_load_change_no_answer_but_by_whole_generations(folder: Path) -> None:
    key = real_service.key(folder)
    with Service(folder, workers=2) as service, service.client(key) as client:
        with Asking(service, key, threads=3) as asking:
            places = []
            for number in range(UPLOADS):
                answer = put(client, number)
                assert answer.status_code == 202, answer.text
                places.append(answer.headers["location"])
            for place in places:
                assert ended(client, place)["files"][0]["state"] == "indexed"
        assert titles(client) == {note(number)[0] for number in range(UPLOADS)}
    tell(f"{UPLOADS} uploads, {asking.check()}")
    assert not asking.cut
