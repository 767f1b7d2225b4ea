"""Correcting passages over HTTP: what is found and answered follows, and nothing else does."""

from __future__ import annotations

import sqlite3

import pytest

from indexer.build import build
from service.backup import read_backup, write_backup
from service.uploads.correcting import section_of

HARBOUR = "online booking service for harbour berths"


@pytest.fixture
def harbour(secretariat):
    """The document of the harbour, with its passages."""
    listed = secretariat.get("/v1/documents").json()["documents"]
    identifier = next(one["id"] for one in listed if one["source"] == "harbour.txt")
    return secretariat.get(f"/v1/documents/{identifier}").json()


def codes(client, **parameters):
    found = client.get("/v1/search", params={"q": HARBOUR, **parameters}).json()["passages"]
    return {hit["passage_id"]: hit["jurisdictions"] for hit in found}


def findings(client):
    answer = client.post("/v1/answer", json={"question": f"Which jurisdictions have an {HARBOUR}?"}).json()
    return {finding["jurisdiction"]["code"] for finding in answer["findings"] if finding["jurisdiction"]}


def test_answers_filters_and_counts_follow_a_correction_and_its_undoing(
    folder, letters, embedder, secretariat, harbour, ended
):
    passage = harbour["passages"][0]
    assert passage["attribution"] == "inferred" and findings(secretariat) == {"NS"}
    wanted = {"role": "achievement", "jurisdictions": ["PE", "NS"], "speaker": "Ann Lee"}
    response = secretariat.patch(f"/v1/passages/{passage['id']}", json=wanted)
    assert response.status_code == 202
    job = ended(secretariat, response)
    assert (job["kind"], [file["state"] for file in job["files"]]) == ("change", ["indexed"])
    corrected = passage | wanted | {"attribution": "stated"}
    for build_again in (False, True):
        if build_again:
            build([letters], folder, embedder, rebuild=True)
        shown = secretariat.get(f"/v1/passages/{passage['id']}").json()
        assert {name: shown[name] for name in passage} == corrected
        assert codes(secretariat, jurisdiction="PE", role="achievement") == {passage["id"]: ["PE", "NS"]}
        assert findings(secretariat) >= {"PE"}
        counts = secretariat.get("/v1/jurisdictions").json()["jurisdictions"]
        assert {one["code"]: one["passages"] for one in counts}["PE"] == 1
    kept = secretariat.get(f"/v1/documents/{harbour['id']}/corrections").json()
    assert kept["document_id"] == harbour["id"]
    (one,) = kept["corrections"]
    assert one["found"] and passage["text"].startswith(one["text"]) and one | wanted == one
    undone = secretariat.patch(
        f"/v1/passages/{passage['id']}", json={"role": None, "jurisdictions": None, "speaker": None}
    )
    ended(secretariat, undone)
    assert secretariat.get(f"/v1/documents/{harbour['id']}").json() == harbour
    assert secretariat.get(f"/v1/documents/{harbour['id']}/corrections").json()["corrections"] == []
    assert findings(secretariat) == {"NS"}


def test_an_upload_is_corrected_like_a_source_and_its_text_is_not_in_the_audit_log(secretariat, folder, ended, text):
    sent = secretariat.post("/v1/documents", files={"files": ("wharf.txt", text("Yukon has mended the wharf."))})
    identifier = ended(secretariat, sent)["files"][0]["document_id"]
    (passage,) = secretariat.get(f"/v1/documents/{identifier}").json()["passages"]
    ended(
        secretariat,
        secretariat.patch(f"/v1/passages/{passage['id']}", json={"jurisdictions": [], "speaker": "Bo Low"}),
    )
    shown = secretariat.get(f"/v1/passages/{passage['id']}").json()
    assert (shown["jurisdictions"], shown["speaker"], shown["attribution"]) == ([], "Bo Low", "stated")
    connection = sqlite3.connect(folder.with_name("index-data") / "service.sqlite")
    (subject, detail), = connection.execute(
        "SELECT subject, detail FROM audit WHERE action = 'passage.correct'"
    ).fetchall()  # fmt: skip
    assert subject == identifier
    assert detail == f"{passage['id']}; jurisdictions: nobody; speaker"


