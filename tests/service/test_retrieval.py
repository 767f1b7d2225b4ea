from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import jurisdictions
from indexer.documents import DocumentType, PassageKind, Role, Status
from indexer.lexical_query import lexical_query
from indexer.store import open_index
from service.engine import Engine
from service.filters import make_filters
from service.query import MAX_LIMIT, understand
from service.retrieval import DEFAULT_WEIGHTS, Leg, fused, query_vector, retrieve

TOPIC = "contact centre and telephone service"


def nearest(index, embedder, query):
    return retrieve(index, query, query_vector(embedder, query))


def whole(date, last):
    """A date of any precision as its first or its last day."""
    year, month, day = (*date.split("-"), *[None] * 2)[:3]
    return (year, month or ("12" if last else "01"), day or ("31" if last else "01"))


def meets(passage, document, values):
    """The filters as the reference has them, written apart from the code that is tested."""
    date = passage.meeting_date
    start, end = values.get("date_from"), values.get("date_to")
    return all(
        [
            not values.get("jurisdictions") or set(values["jurisdictions"]) & set(passage.jurisdictions),
            not values.get("types") or document.type in values["types"],
            not values.get("roles") or passage.role in values["roles"],
            not values.get("document_languages") or document.language in values["document_languages"],
            not start or (date and whole(date, True) >= whole(start, False)),
            not end or (date and whole(date, False) <= whole(end, True)),
        ]
    )


def allowed(index, values):
    documents = {document.id: document for document in index.documents()}
    return {
        p.id for p in index.passages() if p.kind is PassageKind.STATEMENT and meets(p, documents[p.document_id], values)
    }


def found(index, embedder, values, text=TOPIC, limit=MAX_LIMIT):
    query = understand(text, filters=make_filters(**values), limit=limit)
    return [hit.passage.id for hit in nearest(index, embedder, query)]


def found_or_folded(index, embedder, values, text=TOPIC):
    query = understand(text, filters=make_filters(**values), limit=MAX_LIMIT)
    hits = nearest(index, embedder, query)
    return hits, [passage.id for hit in hits for passage in (hit.passage, *(place.passage for place in hit.versions))]


SINGLE = [
    *({"jurisdictions": [known.code]} for known in jurisdictions.all_jurisdictions()),
    *({"types": [str(kind)]} for kind in DocumentType),
    *({"roles": [str(role)]} for role in Role),
    *({"document_languages": [language]} for language in ("en", "fr")),
    *({"date_from": date} for date in ("2017", "2017-11", "2019-02", "2020-09-15", "2021-10-28", "2021-10-29", "2030")),
    *({"date_to": date} for date in ("2016-12", "2017-10-04", "2017-10", "2020-09-01", "2021", "2030-01-01")),
]


@pytest.mark.parametrize("values", SINGLE, ids=str)
def test_a_filter_lets_through_all_that_meets_it_and_nothing_else(index, embedder, values):
    right = allowed(index, values)
    hits, ids = found_or_folded(index, embedder, values)
    assert set(ids) <= right
    assert len(ids) == len(set(ids))
    assert len(hits) == MAX_LIMIT or set(ids) == right


@settings(max_examples=60, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "jurisdictions": st.lists(st.sampled_from(["BC", "ON", "AB", "ESDC", "NU", "MUNI"]), max_size=3),
            "types": st.lists(st.sampled_from([str(kind) for kind in DocumentType]), max_size=2),
            "roles": st.lists(st.sampled_from([str(role) for role in Role]), max_size=3),
            "document_languages": st.lists(st.sampled_from(["en", "fr"]), max_size=2),
            "date_from": st.sampled_from(["2017", "2017-10", "2019-02-01", "2020-09"]),
            "date_to": st.sampled_from(["2017-10-05", "2019", "2020-09-30", "2021-10-27"]),
        },
    )
)
def test_filters_together_narrow_each_other(index, embedder, values):
    right = allowed(index, values)
    hits, ids = found_or_folded(index, embedder, values)
    assert set(ids) <= right
    assert len(ids) == len(set(ids))
    assert len(hits) == MAX_LIMIT or set(ids) == right


def test_a_filter_that_nothing_meets_gives_nothing(index, embedder):
    assert found(index, embedder, {"date_from": "2030"}) == []
    assert found(index, embedder, {"date_from": "2021", "date_to": "2017"}) == []
    assert found(index, embedder, {"jurisdictions": ["BC"], "types": ["other"]}) == []


