"""Files that mean harm, uploaded to a real service: each has its outcome, and the service goes on answering.

LONG_TESTS=1 sends all of them, and more mutated ones.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import real_service
from hostile_files import CASES, NAMES, SAID, good_pdf, word
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from real_service import Service, tell

from indexer import embedding
from indexer.build import build

LONG = bool(os.environ.get("LONG_TESTS"))
GIGABYTE = 1_000_000_000
QUESTION = {"question": "Who booked berths online?"}
# One of each kind; reading all of them is tested beside the reader.
SHORT = frozenset(
    {
        "10000-pages.pdf",
        "100000-deep.docx",
        "billion-laughs.docx",
        "binary.txt",
        "cells-that-span-a-billion.docx",
        "docx.exe",
        "docx.pdf",
        "entity-of-a-file.docx",
        "forms-that-double.pdf",
        "locked.pdf",
        "media-10gb-said-5kb.docx",
        "million-tags-deep.html",
        "no-types.docx",
        "nothing.txt",
        "overlapping.docx",
        "page-tree-in-itself.pdf",
        "paths-up.docx",
        "polyglot.pdf",
        "script-and-launch.pdf",
        "stream-packed-three-times.pdf",
        "truncated.pdf",
        "wide-bomb.txt",
        "zeros-10gb-said-5kb.docx",
        "zeros-10gb.docx",
    }
)
CHOSEN = [case for case in CASES.values() if LONG or case.name in SHORT]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("hostile-uploads")
    (folder / "sources").mkdir()
    (folder / "sources" / "harbour.txt").write_text(
        "Harbour report\n\nNova Scotia launched an online booking service for harbour berths in May 2021.\n",
        encoding="utf-8",
    )
    build([folder / "sources"], folder / "index", embedding.load())
    with Service(folder / "index", COUNCIL_READ_SECONDS="20", COUNCIL_UPLOAD_MEGABYTES="60") as running:
        yield running


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[httpx.Client]:
    with service.client(real_service.key(service.index)) as opened:
        yield opened


class Watch:
    """Asks all the while, and measures the memory of the service with all that it started."""

    def __init__(self, service: Service, client: httpx.Client) -> None:
        self._service, self._headers = service, client.headers
        self._ended = threading.Event()
        self.most = self.asked = 0
        self.wrong: list[str] = []
        self.slowest = 0.0
        self._threads = [threading.Thread(target=one) for one in (self._ask, self._measure)]

    def __enter__(self) -> Watch:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        with httpx.Client(base_url=self._service.address, headers=self._headers, trust_env=False, timeout=30) as client:
            while not self._ended.is_set():
                began = time.monotonic()
                try:
                    answer = client.post("/v1/answer", json=QUESTION)
                    if answer.status_code != 200 or "harbour.txt" not in {
                        one["source"] for one in answer.json()["citations"]
                    }:
                        self.wrong.append(answer.text[:300])
                except httpx.HTTPError as error:
                    self.wrong.append(repr(error))
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.asked += 1
                time.sleep(0.05)

    def _measure(self) -> None:
        while not self._ended.is_set():
            self.most = max(self.most, self._service.memory())
            time.sleep(0.1)


def test_hostile_uploads_are_refused_and_the_service_goes_on(service: Service, client: httpx.Client) -> None:
    outcomes: dict[str, str] = {}
    with Watch(service, client) as watch:
        for case in CHOSEN:
            answer = client.post("/v1/documents", files=[("files", (case.name, case.make()))])
            assert answer.status_code < 500, (case.name, answer.text)
            if answer.status_code != 202:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["detail"] and answer.json()["mend"]
                outcomes[case.name] = "refused"
                continue
            (file,) = real_service.ended(client, answer.headers["location"])["files"]
            assert file["state"] in {"indexed", "unreadable"}, (case.name, file)
            outcomes[case.name] = "read" if file["state"] == "indexed" else "refused"
            if file["state"] == "unreadable":
                assert file["reason"], file
        good = client.post("/v1/documents", files=[("files", ("good.txt", f"Ferries\n\n{SAID}\n".encode()))])
        assert real_service.ended(client, good.headers["location"])["files"][0]["state"] == "indexed"
    tell(f"{len(CHOSEN)} files, {watch.asked} questions, slowest {watch.slowest:.2f} s, {watch.most // 10**6} MB")
    assert {name: came for name, came in outcomes.items() if CASES[name].outcome not in {"either", came}} == {}
    assert watch.asked and not watch.wrong
    assert 0 < watch.most < GIGABYTE
    held = {one["title"] for one in client.get("/v1/documents", params={"limit": 100}).json()["documents"]}
    assert len(held) >= 2


def strays(kept: Path) -> set[Path]:
    """What stands where a name that is followed upwards from the kept files would lead, or a shell that runs one."""
    above = {*kept.parents, Path.cwd()}
    places = {folder / below for folder in above for below in ("", "tmp", "documents")}
    return {folder / name for folder in places for name in ("up", "up.txt") if (folder / name).exists()}


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names_that_mean_harm(service: Service, client: httpx.Client, name: str, tmp_path: Path) -> None:
    kept = service.index.with_name("index-data")
    before = strays(kept)
    answer = client.post(
        "/v1/documents",
        files=[("files", (name, f"Notes\n\nThe name is {name!a} and no other.\n".encode()))],
        data={"replace": "true"},
    )
    assert answer.status_code < 500, answer.text
    if answer.status_code == 202:
        (file,) = answer.json()["files"]
        assert "/" not in file["name"] and "\\" not in file["name"] and "\0" not in file["name"]
        assert len(file["name"].encode()) <= 255
        real_service.ended(client, answer.headers["location"])
    else:
        assert answer.headers["content-type"] == "application/problem+json"
    assert all(path.resolve().is_relative_to(kept) for path in kept.rglob("*"))
    assert strays(kept) == before


_SAMPLES = {"pdf": good_pdf(2), "docx": word()}


def _mutated(content: bytes, seed: int, how: str) -> bytes:
    chance, changed = random.Random(seed), bytearray(content)
    if how == "flip":
        for _ in range(chance.randint(1, 40)):
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    elif how == "cut":
        del changed[chance.randrange(len(changed)) :]
    else:
        start, other = sorted(chance.sample(range(len(changed)), 2))
        at = chance.randrange(len(changed))
        changed[at:at] = changed[start:other]
    return bytes(changed)


@settings(
    max_examples=60 if LONG else 6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    several=st.lists(
        st.tuples(st.sampled_from(sorted(_SAMPLES)), st.integers(0, 2**32), st.sampled_from(["flip", "cut", "splice"])),
        min_size=8,
        max_size=12,
    )
)
def test_mutated_documents_always_have_an_outcome(
    service: Service, client: httpx.Client, several: list[tuple[str, int, str]]
) -> None:
    """Each is refused, or read, or has its reason in the job; no process that answers dies."""
    workers = service.workers()
    places = []
    for kind, seed, how in several:
        content = _mutated(_SAMPLES[kind], seed, how)
        answer = client.post("/v1/documents", files=[("files", (f"{seed}.{kind}", content))], data={"replace": "true"})
        assert answer.status_code in {202, 415, 422}, answer.text
        if answer.status_code == 202:
            places.append(answer.headers["location"])
    for place in places:
        for file in real_service.ended(client, place)["files"]:
            assert file["state"] in {"indexed", "unreadable", "held", "replaced"}
    assert service.workers() == workers
    assert client.get("/readyz").status_code == 200