def test_what_cannot_be_is_refused_and_changes_nothing(secretariat, harbour, folder):
    place = f"/v1/passages/{harbour['passages'][0]['id']}"
    for body, said in [
        ({}, "name the role"),
        ({"whole_section": True}, "name the role"),
        ({"jurisdictions": ["XX"]}, "XX"),
        ({"role": "chief"}, "role"),
        ({"title": "x"}, "title"),
        ({"speaker": "a\nb"}, "speaker"),
    ]:
        refused = secretariat.patch(place, json=body)
        assert refused.status_code == 422 and said in refused.json()["detail"], body
    assert secretariat.patch("/v1/passages/none", json={"role": "need"}).status_code == 404
    assert secretariat.patch("/v1/passages/none", json={"role": None}).status_code == 404
    assert secretariat.get("/v1/documents/none/corrections").status_code == 404
    assert not (folder.with_name("index-data") / "corrections.json").exists()


def test_only_the_secretariat_corrects(folder, serve, harbour, secretariat):
    start = serve(folder)
    for role, status in [("anonymous", 401), ("member", 403)]:
        client = start(role)
        place = f"/v1/passages/{harbour['passages'][0]['id']}"
        assert client.patch(place, json={"role": "need"}).status_code == status
        assert client.get(f"/v1/documents/{harbour['id']}/corrections").status_code == status


def test_a_correction_without_its_passage_is_told_kept_and_dropped_on_demand(secretariat, ended, text):
    def send(statement, **form):
        files = {"files": ("wharf.txt", text(statement))}
        job = ended(secretariat, secretariat.post("/v1/documents", files=files, data=form))
        return job["files"][0]["document_id"]

    identifier = send("Yukon has mended the wharf.")
    passage = secretariat.get(f"/v1/documents/{identifier}").json()["passages"][0]["id"]
    ended(secretariat, secretariat.patch(f"/v1/passages/{passage}", json={"role": "need"}))
    send("Yukon has painted the wharf.", replace="true")
    (kept,) = secretariat.get(f"/v1/documents/{identifier}/corrections").json()["corrections"]
    assert (kept["found"], kept["role"]) == (False, "need") and "mended" in kept["text"]
    assert secretariat.patch(f"/v1/passages/{passage}", json={"role": "decision"}).status_code == 404
    dropped = secretariat.patch(f"/v1/passages/{passage}", json={"role": None})
    assert ended(secretariat, dropped)["state"] == "done"
    assert secretariat.get(f"/v1/documents/{identifier}/corrections").json()["corrections"] == []


def test_a_whole_section_is_corrected_in_one_step(engine, folder, secretariat, ended, letters, embedder, corpus_index):
    index = engine.index()
    document = next(one for one in index.documents() if len(index.passages(one.id)) > 12)
    passages = index.passages(document.id)
    for passage in passages:
        section = section_of(passages, passage)
        assert passage in section and len({(one.heading, one.role, one.speaker) for one in section}) == 1
        assert [one.start for one in section] == sorted(one.start for one in section)
        assert all(section_of(passages, one) == section for one in section)
    long = " ".join(f"Yukon has mended wharf number {number} with {number + 2} planks of oak." for number in range(40))
    sent = secretariat.post("/v1/documents", files={"files": ("long.txt", f"Wharves\n\n{long}\n".encode())})
    identifier = ended(secretariat, sent)["files"][0]["document_id"]
    held = secretariat.get(f"/v1/documents/{identifier}").json()["passages"]
    assert len(held) > 2
    body = {"jurisdictions": ["NU"], "whole_section": True}
    ended(secretariat, secretariat.patch(f"/v1/passages/{held[1]['id']}", json=body))
    after = secretariat.get(f"/v1/documents/{identifier}").json()["passages"]
    assert [one["jurisdictions"] for one in after] == [["NU"]] * len(held)


def test_a_backup_holds_the_corrections(secretariat, harbour, folder, tmp_path, ended):
    passage = harbour["passages"][0]["id"]
    ended(secretariat, secretariat.patch(f"/v1/passages/{passage}", json={"role": "need"}))
    archive = tmp_path / "kept.tar.gz"
    assert "data/corrections.json" in write_backup(folder, folder.with_name("index-data"), archive).members
    read_backup(archive, tmp_path / "restored")
    assert passage in (tmp_path / "restored" / "data" / "corrections.json").read_text(encoding="utf-8")
