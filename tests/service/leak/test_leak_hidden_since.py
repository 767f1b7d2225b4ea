"""Documents withdrawn or narrowed since the build: gone from everything at once, but for what weighs in frequencies.

Until the next build the lexical statistics still count them; no text, title, id or count of theirs may come back.
"""

from __future__ import annotations

import re
from collections import Counter

import asking
import numpy as np
import pytest
import restricted_twins
from asking import examples
from hypothesis import given
from hypothesis import strategies as st

from indexer import overrides
from indexer.build import build
from indexer.data_folder import data_folder
from indexer.documents import Distribution
from indexer.overrides import Override
from indexer.preparing import embedded_text
from indexer.store import Filters, Index, open_index
from indexer.text import fold, surface_forms
from service.answering import answer, precedents_for
from service.answering.register import register
from service.engine import Engine
from service.facets import count
from service.filters import ItemFilters
from service.follow_ups import listed
from service.needs import summary
from service.query import understand
from service.retrieval import Leg, Weights, query_vector, retrieve
from service.spelling import suggestion
from service.views import document_summary


@pytest.fixture(scope="session")
def whole(indexes) -> Index:
    return open_index(indexes[Distribution.SECRETARIAT])


@pytest.fixture(scope="session")
def embedder(indexes):
    return Engine(indexes[Distribution.SECRETARIAT]).embedder


@st.composite
def views(draw: st.DrawFn, whole: Index) -> tuple[Index, set[str]]:
    """A view with documents hidden since the build, and the ids of all that it must not show."""
    known = sorted(record.id for record in whole.documents())
    hidden = draw(st.sets(st.sampled_from(known), min_size=1, max_size=12))
    audience = draw(st.sampled_from(list(Distribution)))
    kept = {record.id for record in whole.documents() if record.distribution.rank <= audience.rank} - hidden
    view = whole.seen_by(audience, sorted(hidden))
    if draw(st.booleans()):  # in two steps it comes to the same
        some = sorted(hidden)[::2]
        view = whole.seen_by(Distribution.SECRETARIAT, some).seen_by(audience, sorted(hidden - set(some)))
    return view, set(known) - kept


def secrets(whole: Index, hidden: set[str]) -> set[str]:
    """Ids, file names and sentences that stand in hidden documents only, and canaries."""
    seen_text = "\n".join(record.text for record in whole.documents() if record.id not in hidden)
    found = set(hidden)
    for record in whole.documents():
        if record.id in hidden:
            found.add(record.source)
            found |= {passage.id for passage in whole.passages(record.id)}
            found |= {item.id for item in whole.items(record.id)}
            found |= {line for line in record.text.split("\n") if len(line.split()) > 5 and line not in seen_text}
            canaries = [word for of in restricted_twins.CANARIES.values() for word in of]
            found |= {word for word in canaries if word in record.text and word not in seen_text}
    return found


def shows_nothing(said: object, asked: str, secret: set[str]) -> None:
    text = str(said).replace(repr(asked)[1:-1], "")
    assert not [one for one in secret if one not in asked and repr(one)[1:-1] in text]


@examples(30)
@given(st.data())
def test_answers_searches_and_precedents_show_nothing_of_them(whole, embedder, data):
    view, hidden = data.draw(views(whole))
    one = data.draw(asking.asked(sorted(record.id for record in whole.documents())))
    query = understand(one.text, language=one.language, filters=one.filters, statuses=one.statuses, limit=one.limit)
    secret = secrets(whole, hidden)
    shows_nothing(answer(view, embedder, query).model_dump(mode="json", exclude={"question"}), query.text, secret)
    vector = query_vector(embedder, query)
    for leg in Leg:
        for hit in retrieve(view, query, vector, leg=leg):
            places = [(hit.passage, hit.document), *((place.passage, place.document) for place in hit.versions)]
            for passage, document in places:
                assert passage.document_id == document.id not in hidden
                assert document.translation_of not in hidden
    needs = [passage for passage in view.passages() if passage.role == "need"]
    if needs:
        passage = data.draw(st.sampled_from(needs))
        asked = understand(summary(passage), language=passage.language)
        given_back = precedents_for(view, embedder, passage, asked).model_dump(mode="json", exclude={"question"})
        shows_nothing(given_back, asked.text, secret)


@examples(30)
@given(st.data())
def test_a_leg_gives_all_that_it_gave_less_what_is_hidden(whole, embedder, data):
    """The same shares and cosines: only the frequencies are still those of the build."""
    view, hidden = data.draw(views(whole))
    everything = whole.seen_by(view.audience)
    query = understand(data.draw(asking.questions()), limit=100)
    vector = query_vector(embedder, query)
    for leg in (Leg.LEXICAL, Leg.DENSE):
        found, expected = (
            {
                hit.passage.id: hit.lexical if leg is Leg.LEXICAL else hit.dense
                for hit in retrieve(index, query, vector, leg=leg, limit=1_000, weights=Weights(needs=False))
                if hit.passage.document_id not in hidden
            }
            for index in (view, everything)
        )
        assert found == pytest.approx(expected, abs=1e-5)


