from __future__ import annotations

import json

import pytest

from indexer.data_folder import data_folder
from service.access import CallerRole
from service.identity import keys
from service.state import State


@pytest.fixture
def state(tmp_path):
    return State(tmp_path / "data")


def audit(state):
    return [tuple(row)[2:6] for row in state.rows("SELECT * FROM audit ORDER BY number")]


def test_create_prints_the_key_alone_once_and_writes_it_down(main, state):
    data = state.path.parent
    made = main("keys", "create", "--role", "secretariat", "--name", "Ann Lee", "--data", data)
    assert made.returncode == 0
    text = made.stdout.removesuffix("\n")
    found = keys.find(state, text)
    assert (found.role, found.name, found.expires) == (CallerRole.SECRETARIAT, "Ann Lee", None)
    assert "not shown again" in made.stderr and text not in made.stderr
    assert audit(state) == [("command line", "administrator", "key.create", found.id)]
    listing = main("keys", "list", "--data", data)
    assert listing.returncode == 0 and "Ann Lee" in listing.stdout
    shown = main("keys", "list", "--json", "--data", data)
    (entry,) = json.loads(shown.stdout)
    assert (entry["id"], entry["condition"], entry["revoked"]) == (found.id, "active", None)
    secret = text.split("_", 2)[2]
    kept = state.rows("SELECT hash FROM keys")[0]["hash"]
    assert not any(word in listing.stdout + shown.stdout for word in (secret, kept))


def test_revoke_ends_it_and_says_so_once_in_the_audit_log(main, state):
    key, text = keys.make(state, CallerRole.MEMBER, "Ann")
    revoked = main("keys", "revoke", key.id, "--data", state.path.parent)
    assert revoked.returncode == 0 and key.id in revoked.stdout
    with pytest.raises(keys.UnusableKeyError):
        keys.find(state, text)
    again = main("keys", "revoke", text, "--data", state.path.parent)
    assert again.returncode == 0 and "already" in again.stdout and text not in again.stdout
    assert audit(state) == [("command line", "administrator", "key.revoke", key.id)]
    assert "revoked" in main("keys", "list", "--data", state.path.parent).stdout


def test_what_cannot_be_is_refused_with_the_mend(main, state, tmp_path):
    data = state.path.parent
    unknown = main("keys", "revoke", "council_x_secret", "--data", data)
    assert unknown.returncode == 1
    assert "council keys list" in unknown.stderr and "secret" not in unknown.stderr
    for words, told in (
        (["--role", "member", "--name", ""], "--name"),
        (["--role", "member", "--name", "Ann", "--expires", "tomorrow"], "YYYY-MM-DD"),
        (["--role", "member", "--name", "Ann", "--expires", "20270331"], "YYYY-MM-DD"),
        (["--role", "member", "--name", "Ann", "--expires", "9999-12-31"], "YYYY-MM-DD"),
        (["--role", "member", "--name", "Ann", "--expires", "2020-01-01"], "past"),
        (["--role", "anonymous", "--name", "Ann"], "member"),
        (["--role", "member"], "--name"),
    ):
        refused = main("keys", "create", *words, "--data", data)
        assert refused.returncode == 2 and told in refused.stderr and not refused.stdout, words
    assert "create" in main("keys", "list", "--data", data).stdout
    assert not data.exists()
    (tmp_path / "taken").write_text("no folder", encoding="utf-8")
    failed = main("keys", "create", "--role", "member", "--name", "Ann", "--data", tmp_path / "taken")
    assert failed.returncode == 1 and "cannot be used" in failed.stderr


def test_the_last_day_counts_to_its_end(main, state):
    made = main(
        "keys", "create", "--role", "member", "--name", "A", "--expires", "2099-03-31", "--data", state.path.parent
    )
    assert "2099-04-01 00:00 UTC" in made.stderr
    (key,) = keys.listed(state)
    assert key.expires is not None and key.expires.isoformat() == "2099-04-01T00:00:00+00:00"


def test_the_data_folder_is_that_of_the_index_or_the_environment(main, council, tmp_path, monkeypatch):
    monkeypatch.delenv("COUNCIL_DATA", raising=False)
    index = tmp_path / "index"
    ran = council("keys", "create", "--role", "member", "--name", "Ann", "--index", index)
    assert ran.returncode == 0, ran.stderr
    assert keys.find(State(data_folder(index)), ran.stdout.strip()).name == "Ann"
    monkeypatch.setenv("COUNCIL_DATA", str(tmp_path / "named"))
    text = main("keys", "create", "--role", "member", "--name", "Bob", "--index", index).stdout.strip()
    assert keys.find(State(tmp_path / "named"), text).name == "Bob"
