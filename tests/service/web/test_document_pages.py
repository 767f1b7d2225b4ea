"""The pages of the documents over HTTP: what they show to whom, and what they say to addresses that mean nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import httpx
import pytest

from indexer import catalogue, embedding
from indexer.build import build
from service.access import CallerRole
from service.audit import DOCUMENT_READ
from service.identity import keys
from service.messages import message
from service.server_settings import Settings
from service.state import State

CORPUS = Path(__file__).resolve().parents[3] / "corpus"
PUBLIC = "2021-10-28-decision-record-fr.pdf"
MEMBERS = "2019-02-on-exchange-form-en.pdf"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder of two PDF files of the corpus, one for everybody and one for members, that tests may change."""
    made = tmp_path_factory.mktemp("two") / "documents"
    made.mkdir()
    for name in (PUBLIC, MEMBERS):
        shutil.copy(CORPUS / "documents" / name, made)
    shutil.copy(CORPUS / catalogue.MANIFEST_NAME, made)
    return made


@pytest.fixture(scope="module")
def data(folder) -> Path:
    return folder.parent / "data"


@pytest.fixture(scope="module")
def clients(folder, data, serving):
    """A client of each role to a server over that folder."""
    index = folder.parent / "index"
    build([folder], index, embedding.load())
    made = {role: keys.make(State(data), role, f"A {role}")[1] for role in CallerRole if role.rank}
    with serving(index, settings=Settings(data=data)) as address:
        opened = {
            role: httpx.Client(
                base_url=address,
                headers={"Authorization": f"Bearer {made[role]}"} if role in made else {},
                trust_env=False,
                timeout=60,
            )
            for role in CallerRole
        }
        yield opened
        for client in opened.values():
            client.close()


@pytest.fixture(scope="module")
def ids(clients) -> dict[str, str]:
    found = clients[CallerRole.SECRETARIAT].get("/v1/documents").json()["documents"]
    return {document["source"]: document["id"] for document in found}


@pytest.fixture
def anonymous(clients) -> httpx.Client:
    return clients[CallerRole.ANONYMOUS]


@pytest.fixture
def member(clients) -> httpx.Client:
    return clients[CallerRole.MEMBER]


def test_the_list_holds_what_the_caller_may_see(anonymous, member, ids):
    for client, seen in ((anonymous, {PUBLIC}), (member, {PUBLIC, MEMBERS})):
        page = client.get("/documents?lang=en").text
        assert {name for name, document in ids.items() if document in page} == seen
    assert "Ontario" not in anonymous.get("/documents?lang=en").text  # neither as a choice
    assert message("document_page.kind.exchange_form", "en") not in anonymous.get("/documents?lang=en").text


def test_versions_stand_side_by_side_and_the_list_can_be_narrowed(client):
    documents = client.get("/v1/documents").json()["documents"]
    page = client.get("/documents?lang=en").text
    rows = [row for row in page.split("<tr") if "data-hit" in row]
    pairs = [(one["id"], one["translation_of"]) for one in documents if one["translation_of"]]
    assert pairs and all(any(one in row and other in row for row in rows) for one, other in pairs)
    narrowed = client.get("/documents?lang=en&kind=exchange_form&meeting=2019&doc_language=fr&jurisdiction=ON").text
    assert {one["id"] for one in documents if one["id"] in narrowed} == {
        one["id"]
        for one in documents
        if (one["type"], one["language"], one["jurisdiction"]) == ("exchange_form", "fr", "ON")
        and one["meeting_date"].startswith("2019")
    }


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("query", ["kind=letter", "meeting=soon", "jurisdiction=ZZ", "doc_language=de"])
def test_a_choice_that_means_nothing_is_refused_in_words(client, query, language):
    response = client.get(f"/documents?lang={language}&{query}")
    assert response.status_code == 422
    assert query.split("=")[1] in response.text and 'role="alert"' in response.text


def test_a_choice_without_documents_says_so(client):
    response = client.get("/documents?lang=fr&meeting=1999")
    assert response.status_code == 200 and message("document_page.list.none", "fr") in response.text


def test_hidden_and_unknown_documents_are_the_same(anonymous, ids):
    unknown = "2019-02-on-exchange-form-en-00000000"
    for path in ("/documents/{}?lang=en&q=identity&mark=0-5", "/documents/{}/pages/1.png"):
        hidden, none = (anonymous.get(path.format(one)) for one in (ids[MEMBERS], unknown))
        assert hidden.status_code == none.status_code == 404
        told, nothing = (
            re.sub(r'"request_id":"\w+"', "", response.text.replace(one, ""))
            for response, one in ((hidden, ids[MEMBERS]), (none, unknown))
        )
        assert told == nothing