@examples(30)
@given(st.data())
def test_counts_and_suggestions_are_of_what_is_left(whole, embedder, data):
    view, hidden = data.draw(views(whole))
    asked = data.draw(asking.asked(sorted(record.id for record in whole.documents())))
    query = understand(asked.text, filters=asked.filters, statuses=asked.statuses)
    left = [passage for passage in whole.passages() if passage.document_id not in hidden]
    counts = count(view, query, query_vector(embedder, query)).by_facet
    assert set(counts["meeting"]) <= {passage.meeting_date for passage in left} - {None} == set(view.meetings)
    for code, number in counts["jurisdiction"].items():
        assert number <= sum(code in passage.jurisdictions for passage in left)
    words: Counter[str] = Counter()
    for passage in left:
        words.update(set(surface_forms(embedded_text(passage))))
    assert view.vocabulary == words
    typed = understand(data.draw(asking.misspelt()))
    told = suggestion(view, typed)
    new = {fold(word) for word in re.findall(r"[^\W\d_]+", told or "")}
    assert new - {fold(word) for word in re.findall(r"[^\W\d_]+", typed.text)} <= set(words)


@examples(40)
@given(st.data())
def test_listings_and_counts_are_those_of_what_is_left(whole, data):
    view, hidden = data.draw(views(whole))
    passages = [passage for passage in whole.passages() if passage.document_id not in hidden]
    items = [item for item in whole.items() if item.document_id not in hidden]
    assert view.passages() == passages and view.items() == items
    assert [record.id for record in view.documents()] == [r.id for r in whole.documents() if r.id not in hidden]
    assert all(record.translation_of not in hidden for record in view.documents())
    assert listed(view, ItemFilters()).total == len(items)
    counted: dict[str, int] = {}
    for passage in passages:
        for code in passage.jurisdictions:
            counted[code] = counted.get(code, 0) + 1
    assert view.jurisdiction_counts() == counted
    numbers = view.allowed(Filters())
    assert numbers is None or view.numbered(numbers) == passages
    filtered = view.allowed(Filters(document_languages=("en", "fr")))
    assert filtered is not None and view.numbered(filtered) == passages
    entries = register(view)
    assert {entry.document_id for entry in entries.entries}.isdisjoint(hidden)
    assert set(entries.openings).isdisjoint(hidden)
    assert len(entries.entries) >= len(items) - sum(1 for item in items if item.number is None)
    for record in whole.documents():
        if record.id in hidden:
            assert view.document(record.id) is None and not view.passages(record.id) and not view.items(record.id)
    for number, others in view.versions_of(np.arange(400)).items():
        view.numbered([number, *others])


@pytest.fixture
def folder(tmp_path, embedder):
    made = [document for document in restricted_twins.corpus() if document.name.startswith("2019-02")]
    sources = restricted_twins.write(tmp_path / "sources", made)
    build([sources], tmp_path / "index", embedder)
    return tmp_path / "index"


def decide(folder, document_id, **fields):
    overrides.change(data_folder(folder), document_id, lambda _: Override(**fields))


def test_a_running_engine_forgets_what_is_taken_away_and_a_build_makes_it_as_if_never_there(folder, embedder, tmp_path):
    engine = Engine(folder)
    views = {audience: engine.seen_by(audience) for audience in Distribution}
    record = next(
        r for r in views[Distribution.PUBLIC].index().documents() if r.type == "decision_record" and r.language == "en"
    )
    asked = understand(re.split(r"\n+", record.text)[2])
    assert any(hit.document_id == record.id for hit in views[Distribution.PUBLIC].search(asked).passages)
    decide(folder, record.id, distribution=Distribution.MEMBERS)
    shown = {a: [hit.document_id for hit in view.search(asked).passages] for a, view in views.items()}
    assert record.id not in shown[Distribution.PUBLIC]
    assert record.id in shown[Distribution.MEMBERS] and record.id in shown[Distribution.SECRETARIAT]
    assert views[Distribution.PUBLIC].index().document(record.id) is None
    decide(folder, record.id, withdrawn=True)
    for view in views.values():
        assert view.index().document(record.id) is None
        assert record.id not in str(view.search(asked).model_dump() | view.answer(asked).model_dump())
        assert record.id not in str([document_summary(one) for one in view.index().documents()])
    build([tmp_path / "sources"], folder, embedder)
    (tmp_path / "sources" / record.source).unlink()
    build([tmp_path / "sources"], tmp_path / "never", embedder)
    never = Engine(tmp_path / "never")
    for audience, view in views.items():
        without = never.seen_by(audience)
        assert view.index().documents() == without.index().documents()
        for question in (asked, understand("online booking"), understand("Which decisions were made in 2019?")):
            one, other = (engine.answer(question).model_dump(exclude={"took_ms"}) for engine in (view, without))
            assert one == other
