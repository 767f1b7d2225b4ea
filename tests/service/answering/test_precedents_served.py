"""Precedents over the command line and HTTP."""

from __future__ import annotations

import json

import pytest

from indexer.documents import PassageKind, Role
from service.contract import Answer


@pytest.fixture(scope="module")
def stated(index):
    """A need of the corpus."""
    return next(
        passage
        for passage in index.passages()
        if passage.role is Role.NEED and passage.kind is PassageKind.STATEMENT and passage.jurisdictions == ("NL",)
    )


def test_the_command_prints_an_answer(main, check_answer, corpus_index, stated):
    run = main("ask", "--for", stated.id, "--index", corpus_index, "--json")
    assert (run.returncode, run.stderr) == (0, "")
    answer = Answer.model_validate_json(run.stdout)
    check_answer(answer)
    assert answer.kind == "precedent" and answer.answered
    assert answer.question in " ".join(stated.text.split())
    text = main("ask", "--for", stated.id, "--index", corpus_index, "--language", "fr")
    assert text.returncode == 0 and "[1]" in text.stdout


def test_the_filters_of_the_command_hold(main, corpus_index, stated):
    run = main("ask", "--for", stated.id, "--index", corpus_index, "--json", "--jurisdiction", "ON", "--limit", "2")
    answer = json.loads(run.stdout)
    assert {finding["jurisdiction"]["code"] for finding in answer["findings"]} == {"ON"}
    assert len(answer["passages"]) == 2


@pytest.mark.parametrize("words", [["ask"], ["ask", "Who can help?", "--for", "p1"], ["ask", "--for"]], ids=" ".join)
def test_either_a_question_or_a_passage_is_asked_for(main, words):
    run = main(*words)
    assert (run.returncode, run.stdout) == (2, "")
    assert "usage: council" in run.stderr


def test_an_unknown_passage_fails_with_a_reason(main, corpus_index):
    run = main("ask", "--for", "p0", "--index", corpus_index)
    assert (run.returncode, run.stdout) == (1, "")
    assert "‘p0’" in run.stderr and "Traceback" not in run.stderr


def test_a_filter_that_means_nothing_is_refused(main, corpus_index, stated):
    assert main("ask", "--for", stated.id, "--index", corpus_index, "--jurisdiction", "XX").returncode == 2


def test_the_api_gives_what_the_command_prints(client, main, corpus_index, stated):
    answer = client.get(f"/v1/passages/{stated.id}/precedents", params={"language": "fr", "limit": 3}).json()
    run = main("ask", "--for", stated.id, "--index", corpus_index, "--json", "--language", "fr", "--limit", "3")
    printed = json.loads(run.stdout)
    del answer["took_ms"], printed["took_ms"]
    assert answer == printed
    assert len(answer["passages"]) == 3


@pytest.mark.parametrize(
    ("parameters", "code"),
    [({"jurisdiction": "BC"}, "BC"), ({"jurisdiction": ["bc", "ZZ"]}, None), ({"from": "soon"}, None)],
    ids=str,
)
def test_the_filters_of_the_api_hold(client, stated, parameters, code):
    response = client.get(f"/v1/passages/{stated.id}/precedents", params=parameters)
    if code is None:
        assert response.status_code == 422 or response.status_code == 400
        assert response.headers["content-type"] == "application/problem+json"
        return
    findings = response.json()["findings"]
    assert {finding["jurisdiction"]["code"] for finding in findings} == {code}


@pytest.mark.parametrize("parameters", [{"limit": 0}, {"limit": "x"}, {"language": "de"}, {"colour": "blue"}], ids=str)
def test_parameters_that_mean_nothing_are_refused(client, stated, parameters):
    response = client.get(f"/v1/passages/{stated.id}/precedents", params=parameters)
    assert 400 <= response.status_code < 500
    assert response.headers["content-type"] == "application/problem+json"


def test_a_passage_that_is_not_there_is_not_found(client):
    response = client.get("/v1/passages/p0/precedents")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
