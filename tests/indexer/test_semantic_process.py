"""Vectors and sentences written in a process of their own: the same index, and whatever ends that process is told."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer import build as building
from indexer import checksums, embedding, preparing_pool, store
from indexer.build import build
from indexer.errors import CouncilError
from indexer.semantic_process import SemanticProcess
from indexer.store import open_index

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    for number, audience in enumerate(("members", "public", "secretariat", "public")):
        said = (
            f"Distribution: {audience}\n\nThe counter number {number} opened in May. It serves {number + 7} people.\n"
        )
        (folder / f"{number}.txt").write_text(said, encoding="utf-8")
    return folder


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[SemanticProcess]:
    """Has every build write in two processes; the ones that were started."""
    monkeypatch.setattr(preparing_pool, "FEWEST", 2)
    monkeypatch.setattr(preparing_pool, "processes", lambda: 2)
    monkeypatch.setattr(building, "processes", lambda: 2)
    monkeypatch.setattr(building, "_FEWEST_APART", 1)
    found: list[SemanticProcess] = []
    at_start(monkeypatch, found.append)
    return found


def at_start(monkeypatch: pytest.MonkeyPatch, call: Callable[[SemanticProcess], None]) -> None:
    real = SemanticProcess.__init__

    def made(process: SemanticProcess, *arguments: Any) -> None:
        real(process, *arguments)
        call(process)

    monkeypatch.setattr(SemanticProcess, "__init__", made)


def test_the_index_is_the_same_whoever_writes(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[SemanticProcess]
) -> None:
    two = build([sources], tmp_path / "two", embedding.load())
    assert len(started) == 1 and started[0]._process.returncode is not None
    monkeypatch.setattr(building, "processes", lambda: 1)
    one = build([sources], tmp_path / "one", embedding.load())
    assert len(started) == 1
    assert two == one and two.passages >= 4
    bases = [tmp_path / name / one.generation for name in ("two", "one")]
    for path in sorted(path.relative_to(bases[1]) for path in bases[1].rglob("*") if path.is_file()):
        if path.parts[0] != store.LEXICAL and path.name not in (store.MANIFEST, checksums.CHECKSUMS):
            assert (bases[0] / path).read_bytes() == (bases[1] / path).read_bytes(), path
    assert "counter" in open_index(tmp_path / "two").statements.vocabulary()


def kill(process: SemanticProcess) -> None:
    process._process.kill()


def fill(process: SemanticProcess) -> None:
    resource.prlimit(process._process.pid, resource.RLIMIT_FSIZE, (256, 256))


@pytest.mark.parametrize(("end", "reason"), [(kill, "exit status -9"), (fill, "File too large")])
def test_a_process_that_cannot_write_is_told_and_the_old_index_serves(
    sources: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    started: list[SemanticProcess],
    end: Callable[[SemanticProcess], None],
    reason: str,
) -> None:
    folder = tmp_path / "index"
    first = build([sources], folder, embedding.load())
    at_start(monkeypatch, end)
    with pytest.raises(CouncilError, match=f"could not be written .*{reason}.*the index is as it was"):
        build([sources], folder, embedding.load(), rebuild=True)
    assert len(started) == 2
    assert open_index(folder).generation == first.generation
    assert {path.name for path in folder.iterdir()} == {first.generation, store.CURRENT, ".lock"}


def test_where_the_rest_cannot_be_written_the_process_ends_too(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[SemanticProcess]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(building.GenerationWriter, "add_apart", full)
    with pytest.raises(CouncilError, match="No space left on device"):
        build([sources], tmp_path / "index", embedding.load())
    assert started[0]._process.returncode == -signal.SIGKILL
    assert [path.name for path in (tmp_path / "index").iterdir()] == [".lock"]


WRITING = """
import os, sys
from pathlib import Path
from indexer import store
from indexer.semantic_process import SemanticProcess
from indexer.spool import Spool

folder = Path(sys.argv[1])
os.mkfifo(folder / store.VECTORS)  # which nobody reads, so that the process waits for ever
with Spool(folder) as spool, SemanticProcess(folder, 384, (0,), spool, ()) as process:
    print(process._process.pid, flush=True)
    sys.stdin.readline()
"""


def runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux for what runs")
def test_the_process_ends_with_a_build_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITING, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        until = time.monotonic() + 30
        while not (tmp_path / store.SENTENCES).exists() and time.monotonic() < until:
            time.sleep(0.05)  # it has begun
        assert (tmp_path / store.SENTENCES).exists() and runs(process)
        parent.kill()
    while runs(process) and time.monotonic() < until:
        time.sleep(0.05)
    assert not runs(process)