@pytest.mark.parametrize("limit", [1, 3, 10, 50, 100])
def test_as_many_as_the_limit_says(index, embedder, limit):
    assert len(found(index, embedder, {}, limit=limit)) == limit


def test_a_lower_limit_gives_the_beginning_of_the_same_list(index, embedder):
    assert found(index, embedder, {}, limit=5) == found(index, embedder, {}, limit=20)[:5]


def test_scores_descend_and_no_passage_comes_twice(index, embedder):
    hits = nearest(index, embedder, understand(TOPIC, limit=MAX_LIMIT))
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert np.isfinite(scores).all()
    assert len({hit.passage.id for hit in hits}) == len(hits)


def test_a_passage_comes_with_its_own_document(index, embedder):
    for hit in nearest(index, embedder, understand(TOPIC, limit=30)):
        assert hit.document.id == hit.passage.document_id
        written = index.written(hit.document.id, hit.passage.start, hit.passage.end)
        assert written == hit.passage.text


def test_the_same_question_gives_the_same_list(index, embedder):
    assert found(index, embedder, {}) == found(index, embedder, {})


ONE_LANGUAGE = ["digital identity", "identité numérique", "online training for staff", "permis de conduire en ligne"]


@pytest.mark.parametrize("text", ONE_LANGUAGE)
def test_both_languages_are_found_by_a_question_in_one(index, embedder, text):
    hits = nearest(index, embedder, understand(text, limit=20))
    places = [place.document.language for hit in hits for place in hit.versions]
    assert {*places, *(hit.document.language for hit in hits)} == {"en", "fr"}


@pytest.mark.parametrize("text", ONE_LANGUAGE)
def test_ten_hits_are_ten_different_things_in_the_readers_language_where_they_can_be(index, embedder, text):
    query = understand(text)
    hits = nearest(index, embedder, query)
    shown = {hit.passage.id for hit in hits}
    folded = [place.passage.id for hit in hits for place in hit.versions]
    assert folded
    assert shown.isdisjoint(folded)
    assert all(shown.isdisjoint(index.versions(passage_id)) for passage_id in shown)
    assert sum(hit.passage.language == query.language for hit in hits) > len(hits) / 2


def test_a_folded_version_meets_the_filters_too(index, embedder):
    values = {"document_languages": ["en"]}
    _, ids = found_or_folded(index, embedder, values)
    assert set(ids) <= allowed(index, values)


def test_the_reader_chooses_which_version_is_shown_and_not_what_is_found(index, engine):
    for question in ("death notification", "Que font les provinces en matière d'avis de décès?"):
        english, french = (engine.search(understand(question, language=spoken)) for spoken in ("en", "fr"))
        for result in (english, french):
            of_reader = [hit.language == result.language for hit in result.passages]
            in_it = [
                hit.language == result.language or result.language in hit.other_languages() for hit in result.passages
            ]
            assert of_reader == in_it
        assert sum(one.passage_id != other.passage_id for one, other in pairs(english, french)) > 5
        for one, other in pairs(english, french):
            assert one.score == other.score
            places = {version.passage_id for version in (*one.versions, *other.versions)}
            assert one.passage_id == other.passage_id or {one.passage_id, other.passage_id} <= places


def pairs(one, other):
    return list(zip(one.passages, other.passages, strict=True))


