from __future__ import annotations

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from watched import ROOT, Watched, known_as

from indexer.errors import CouncilError
from indexer.store import open_index
from service import audit, audit_entries
from service.access import LOCAL, Action, Caller, CallerRole, decide
from service.audit_entries import AuditEntry, AuditFilters, AuditPage
from service.formulas import restored
from service.identity import keys
from service.state import State

ADMINISTRATOR = known_as("administrator", "root")
KEYED = Caller(CallerRole.SECRETARIAT, "k1", "key")


@pytest.fixture
def watched(harbour, tmp_path):
    return Watched(harbour, tmp_path / "data")


@pytest.fixture
def client(watched):
    with watched as opened:
        yield opened


@pytest.fixture
def state(tmp_path):
    return State(tmp_path / "data")


def listed(client, **parameters):
    response = client.get("/v1/audit", params=parameters, headers=ADMINISTRATOR)
    assert response.status_code == 200, response.text
    return AuditPage.model_validate_json(response.content)


def written(state, *, days_ago=0, number=1, action="document.delete", caller=KEYED, subject="d1", detail=None):
    for _ in range(number):
        audit.record(state, caller, action, subject=subject, detail=detail)
    if days_ago:
        at = (datetime.now(UTC) - timedelta(days=days_ago)).isoformat(timespec="milliseconds")
        with state.writing() as connection:
            connection.execute(
                "UPDATE audit SET at = ? WHERE number > (SELECT max(number) FROM audit) - ?", (at, number)
            )


# Who opened what


def test_who_opens_a_document_or_a_passage_is_on_record(client, harbour):
    index = open_index(harbour)
    first, second = list(index.documents())[:2]
    passage = next(iter(index.passages(second.id)))
    assert client.get(f"/v1/documents/{first.id}", headers=known_as("member", "k-ann")).status_code == 200
    assert client.get(f"/v1/passages/{passage.id}", headers=known_as("secretariat", "k-bob")).status_code == 200
    assert client.get(f"/v1/documents/{first.id}x", headers=known_as("member", "k-ann")).status_code == 404
    client.get("/v1/documents", headers=known_as("member", "k-ann"))
    latest, earlier = listed(client).entries
    assert (earlier.caller, earlier.role, earlier.action, earlier.subject) == (
        "k-ann",
        "member",
        "document.read",
        first.id,
    )
    assert (latest.caller, latest.subject, latest.outcome) == ("k-bob", second.id, "done")
    assert latest.number > earlier.number and latest.request and latest.request != earlier.request
    assert abs(datetime.now(UTC) - datetime.fromisoformat(latest.at)) < timedelta(minutes=1)


def test_the_id_of_a_key_is_on_record_and_never_the_key(client, harbour, watched):
    key, text = keys.make(watched.at.state, CallerRole.ADMINISTRATOR, "Ann")
    document = next(iter(open_index(harbour).documents()))
    headers = {"Authorization": f"Bearer {text}"}
    assert client.get(f"/v1/documents/{document.id}", headers=headers).status_code == 200
    response = client.get("/v1/audit", params={"action": "document.read"}, headers=headers)
    (entry,) = AuditPage.model_validate_json(response.content).entries
    assert (entry.caller, entry.role, entry.subject) == (key.id, "administrator", document.id)
    whole = b"".join(path.read_bytes() for path in (watched.at.data).glob("service.sqlite*"))
    assert text.split("_", 2)[2].encode() not in whole


def test_without_keys_nobody_can_be_told_apart_and_nothing_is_written(client, harbour, watched):
    document = next(iter(open_index(harbour).documents()))
    assert client.get(f"/v1/documents/{document.id}").status_code == 200
    assert not watched.at.state.exists()


def test_a_document_is_not_shown_to_somebody_who_would_not_be_on_record(client, harbour, watched):
    document = next(iter(open_index(harbour).documents()))
    path, member = f"/v1/documents/{document.id}", known_as("member")
    assert client.get(path, headers=member).status_code == 200
    with watched.at.state.writing() as connection:
        connection.execute("ALTER TABLE audit RENAME TO away")
    for language, title in (("en", "put on record"), ("fr", "consigné")):
        refused = client.get(path, headers=member | {"Accept-Language": language})
        assert refused.status_code == 503 and title in refused.json()["title"]
        assert refused.headers["content-type"] == "application/problem+json"
        assert document.title not in refused.text
    assert client.get("/v1/search", params={"q": "quays"}, headers=member).status_code == 200
    with watched.at.state.writing() as connection:
        connection.execute("ALTER TABLE away RENAME TO audit")
    assert client.get(path, headers=member).status_code == 200
    assert len(listed(client).entries) == 2


