from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import signal
import stat
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import overrides
from indexer.build import build
from indexer.checksums import FileDigest
from indexer.documents import Distribution
from indexer.errors import CouncilError, SettingError
from indexer.overrides import Override
from indexer.store import current_generation, open_index
from service import audit, locks
from service.access import LOCAL
from service.backup import BackupManifest, DamagedBackupError, read_backup, write_backup
from service.engine import Engine
from service.restore import restore
from service.state import DATABASE, State

HASH = "0123456789abcdef"


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder, but for what SQLite and locks keep for themselves."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith((".", DATABASE))
    }


def entries(data: Path) -> list[str]:
    state = State(data)
    try:
        return [row["subject"] for row in state.rows("SELECT subject FROM audit ORDER BY number")]
    finally:
        state.close()


@pytest.fixture
def installed(letters, embedder, tmp_path):
    """An installation with an index, an upload, a decision, a key, a secret and an entry in the audit log."""
    index, data = tmp_path / "here" / "index", tmp_path / "here" / "index-data"
    (data / "documents").mkdir(parents=True)
    (data / "documents" / "phares.txt").write_text("Les phares\n\nLe Québec repeint ses phares.\n", encoding="utf-8")
    build([letters], index, embedder)
    some = open_index(index).documents()[0].id
    overrides.change(data, some, lambda old: Override(distribution=Distribution.SECRETARIAT))
    state = State(data)
    with state.writing() as connection:
        connection.execute(
            "INSERT INTO keys (id, name, role, hash, made) VALUES ('k', 'n', 'member', ?, 'now')", [HASH]
        )
        connection.execute("INSERT INTO secrets VALUES ('session', ?)", [b"sesame-sesame-sesame"])
    audit.record(state, LOCAL, "document.read", subject="first")
    state.close()
    return index, data


@pytest.fixture
def archive(installed, tmp_path):
    out = tmp_path / "kept.tar.gz"
    write_backup(*installed, out)
    return out


def test_a_round_trip_gives_the_same_installation(installed, archive, tmp_path):
    index, data = installed
    there, there_data = tmp_path / "there", tmp_path / "there-data"
    restore(archive, there, there_data)
    assert contents(there / current_generation(there)) == contents(index / current_generation(index))
    assert contents(there_data) == contents(data)
    assert entries(there_data) == ["first"]
    assert State(there_data).rows("SELECT hash FROM keys")[0]["hash"] == HASH
    assert [d.id for d in Engine(there).index().documents()] == [d.id for d in Engine(index).index().documents()]
    assert stat.S_IMODE(there_data.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in there_data.rglob("*") if path.is_file()} == {0o600}
    assert [path.name for path in tmp_path.iterdir() if "restoring" in path.name] == []


def test_nobody_else_may_read_it_and_it_holds_no_secret(archive):
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert b"sesame" not in gzip.decompress(archive.read_bytes())
    with tarfile.open(archive) as opened:
        assert json.load(opened.extractfile("manifest.json"))["format_version"] == 1


def test_the_commands(installed, main, tmp_path):
    index, data = installed
    out = tmp_path / "kept.tar.gz"
    assert main("backup", "--index", index, "--out", out).returncode == 0
    assert "verified" in main("backup", "--verify", out).stdout
    assert main("backup", "--index", index, "--out", out).returncode == 2
    assert main("backup", "--index", index, "--out", tmp_path / "kept.zip").returncode == 2
    there = tmp_path / "there"
    assert main("restore", out, "--index", there).returncode == 0
    refused = main("restore", out, "--index", there)
    assert refused.returncode == 2 and "--force" in refused.stderr
    assert main("restore", out, "--index", there, "--force").returncode == 0
    assert contents(tmp_path / "there-data") == contents(data)
    out.write_bytes(out.read_bytes()[:-100])
    damaged = main("backup", "--verify", out)
    assert damaged.returncode == 1 and "damaged" in damaged.stderr


def test_nothing_to_keep_is_told(main, tmp_path):
    failed = main("backup", "--index", tmp_path / "none", "--out", tmp_path / "kept.tar.gz")
    assert failed.returncode == 1 and "neither an index nor a data folder" in failed.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_never_overwritten_unasked(archive, tmp_path):
    data = tmp_path / "there-data"
    data.mkdir()
    (data / "own.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SettingError, match="--force"):
        restore(archive, tmp_path / "there", data)
    assert contents(data) == {"own.txt": b"mine"}


def test_an_engine_that_is_open_follows_a_restore(installed, archive):
    index, data = installed
    engine = Engine(index)
    (data / "documents" / "phares.txt").unlink()
    before = engine.index().generation
    restore(archive, index, data, force=True)
    assert engine.index().generation != before
    assert (data / "documents" / "phares.txt").exists()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), inside=st.booleans())
def test_one_bit_flipped_anywhere_is_noticed_and_nothing_is_put_in_place(small, place, bit, inside):
    """In the file itself, or in what it holds compressed anew, where gzip's own checksum tells nothing."""
    content = bytearray(gzip.decompress(small.read_bytes()) if inside else small.read_bytes())
    at = int(place * len(content))
    content[at] ^= 1 << bit
    damaged = small.with_name("damaged.tar.gz")
    damaged.write_bytes(gzip.compress(bytes(content), 1) if inside else bytes(content))
    there, there_data = small.parent / "there", small.parent / "there-data"
    try:
        found = read_backup(damaged)
    except CouncilError:
        with pytest.raises(CouncilError):
            restore(damaged, there, there_data)
        assert current_generation(there) is None and not there_data.exists()
    else:
        # Bits that say nothing of the content: the time in a header, padding.
        assert found.members == read_backup(small).members


