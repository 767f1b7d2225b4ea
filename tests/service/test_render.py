"""What a terminal shows of a hit."""

from __future__ import annotations

import re

import pytest

from indexer.documents import Attribution
from service import render
from service.query import understand


@pytest.fixture
def result(engine):
    found = engine.search(understand("digital identity in British Columbia", limit=100))
    return found.model_copy(update={"passages": [hit for hit in found.passages if hit.jurisdictions][:1]})


def shown(result, language, **changes):
    hit = result.passages[0].model_copy(update=changes)
    return render.search_result(result.model_copy(update={"passages": [hit], "language": language})).split("\n")[0]


@pytest.mark.parametrize(("language", "mark"), [("en", "(inferred)"), ("fr", "(déduit)")])
def test_an_inferred_attribution_is_marked_after_the_jurisdictions(result, language, mark):
    inferred = shown(result, language, jurisdictions=["BC", "ON"], attribution=Attribution.INFERRED)
    assert re.search(rf", BC ON {re.escape(mark)}, ", inferred)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_stated_attribution_or_one_of_nobody_is_not_marked(result, language):
    stated = shown(result, language, jurisdictions=["BC", "ON"], attribution=Attribution.STATED)
    nobody = shown(result, language, jurisdictions=[], attribution=Attribution.INFERRED)
    for line in (stated, nobody):
        assert "(inferred)" not in line and "(déduit)" not in line
    assert ", BC ON, " in stated


@pytest.mark.parametrize(("language", "mark"), [("en", "(inferred)"), ("fr", "(déduit)")])
def test_the_page_marks_the_same_passages(client, language, mark):
    marked = 0
    for question in ("digital identity", "vaccination", "annual report", "workshop", "working group", "dashboard"):
        body = client.post("/v1/answer", json={"question": question, "language": language}).json()
        inferred = [hit for hit in body["passages"] if hit["jurisdictions"] and hit["attribution"] == "inferred"]
        page = client.get("/", params={"q": question, "lang": language}).text
        assert len(re.findall(rf" {re.escape(mark)}</span>", page)) == len(inferred)
        marked += len(inferred)
    assert marked


@pytest.mark.parametrize(("language", "words"), [("en", "also in French"), ("fr", "aussi en anglais")])
def test_a_hit_says_in_which_other_language_it_stands(engine, client, language, words):
    query = understand("death notification", language=language)
    result = engine.search(query)
    told = [hit for hit in result.passages if hit.other_languages()]
    assert told
    assert all(hit.document_language not in hit.other_languages() for hit in told)
    first = next(hit for hit in told if hit.document_language == language)
    assert shown(result.model_copy(update={"passages": [first]}), language).endswith(f", {words}")
    page = client.get("/", params={"q": "death notification", "lang": language}).text
    assert words in page
    body = client.post("/v1/answer", json={"question": "death notification", "language": language}).json()
    listed = {hit["passage_id"] for hit in body["passages"]}
    assert all(version["passage_id"] not in listed for hit in body["passages"] for version in hit["versions"])
