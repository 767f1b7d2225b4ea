"""Uploads over HTTP: what is taken, refused, held already, replaced, and put out again."""

from __future__ import annotations

import socket
import sqlite3

import pytest

from service.problems import MEDIA_TYPE
from service.uploads.staging import INCOMING

FORM = "multipart/form-data; boundary=b"
PILOTS = "The harbour pilots register opened in Gander in June 2022."


def problem(response, status, word=None):
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith(MEDIA_TYPE)
    body = response.json()
    assert body["detail"] and body["mend"] and body["title"]
    assert word is None or word in body["detail"], body
    return body


def sent(*files, **fields):
    return {"files": [("files", file) for file in files], "data": fields}


def names(data, folder="documents"):
    return sorted(path.name for path in (data / folder).iterdir()) if (data / folder).is_dir() else []


@pytest.fixture
def data(folder):
    return folder.with_name("index-data")


def test_files_of_every_kind_are_indexed_and_answered_from(secretariat, data, text, word, pdf, ended):
    files = (
        ("pilots.txt", text(PILOTS)),
        ("ramps.docx", word("The ramp at Corner Brook was mended in 2021.")),
        ("buoys.pdf", pdf("The buoys of Placentia were painted green in 2020.")),
    )
    response = secretariat.post("/v1/documents", **sent(*files))
    assert response.status_code == 202
    accepted = response.json()
    assert response.headers["location"] == f"/v1/jobs/{accepted['job_id']}"
    assert [file["name"] for file in accepted["files"]] == ["pilots.txt", "ramps.docx", "buoys.pdf"]
    job = ended(secretariat, response)
    assert [file["state"] for file in job["files"]] == ["indexed"] * 3
    for file in job["files"]:
        assert secretariat.get(f"/v1/documents/{file['document_id']}").status_code == 200
    for question, source in (("harbour pilots register in Gander", "pilots.txt"), ("buoys of Placentia", "buoys.pdf")):
        hits = secretariat.get("/v1/search", params={"q": question}).json()["passages"]
        assert hits[0]["source"].endswith(source)
    assert names(data) == ["buoys.pdf", "pilots.txt", "ramps.docx"]
    assert not names(data, INCOMING)


@pytest.mark.parametrize(("role", "status"), [("anonymous", 401), ("member", 403)])
def test_others_are_refused_before_their_body_is_read(folder, serve, data, role, status):
    client = serve(folder)(role)

    for method, path in (
        ("PATCH", "/v1/documents/x"),
        ("DELETE", "/v1/documents/x"),
        ("GET", "/v1/jobs"),
        ("GET", "/v1/jobs/x"),
        ("GET", "/v1/jobs/x/events"),
        ("GET", "/v1/overrides"),
        ("GET", "/v1/documents/x/overrides"),
    ):
        problem(client.request(method, path, json={} if method == "PATCH" else None), status)
    # A body announced and never sent: the refusal comes all the same.
    key = f"Authorization: {client.headers['authorization']}\r\n" if role != "anonymous" else ""
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=60) as line:
        line.sendall(
            f"POST /v1/documents HTTP/1.1\r\nHost: x\r\n{key}Content-Length: 1000\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode()
        )
        assert line.recv(100).startswith(f"HTTP/1.1 {status}".encode())
    assert not names(data) and not names(data, INCOMING)
    if role == "member":
        with sqlite3.connect(data / "service.sqlite") as state:
            refused = state.execute("SELECT count(*) FROM audit WHERE outcome = 'refused'").fetchone()
        assert refused == (8,)


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("a.exe", b"MZ\x90\0\3", 415),
        ("a", b"some words", 415),
        ("a.pdf", b"these are words, no PDF", 415),
        ("a.txt", b"%PDF-1.7\n%", 415),
        ("a.docx", b"PK\x03\x04xl/workbook", 415),
        ("a.txt", b"", 422),
        ("a.txt", b" \n\n", 422),
        (".txt", b"some words", 415),
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_not_what_it_says_is_refused_whole(folder, serve, data, text, name, content, status, language):
    client = serve(folder)(language=language)
    response = client.post("/v1/documents", **sent(("good.txt", text(PILOTS)), (name, content)))
    body = problem(response, status)
    assert ("rien n’a été conservé" if language == "fr" else "nothing was kept") in body["detail"]
    assert not names(data) and not names(data, INCOMING)
    assert client.get("/v1/jobs").json() == {"jobs": [], "total": 0}


