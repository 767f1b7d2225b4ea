from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexer.build import build
from indexer.store import current_generation
from service import doctor
from service.doctor import Installed
from service.server_settings import Settings
from service.state import DATABASE, State


@pytest.fixture
def installed(letters, embedder, tmp_path):
    """A sound installation with a key."""
    sources = Path(shutil.copytree(letters, tmp_path / "letters"))
    index = tmp_path / "index"
    build([sources], index, embedder)
    data = tmp_path / "index-data"
    state = State(data)
    with state.writing() as connection:
        connection.execute("INSERT INTO keys (id, name, role, hash, made) VALUES ('k', 'n', 'member', 'h', 'now')")
    state.close()
    return Installed(index, data, Settings(index=index))


def found(at, check):
    """The findings of a check, worst first."""
    order = {"fault": 0, "warning": 1, "ok": 2}
    return sorted((f for f in doctor.look(at) if f.check == check), key=lambda f: order[f.level])


def worst(at, check):
    return found(at, check)[0]


def generation(at):
    return at.index / current_generation(at.index)


def test_a_sound_installation_has_no_fault(installed):
    findings = doctor.look(installed)
    assert [f for f in findings if f.level == "fault"] == []
    assert {"python", "libraries", "index", "index database", "sources", "keys", "reach", "clock", "ocr"} <= {
        f.check for f in findings
    }


def test_whatever_is_not_ok_has_a_mend(installed):
    shutil.rmtree(installed.index)
    assert all(bool(f.mend) is (f.level != "ok") for f in doctor.look(installed))


def test_looking_changes_nothing(installed):
    def state():
        return {p: (p.stat().st_mtime_ns, p.stat().st_mode) for p in installed.index.parent.rglob("*") if p.is_file()}

    before = state()
    doctor.look(installed)
    after = state()
    assert {path: after[path] for path in before} == before


def test_no_index(installed):
    shutil.rmtree(installed.index)
    finding = worst(installed, "index")
    assert finding.level == "fault" and "no index here" in finding.found and "council index" in finding.mend


@pytest.mark.parametrize("name", ["vectors.faiss", "passages.sqlite", "manifest.json", "lexical/members/*.term"])
def test_files_of_the_index_cut_short(installed, name):
    for path in generation(installed).glob(name):
        os.truncate(path, path.stat().st_size // 2)
    finding = worst(installed, "index")
    assert finding.level == "fault" and "--rebuild" in finding.mend


def test_a_generation_that_is_named_and_not_there(installed):
    (installed.index / "CURRENT").write_text("g000009\n", encoding="utf-8")
    assert worst(installed, "index").level == "fault"


def test_another_format_or_model(installed):
    path = generation(installed) / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"format_version": 99}))
    assert "format version 99" in worst(installed, "index").found
    path.write_text(json.dumps(manifest | {"model": "other"}))
    assert "model other" in worst(installed, "index").found


def test_a_database_of_the_index_with_damage_inside(installed):
    path = generation(installed) / "passages.sqlite"
    content = bytearray(path.read_bytes())
    with sqlite3.connect(path) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'documents'").fetchone()
    connection.close()
    content[(page - 1) * 4096 : (page - 1) * 4096 + 64] = bytes(64)
    path.write_bytes(content)
    assert worst(installed, "index database").level == "fault"


def test_sources_that_went_or_changed(installed):
    folder = installed.index.parent / "letters"
    (folder / "harbour.txt").write_text("changed", encoding="utf-8")
    (folder / "forets.txt").unlink()
    told = {finding.mend: finding for finding in found(installed, "sources")}
    assert all(finding.level == "warning" for finding in told.values())
    assert any("harbour.txt" in f.found and "changed" in f.found for f in told.values())
    assert any("forets.txt" in f.found and "cannot be read" in f.found for f in told.values())


def test_leftovers_of_a_killed_build(installed):
    (installed.index / ".building-g000002").mkdir()
    assert ".building-g000002" in worst(installed, "leftovers").found


def test_a_data_folder_or_file_that_others_may_read(installed):
    installed.data.chmod(0o755)
    assert worst(installed, "data folder").mend == f"chmod 700 {installed.data}"
    (installed.data / DATABASE).chmod(0o644)
    assert "chmod 600" in worst(installed, "data files").mend


def test_a_damaged_memory(installed):
    path = installed.data / DATABASE
    for left in installed.data.glob(f"{DATABASE}-*"):
        left.unlink()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    assert worst(installed, "service memory").level == "fault"
    path.write_bytes(b"no database at all" * 300)
    assert worst(installed, "service memory").level == "fault"


def test_keys_that_ended_or_end_soon(installed):
    def expiring(moment):
        with State(installed.data).writing() as connection:
            connection.execute("UPDATE keys SET expires = ?", [moment.isoformat()])

    expiring(datetime.now(UTC) + timedelta(days=3))
    assert worst(installed, "keys").level == "warning"
    expiring(datetime.now(UTC) - timedelta(days=3))
    assert worst(installed, "keys").level == "fault"
    expiring(datetime.now(UTC) + timedelta(days=300))
    assert worst(installed, "keys").level == "ok"


@pytest.mark.parametrize("setting", [{"host": "0.0.0.0"}, {"trusted_proxies": "10.0.0.1"}])
def test_others_reach_it_and_there_are_no_keys(installed, setting):
    at = Installed(installed.index, installed.data, Settings(index=installed.index, **setting))
    assert worst(at, "reach").level == "ok"
    with State(installed.data).writing() as connection:
        connection.execute("DELETE FROM keys")
    assert worst(at, "reach").level == "fault"
    assert worst(installed, "reach").level == "ok"


def test_decisions_that_cannot_be_read(installed):
    (installed.data / "overrides.json").write_text("{", encoding="utf-8")
    assert worst(installed, "decisions").level == "fault"


def test_a_disk_with_little_room(installed, monkeypatch):
    monkeypatch.setattr(doctor, "LEAST_FREE", 1 << 62)
    assert "make room" in worst(installed, "index folder").mend


def test_folders_that_cannot_be_written(installed):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    installed.index.chmod(0o500)
    assert worst(installed, "index folder").level == "fault"


def test_no_tesseract(installed, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert worst(installed, "ocr").level == "warning"


def test_a_clock_that_was_never_set(installed):
    path = generation(installed) / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"created": (datetime.now(UTC) + timedelta(days=2)).isoformat()}))
    assert worst(installed, "clock").mend == "set the clock"


def test_few_open_files(installed):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        assert "ulimit" in worst(installed, "open files").mend
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_library_that_does_not_fit(installed, monkeypatch):
    monkeypatch.setattr("importlib.metadata.requires", lambda name: ["no-such-library>=1", "numpy>=999"])
    told = worst(installed, "libraries").found
    assert "no-such-library is missing" in told and "numpy" in told


def test_the_command(installed, main, monkeypatch):
    good = main("doctor", "--index", installed.index)
    assert good.returncode == 0 and "fault" not in good.stdout
    installed.data.chmod(0o755)
    bad = main("doctor", "--index", installed.index, "--json")
    assert bad.returncode == 1
    assert {"check", "level", "found", "mend"} == set(json.loads(bad.stdout)[0])
    assert "mend: chmod 700" in main("doctor", "--index", installed.index).stdout
    installed.data.chmod(0o700)
    monkeypatch.setenv("COUNCIL_PORT", "many")
    told = main("doctor", "--index", installed.index)
    assert told.returncode == 1 and "COUNCIL_PORT" in told.stdout and "ok       index:" in told.stdout
