"""The secretariat's pages of documents through HTTP, and what they show worked out."""

from __future__ import annotations

import html
import re
import time

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import corrections
from indexer.build import build
from indexer.corrections import Correction, Corrections
from indexer.documents import Passage, Role
from indexer.overrides import Override, Overrides
from indexer.store import open_index
from service.access import CallerRole
from service.identity import keys
from service.messages import message
from service.server_settings import Settings
from service.state import State
from service.uploads.jobs import Job, JobContent, JobFile, JobState
from service.web.manage.document import changed, excerpt
from service.web.manage.holdings import holdings, matching, pieces
from service.web.manage.passage import correction


@pytest.fixture(scope="module")
def at(letters, embedder, serving, tmp_path_factory):
    """A server over two small documents, and what makes a client of it for a role."""
    base = tmp_path_factory.mktemp("managed")
    build([letters], base / "index", embedder)
    data = base / "index-data"
    texts = {role: keys.make(State(data), role, f"A {role}")[1] for role in CallerRole if role.rank}
    with serving(base / "index", settings=Settings(data=data, upload_megabytes=1, upload_files=2)) as address:

        def client(role=CallerRole.SECRETARIAT, language="en"):
            headers = {"Accept-Language": language, "Accept": "text/html"}
            if role.rank:
                headers["Authorization"] = f"Bearer {texts[role]}"
            return httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=60)

        client.folder = base / "index"
        yield client


@pytest.fixture
def make_job():
    """A job that has not ended, of files by name and id of their documents."""

    def make(*files):
        content = JobContent(kind="upload", files=[JobFile(name=name, document_id=one) for name, one in files])
        return Job("job-1", "2024", "2024", JobState.RUNNING, content)

    return make


@pytest.fixture
def secretariat(at):
    with at() as client:
        yield client


def sent(client, name, content, **fields):
    blank = dict.fromkeys(("title", "distribution", "type", "language", "jurisdiction", "meeting_date"), "")
    return client.post("/manage/upload?lang=en", files={"files": (name, content)}, data=blank | fields)


def done(client, response):
    """The job that a page led to, once it has ended."""
    assert response.status_code == 303, html.unescape(response.text)[-1500:]
    job = re.search(r"job-\w+", response.headers["location"])[0]
    until = time.monotonic() + 60
    while (found := client.get(f"/v1/jobs/{job}").json())["state"] != "done":
        assert time.monotonic() < until
        time.sleep(0.05)
    return found


PATHS = ("upload", "documents", "documents/any", "documents/any/withdraw", "documents/any/passages/p", "jobs/any")


@pytest.mark.parametrize(("role", "status"), [(CallerRole.ANONYMOUS, 401), (CallerRole.MEMBER, 403)])
def test_nobody_else_gets_in_or_changes_anything(at, role, status):
    with at(role) as client:
        for path in PATHS:
            assert client.get(f"/manage/{path}").status_code == status
        posts = (
            "upload",
            "documents/any",
            "documents/any/withdraw",
            "documents/any/restore",
            "documents/any/passages/p",
        )
        for path in (*posts, "documents/any/passages/p/undo"):
            assert client.post(f"/manage/{path}", data={"title": "x"}).status_code == status


def test_what_is_not_there_is_the_same_page_for_all_ways_to_ask(secretariat):
    document = re.search(r'data-document="([^"]+)"', secretariat.get("/manage/documents").text)[1]
    for path in ("documents/none", "documents/none/withdraw", f"documents/{document}/restore", "jobs/none",
                 f"documents/{document}/passages/none", "documents/..%2f..%2fetc"):  # fmt: skip
        answer = secretariat.get(f"/manage/{path}?lang=fr")
        assert answer.status_code == 404 and message("refusal.not_found.title", "fr") in html.unescape(answer.text)
    for path in (
        "documents/none",
        "documents/none/withdraw",
        "documents/none/restore",
        "documents/none/passages/p/undo",
    ):
        assert secretariat.post(f"/manage/{path}", data={"title": "x"}).status_code == 404


