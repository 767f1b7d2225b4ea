"""Non-interference: what a caller gets is what he would get if nothing that is hidden from him existed.

Everything is asked of an index that holds restricted twins, as an audience sees it, and of one built without them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import asking
import numpy as np
from asking import Asked, examples
from hypothesis import given
from hypothesis import strategies as st
from restricted_twins import CANARIES, CONTACTS, corpus

from indexer.documents import Distribution, ItemStatus, Role
from indexer.errors import CouncilError
from indexer.store import Filters, Index
from service.answering.register import register
from service.briefs.exchange import exchange_table
from service.briefs.gathering import gather
from service.engine import Engine
from service.filters import ItemFilters
from service.follow_ups import listed
from service.matches import matched
from service.query import Query, understand
from service.retrieval import Leg


def told(ask: Callable[[], Any]) -> Any:
    """What a request gives, a refusal included."""
    try:
        given_back = ask()
    except (CouncilError, KeyError) as error:
        return type(error), str(error)
    return given_back.model_dump(exclude={"took_ms"}) if hasattr(given_back, "model_dump") else given_back


def both(sides, ask: Callable[[Engine], Any]) -> Any:
    """What both sides give, which is the same."""
    with_hidden, without = told(lambda: ask(sides.seen)), told(lambda: ask(sides.without))
    assert with_hidden == without
    return with_hidden


def query(one: Asked) -> Query:
    return understand(one.text, language=one.language, filters=one.filters, statuses=one.statuses, limit=one.limit)


def test_the_corpus_hides_what_would_be_noticed(sides):
    """The two sides hold different things, and the hidden ones would weigh in pairs, frequencies and counts."""
    whole, seen = sides.whole.index(), sides.seen.index()
    assert len(seen.documents()) < len(whole.documents())
    assert len(seen.items()) < len(whole.items())
    assert {p.meeting_date for p in seen.passages()} < {p.meeting_date for p in whole.passages()}
    assert set(seen.jurisdiction_counts()) < set(whole.jurisdiction_counts()) >= {"YT", "PE"}
    links = [{r.id: r.translation_of for r in index.documents() if r.translation_of} for index in (seen, whole)]
    moved = [one for one in links[0] if links[0][one] != links[1].get(one)]
    assert moved, "no visible document has a likelier version among the hidden ones"
    asked = understand("Ada Marsh")
    assert sides.whole.search(asked).passages != sides.seen.search(asked).passages
    assert {document.audience for document in corpus()} == set(Distribution)


@examples(40)
@given(st.data())
def test_answers_are_the_same(sides, data):
    one = data.draw(asking.asked(sides.documents))
    both(sides, lambda engine: engine.answer(query(one)))


@examples(40)
@given(st.data())
def test_searches_are_the_same(sides, data):
    one = data.draw(asking.asked(sides.documents))
    both(sides, lambda engine: engine.search(query(one)))


@examples(40)
@given(st.data())
def test_counts_by_filter_are_the_same(sides, data):
    one = data.draw(asking.asked(sides.documents))
    both(sides, lambda engine: engine.facets(query(one)))
    both(sides, lambda engine: engine.index().meetings)


@examples(60)
@given(st.data())
def test_likelier_spellings_are_the_same(sides, data):
    one = data.draw(asking.misspelt() | asking.questions())
    both(sides, lambda engine: engine.suggestion(understand(one)))
    both(sides, lambda engine: engine.index().vocabulary)


def test_what_is_counted_and_suggested_would_tell(sides):
    """To those who may see them, the hidden documents do show in counts and suggestions."""
    canary = next(word for word in CANARIES[Distribution.MEMBERS] if word.islower())
    typed = understand(canary[:3] + canary[4:])
    assert sides.whole.suggestion(typed) == canary
    if sides.audience is Distribution.PUBLIC:
        assert sides.seen.suggestion(typed) != canary
    asked = understand("online booking")
    assert sides.whole.facets(asked) != sides.seen.facets(asked)


@examples(25)
@given(st.data())
def test_each_leg_finds_the_same(sides, data):
    one = data.draw(asking.asked(sides.documents))
    leg = data.draw(st.sampled_from(list(Leg)))

    def found(engine: Engine) -> list[tuple[object, ...]]:
        return [
            (hit.passage, hit.document, hit.score, hit.dense, hit.lexical, hit.versions)
            for hit in engine.hits(query(one), leg)
        ]

    both(sides, found)


@examples(30)
@given(st.data())
def test_precedents_are_the_same(sides, data):
    one = data.draw(asking.ids(sides.passages))
    language, limit = data.draw(asking.languages), data.draw(asking.limits)
    filters, statuses = data.draw(asking.filters(sides.documents)), data.draw(asking.statuses)
    both(
        sides,
        lambda engine: engine.precedents(one, language=language, limit=limit, filters=filters, statuses=statuses),
    )


@examples(100)
@given(st.data())
def test_documents_and_passages_are_the_same_by_any_id(sides, data):
    document, passage = data.draw(asking.ids(sides.documents)), data.draw(asking.ids(sides.passages))
    several = data.draw(st.lists(asking.ids(sides.passages), max_size=5))

    def looked_up(engine: Engine) -> tuple[object, ...]:
        index = engine.index()
        return (
            index.document(document),
            index.passages(document),
            index.items(document),
            index.passage(passage),
            index.versions(passage),
            sorted(index.documents_by_id([document, passage]), key=lambda record: record.id),
            sorted(index.passages_by_id(several), key=lambda one: one.id),
        )

    both(sides, looked_up)


@examples(60)
@given(st.data())
def test_follow_ups_are_the_same(sides, data):
    filters = ItemFilters(
        meetings=data.draw(st.lists(asking.dates, max_size=2).map(tuple)),
        owners=data.draw(st.lists(st.sampled_from(["YT", "Yukon", "BC", "Mina", "report"]), max_size=2).map(tuple)),
        kinds=data.draw(st.lists(st.sampled_from([Role.DECISION, Role.FOLLOW_UP]), max_size=2).map(tuple)),
        statuses=data.draw(st.lists(st.sampled_from(list(ItemStatus)), max_size=2).map(tuple)),
        document_languages=data.draw(st.lists(st.sampled_from(["en", "fr"]), max_size=1).map(tuple)),
    )
    language, limit, offset = data.draw(asking.languages), data.draw(asking.limits), data.draw(st.integers(0, 40))
    both(sides, lambda engine: listed(engine.index(), filters, limit=limit, offset=offset, language=language))


@examples(60)
@given(st.data())
def test_filters_allow_the_same(sides, data):
    filters = data.draw(asking.filters(sides.documents))

    def allowed(engine: Engine) -> list[int] | None:
        numbers = engine.index().allowed(filters)
        return None if numbers is None else numbers.tolist()

    both(sides, allowed)


@examples(60)
@given(st.lists(st.integers(-2, 400), max_size=6))
def test_numbers_give_the_same(sides, numbers):
    both(sides, lambda engine: engine.index().numbered(numbers))
    both(sides, lambda engine: engine.index().versions_of(numbers))


def test_whole_listings_are_the_same(sides):
    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(of) for key, of in value.items()}
        return value.tolist() if isinstance(value, np.ndarray) else value

    def everything(index: Index) -> dict[str, object]:
        entries = register(index)
        return {
            "documents": index.documents(),
            "passages": index.passages(),
            "items": index.items(),
            "facets": sorted(index.jurisdiction_counts().items()),
            "silent": index.silent.tolist(),
            "versions": index.versions_of(np.arange(400)),
            "embedded": index.embedded(),
            "allowed": index.allowed(Filters()),
            "register": {name: plain(getattr(entries, name)) for name in entries.__slots__ if name != "numbers"},
            "settled": entries.numbers.tolist(),
            "vectors": index.vectors.vectors(np.arange(len(index.vectors))).tolist(),
        }

    both(sides, lambda engine: everything(engine.index()))


@examples(4)
@given(st.data())
def test_briefs_analyses_and_matches_are_the_same(sides, data):
    topic = data.draw(asking.questions())
    language = data.draw(asking.languages)
    meeting = data.draw(st.none() | asking.dates)
    filters = Filters(jurisdictions=data.draw(asking.codes), date_from=data.draw(st.none() | asking.dates))
    both(sides, lambda engine: gather(engine, topic, language=language, filters=filters))
    both(sides, lambda engine: exchange_table(engine.index(), meeting=meeting, language=language))
    both(
        sides,
        lambda engine: matched(engine.index(), engine.embedder, meeting=meeting, language=language or "en"),
    )


@examples(40)
@given(st.data())
def test_no_canary_comes_back_that_was_not_sent(sides, data):
    """By itself, without another index to compare with."""
    one = data.draw(asking.asked(sides.documents))
    answer = sides.seen.answer(query(one)).model_dump(mode="json", exclude={"question"})
    said = str(answer).replace(one.text, "")
    hidden = [word for audience, of in CANARIES.items() if audience.rank > sides.audience.rank for word in of]
    for word in (*hidden, *CONTACTS):
        if word not in one.text:
            assert word not in said


def test_an_engine_for_an_audience_gives_none_for_a_wider_one(sides):
    for audience in Distribution:
        again = sides.seen.seen_by(audience)
        assert again.audience.rank == min(audience.rank, sides.audience.rank)
        assert again.index().audience is again.audience