def test_a_file_too_large_is_refused_with_and_without_its_length(folder, serve, data):
    client = serve(folder, upload_megabytes=1, upload_files=2)()
    large = b"words " * 200_000
    problem(client.post("/v1/documents", **sent(("large.txt", large))), 413, "1 MB")
    body = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n' + large + b"\r\n--b--\r\n"

    def chunks():
        for start in range(0, len(body), 50_000):
            yield body[start : start + 50_000]

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    problem(client.post("/v1/documents", content=chunks(), headers=headers), 413, "1 MB")
    problem(client.post("/v1/documents", content=b"x" * 4_000_000, headers=headers), 413)
    three = [(f"{number}.txt", b"words") for number in range(3)]
    problem(client.post("/v1/documents", **sent(*three)), 413, "2 files")
    assert not names(data) and not names(data, INCOMING)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"", "multipart/form-data", 415),
        (b"nothing of a form", FORM, 400),
        (b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nwor', FORM, 400),
        (b"--b--\r\n", FORM, 422),
        (b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n--b--\r\n', FORM, 422),
        (b'--b\r\nContent-Disposition: form-data; name="files"; filename=""\r\n\r\n\r\n--b--\r\n', FORM, 422),
    ],
)
def test_what_is_no_whole_form_is_refused(secretariat, data, content, kind, status):
    response = secretariat.post("/v1/documents", content=content, headers={"Content-Type": kind})
    problem(response, status)
    assert not names(data, INCOMING)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"distribution": "everybody"}, "distribution"),
        ({"meeting_date": "May"}, "meeting_date"),
        ({"jurisdiction": "XX"}, "XX"),
        ({"colour": "red"}, "colour"),
        ({"replace": "perhaps"}, "replace"),
    ],
)
def test_fields_that_cannot_be_used_are_named(secretariat, data, text, fields, word):
    response = secretariat.post("/v1/documents", **sent(("a.txt", text(PILOTS)), **fields))
    assert word in problem(response, 422)["detail"]
    assert not names(data) and not names(data, INCOMING)


def test_fields_are_for_one_file(secretariat, text):
    two = (("a.txt", text(PILOTS)), ("b.txt", text("Something else altogether is said here.")))
    problem(secretariat.post("/v1/documents", **sent(*two, title="Pilots")), 422)


def test_what_is_stated_of_a_file_holds(folder, serve, text, ended):
    client = serve(folder)
    secretariat, member = client(), client("member")
    fields = {
        "title": "Pilots of Gander",
        "type": "decision_record",
        "language": "en",
        "meeting_date": "2022-06",
        "jurisdiction": "NL",
        "distribution": "secretariat",
    }
    job = ended(secretariat, secretariat.post("/v1/documents", **sent(("pilots.txt", text(PILOTS)), **fields)))
    (file,) = job["files"]
    shown = secretariat.get(f"/v1/documents/{file['document_id']}").json()
    assert {name: shown[name] for name in fields} == fields
    assert member.get(f"/v1/documents/{file['document_id']}").status_code == 404


def test_a_notice_narrows_what_the_upload_states(folder, serve, ended):
    notice = b"Notes\n\nThis document may not be distributed without the approval of its author.\n\nThe pier is new.\n"
    client = serve(folder)
    response = client().post("/v1/documents", **sent(("note.txt", notice), distribution="public"))
    plain = client().post("/v1/documents", **sent(("plain.txt", b"Notes\n\nThe quay is new.\n"), distribution="public"))
    (noticed,), (open_to_all,) = (ended(client(), one)["files"] for one in (response, plain))
    assert client().get(f"/v1/documents/{noticed['document_id']}").json()["distribution"] == "members"
    assert client("anonymous").get(f"/v1/documents/{noticed['document_id']}").status_code == 404
    assert client("anonymous").get(f"/v1/documents/{open_to_all['document_id']}").status_code == 200