def test_entries_written_at_the_same_time_are_all_there(client, harbour):
    documents = [document.id for document in open_index(harbour).documents()]

    def read(name):
        with httpx.Client(base_url=client.base_url, trust_env=False, timeout=30) as own:
            for document in documents * 5:
                assert own.get(f"/v1/documents/{document}", headers=known_as("member", name)).status_code == 200

    readers = [threading.Thread(target=read, args=(f"k{number}",)) for number in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    entries = listed(client, limit=1000).entries
    counts = {}
    for entry in entries:
        counts[entry.caller, entry.subject] = counts.get((entry.caller, entry.subject), 0) + 1
    assert counts == {(f"k{number}", document): 5 for number in range(8) for document in documents}


def test_what_was_acknowledged_outlasts_a_process_that_is_killed(tmp_path):
    """Entries are counted as they are acknowledged, by a process that is killed in the midst of writing."""
    program = (
        "import sys; from pathlib import Path; from service import audit; from service.state import State\n"
        "from service.access import Caller, CallerRole\n"
        "state, who = State(Path(sys.argv[1])), Caller(CallerRole.MEMBER, 'k1', 'key')\n"
        "for number in range(10**6):\n"
        "    audit.opened(state, who, f'd{number}'); print(number, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    lines = [process.stdout.readline() for _ in range(100)]
    process.send_signal(signal.SIGKILL)
    lines += process.stdout.readlines()
    process.wait()
    acknowledged = int(lines[-1])
    assert acknowledged >= 99
    found = [row["subject"] for row in State(tmp_path).rows("SELECT subject FROM audit ORDER BY number")]
    assert found[: acknowledged + 1] == [f"d{number}" for number in range(acknowledged + 1)]


def test_an_opening_does_not_wait_for_the_disk_and_other_entries_do(state):
    audit.opened(state, KEYED, "d1")
    assert state.rows("PRAGMA synchronous")[0][0] == 1
    audit.record(state, KEYED, "document.delete", subject="d1")
    assert state.rows("PRAGMA synchronous")[0][0] == 2
    audit.opened(state, LOCAL, "d1")
    assert len(state.rows("SELECT * FROM audit")) == 2


# Refusals


def test_what_a_key_may_not_do_is_on_record_and_what_nobody_asks_is_not(client):
    assert client.get("/v1/audit", headers=known_as("member", "k-ann")).status_code == 403
    assert client.get("/metrics", headers=known_as("member", "k-ann")).status_code == 403
    assert client.get("/v1/audit").status_code == 401
    found = [(entry.caller, entry.action, entry.outcome) for entry in listed(client).entries]
    assert found == [("k-ann", "see_state", "refused"), ("k-ann", "read_audit", "refused")]


def test_a_refusal_stands_where_it_cannot_be_written(client, watched):
    audit.record(watched.at.state, KEYED, "x")
    with watched.at.state.writing() as connection:
        connection.execute("DROP TABLE audit")
    assert client.get("/v1/audit", headers=known_as("member")).status_code == 403


@pytest.mark.parametrize("role", CallerRole)
def test_only_administrators_read_it(client, role):
    response = client.get("/v1/audit", headers=known_as(role))
    allowed = decide(Caller(role, "k", "key"), Action.READ_AUDIT).allowed
    assert response.status_code == (200 if allowed else 403)


# Reading


def test_pages_are_newest_first_and_do_not_shift_as_entries_come(client, watched):
    written(watched.at.state, number=7)
    first = listed(client, limit=3)
    written(watched.at.state, number=2)
    second = listed(client, limit=3, before=first.next)
    third = listed(client, limit=3, before=second.next)
    numbers = [entry.number for page in (first, second, third) for entry in page.entries]
    assert numbers == [7, 6, 5, 4, 3, 2, 1] and third.next is None
    assert listed(client, limit=9).next is None


def test_filters_hold(client, watched):
    state = watched.at.state
    written(state, action="document.read", subject="d1")
    written(state, action="document.delete", subject="d2", caller=Caller(CallerRole.ADMINISTRATOR, "k2", "key"))
    written(state, action="document.read", subject="d2", days_ago=400)
    oldest, second, first = (entry.at[:10] for entry in listed(client).entries)
    assert [entry.number for entry in listed(client, action="document.read").entries] == [3, 1]
    assert [entry.number for entry in listed(client, subject="d2").entries] == [3, 2]
    assert [entry.number for entry in listed(client, caller="k2").entries] == [2]
    assert [entry.number for entry in listed(client, caller="k2", action="document.read").entries] == []
    for cut in (4, 7, 10):
        then, now, since = oldest[:cut], second[:cut], first[:cut]
        assert [entry.number for entry in listed(client, **{"from": since}).entries] == [2, 1]
        assert [entry.number for entry in listed(client, to=then).entries] == [3]
        assert [entry.number for entry in listed(client, **{"from": then, "to": now}).entries] == [3, 2, 1]


@pytest.mark.parametrize(
    "parameters", [{"from": "yesterday"}, {"from": "2026-02-31"}, {"limit": 0}, {"before": 0}, {"who": "x"}]
)
def test_parameters_that_mean_nothing_are_refused(client, parameters):
    assert client.get("/v1/audit", params=parameters, headers=ADMINISTRATOR).status_code == 422


def test_an_audit_log_that_was_never_written_is_empty(client):
    assert listed(client) == AuditPage(entries=[], next=None)


# Keeping no longer than it may be


def test_old_entries_are_removed_and_that_is_an_entry(state):
    written(state, number=3, days_ago=31)
    written(state, number=2, days_ago=29)
    assert audit.prune(state, 30) == 3
    assert audit.prune(state, 30) == 0
    entries = list(audit_entries.every(state, AuditFilters()))
    assert [entry.number for entry in entries] == [4, 5, 6]
    assert (entries[-1].caller, entries[-1].action) == ("system", "audit.prune") and "3" in entries[-1].detail
    written(state)
    assert list(audit_entries.every(state, AuditFilters()))[-1].number == 7


def test_nothing_is_made_where_there_is_nothing_to_remove(state):
    assert audit.prune(state, 1) == 0
    assert not state.exists()


def test_a_server_removes_old_entries_when_it_starts(harbour, tmp_path):
    written(State(tmp_path / "data"), number=2, days_ago=40)
    with Watched(harbour, tmp_path / "data", audit_days=30) as client:
        until = time.monotonic() + 20
        while [entry.action for entry in listed(client).entries] != ["audit.prune"]:
            assert time.monotonic() < until
            time.sleep(0.05)


# The command


def test_the_command_writes_all_of_it_out_and_safe_for_spreadsheets(main, harbour, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNCIL_DATA", str(tmp_path / "data"))
    state = State(tmp_path / "data")
    formula = '=HYPERLINK("http://x.example"; "d1")'
    written(state, subject=formula, detail="@sum, “é”\nnext line")
    written(state, action="document.read", number=1100)
    out = tmp_path / "out" / "audit.csv"
    assert main("audit", "export", "--index", harbour, "--format", "csv", "--out", out).returncode == 0
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 1101 and list(rows[0]) == list(AuditEntry.model_fields)
    assert rows[0]["subject"] == "'" + formula and restored(rows[0]["subject"]) == formula
    assert rows[0]["detail"].startswith("'@sum")
    printed = main("audit", "export", "--index", harbour, "--action", "document.delete")
    (entry,) = [AuditEntry.model_validate(json.loads(line)) for line in printed.stdout.splitlines()]
    assert entry.subject == formula
    assert main("audit", "export", "--index", harbour, "--to", "2001").stdout == ""
    assert len(main("audit", "export", "--index", harbour, "--from", "2001").stdout.splitlines()) == 1101


def test_the_command_removes_old_entries(main, harbour, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNCIL_DATA", str(tmp_path / "data"))
    state = State(tmp_path / "data")
    written(state, number=2, days_ago=800)
    written(state, number=1, days_ago=20)
    assert main("audit", "prune", "--index", harbour).stdout == "2 entries removed\n"  # older than two years
    assert main("audit", "prune", "--index", harbour, "--days", "10").stdout == "1 entry removed\n"


@pytest.mark.parametrize(
    ("arguments", "status", "named"),
    [
        (["export"], 1, "nothing has been kept yet"),
        (["export", "--from", "soon"], 2, "YYYY"),
        (["export", "--days", "3"], 2, "--from and --to"),
        (["prune", "--days", "0"], 2, "1 or more"),
        (["prune", "--format", "csv"], 2, "--format"),
        (["prune", "--from", "2020"], 2, "--from"),
    ],
)
def test_what_cannot_be_done_is_told_with_the_mend(main, harbour, tmp_path, monkeypatch, arguments, status, named):
    monkeypatch.setenv("COUNCIL_DATA", str(tmp_path / "none"))
    run = main("audit", *arguments, "--index", harbour)
    assert (run.returncode, run.stdout) == (status, "") and named in run.stderr


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"]), st.sampled_from(["2019", "2020", "2021"])),
        max_size=12,
    ),
    st.none() | st.sampled_from(["a", "b"]),
    st.none() | st.sampled_from(["x", "y"]),
    st.none() | st.sampled_from(["2020", "2020-06", "2020-06-15"]),
    st.none() | st.sampled_from(["2020", "2020-06", "2020-06-15"]),
)
def test_filters_hold_as_a_plain_loop_has_them(tmp_path_factory, entries, caller, action, date_from, date_to):
    state = State(tmp_path_factory.mktemp("audit"))
    for name, what, year in entries:
        written(state, caller=Caller(CallerRole.MEMBER, name, "key"), action=what)
        with state.writing() as connection:
            connection.execute(
                "UPDATE audit SET at = ? WHERE number = (SELECT max(number) FROM audit)",
                (f"{year}-06-15T10:00:00.000+00:00",),
            )
    filters = AuditFilters.model_validate({"caller": caller, "action": action, "from": date_from, "to": date_to})
    expected = [
        number
        for number, (name, what, year) in enumerate(entries, start=1)
        if caller in {None, name}
        and action in {None, what}
        and (date_from is None or year >= "2020")
        and (date_to is None or year <= "2020")
    ]
    assert [entry.number for entry in audit_entries.every(state, filters)] == expected
    state.close()


def test_a_damaged_file_is_told(tmp_path):
    (tmp_path / "service.sqlite").write_bytes(b"not a database at all, not in the least" * 50)
    with pytest.raises(CouncilError, match="restore it from a backup"):
        audit.record(State(tmp_path), KEYED, "x")
    assert sqlite3.sqlite_version
