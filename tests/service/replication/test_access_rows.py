"""Keys and signing secrets follow the source; what the replica remembers itself stays."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from indexer.errors import CouncilError
from service import audit
from service.access import Caller, CallerRole
from service.identity import keys
from service.identity.signing import signer
from service.replication.access_rows import take_over
from service.state import DATABASE, State


@pytest.fixture
def source(tmp_path):
    state = State(tmp_path / "source")
    yield state
    state.close()


@pytest.fixture
def replica(tmp_path):
    state = State(tmp_path / "replica")
    yield state
    state.close()


def follow(source, replica):
    return take_over(source.path.parent, replica)


@pytest.mark.parametrize("running", [True, False])
def test_keys_and_secrets_are_those_of_the_source(source, replica, running):
    key, text = keys.make(source, CallerRole.SECRETARIAT, "Ann")
    signed = signer(source, "session").sign("x")
    if not running:
        source.close()
    assert source.path.with_name(f"{DATABASE}-wal").exists() is running
    assert follow(source, replica)
    assert keys.find(replica, text).id == key.id
    assert signer(replica, "session").unsign(signed) == b"x"
    assert not follow(source, replica)


def test_a_revocation_follows_and_ends_the_sessions_of_the_key(source, replica):
    (key, text), (other, other_text) = (keys.make(source, CallerRole.MEMBER, name) for name in ("Ann", "Luc"))
    follow(source, replica)
    with replica.writing() as connection:
        for one in (key, other):
            connection.execute("INSERT INTO sessions VALUES (?, ?, NULL, 'n', 'n', 'member', '2999')", (one.id, one.id))
    keys.find(replica, other_text)
    keys.revoke(source, key.id)
    assert follow(source, replica)
    with pytest.raises(keys.UnusableKeyError, match="revoked"):
        keys.find(replica, text)
    assert [row["key"] for row in replica.rows("SELECT key FROM sessions")] == [other.id]
    assert keys.by_id(replica, other.id).used is not None  # when it was used here is known here


def test_what_the_replica_remembers_stays_and_what_the_source_does_stays_there(source, replica):
    keys.make(source, CallerRole.MEMBER, "Ann")
    audit.record(source, Caller(), "at.source")
    audit.record(replica, Caller(), "at.replica")
    follow(source, replica)
    assert [row["action"] for row in replica.rows("SELECT action FROM audit")] == ["at.replica"]
    assert "at.replica" not in [row["action"] for row in source.rows("SELECT action FROM audit")]


def test_a_source_without_a_memory_has_no_keys(source, replica):
    assert not follow(source, replica)
    assert not replica.exists() and not source.exists()


def test_keys_that_are_gone_altogether_are_not_followed(source, replica):
    _, text = keys.make(source, CallerRole.MEMBER, "Ann")
    follow(source, replica)
    source.close()
    for path in source.path.parent.iterdir():
        path.unlink()
    with pytest.raises(CouncilError, match="no keys any more"):
        follow(source, replica)
    assert keys.find(replica, text)


def test_a_database_that_was_brought_damaged_changes_nothing(source, replica):
    for number in range(200):
        _, text = keys.make(source, CallerRole.MEMBER, f"member {number}")
    follow(source, replica)
    with closing(sqlite3.connect(source.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    source.close()
    whole = source.path.read_bytes()
    source.path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CouncilError, match="council replicate there"):
        follow(source, replica)
    assert keys.find(replica, text) and len(keys.listed(replica)) == 200


def test_one_that_was_brought_is_read_where_nothing_can_be_written(source, replica, tmp_path):
    keys.make(source, CallerRole.MEMBER, "Ann")
    source.close()
    brought = tmp_path / "brought"
    shutil.copytree(source.path.parent, brought)
    before = {path.name: path.read_bytes() for path in brought.iterdir()}
    assert take_over(brought, replica)
    assert {path.name: path.read_bytes() for path in brought.iterdir()} == before  # no log, no shared memory