def test_the_same_bytes_are_not_stored_twice(secretariat, data, letters, text, ended):
    of_source = secretariat.post("/v1/documents", **sent(("copy.txt", (letters / "harbour.txt").read_bytes())))
    (held,) = ended(secretariat, of_source)["files"]
    known = {d["source"]: d["id"] for d in secretariat.get("/v1/documents").json()["documents"]}
    assert (held["state"], held["document_id"]) == ("held", known["harbour.txt"])
    assert held["problem"]
    first = secretariat.post("/v1/documents", **sent(("pilots.txt", text(PILOTS))))
    again = secretariat.post("/v1/documents", **sent(("other.txt", text(PILOTS)), ("pilots.txt", text(PILOTS))))
    (new,) = ended(secretariat, first)["files"]
    assert {(file["state"], file["document_id"]) for file in again.json()["files"]} == {("held", new["document_id"])}
    once_more = secretariat.post("/v1/documents", **sent(("pilots.txt", text(PILOTS))))
    assert once_more.json()["files"][0]["state"] == "held" and once_more.json()["state"] == "done"
    assert names(data) == ["pilots.txt"] and not names(data, INCOMING)


def test_a_taken_name_is_refused_until_it_is_to_be_replaced(secretariat, data, text, ended):
    (first,) = ended(secretariat, secretariat.post("/v1/documents", **sent(("pilots.txt", text(PILOTS)))))["files"]
    other = text("The harbour pilots register was closed in Gander in 2023.")
    for name in ("pilots.txt", "PILOTS.TXT", "../pilots.txt"):
        assert first["document_id"] in problem(secretariat.post("/v1/documents", **sent((name, other))), 409)["detail"]
    response = secretariat.post("/v1/documents", **sent(("Pilots.txt", other), replace="true"))
    (second,) = ended(secretariat, response)["files"]
    assert second == {**first, "name": "pilots.txt"}
    shown = secretariat.get(f"/v1/documents/{first['document_id']}").json()
    assert "closed" in str(shown["passages"]) and "opened" not in str(shown["passages"])
    assert names(data) == ["pilots.txt"]
    assert (data / "documents" / "pilots.txt").read_bytes() == other


def test_an_indexed_source_is_not_replaced_by_an_upload(secretariat, data, text):
    for replace in ("true", "false"):
        response = secretariat.post("/v1/documents", **sent(("Harbour.txt", text(PILOTS)), replace=replace))
        problem(response, 409, "only an upload")
    assert not names(data) and not names(data, INCOMING)


def test_two_of_one_name_in_one_upload_are_refused(secretariat, data, text):
    two = (("a/x.txt", text(PILOTS)), ("b/x.txt", text("The other statement of the day.")))
    problem(secretariat.post("/v1/documents", **sent(*two)), 409)
    assert not names(data) and not names(data, INCOMING)


def test_an_unreadable_file_is_named_and_removed_and_the_others_are_indexed(folder, serve, data, text, pdf, ended):
    whole = pdf(PILOTS)
    client = serve(folder)(language="fr")
    files = (("torn.pdf", whole[: len(whole) // 3]), ("pilots.txt", text(PILOTS)))
    job = ended(client, client.post("/v1/documents", **sent(*files)))
    torn, good = job["files"]
    assert (torn["state"], good["state"]) == ("unreadable", "indexed")
    assert "torn.pdf" in torn["problem"] and "supprimé" in torn["problem"] and torn["reason"]
    assert str(data) not in str(job)
    assert names(data) == ["pilots.txt"]
    # Its name is free again.
    (mended,) = ended(client, client.post("/v1/documents", **sent(("torn.pdf", pdf("The pier is long enough.")))))[
        "files"
    ]
    assert mended["state"] == "indexed"


def test_an_unreadable_replacement_leaves_what_was_there(secretariat, data, pdf, ended):
    whole = pdf(PILOTS)
    first = ended(secretariat, secretariat.post("/v1/documents", **sent(("p.pdf", whole), title="Pilots")))
    torn = sent(("p.pdf", whole[: len(whole) // 3]), replace="true", title="Torn", distribution="secretariat")
    (file,) = ended(secretariat, secretariat.post("/v1/documents", **torn))["files"]
    assert file["state"] == "unreadable"
    shown = secretariat.get(f"/v1/documents/{first['files'][0]['document_id']}").json()
    assert (shown["title"], shown["distribution"]) == ("Pilots", "members") and "Gander" in str(shown["passages"])
    assert names(data) == ["p.pdf"] and (data / "documents" / "p.pdf").read_bytes() == whole


def test_names_are_made_safe(secretariat, data, text, ended):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="..\\\\..\\\\.e\xcc\x81tat \xe2\x80\xaeCON.txt"'
        b"\r\n\r\n" + text(PILOTS) + b"\r\n--b--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    job = ended(secretariat, secretariat.post("/v1/documents", content=body, headers=headers))
    assert [file["name"] for file in job["files"]] == ["état CON.txt"] == names(data)