def test_no_other_site_may_send_the_forms(at, secretariat):
    text = secretariat.headers["authorization"].removeprefix("Bearer ")
    with httpx.Client(base_url=secretariat.base_url, trust_env=False, timeout=30) as browser:
        browser.post("/login", data={"key": text}, headers={"Sec-Fetch-Site": "same-origin"})
        assert browser.get("/manage/documents").status_code == 200
        listed = browser.get("/v1/documents").json()["documents"]
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {}):
            for path in ("withdraw", "restore", ""):
                answer = browser.post(f"/manage/documents/{listed[0]['id']}/{path}".rstrip("/"), headers=headers)
                assert answer.status_code == 403
            upload = browser.post("/manage/upload", files={"files": ("x.txt", b"x")}, headers=headers)
            assert upload.status_code == 403
        assert browser.get("/v1/documents").json()["documents"] == listed


@pytest.mark.parametrize(
    ("files", "fields", "kind", "status"),
    [
        ([("a.txt", b"")], {}, "empty_file", 422),
        ([("a.exe", b"MZ\x90")], {}, "file_type", 415),
        ([("a.pdf", b"This is no PDF.")], {}, "file_content", 415),
        ([("a.txt", b"x " * 600_000)], {}, "too_large", 413),
        ([("a.txt", b"x " * 2_500_000)], {}, "too_large", 413),
        ([("a.txt", b"One"), ("b.txt", b"Two"), ("c.txt", b"Three")], {}, "too_many", 413),
        ([("a.txt", b"One"), ("b.txt", b"Two")], {"title": "Both"}, "fields_of_one", 422),
    ],
)
def test_a_refused_form_says_why_and_what_to_do(secretariat, files, fields, kind, status):
    sending = [("files", one) for one in files]
    answer = secretariat.post("/manage/upload?lang=fr", files=sending, data={"title": "", **fields})
    assert answer.status_code == status
    told = html.unescape(answer.text)
    name = files[0][0]
    known = ", ".join([".docx", ".htm", ".html", ".pdf", ".text", ".txt"])
    values = {"name": name, "megabytes": 1, "files": 2, "known": known, "suffix": ".pdf"}
    for part in ("detail", "mend"):
        assert message(f"problem.{kind}.{part}", "fr", **values) in told
    assert 'lang="fr"' in told and 'role="alert"' in told


def test_fields_that_cannot_be_used_are_named(secretariat):
    for fields, said in [
        ({"meeting_date": "in May"}, message("held.field.meeting_date", "en")),
        ({"jurisdiction": "XX"}, "XX"),
        ({"type": "novel"}, message("held.field.type", "en")),
        ({"distribution": "friends"}, message("manage.audience.label", "en")),
        ({"colour": "red"}, "colour"),
    ]:
        answer = sent(secretariat, "a.txt", b"One line.", **fields)
        assert answer.status_code == 422 and said in html.unescape(answer.text).split('role="alert"')[1][:700]
    nothing = secretariat.post("/manage/upload?lang=en", files={"files": ("", b"")}, data={"title": ""})
    assert nothing.status_code == 422 and message("upload.none", "en") in nothing.text
    assert secretariat.post("/manage/upload", content=b"x" * 2_000_000).status_code == 415


