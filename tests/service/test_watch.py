"""`council index --watch` in a process of its own, beside other writers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer import overrides
from indexer.build import build
from indexer.data_folder import data_folder
from indexer.describe import document_id
from indexer.embedding import Embedder
from indexer.errors import CouncilError
from indexer.store import open_index

ROOT = Path(__file__).resolve().parents[2]


class Watching:
    """The command at work, and what it has said."""

    def __init__(self, *words: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "service", "index", "--watch", *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env=os.environ | {"HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        )
        self.said = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        status = self.process.wait(30)
        self._reader.join(10)
        return status


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    def wait(holds: Callable[[], object], seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.05)

    return wait


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "pier.txt").write_text("Pier\n\nThe pier was mended in May.\n", encoding="utf-8")
    return folder


@pytest.fixture
def watching(sources: Path, tmp_path: Path, until: Callable[..., None]) -> Iterator[Watching]:
    started = Watching(sources, "--index", tmp_path / "index")
    try:
        until(lambda: "1 document, " in started.said)
        yield started
    finally:
        started.process.kill()
        started.process.wait()


def held(folder: Path) -> set[str]:
    return {record.source for record in open_index(folder).documents()}


def test_changes_of_sources_uploads_and_decisions_are_followed(
    sources: Path, tmp_path: Path, watching: Watching, until: Callable[..., None]
) -> None:
    folder, data = tmp_path / "index", data_folder(tmp_path / "index")
    (sources / "quay.txt").write_text("Quay\n\nThe quay was painted in June.\n", encoding="utf-8")
    until(lambda: held(folder) == {"pier.txt", "quay.txt"})
    (sources / "pier.txt").unlink()
    until(lambda: held(folder) == {"quay.txt"})
    until(lambda: "removed: pier.txt" in watching.said)
    (data / "documents" / "buoy.txt").write_text("Buoy\n\nThe buoy was painted in July.\n", encoding="utf-8")
    until(lambda: held(folder) == {"quay.txt", "uploaded/buoy.txt"})
    overrides.change(data, document_id("quay.txt"), lambda before: before.model_copy(update={"withdrawn": True}))
    until(lambda: held(folder) == {"uploaded/buoy.txt"})
    until(lambda: "withdrawn by the secretariat, left out: quay.txt" in watching.said)
    generation = open_index(folder).generation
    (sources / ".hidden.txt").write_text("Nothing\n", encoding="utf-8")
    time.sleep(2.5)
    assert open_index(folder).generation == generation
    assert watching.end(signal.SIGTERM) == 0
    assert "Traceback" not in watching.said


def test_what_fails_is_told_and_watching_goes_on(
    sources: Path, tmp_path: Path, watching: Watching, until: Callable[..., None]
) -> None:
    (sources / "bad.pdf").write_bytes(b"%PDF-1.4 broken")
    until(lambda: "bad.pdf" in watching.said)
    (sources / "manifest.toml").write_text("[[document]\n", encoding="utf-8")
    until(lambda: "cannot be read as TOML" in watching.said)
    (sources / "manifest.toml").write_text('[[document]]\nfile = "pier.txt"\ntitle = "Pier"\n', encoding="utf-8")
    until(lambda: {record.title for record in open_index(tmp_path / "index").documents()} == {"Pier"})
    assert watching.end(signal.SIGINT) == 0
    assert "Traceback" not in watching.said


def test_a_second_writer_is_told_or_waits(
    sources: Path, tmp_path: Path, watching: Watching, embedder: Embedder, until: Callable[..., None]
) -> None:
    folder, refused = tmp_path / "index", 0
    for number in range(3):
        (sources / f"{number}.txt").write_text(f"Pier {number}\n\nPier {number} was mended.\n", encoding="utf-8")
        try:
            build([sources], folder, embedder)
        except CouncilError as error:
            assert "another build" in str(error)
            refused += 1
        build([sources], folder, embedder, wait=True)
        assert f"{number}.txt" in held(folder)
    until(lambda: len(held(folder)) == 4)
    assert watching.end(signal.SIGTERM) == 0


def test_a_source_that_is_not_there_is_bad_usage(tmp_path: Path) -> None:
    started = Watching(tmp_path / "none", "--index", tmp_path / "index")
    assert started.process.wait(60) == 2