@pytest.fixture
def small(tmp_path):
    data = tmp_path / "index-data"
    (data / "documents").mkdir(parents=True)
    for number in range(3):
        (data / "documents" / f"{number}.txt").write_bytes(os.urandom(700))
    out = tmp_path / "small.tar.gz"
    write_backup(tmp_path / "index", data, out)
    return out


def made(path: Path, files: dict[str, bytes], *, kind: bytes = tarfile.REGTYPE, listed: bool = True) -> Path:
    """An archive with these members and a manifest that agrees."""
    manifest = BackupManifest(
        program="x",
        created="x",
        generation=None,
        members={
            name: FileDigest(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
            for name, content in files.items()
            if listed
        },
    )
    with tarfile.open(path, "w:gz") as archive:
        for name, content in [*files.items(), ("manifest.json", manifest.model_dump_json().encode())]:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            if name != "manifest.json":
                entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../out.txt",
        "/tmp/out.txt",
        "data/../../out.txt",
        "data/./x",
        "data//x",
        "data/.lock",
        "other/x",
        "data",
        "index/",
        "data/a\\..\\b",
    ],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path, name):
    with pytest.raises(DamagedBackupError):
        restore(made(tmp_path / "bad.tar.gz", {name: b"x"}), tmp_path / "a" / "ix", tmp_path / "a" / "ix-data")
    assert not (tmp_path / "out.txt").exists() and not (tmp_path / "a" / "ix-data").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_what_is_no_file_is_refused(tmp_path, kind):
    with pytest.raises(DamagedBackupError):
        read_backup(made(tmp_path / "bad.tar.gz", {"data/x": b""}, kind=kind), tmp_path / "into")


def test_members_that_the_manifest_does_not_list_are_refused(tmp_path):
    assert read_backup(made(tmp_path / "good.tar.gz", {"data/x": b"x"})).members
    with pytest.raises(DamagedBackupError, match="data/x"):
        read_backup(made(tmp_path / "bad.tar.gz", {"data/x": b"x"}, listed=False))


@pytest.mark.parametrize("content", [b"", b"no archive", gzip.compress(b"no archive"), gzip.compress(b"")])
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "bad.tar.gz").write_bytes(content)
    with pytest.raises(DamagedBackupError):
        read_backup(tmp_path / "bad.tar.gz")


def test_a_backup_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CouncilError, match="could not be read"):
        read_backup(tmp_path / "none.tar.gz")


@pytest.mark.parametrize("lock", [locks.SERVING, locks.BUILD])
def test_a_running_service_or_build_is_not_pulled_from_under(installed, archive, lock):
    index, data = installed
    before = contents(index)
    with locks.held(index / lock, shared=lock == locks.SERVING), pytest.raises(CouncilError, match="restore again"):
        restore(archive, index, data, force=True)
    assert contents(index) == before


def test_a_backup_during_writes_is_of_one_moment(installed, tmp_path):
    """What is written is counted in the audit log and in an upload together: the log never tells of more."""
    index, data = installed
    ended = threading.Event()

    def write() -> None:
        state = State(data)
        for number in range(10_000):
            if ended.is_set():
                break
            (data / "documents" / f"up{number}.txt").write_text(f"{number}\n", encoding="utf-8")
            audit.record(state, LOCAL, "document.upload", subject=f"up{number}.txt")
            if number > 20:
                (data / "documents" / f"up{number - 20}.txt").unlink()
        state.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            out = tmp_path / f"{number}.tar.gz"
            write_backup(index, data, out)
            there, there_data = tmp_path / f"there{number}", tmp_path / f"there{number}-data"
            restore(out, there, there_data)
            told = [name for name in entries(there_data) if name != "first"]
            assert told == [f"up{n}.txt" for n in range(len(told))]
            time.sleep(0.05)
    finally:
        ended.set()
        writer.join()
    assert len(entries(there_data)) > 1


RESTORE = "import sys; from pathlib import Path; from service.restore import restore; print('go', flush=True); "
RESTORE += "restore(*(Path(a) for a in sys.argv[1:]), force=True)"


def test_a_restore_that_is_killed_leaves_each_folder_whole_and_can_be_run_again(installed, archive):
    index, data = installed
    kept = contents(data)
    (data / "documents" / "later.txt").write_text("Later\n\nMore of the lighthouses of the north.\n", encoding="utf-8")
    later = contents(data)
    for turn in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", RESTORE, str(archive), str(index), str(data)], stdout=subprocess.PIPE
        )
        process.stdout.readline()
        time.sleep(turn * 0.012)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert contents(data) in (kept, later)
        assert len(open_index(index).documents()) == 3
        assert entries(data) == ["first"]
    restore(archive, index, data, force=True)
    assert contents(data) == kept and entries(data) == ["first"]
    assert [p.name for p in data.parent.iterdir() if "restoring" in p.name] == []
    assert [p.name for p in index.iterdir() if p.name.startswith(".building")] == []


def test_a_database_of_another_make_is_not_put_in_place(tmp_path):
    path = made(tmp_path / "bad.tar.gz", {f"data/{DATABASE}": b"no database" * 100})
    with pytest.raises(CouncilError):
        restore(path, tmp_path / "ix", tmp_path / "ix-data")
    assert not (tmp_path / "ix-data").exists()
