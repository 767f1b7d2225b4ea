"""Counts by filter: those of the passages found, and what choosing a value then gives."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from indexer import embedding
from indexer.documents import Distribution
from service import facets
from service.filters import make_filters, make_statuses
from service.passage_statuses import statuses
from service.query import Query, understand
from service.retrieval import candidates, query_vector

QUESTIONS = (
    "digital identity",
    "chatbots",
    "prise de rendez-vous en ligne",
    "Which provinces renewed licences online?",
)
# By facet the field of the filters that it fills.
FIELDS = {
    "jurisdiction": "jurisdictions",
    "meeting": "meetings",
    "role": "roles",
    "type": "types",
    "doc_language": "document_languages",
}


def counted(index, query: Query) -> facets.FacetCounts:
    return facets.count(index, query, query_vector(embedding.load(), query))


def choosing(query: Query, facet: str, *values: str) -> Query:
    if facet == "status":
        return replace(query, statuses=make_statuses(values))
    return replace(query, filters=replace(query.filters, **{FIELDS[facet]: values}))


@pytest.mark.parametrize("question", QUESTIONS)
def test_counts_are_those_of_the_passages_found(index, question):
    query = understand(question)
    found = candidates(index, query, query_vector(embedding.load(), query), 10_000)
    least = facets.NEAR * found.scores.max()
    passages = index.numbered(sorted(found.numbers[found.scores >= least].tolist()))
    counts = counted(index, query)
    assert counts.complete and counts.total == counts.unfiltered == len(passages) > 5
    documents = {record.id: record for record in index.documents()}
    assert counts.by_facet == {
        "jurisdiction": Counter(code for one in passages for code in one.jurisdictions),
        "meeting": Counter(one.meeting_date for one in passages if one.meeting_date),
        "role": Counter(str(one.role) for one in passages),
        "status": Counter(str(status) for one in passages for status in statuses(one)),
        "type": Counter(str(documents[one.document_id].type) for one in passages),
        "doc_language": Counter(documents[one.document_id].language for one in passages),
    }
    assert all(number for of_one in counts.by_facet.values() for number in of_one.values())


@pytest.mark.parametrize("question", QUESTIONS)
def test_choosing_a_value_gives_as_many_and_keeps_the_alternatives(index, question):
    query = understand(question)
    counts = counted(index, query)
    for facet, values in counts.by_facet.items():
        for value, number in list(values.items())[:3]:
            # A year has its months in it.
            within = sum(n for other, n in values.items() if facet == "meeting" and other.startswith(f"{value}-"))
            chosen = counted(index, choosing(query, facet, value))
            assert chosen.total == number + within
            assert chosen.by_facet[facet] == values
            assert chosen.without == {facet: counts.total} and chosen.unfiltered == counts.total


def test_each_facet_is_counted_under_the_filters_of_the_others(index):
    query = choosing(choosing(understand("digital identity"), "jurisdiction", "ON"), "status", "delivered")
    counts = counted(index, query)
    of_ontario = counted(index, choosing(understand("digital identity"), "jurisdiction", "ON"))
    in_place = counted(index, choosing(understand("digital identity"), "status", "delivered"))
    assert counts.by_facet["status"] == of_ontario.by_facet["status"]
    assert counts.by_facet["jurisdiction"] == in_place.by_facet["jurisdiction"]
    assert counts.by_facet["role"] != of_ontario.by_facet["role"]
    assert counts.without == {"jurisdiction": in_place.total, "status": of_ontario.total}
    assert counts.total < min(counts.without.values())


def test_a_range_of_dates_is_a_filter_of_all_facets(index):
    query = understand("digital identity")
    later = replace(query, filters=make_filters(date_from="2020"))
    counts = counted(index, later)
    assert set(counts.by_facet["meeting"]) == {d for d in counted(index, query).by_facet["meeting"] if d >= "2020"}
    assert counts.without == {"dates": counted(index, query).total}


def test_filters_may_rule_out_all_that_is_found(index):
    query = choosing(choosing(understand("chatbots"), "jurisdiction", "YT"), "meeting", "2017-10-05")
    counts = counted(index, query)
    assert counts.total == 0 and counts.unfiltered == counted(index, understand("chatbots")).total
    assert not counts.by_facet["role"] and not counts.by_facet["status"]


def test_counting_stops_at_the_nearest(index, monkeypatch):
    monkeypatch.setattr(facets, "MOST", 10)
    counts = counted(index, understand("digital identity"))
    assert counts.total == 10 and not counts.complete
    assert sum(counts.by_facet["doc_language"].values()) == 10


def test_what_is_hidden_is_not_counted(index):
    query = understand("digital identity")
    for view in (
        index.seen_by(Distribution.PUBLIC),
        index.seen_by(Distribution.SECRETARIAT, [document_of_most(index)]),
    ):
        counts = counted(view, query)
        shown = {record.id for record in view.documents()}
        found = candidates(view, query, query_vector(embedding.load(), query), 10_000)
        near = view.numbered(found.numbers[found.scores >= counts.least])
        assert {passage.document_id for passage in near} <= shown
        assert counts.total == len(near) < counted(index, query).total
        assert counts.by_facet["meeting"] == Counter(one.meeting_date for one in near if one.meeting_date)


def document_of_most(index) -> str:
    return Counter(passage.document_id for passage in index.passages()).most_common(1)[0][0]


def test_the_api_gives_counts_where_they_are_asked_for(client):
    asked = {"q": "digital identity", "limit": 3, "role": "need"}
    plain = client.get("/v1/search", params=asked).json()
    assert plain["facets"] is None
    told = client.get("/v1/search", params={**asked, "facets": True}).json()
    assert told["passages"] == plain["passages"]
    found = told["facets"]
    assert found["complete"] and {one["value"] for one in found["role"]} > {"need"}
    assert found["total"] == sum(one["count"] for one in found["role"] if one["value"] == "need")
    meeting = found["meeting"][0]
    narrowed = client.get("/v1/search", params={**asked, "meeting": meeting["value"], "facets": True}).json()
    assert narrowed["facets"]["total"] == meeting["count"]
    assert {passage["meeting_date"] for passage in narrowed["passages"]} == {meeting["value"]}
    assert client.get("/v1/search", params={**asked, "meeting": "last autumn"}).status_code == 422
