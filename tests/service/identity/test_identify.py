"""Who calls, over real HTTP: keys, this machine, and nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from service.identity import keys
from service.identity.refusals import Allowance

ROOT = Path(__file__).resolve().parents[3]
LOCAL, NOBODY = ("member", "local"), ("anonymous", "nothing")


def sent(text):
    return {"Authorization": f"Bearer {text}"}


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        ("member", {"open", "held"}),
        ("secretariat", {"open", "held", "kept"}),
        ("administrator", {"open", "held", "kept"}),
    ],
)
def test_a_key_gives_its_role_and_what_is_for_it(served, role, titles):
    key, text = served.key(role)
    assert served.titles() == {"open"}
    assert served.titles(**sent(text)) == titles
    assert served.titles(Authorization=f"bEARER   {text}") == titles
    response = served.client.get("/v1/session", headers=sent(text))
    assert response.json() == {"role": role, "via": "key", "name": key.id, "known_as": "Ann"}
    assert response.headers["Cache-Control"] == "no-store"


def test_without_any_key_this_machine_is_a_member_and_the_first_key_ends_that(served):
    assert served.who() == LOCAL and served.titles() == {"open", "held"}
    assert not served.state.exists()
    key, text = served.key("administrator")
    assert served.who() == NOBODY and served.who(**sent(text)) == ("administrator", "key")
    keys.revoke(served.state, key.id)
    assert served.who() == NOBODY and served.titles() == {"open"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Host": "rebound.example:8000"},
        {"Host": "127.0.0.1.example"},
        {"Host": "192.168.0.4"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-Host": "localhost"},
        {"x-forwarded-proto": "http"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 here"},
    ],
)
def test_another_name_or_a_proxy_is_nobody(served, headers):
    assert served.who(**headers) == NOBODY
    assert served.titles(**headers) == {"open"}


def test_this_machine_is_known_by_its_names(served):
    port = served.address.rsplit(":", 1)[1]
    for host in ("localhost", f"localhost:{port}", f"127.0.0.1:{port}", "[::1]", "[::1]:1"):
        assert served.who(Host=host) == LOCAL


def test_a_server_that_others_reach_takes_nobody_for_this_machine(serve):
    assert serve(loopback=False).who() == NOBODY


def test_with_a_provider_this_machine_is_nobody(serve):
    served = serve(oidc_issuer="https://login.example", oidc_client_id="council")
    assert served.who() == NOBODY


def test_a_key_that_does_not_count_is_refused_not_taken_for_none(served):
    _, text = served.key("administrator")
    gone, revoked = served.key(name="Bob")
    keys.revoke(served.state, gone.id)
    late, expired = served.key(name="Eve", expires=datetime.now(UTC) + timedelta(days=1))
    with served.state.writing() as connection:
        connection.execute("UPDATE keys SET expires = ? WHERE id = ?", (keys.written(datetime.now(UTC)), late.id))
    wrong = text[:-1] + ("A" if text[-1] != "A" else "B")
    for path in ("/v1/documents", "/v1/session", "/", "/v1/search?q=harbour"):
        for unusable in (revoked, expired, wrong, "council_", "Zz0"):
            response = served.client.get(path, headers=sent(unusable))
            assert response.status_code == 401, (path, unusable)
            assert response.headers["WWW-Authenticate"] == 'Bearer realm="council", error="invalid_token"'
            assert response.json()["type"] == "/problems/key" and unusable not in response.text
    refused = {(caller, subject) for action, caller, subject, outcome in served.audit() if action == "key.refuse"}
    assert refused == {("anonymous", gone.id), ("anonymous", late.id), ("anonymous", None)}
    details = {row["detail"] for row in served.state.rows("SELECT detail FROM audit")}
    assert details >= {"the key is revoked", "the key is expired", "the key is unknown"}
    served.state.close()
    kept = b"".join(path.read_bytes() for path in served.state.path.parent.iterdir())
    assert not any(one.split("_", 2)[2].encode() in kept for one in (text, revoked, expired, wrong))


def test_without_any_key_made_a_wrong_one_is_refused_too(served):
    assert served.client.get("/v1/documents", headers=sent("x")).status_code == 401


@pytest.mark.parametrize("value", ["Basic QW5uOnNlY3JldA==", "Bearer", "Bearer a b", "Negotiate x", ""])
def test_other_schemes_are_refused_with_the_mend(served, value):
    response = served.client.get("/v1/documents", headers={"Authorization": value, "Accept-Language": "fr"})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="council"'
    assert response.json()["type"] == "/problems/authorization" and "« Bearer »" in response.json()["mend"].replace(
        "\u00a0", " "
    )


def test_refused_keys_do_not_fill_the_audit_log(served):
    served.key()
    for _ in range(40):
        assert served.client.get("/v1/session", headers=sent("x")).status_code == 401
    assert len(served.audit()) <= 30


def test_what_was_left_out_of_the_audit_log_is_counted():
    allowance = Allowance(2)
    assert [allowance.take(now) for now in (0, 1, 2, 3, 59.9, 60, 61, 62, 119, 120)] == [
        0, 0, None, None, None, 3, 0, None, None, 2,
    ]  # fmt: skip


def test_a_key_revoked_by_another_process_counts_in_no_server_from_the_next_request_on(
    served, audiences_index, council, tmp_path
):
    key, text = served.key("secretariat")
    data = served.state.path.parent
    other = subprocess.Popen(
        [sys.executable, "-m", "service", "serve", "--index", str(audiences_index), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT), "COUNCIL_DATA": str(data)},
    )
    try:
        address = other.stdout.readline().removeprefix("listening on ").strip()
        with httpx.Client(base_url=address, trust_env=False, headers=sent(text), timeout=30) as client:
            assert client.get("/v1/session").json()["role"] == "secretariat"
            assert served.who(**sent(text)) == ("secretariat", "key")
            assert council("keys", "revoke", key.id, "--data", data).returncode == 0
            assert client.get("/v1/session").status_code == 401
            assert served.client.get("/v1/session", headers=sent(text)).status_code == 401
    finally:
        other.terminate()
        other.communicate(timeout=30)