@pytest.mark.parametrize("leg", [Leg.LEXICAL, Leg.DENSE])
def test_a_leg_by_itself_is_in_its_own_order(index, embedder, leg):
    query = understand("digital identity", limit=20)
    hits = retrieve(index, query, query_vector(embedder, query), leg=leg)
    scores = [hit.lexical if leg is Leg.LEXICAL else hit.dense for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert [hit.score for hit in hits] == scores
    assert not any(hit.versions for hit in hits)


def test_a_jurisdiction_that_the_question_names_comes_first(index, embedder):
    for question, code in (
        ("What did Nova Scotia do about licence renewal?", "NS"),
        ("Que fait le Manitoba en matière d'identité numérique ?", "MB"),
    ):
        assert code in nearest(index, embedder, understand(question))[0].passage.jurisdictions


def test_words_that_stand_in_one_passage_alone_find_it(index, embedder):
    assert "MyAlberta" in nearest(index, embedder, understand("MyAlberta", limit=1))[0].passage.text


def test_a_question_without_a_known_word_still_gives_a_list(index, embedder):
    assert len(found(index, embedder, {}, text="zzyzx qwrtp", limit=10)) == 10


@pytest.mark.parametrize("status", Status)
def test_statuses_narrow_a_search(engine, status):
    from indexer import sentences
    from service.status import status_of

    everything = engine.search(understand(TOPIC, limit=MAX_LIMIT)).passages
    result = engine.search(understand(TOPIC, statuses=(status,), limit=20)).passages
    for hit in result:
        said = {status_of(hit.text[start:end], hit.role) for start, end in sentences.split(hit.text)}
        assert status in said
    assert result != everything[:20]


# Passages that state nothing


def test_the_index_knows_which_passages_state_nothing(index):
    kinds = [passage.kind for passage in index.passages()]
    assert index.silent.tolist() == [kind is not PassageKind.STATEMENT for kind in kinds]
    assert 0 < index.silent.sum() < len(kinds)


@pytest.mark.parametrize("text", ["N/A", "S.O.", "4. Issues and needs", "1. Réalisations", "not applicable needs"])
@pytest.mark.parametrize("values", [{}, {"types": ["exchange_form"]}, {"roles": ["need"]}], ids=str)
def test_what_states_nothing_is_never_found(index, embedder, text, values):
    query = understand(text, filters=make_filters(**values), limit=MAX_LIMIT)
    hits = nearest(index, embedder, query)
    assert {hit.passage.kind for hit in hits} == {PassageKind.STATEMENT}
    assert len(hits) == MAX_LIMIT or len(hits) + sum(len(hit.versions) for hit in hits) == len(allowed(index, values))


@settings(max_examples=60, deadline=None)
@given(
    text=st.sampled_from([TOPIC, "needs", "priorités et réalisations", "zzyzx"]),
    share=st.sampled_from([0.0, 0.05, 0.5, 0.95, 0.999, 1.0]),
    worst=st.booleans(),
    pool=st.sampled_from([1, 3, 20, 200, 10_000]),
    seed=st.integers(0, 1_000),
)
def test_each_leg_gives_its_best_among_those_that_state_something(
    corpus_index, embedder, text, share, worst, pool, seed
):
    """Whichever passages state nothing, at the worst the very best ones: no leg is starved."""
    index = open_index(corpus_index)
    query = understand(text)
    vector = query_vector(embedder, query)
    order = index.vectors.search(vector, len(index.vectors)).numbers
    if not worst:
        order = np.random.default_rng(seed).permutation(order)
    index.silent = np.zeros(len(order), dtype=np.bool_)
    index.silent[order[: round(share * len(order))]] = True
    statements = np.flatnonzero(~index.silent)
    asked = lexical_query(query.text, query.asked_in, [match.term for match in query.terms])
    by_words = index.lexical.search(asked, pool, allowed=statements, wording_weight=DEFAULT_WEIGHTS.terms)
    by_meaning = index.vectors.search(vector, pool, allowed=statements)
    candidates = fused(index, asked, vector, pool)
    assert set(candidates.numbers.tolist()) <= set(statements.tolist())
    assert max(len(by_words.numbers), len(by_meaning.numbers)) <= len(candidates.numbers)
    # Of passages with equal scores either may be the last, so scores are held against each other, not numbers.
    lexical, dense = np.sort(candidates.lexical)[::-1], np.sort(candidates.dense)[::-1]
    assert np.count_nonzero(lexical) == len(by_words.numbers)
    assert np.allclose(lexical[: len(by_words.numbers)], by_words.shares, rtol=1e-4)
    assert np.allclose(dense[: len(by_meaning.numbers)], by_meaning.scores, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("text", ["N/A", "What does the province need?", "harbour berths"])
def test_where_only_silent_passages_meet_the_filters_nothing_is_found_or_cited(harbour, text):
    engine = Engine(harbour)
    filters = make_filters(jurisdictions=["NS"], roles=["need", "showcase"])
    held = {passage.kind for passage in engine.index().passages() if passage.role in filters.roles}
    assert held == {PassageKind.NO_ANSWER}
    assert engine.search(understand(text, filters=filters)).passages == []
    answer = engine.answer(understand(text, filters=filters))
    assert (answer.answered, answer.citations, answer.passages) == (False, [], [])


@pytest.mark.parametrize("text", ["N/A", "needs", "showcase", "Information exchange form"])
def test_silent_passages_are_not_found_though_all_others_are(harbour, text):
    engine = Engine(harbour)
    statements = {p.id for p in engine.index().passages() if p.kind is PassageKind.STATEMENT}
    assert {hit.passage_id for hit in engine.search(understand(text, limit=MAX_LIMIT)).passages} == statements
