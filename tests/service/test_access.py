"""Contact persons stay in the index: no view, export, answer, log or error shows them."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from pathlib import Path

import httpx
import pytest

import service
from indexer.documents import Distribution
from indexer.store import open_index
from service import access
from service.access import Action, Caller, CallerRole
from service.query import understand
from service.retrieval import query_vector, retrieve

PERSONAL = ("Odile", "Bernache", "odile.bernache@port.example", "Cormoran", "010-0142")


@pytest.fixture
def record(harbour):
    """The document whose contacts the index holds."""
    (found,) = [document for document in open_index(harbour).documents() if document.contacts]
    assert all(word in " ".join(found.contacts) for word in PERSONAL)
    return found


def test_contacts_are_for_the_secretariat_and_the_reason_is_given(record):
    for role in CallerRole:
        verdict = access.decide(Caller(role, "k1", "key"), Action.SEE_CONTACTS)
        shown = access.visible(record, Caller(role, "k1", "key"))
        assert verdict.allowed is (role.rank >= CallerRole.SECRETARIAT.rank)
        assert str(role) in verdict.reason and shown.contacts == (record.contacts if verdict.allowed else ())
        assert shown.text == record.text
    assert access.visible(record).contacts == ()


def test_every_action_is_granted_to_a_role_and_to_those_above_it():
    for action in Action:
        allowed = [access.decide(Caller(role, "k1", "key"), action).allowed for role in CallerRole]
        assert allowed == sorted(allowed) and allowed[-1]
    assert not access.decide(Caller(CallerRole.ADMINISTRATOR, "k1", "key"), "unheard_of").allowed


def test_a_document_is_for_its_audience_and_narrower_callers():
    for role, most in zip(CallerRole, ("public", "members", "secretariat", "secretariat"), strict=True):
        for distribution in Distribution:
            verdict = access.decide(Caller(role, "k1", "key"), Action.READ, distribution)
            assert verdict.allowed is (distribution.rank <= Distribution(most).rank), (role, distribution)


def test_no_other_module_of_the_service_handles_contacts():
    folder = Path(service.__file__).parent
    naming = {path.name for path in folder.rglob("*.py") if "contacts" in path.read_text(encoding="utf-8")}
    assert naming == {"access.py"}


@pytest.mark.usefixtures("record")
def test_a_hit_has_a_document_without_contacts(harbour, embedder):
    index, query = open_index(harbour), understand("harbour berths", limit=100)
    hits = retrieve(index, query, query_vector(embedder, query))
    assert {hit.document.source for hit in hits} >= {"harbour-form.txt"}
    assert all(hit.document.contacts == () for hit in hits)
    assert not any(word in repr(hits) for word in PERSONAL)


def test_no_response_log_or_error_shows_them(harbour, record, serving, caplog):
    caplog.set_level(logging.DEBUG)
    with serving(harbour) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        description = client.get("/openapi.json").json()
        passages = client.get(f"/v1/documents/{record.id}").json()["passages"]
        paths = [
            "/",
            "/?q=Who+plans+a+register+of+harbour+pilots%3F",
            "/v1/documents",
            f"/v1/documents/{record.id}",
            f"/v1/documents/{record.id}x",
            *(f"/v1/passages/{passage['id']}" for passage in passages),
            "/v1/search?q=head+of+the+harbour+register&limit=100",
            "/v1/search?q=telephone+and+e-mail&limit=0",
            "/v1/follow-ups",
            "/v1/follow-ups?owner=?",
            "/v1/jurisdictions",
            "/openapi.json",
        ]
        responses = [client.get(path) for path in paths]
        responses.append(client.post("/v1/answer", json={"question": "Who heads the harbour register?"}))
    texts = [response.text for response in responses]
    assert sum(record.title in text for text in texts) > 5
    assert "contacts" not in json.dumps(description)
    assert [word for word in PERSONAL for text in [*texts, caplog.text] if word in text] == []


@pytest.mark.usefixtures("record")
def test_nothing_that_the_command_writes_shows_them(harbour, main, tmp_path):
    written = []
    for words in (["search", "head of the harbour register"], ["ask", "Who heads the harbour register?"]):
        for json_too in ([], ["--json"]):
            run = main(*words, "--index", harbour, *json_too)
            written += [run.stdout, run.stderr]
    for what in ("passages", "follow-ups"):
        for form in ("jsonl", "csv", "xlsx"):
            path = tmp_path / f"{what}.{form}"
            assert main("export", what, "--index", harbour, "--format", form, "--out", path).returncode == 0
            content = path.read_bytes()
            if form == "xlsx":
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    content = b"".join(archive.read(name) for name in archive.namelist())
            written.append(content.decode("utf-8"))
    assert sum("harbour" in text for text in written) > 6
    assert [word for word in PERSONAL for text in written if word in text] == []
