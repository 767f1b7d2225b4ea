"""A disk that is full while an index is built, and index files that are cut short while the service runs."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.build import build
from indexer.errors import CouncilError, IndexUnusableError
from indexer.store import current_generation, open_index
from service.engine import Engine
from service.query import understand


@pytest.fixture
def harbour_index(letters, embedder, tmp_path):
    """An index of two letters, and a folder with a third in which the sources for another build stand."""
    sources = Path(shutil.copytree(letters, tmp_path / "letters"))
    folder = tmp_path / "index"
    build([sources], folder, embedder)
    (sources / "third.txt").write_text("Ferries\n\n" + "Yukon plans berths for ferries. " * 400, encoding="utf-8")
    return sources, folder


def left(folder):
    return sorted(path.name for path in folder.iterdir() if path.name.startswith(".building"))


@pytest.mark.parametrize("kilobytes", [2, 5, 40])
def test_a_file_that_may_not_grow_ends_the_build_and_the_old_index_serves(harbour_index, kilobytes):
    sources, folder = harbour_index
    before = current_generation(folder)
    failed = subprocess.run(
        [sys.executable, "-m", "service", "index", str(sources), "--index", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024)),
    )
    assert failed.returncode == 1, failed.stderr
    assert "could not be written" in failed.stderr and "the index is as it was; make room" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert current_generation(folder) == before and left(folder) == []
    assert len(open_index(folder).documents()) == 2


def test_a_full_disk_at_any_size_ends_the_build_and_the_old_index_serves(harbour_index, embedder, tmp_path):
    sources, built = harbour_index
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        folder = Path(shutil.copytree(built, disk / "index"))
        # What the files take, a page or more each, and some for the folders.
        size = sum(512 * path.stat().st_blocks for path in disk.rglob("*"))
        refused = 0
        for room in range(0, 6_000_000, 50_000):
            subprocess.run(["mount", "-o", f"remount,size={size // 4096 * 4096 + 65_536 + room}", disk], check=True)
            before = current_generation(folder)
            try:
                build([sources], folder, embedder)
            except CouncilError as error:
                refused += 1
                assert "could not be written" in str(error)
                assert current_generation(folder) == before and left(folder) == []
                assert len(open_index(folder).documents()) == 2
            else:
                break
        assert refused and len(open_index(folder).documents()) == 3
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.parametrize("name", ["vectors.faiss", "passages.sqlite", "lexical/members/*.store", "lexical/*/*.term"])
def test_a_file_cut_short_under_an_engine_gives_no_answer(harbour_index, name):
    _, folder = harbour_index
    engine = Engine(folder)
    query = understand("Who offers booking of berths?")
    assert engine.answer(query).citations
    for path in folder.glob(f"g*/{name}"):
        os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(IndexUnusableError, match="build the index again"):
        engine.answer(query)
    with pytest.raises(IndexUnusableError):
        open_index(folder)


def test_a_new_generation_mends_it_without_a_restart(harbour_index, embedder):
    sources, folder = harbour_index
    engine = Engine(folder)
    (vectors,) = folder.glob("g*/vectors.faiss")
    os.truncate(vectors, 100)
    with pytest.raises(IndexUnusableError):
        engine.index()
    build([sources], folder, embedder, rebuild=True)
    assert len(engine.index().documents()) == 3
