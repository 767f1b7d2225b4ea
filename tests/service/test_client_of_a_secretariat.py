"""The client in Python as the secretariat and as an administrator: uploads, decisions, feedback, the audit log."""

from __future__ import annotations

import shutil
from contextlib import ExitStack

import pytest

from indexer.data_folder import data_folder
from service.access import CallerRole
from service.client import ApiError, Client
from service.identity import keys
from service.state import State

TEXT = b"Lighthouse report\n\nNew Brunswick launched a live map of lighthouses that ships can read in May 2023.\n"


@pytest.fixture(scope="module")
def clients(harbour, tmp_path_factory, serving):
    """A client for each role, of a service of its own."""
    folder = tmp_path_factory.mktemp("secretariat") / "index"
    shutil.copytree(harbour, folder)
    if data_folder(harbour).exists():
        shutil.copytree(data_folder(harbour), data_folder(folder))
    with ExitStack() as opened:
        address = opened.enter_context(serving(folder))
        state = State(data_folder(folder))
        texts = {role: keys.make(state, role, f"a {role}")[1] for role in keys.ROLES}
        yield {role: opened.enter_context(Client(address, key=texts.get(role), trust_env=False)) for role in CallerRole}


def test_everybody_is_told_who_they_are(clients):
    assert {role: (c.session().role, c.session().via) for role, c in clients.items()} == {
        role: (role, "nothing" if role == "anonymous" else "key") for role in CallerRole
    }


def test_a_document_comes_changes_and_goes(clients):
    secretariat, member = clients[CallerRole.SECRETARIAT], clients[CallerRole.MEMBER]
    job = secretariat.upload([("lighthouses.txt", TEXT)], distribution="members", title="Lighthouses")
    events = list(secretariat.events(job.job_id))
    assert events[-1].event == "end" and events[-1].data["state"] == "done"
    done = secretariat.wait(job.job_id)
    (file,) = done.files
    assert (file.state, done.state) == ("indexed", "done")
    identifier = file.document_id
    assert identifier in {document.id for document in member.documents()}
    assert identifier not in {document.id for document in clients[CallerRole.ANONYMOUS].documents()}
    assert member.answer("Who has a map of lighthouses?").answered

    with pytest.raises(ApiError) as refused:
        member.change_document(identifier, distribution="public")
    assert refused.value.status == 403
    with pytest.raises(ApiError) as refused:
        secretariat.change_document(identifier, distribution="public")
    assert (refused.value.status, refused.value.problem.type) == (422, "/problems/approval-missing")
    secretariat.change_document(identifier, distribution="secretariat")
    with pytest.raises(ApiError) as missing:
        member.document(identifier)
    assert missing.value.status == 404
    assert secretariat.decisions(identifier).distribution == "secretariat"
    assert identifier in {decided.document_id for decided in secretariat.all_decisions(page=1)}

    passage = secretariat.document(identifier).passages[0].id
    secretariat.wait(secretariat.correct_passage(passage, role="need", whole_section=True).job_id)
    assert secretariat.passage(passage).role == "need"
    assert [(one.passage_id, one.role, one.found) for one in secretariat.corrections(identifier)] == [
        (passage, "need", True)
    ]

    deletion = secretariat.delete_document(identifier)
    assert deletion is not None and secretariat.wait(deletion).kind == "delete"
    with pytest.raises(ApiError) as gone:
        secretariat.document(identifier)
    assert gone.value.status == 404
    assert {one.job_id for one in secretariat.jobs(page=1)} >= {job.job_id, deletion}


def test_uploads_may_be_larger_than_other_bodies_and_are_told_by_content(clients):
    secretariat = clients[CallerRole.SECRETARIAT]
    words = b"The keepers of the lighthouses tell of the weather of the day.\n\n" * 20_000
    assert secretariat.wait(secretariat.upload([("large.txt", TEXT + words)]).job_id).files[0].state == "indexed"
    with pytest.raises(ApiError) as refused:
        secretariat.upload([("picture.pdf", b"\x89PNG\r\n")])
    assert refused.value.status == 415


def test_feedback_and_the_audit_log_are_for_those_who_may_read_them(clients):
    identifier = clients[CallerRole.ANONYMOUS].give_feedback("Who has a register of pilots?", "helpful")
    read = list(clients[CallerRole.SECRETARIAT].feedback(page=1))
    assert identifier in {entry.id for entry in read}
    with pytest.raises(ApiError):
        next(iter(clients[CallerRole.SECRETARIAT].audit()))
    entries = list(clients[CallerRole.ADMINISTRATOR].audit(page=2))
    assert [entry.number for entry in entries] == sorted((entry.number for entry in entries), reverse=True)
    assert {"document.upload", "document.delete"} <= {entry.action for entry in entries}
    assert all(entry.request for entry in entries if entry.action == "document.upload")