def test_what_is_stated_holds_and_what_is_left_empty_is_read(secretariat):
    stated = {"title": "Wharves of May", "meeting_date": "2023-05", "jurisdiction": "", "type": "", "language": ""}
    job = done(secretariat, sent(secretariat, "wharf.txt", b"Wharves\n\nYukon has mended the wharf.\n", **stated))
    (file,) = job["files"]
    document = secretariat.get(f"/v1/documents/{file['document_id']}").json()
    assert (document["title"], document["meeting_date"]) == ("Wharves of May", "2023-05")
    assert (document["language"], document["type"]) == ("en", "other")
    taken = sent(secretariat, "wharf.txt", b"Wharves\n\nOther words.\n")
    assert taken.status_code == 409 and message("problem.name_taken.mend", "en") in html.unescape(taken.text)
    replaced = done(secretariat, sent(secretariat, "wharf.txt", b"Wharves\n\nOther words.\n", replace="true"))
    assert replaced["files"][0]["document_id"] == file["document_id"]
    page = secretariat.get(f"/manage/documents/{file['document_id']}").text
    assert "Other words." in page and page.count('class="tag corrected"') == 2


def test_a_correction_that_finds_no_passage_is_shown_and_can_be_dropped(secretariat, at):
    name, data = "quay.txt", at.folder.with_name("index-data")
    job = done(secretariat, sent(secretariat, name, b"Quays\n\nYukon has mended the quay.\n"))
    identifier = job["files"][0]["document_id"]
    here = f"/manage/documents/{identifier}"
    passage = re.search(r'data-passage="(p\w+)"', secretariat.get(here).text)[1]
    form = {"role": "need", "owner": "NU", "also": ["YT"], "speaker": ""}
    done(secretariat, secretariat.post(f"{here}/passages/{passage}", data=form))
    assert corrections.load(data).of(identifier)[passage].jurisdictions == ("NU", "YT")
    done(secretariat, sent(secretariat, name, b"Quays\n\nYukon has painted the quay.\n", replace="true"))
    page = secretariat.get(here).text
    assert f'data-lost="{passage}"' in page and "mended" in page
    assert identifier in secretariat.get("/manage/documents?show=check").text
    assert secretariat.get(f"{here}/passages/{passage}").status_code == 404
    done(secretariat, secretariat.post(f"{here}/passages/{passage}/undo"))
    assert "data-lost" not in secretariat.get(here).text and not corrections.load(data).of(identifier)


def test_forms_of_a_passage_that_cannot_be_are_refused(secretariat):
    document = secretariat.get("/v1/documents").json()["documents"][0]["id"]
    passage = secretariat.get(f"/v1/documents/{document}").json()["passages"][0]["id"]
    here = f"/manage/documents/{document}/passages/{passage}"
    for form, said in [
        ({"role": "chief"}, message("correct.role", "en")),
        ({"role": "need", "owner": "XX"}, "XX"),
        ({"role": "need", "speaker": "a\nb"}, message("correct.speaker", "en")),
        ({"role": "need", "also": ["NS"] + [f"X{n}" for n in range(40)]}, message("correct.jurisdictions", "en")),
    ]:
        answer = secretariat.post(f"{here}?lang=en", data=form)
        assert answer.status_code == 422 and said in html.unescape(answer.text).split('role="alert"')[1][:400]
    assert secretariat.post(f"{here}/undo").status_code == 404  # nothing was corrected


def test_pages_are_in_the_readers_language_and_bad_parameters_are_told(secretariat):
    for path in ("documents", "documents/" + secretariat.get("/v1/documents").json()["documents"][0]["id"]):
        for bad in ("show=none", "page=0", "page=x"):
            answer = secretariat.get(f"/manage/{path}?{bad}&lang=fr")
            assert answer.status_code == 422 and 'role="alert"' in answer.text and '<html lang="fr">' in answer.text
    assert message("held.none", "fr") in secretariat.get("/manage/documents?q=xyzzy&lang=fr").text


def test_opening_a_document_is_written_down(at, secretariat):
    document = secretariat.get("/v1/documents").json()["documents"][0]["id"]
    secretariat.get(f"/manage/documents/{document}")
    with at(CallerRole.ADMINISTRATOR) as administrator:
        entries = administrator.get("/v1/audit", params={"action": "document.read", "subject": document}).json()[
            "entries"
        ]
    assert entries and entries[0]["role"] == "secretariat"