def test_what_may_not_be_passed_on_says_so(member, ids):
    assert message("document_page.notice.members", "en") in member.get(f"/documents/{ids[MEMBERS]}?lang=en").text
    assert 'class="restricted"' not in member.get(f"/documents/{ids[PUBLIC]}?lang=en").text


def test_opening_is_written_down_and_the_list_is_not(member, clients, ids):
    def opened():
        entries = clients[CallerRole.ADMINISTRATOR].get("/v1/audit", params={"action": DOCUMENT_READ, "limit": 500})
        return [(entry["subject"], entry["detail"]) for entry in entries.json()["entries"] if entry["role"] == "member"]

    before = opened()
    member.get("/documents")
    assert opened() == before
    member.get(f"/documents/{ids[MEMBERS]}")
    member.get(f"/documents/{ids[MEMBERS]}/pages/2.png")
    assert sorted(opened(), key=str)[: len(opened())] == sorted(
        [*before, (ids[MEMBERS], None), (ids[MEMBERS], "page 2")], key=str
    )


def test_the_passage_is_marked_and_framed(member, ids):
    passages = member.get(f"/v1/documents/{ids[PUBLIC]}").json()["passages"]
    passage = next(one for one in passages if one["page"] == 2 and len(one["text"]) > 200)
    start = passage["text"].index(" ") + 1
    quote = passage["text"][start : start + 120].splitlines()[0]
    mark = f"{passage['start'] + start}-{passage['start'] + start + len(quote)}"
    page = member.get(f"/documents/{ids[PUBLIC]}?lang=en&mark={mark}").text
    assert f'<mark id="mark">{escaped(quote)}</mark>' in page
    assert f'src="/documents/{ids[PUBLIC]}/pages/2.png"' in page and "<rect " in page
    assert f'id="{passage["id"]}"' in page and "style=" not in page


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("'", "&#39;").replace('"', "&#34;")


@pytest.mark.parametrize("query", ["mark=5", "mark=9-3", "mark=0-999999999", "page=0", "page=99", "page=x", "q=%3F"])
def test_an_address_that_means_nothing_is_told_above_the_document(member, ids, query):
    response = member.get(f"/documents/{ids[PUBLIC]}?lang=fr&{query}")
    assert response.status_code == 422
    assert 'role="alert"' in response.text and 'class="part' in response.text


def test_mentions_lead_from_one_to_the_next(member, ids):
    page = member.get(f"/documents/{ids[PUBLIC]}?lang=fr&q=identité numérique").text
    count = page.count(' mention"')
    assert count > 3
    assert message("document_page.mention.many", "fr", number=count) in page
    assert message("document_page.mention.number", "fr", number=2, count=count) in page
    assert 'rel="next"' in page and 'rel="prev"' not in page
    nothing = member.get(f"/documents/{ids[PUBLIC]}?lang=fr&q=zorbulation des quazzles").text
    assert message("document_page.mention.none", "fr") in nothing


def test_an_image_is_the_callers_own_and_not_sent_twice(member, anonymous, ids):
    address = f"/documents/{ids[PUBLIC]}/pages/1.png"
    response = anonymous.get(address)
    assert response.status_code == 200 and response.headers["content-type"] == "image/png"
    assert response.content.startswith(b"\x89PNG") and len(response.content) < 100_000
    assert response.headers["cache-control"] == "private, no-cache"
    again = anonymous.get(address, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for wrong in ("/pages/99.png", "/pages/0.png", "/pages/x.png", "/pages/1.png?width=5000"):
        assert member.get(f"/documents/{ids[PUBLIC]}{wrong}").status_code == 404


def test_no_page_is_drawn_of_a_file_that_has_changed(member, folder, ids):
    kept = (folder / MEMBERS).read_bytes()
    (folder / MEMBERS).write_bytes((folder / PUBLIC).read_bytes())
    try:
        page = member.get(f"/documents/{ids[MEMBERS]}?lang=en&page=3").text
        assert message("document_page.sheet.changed", "en") in page and "<img" not in page
        assert 'class="part' in page
        assert member.get(f"/documents/{ids[MEMBERS]}/pages/4.png").status_code == 404
    finally:
        (folder / MEMBERS).write_bytes(kept)


def test_a_document_without_pages_is_text_alone(client):
    documents = client.get("/v1/documents").json()["documents"]
    word = next(one["id"] for one in documents if one["format"] == "docx")
    page = client.get(f"/documents/{word}?lang=en").text
    assert "<img" not in page and message("document_page.sheet.title", "en") not in page
    assert client.get(f"/documents/{word}/pages/1.png").status_code == 404
