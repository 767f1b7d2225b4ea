from __future__ import annotations

import json

import pytest
from watched import Watched, known_as

from indexer import embedding
from indexer.build import build
from indexer.documents import Distribution
from indexer.store import open_index
from service.access import Action, Caller, CallerRole, decide
from service.feedback import MAX_COMMENT_CHARACTERS, FeedbackEntry, FeedbackPage

SECRETARIAT = known_as("secretariat")
QUESTION = "Who will send the drawings of the quays?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An index of a public document and one for the secretariat alone."""
    sources, folder = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("index")
    (sources / "open.txt").write_text("Quays\n\nNova Scotia paints its quays in April of each year.\n", "utf-8")
    (sources / "closed.txt").write_text("Tariffs\n\nOntario wants to raise the tariffs of its marinas.\n", "utf-8")
    (sources / "manifest.toml").write_text(
        '[[document]]\nfile = "open.txt"\ndistribution = "public"\n\n'
        '[[document]]\nfile = "closed.txt"\ndistribution = "secretariat"\n',
        "utf-8",
    )
    assert not build([sources], folder, embedding.load()).failures
    return folder


@pytest.fixture
def watched(folder, tmp_path):
    return Watched(folder, tmp_path / "data")


@pytest.fixture
def client(watched):
    with watched as opened:
        yield opened


def give(client, headers=None, **body):
    return client.post("/v1/feedback", json={"question": QUESTION, "verdict": "helpful"} | body, headers=headers or {})


def listed(client, **parameters):
    response = client.get("/v1/feedback", params=parameters, headers=SECRETARIAT)
    assert response.status_code == 200, response.text
    return FeedbackPage.model_validate_json(response.content)


def passages(folder):
    index = open_index(folder)
    return {index.document(p.document_id).distribution: p for p in index.passages() if p.kind == "statement"}


def test_feedback_is_kept_with_all_that_was_said(client, folder):
    passage = passages(folder)[Distribution.PUBLIC]
    response = give(
        client,
        known_as("member", "k-ann"),
        question="  Qui enverra\nles plans des quais?  ",
        language="en",
        verdict="wrong_citation",
        filters={"jurisdiction": ["NS"], "from": "2020"},
        citation={"passage_id": passage.id},
        jurisdiction="ns",
        comment="Not what it says — « non ».",
        answer={"digest": "abc", "generation": "g000001"},
    )
    assert response.status_code == 201
    (entry,) = listed(client).feedback
    assert response.json() == {"id": entry.id}
    assert entry == FeedbackEntry(
        id=entry.id,
        at=entry.at,
        caller="k-ann",
        role="member",
        question="Qui enverra les plans des quais?",
        language="fr",
        verdict="wrong_citation",
        answer_language="en",
        filters={"jurisdiction": ["NS"], "from": "2020"},
        passage_id=passage.id,
        document_id=passage.document_id,
        jurisdiction="NS",
        comment="Not what it says — « non ».",
        answer_digest="abc",
        answer_generation="g000001",
        generation=open_index(folder).generation,
    )


@pytest.mark.parametrize("role", CallerRole)
def test_whoever_may_ask_may_say_and_the_secretariat_reads(client, role):
    assert give(client, known_as(role)).status_code == 201
    response = client.get("/v1/feedback", headers=known_as(role))
    allowed = decide(Caller(role, "k", "key"), Action.READ_FEEDBACK).allowed
    assert response.status_code == (200 if allowed else 403)
    assert (QUESTION in response.text) is allowed


