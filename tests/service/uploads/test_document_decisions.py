"""Withdrawing, approving and correcting documents over HTTP; two servers over one index."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest

from indexer.build import build, update
from indexer.overrides import load

HARBOUR = "online booking service for harbour berths"


@pytest.fixture
def data(folder):
    return folder.with_name("index-data")


@pytest.fixture
def ids(secretariat):
    return {d["source"]: d["id"] for d in secretariat.get("/v1/documents").json()["documents"]}


def audit(data):
    connection = sqlite3.connect(data / "service.sqlite")
    return connection.execute("SELECT action, subject, outcome, detail FROM audit ORDER BY number").fetchall()


def everything(client, document_id):
    """All that a caller can get where a document may show."""
    passages = client.get("/v1/search", params={"q": HARBOUR, "limit": 50}).json()["passages"]
    answer = client.post("/v1/answer", json={"question": f"Who has an {HARBOUR}?"}).json()
    listed = client.get("/v1/documents").json()["documents"]
    shown = [hit["document_id"] for hit in [*passages, *answer["passages"], *answer["citations"]]]
    shown += [document["id"] for document in listed]
    if client.get(f"/v1/documents/{document_id}").status_code == 200:
        shown.append(document_id)
    return shown


def test_a_deleted_document_is_gone_at_once_in_every_server(folder, serve, data, ids, secretariat, ended):
    other = serve(folder)
    members = [other("member"), other("secretariat"), secretariat]
    harbour = ids["harbour.txt"]
    passage = secretariat.get(f"/v1/documents/{harbour}").json()["passages"][0]["id"]
    assert all(harbour in everything(client, harbour) for client in members)
    response = secretariat.delete(f"/v1/documents/{harbour}")
    assert (response.status_code, response.content) == (204, b"")
    for client in members:  # the next build may not even have begun
        assert harbour not in everything(client, harbour)
        assert client.get(f"/v1/passages/{passage}").status_code == 404
    job = ended(secretariat, response)
    assert (job["kind"], job["files"][0]["state"]) == ("delete", "withdrawn")
    assert harbour not in everything(secretariat, harbour)
    for again in (secretariat.delete(f"/v1/documents/{harbour}"), secretariat.delete("/v1/documents/unheard-of")):
        assert again.status_code == 404
    patched = secretariat.patch(f"/v1/documents/{harbour}", json={"title": "x"})
    unknown = secretariat.patch("/v1/documents/unheard-of", json={"title": "x"})
    assert patched.status_code == unknown.status_code == 404
    own = {"instance": "", "detail": "", "request_id": ""}
    assert patched.json() | own == unknown.json() | own
    assert ("document.delete", harbour, "done", None) in audit(data)


def test_a_withdrawn_source_stays_out_until_it_is_brought_back(folder, letters, secretariat, ids, embedder, ended):
    harbour = ids["harbour.txt"]
    ended(secretariat, secretariat.delete(f"/v1/documents/{harbour}"))
    report = build([letters], folder, embedder)
    assert report.withdrawn == ("harbour.txt",) and report.removed == () and report.documents == 1
    assert secretariat.get(f"/v1/documents/{harbour}").status_code == 404
    listed = secretariat.get("/v1/overrides").json()
    assert listed["total"] == 1 and listed["overrides"][0]["withdrawn"]
    back = secretariat.patch(f"/v1/documents/{harbour}", json={"withdrawn": False})
    assert back.status_code == 202
    assert ended(secretariat, back)["files"][0]["state"] == "indexed"
    assert harbour in everything(secretariat, harbour)
    assert secretariat.get("/v1/overrides").json()["total"] == 0


def test_a_deleted_upload_is_removed_and_comes_back_under_its_id(folder, secretariat, data, text, ended):
    def upload(statement):
        files = [("files", ("notes.txt", text(statement)))]
        return ended(secretariat, secretariat.post("/v1/documents", files=files, data={"title": "Mine"}))["files"][0]

    first = upload("The first words of all.")
    response = secretariat.delete(f"/v1/documents/{first['document_id']}")
    assert not (data / "documents" / "notes.txt").exists()
    gone = secretariat.patch(f"/v1/documents/{first['document_id']}", json={"withdrawn": False})
    assert gone.status_code in {404, 409}
    # At once, while the build that leaves it out may still be going on: the old words never come back.
    second = upload("The second words of all.")
    assert second["document_id"] == first["document_id"] and second["state"] == "indexed"
    shown = secretariat.get(f"/v1/documents/{first['document_id']}").json()
    assert "second words" in str(shown["passages"]) and "first words" not in str(shown)
    ended(secretariat, response)
    assert not load(data).of(first["document_id"]).withdrawn
    again = secretariat.patch(f"/v1/documents/{first['document_id']}", json={"title": "Yours"})
    ended(secretariat, again)
    assert secretariat.get(f"/v1/documents/{first['document_id']}").json()["title"] == "Yours"


def test_an_upload_deleted_before_it_is_indexed_never_shows(folder, secretariat, data, text, ended):
    files = [("files", ("notes.txt", text("The first words of all.")))]
    job = ended(secretariat, secretariat.post("/v1/documents", files=files))
    identifier = job["files"][0]["document_id"]
    files = [("files", ("notes.txt", text("The second words of all.")))]
    replacing = secretariat.post("/v1/documents", files=files, data={"replace": "true"})
    assert secretariat.delete(f"/v1/documents/{identifier}").status_code == 204
    assert secretariat.get(f"/v1/documents/{identifier}").status_code == 404
    # Whichever came first, the deletion was the last word.
    assert ended(secretariat, replacing)["files"][0]["state"] == "withdrawn"
    assert secretariat.get(f"/v1/documents/{identifier}").status_code == 404
    assert list((data / "documents").iterdir()) == []


def test_a_wider_audience_takes_an_approval(folder, serve, data, ids, secretariat, ended):
    harbour, path = ids["harbour.txt"], f"/v1/documents/{ids['harbour.txt']}"
    anonymous, member = serve(folder)("anonymous"), serve(folder)("member")
    assert anonymous.get(path).status_code == 404
    for body in (
        {"distribution": "public"},
        {"distribution": "public", "approved_by": "A. Author"},
        {"distribution": "public", "approved_on": "2024-05-02"},
        {"distribution": "public", "approved_by": " ", "approved_on": "2024-05-02"},
        {"distribution": "public", "approved_by": "A. Author", "approved_on": "2999-05-02"},
        {"distribution": "public", "approved_by": "A. Author", "approved_on": "May"},
    ):
        refused = secretariat.patch(path, json=body)
        assert refused.status_code == 422 and refused.json()["mend"], body
    french = secretariat.patch(path, json={"distribution": "public"}, headers={"Accept-Language": "fr"}).json()
    assert "approved_by" in french["mend"] and "approbation" in french["detail"]
    approved = {"distribution": "public", "approved_by": "A. Author", "approved_on": "2024-05-02"}
    ended(secretariat, secretariat.patch(path, json=approved))
    assert anonymous.get(path).json()["distribution"] == "public"
    assert "A. Author" not in anonymous.get(path).text
    decided = secretariat.get(f"{path}/overrides").json()
    assert (decided["approved_by"], decided["approved_on"]) == ("A. Author", "2024-05-02")
    assert member.get(f"{path}/overrides").status_code == 403
    # Narrowing holds at once, and ends what was approved.
    response = secretariat.patch(path, json={"distribution": "secretariat"})
    assert anonymous.get(path).status_code == member.get(path).status_code == 404
    assert harbour not in everything(member, harbour)
    assert secretariat.get(path).status_code == 200
    ended(secretariat, response)
    assert secretariat.get(path).json()["distribution"] == "secretariat"
    assert secretariat.get(f"{path}/overrides").json()["approved_by"] is None
    # Back to its own audience is a wider one too.
    assert secretariat.patch(path, json={"distribution": None}).status_code == 422
    approved["distribution"] = None
    ended(secretariat, secretariat.patch(path, json=approved))
    assert member.get(path).json()["distribution"] == "members"
    entries = [entry for entry in audit(data) if entry[1] == harbour]
    assert ("document.approve", harbour, "done", "public: A. Author, 2024-05-02") in entries
    assert ("document.change", harbour, "done", "distribution: members -> secretariat") not in entries
    assert ("document.change", harbour, "done", "distribution: public -> secretariat") in entries


def test_a_replaced_upload_keeps_its_narrowing_and_loses_its_approval(folder, serve, secretariat, text, ended):
    def upload(statement):
        files = [("files", ("notes.txt", text(statement)))]
        return ended(secretariat, secretariat.post("/v1/documents", files=files, data={"replace": "true"}))

    path = f"/v1/documents/{upload('The first words of all.')['files'][0]['document_id']}"
    approved = {"distribution": "public", "approved_by": "A. Author", "approved_on": "2024-05-02", "title": "Kept"}
    ended(secretariat, secretariat.patch(path, json=approved))
    upload("The second words of all.")
    shown = secretariat.get(path).json()
    assert (shown["distribution"], shown["title"]) == ("members", "Kept")
    assert secretariat.get(f"{path}/overrides").json()["approved_by"] is None
    ended(secretariat, secretariat.patch(path, json={"distribution": "secretariat"}))
    upload("The third words of all.")
    assert secretariat.get(path).json()["distribution"] == "secretariat"


def test_corrections_are_followed_and_taken_back(secretariat, ids, ended):
    path = f"/v1/documents/{ids['harbour.txt']}"
    own = secretariat.get(path).json()
    corrected = {
        "title": "Berths",
        "type": "decision_record",
        "language": "fr",
        "meeting_date": "2021-05",
        "jurisdiction": "NS",
    }
    ended(secretariat, secretariat.patch(path, json=corrected))
    shown = secretariat.get(path).json()
    assert {name: shown[name] for name in corrected} == corrected
    ended(secretariat, secretariat.patch(path, json=dict.fromkeys(corrected)))
    assert secretariat.get(path).json() == own


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": ""},
        {"title": "two\nlines"},
        {"type": "letter"},
        {"language": "de"},
        {"meeting_date": "2021-13"},
        {"jurisdiction": "XX"},
        {"withdrawn": True},
        {"colour": "red"},
        [],
    ],
)
def test_what_cannot_be_decided_is_refused(secretariat, ids, data, body):
    response = secretariat.patch(f"/v1/documents/{ids['harbour.txt']}", json=body)
    assert response.status_code == 422 and response.json()["mend"]
    assert not load(data).documents


def test_a_correction_of_a_document_whose_file_is_gone_is_told(folder, letters, tmp_path, embedder, serve, ended):
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "notes.txt").write_text("Notes\n\nThe pier was mended in May.\n", encoding="utf-8")
    build([sources], tmp_path / "other", embedder)
    client = serve(tmp_path / "other")()
    (document,) = client.get("/v1/documents").json()["documents"]
    (sources / "notes.txt").unlink()
    job = ended(client, client.patch(f"/v1/documents/{document['id']}", json={"title": "New"}))
    assert job["files"][0]["state"] == "unreadable" and str(tmp_path) not in str(job)
    shown = client.get(f"/v1/documents/{document['id']}").json()
    assert shown["title"] == document["title"] and shown["passages"]


def test_the_last_document_deleted_leaves_a_service_that_answers_nothing(secretariat, ids, ended):
    for identifier in ids.values():
        response = secretariat.delete(f"/v1/documents/{identifier}")
    ended(secretariat, response)
    assert secretariat.get("/v1/documents").json()["documents"] == []
    assert secretariat.get("/v1/search", params={"q": HARBOUR}).json()["passages"] == []
    answer = secretariat.post("/v1/answer", json={"question": f"Who has an {HARBOUR}?"})
    assert answer.status_code == 200 and not answer.json()["answered"]
    assert secretariat.get("/readyz").status_code == 200


def test_requests_under_way_never_fail_while_documents_come_and_go(folder, serve, secretariat, text, ended):
    clients = [serve(folder)("member") for _ in range(2)]
    over, failed, counts = threading.Event(), [], []

    def ask(client):
        while not over.is_set():
            response = client.post("/v1/answer", json={"question": f"Who has an {HARBOUR}?"})
            if response.status_code != 200 or not response.json()["citations"]:
                failed.append(response.text)
            counts.append(1)

    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for number in range(4):
        files = [("files", (f"n{number}.txt", text(f"Pier number {number} was mended in {2000 + number}.")))]
        job = ended(secretariat, secretariat.post("/v1/documents", files=files))
        secretariat.delete(f"/v1/documents/{job['files'][0]['document_id']}")
    time.sleep(0.2)
    over.set()
    for thread in threads:
        thread.join()
    assert not failed and len(counts) > 10


def test_another_writer_waits_its_turn(folder, letters, secretariat, embedder, text, ended):
    files = [
        (
            "files",
            (f"n{number}.txt", text(f"Pier {number} was mended.")),
        )
        for number in range(5)
    ]
    responses = [secretariat.post("/v1/documents", files=[file]) for file in files]
    build([letters], folder, embedder, wait=True)
    update(folder, embedder)
    assert all(ended(secretariat, response)["files"][0]["state"] == "indexed" for response in responses)
    assert len(secretariat.get("/v1/documents").json()["documents"]) == 7