def test_documents_that_came_went_and_wait(index, make_job):
    records = index.documents()
    decided = Overrides({records[0].id: Override(withdrawn=True), "gone-1": Override(withdrawn=True)})
    waiting = [make_job(("new.txt", "new-1"), (records[1].source, records[1].id))]
    found = {one.document_id: one for one in holdings(index, decided, Corrections(), waiting)}
    assert found.keys() == {record.id for record in records} | {"new-1", "gone-1"}
    states = {one: found[one].state for one in (records[0].id, records[1].id, records[2].id, "new-1", "gone-1")}
    assert list(states.values()) == ["withdrawn", "changing", "served", "coming", "gone"]
    assert {one.document_id for one in matching(list(found.values()), "withdrawn", "")} == {records[0].id, "gone-1"}
    for one in matching(list(found.values()), "check", ""):
        assert one.record is not None and one.doubts
    unsure = sum(p.attribution == "inferred" for p in index.passages(records[2].id))
    assert found[records[2].id].unsure == unsure


def test_a_correction_shows_before_the_index_follows(index):
    record = next(one for one in index.documents() if index.passage_counts[one.id][1])
    passage = next(p for p in index.passages(record.id) if p.attribution == "inferred")
    known = Corrections({record.id: {passage.id: Correction(jurisdictions=("NU",))}})
    found = {piece.passage.id: piece for piece in pieces(index, record.id, known)}
    piece = found[passage.id]
    assert (piece.passage.jurisdictions, piece.own, piece.pending, piece.unsure) == (("NU",), passage, True, False)
    assert not any(one.pending or one.correction for key, one in found.items() if key != passage.id)


@given(
    role=st.sampled_from(Role),
    codes=st.lists(st.sampled_from(["NS", "NB", "YT"]), unique=True),
    speaker=st.sampled_from(["", "Ann Lee"]),
)
def test_a_form_lays_down_what_differs_and_no_more(role, codes, speaker):
    before = Passage("p0", "d", "Text", 0, 4, None, "en", Role.NEED, ("NS",), "Ann Lee")
    wanted = correction(before, role=str(role), codes=codes, speaker=speaker).decided
    after = Correction.model_validate(wanted).applied(before)
    assert (after.role, list(after.jurisdictions), after.speaker or "") == (role, codes, speaker)
    untouched = (role, codes, speaker) == (Role.NEED, ["NS"], "Ann Lee")
    assert wanted == ({"role": Role.NEED} if untouched else wanted)
    assert ("jurisdictions" in wanted) is (codes != ["NS"]) and ("speaker" in wanted) is (speaker == "")


@given(title=st.sampled_from(["", "A", "B"]), date=st.sampled_from(["", "2020", "2021-05"]))
def test_a_form_of_a_document_changes_what_differs(title, date):
    before = Override(title="A", meeting_date="2020")
    fields = {"title": title, "type": "", "language": "", "meeting_date": date, "jurisdiction": ""}
    wanted = changed(before, fields).model_dump(exclude_unset=True)
    assert wanted == {
        name: value or None
        for name, value in (("title", title), ("meeting_date", date))
        if value != getattr(before, name)
    }


@given(st.text(max_size=600))
def test_an_excerpt_is_a_beginning(text):
    shown = excerpt(text)
    assert len(shown) <= 222 and " ".join(text.split()).startswith(shown.removesuffix(" …"))


def test_the_index_holds_nothing_else_after_all_this(at, letters, embedder):
    """Corrections made on pages outlast a build from nothing."""
    before = {p.id: p for one in open_index(at.folder).documents() for p in open_index(at.folder).passages(one.id)}
    assert not build([letters], at.folder, embedder, rebuild=True).failures
    after = {p.id: p for one in open_index(at.folder).documents() for p in open_index(at.folder).passages(one.id)}
    assert after == before