def test_a_passage_that_the_caller_may_not_see_is_refused_as_one_that_is_not_there(client, folder):
    hidden, shown = passages(folder)[Distribution.SECRETARIAT], passages(folder)[Distribution.PUBLIC]
    for role in ("anonymous", "member"):
        told = [
            give(client, known_as(role), verdict="wrong_citation", citation={"passage_id": passage_id})
            for passage_id in (hidden.id, "p" + "0" * 16)
        ]
        assert [response.status_code for response in told] == [422, 422]
        assert told[0].json() | {"request_id": ""} == told[1].json() | {"request_id": ""}
        assert hidden.id not in told[0].text
        seen = give(client, known_as(role), verdict="wrong_citation", citation={"passage_id": shown.id})
        assert seen.status_code == 201
    mine = give(client, SECRETARIAT, verdict="wrong_citation", citation={"passage_id": hidden.id})
    assert mine.status_code == 201
    assert listed(client).total == 3


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"verdict": "wrong_citation"}, "citation"),
        ({"verdict": "missing_jurisdiction"}, "jurisdiction"),
        ({"verdict": "missing_jurisdiction", "jurisdiction": "XX"}, "XX"),
        ({"verdict": "splendid"}, "verdict"),
        ({"question": " ?! "}, "question"),
        ({"question": "x" * 1001}, "question"),
        ({"comment": "x" * (MAX_COMMENT_CHARACTERS + 1)}, "comment"),
        ({"filters": {"colour": "blue"}}, "colour"),
        ({"filters": {"from": "2020-02-31"}}, "2020-02-31"),
        ({"filters": {"jurisdiction": ["XX"]}}, "XX"),
        ({"citation": {"passage_id": ""}}, "passage_id"),
        ({"stars": 5}, "stars"),
    ],
)
def test_what_cannot_be_used_is_refused_and_not_kept(client, watched, body, named):
    for language in ("en", "fr"):
        refused = give(client, {"Accept-Language": language}, **body)
        assert refused.status_code == 422
        assert refused.headers["content-language"] == language
        assert named in refused.text or (named == "question" and "question" in refused.json()["detail"].lower())
    assert not watched.at.state.exists()


def test_the_longest_comment_is_kept_whole(client):
    comment = "é" * MAX_COMMENT_CHARACTERS
    assert give(client, comment=comment).status_code == 201
    assert listed(client).feedback[0].comment == comment


def test_pages_and_filters_hold(client, watched):
    for number in range(5):
        give(client, question=f"Question {number}?", verdict="helpful" if number % 2 else "not_helpful")
    with watched.at.state.writing() as connection:
        connection.execute("UPDATE feedback SET at = '2020' || substr(at, 5) WHERE question = 'Question 1?'")
    everything = [entry.question for entry in listed(client).feedback]
    assert everything[-1] == "Question 1?" and len(everything) == 5
    page = listed(client, limit=2, offset=1)
    assert (page.total, page.limit, page.offset) == (5, 2, 1)
    assert [entry.question for entry in page.feedback] == everything[1:3]
    assert {entry.question for entry in listed(client, verdict="helpful").feedback} == {"Question 1?", "Question 3?"}
    assert [entry.question for entry in listed(client, to="2020").feedback] == ["Question 1?"]
    assert listed(client, **{"from": "2021"}).total == 4
    for parameters in ({"verdict": "x"}, {"from": "2020-13-01"}, {"limit": 0}, {"colour": "blue"}):
        assert client.get("/v1/feedback", params=parameters, headers=SECRETARIAT).status_code == 422


def test_feedback_is_no_part_of_the_audit_log_and_the_audit_log_none_of_feedback(client):
    give(client)
    assert client.get("/v1/audit", headers=known_as("administrator")).json()["entries"] == []


def test_the_command_writes_it_out(client, main, folder, watched, tmp_path, monkeypatch):
    give(client)
    give(client, question="Où sont les quais?", verdict="not_helpful")
    monkeypatch.setenv("COUNCIL_DATA", str(watched.at.data))
    out = tmp_path / "feedback.jsonl"
    assert main("feedback", "export", "--index", folder, "--out", out).returncode == 0
    entries = [FeedbackEntry.model_validate(json.loads(line)) for line in out.read_text("utf-8").splitlines()]
    assert [entry.question for entry in entries] == [QUESTION, "Où sont les quais?"]
    printed = main("feedback", "export", "--index", folder, "--verdict", "not_helpful").stdout
    assert [json.loads(line)["language"] for line in printed.splitlines()] == ["fr"]
    assert main("feedback", "export", "--index", folder, "--from", "never").returncode == 2
