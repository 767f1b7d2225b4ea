"""No timing-visible branch: a hidden id takes the path of an unknown one, statement by statement, step by step."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import asking
import pytest
from asking import examples
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Distribution
from indexer.store import Filters, Index
from service.engine import Engine, UnknownPassageError
from service.query import understand

Path = tuple[list[str], int]
ENDS = 5  # steps of a statement that may differ, however much is hidden


@pytest.fixture(scope="session")
def seen(sides_of) -> Engine:
    return sides_of(Distribution.PUBLIC, Distribution.SECRETARIAT).seen


@pytest.fixture(scope="session")
def whole(sides_of) -> Index:
    return sides_of(Distribution.PUBLIC, Distribution.SECRETARIAT).whole.index()


def path_of(index: Index, look_up: Callable[[], object], one: str) -> Path:
    """The SQL statements that a look-up executes, and the steps of SQLite's machine."""
    connection: sqlite3.Connection = index._database._local.connection
    statements: list[str] = []
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection.set_trace_callback(statements.append)
    connection.set_progress_handler(step, 1)
    try:
        look_up()
    finally:
        connection.set_trace_callback(None)
        connection.set_progress_handler(None, 1)
    return [statement.replace(one, "ID") for statement in statements], steps


LOOK_UPS: dict[str, Callable[[Index, str], object]] = {
    "document": lambda index, one: index.document(one),
    "documents_by_id": lambda index, one: index.documents_by_id([one]),
    "passages": lambda index, one: index.passages(one),
    "items": lambda index, one: index.items(one),
    "passage": lambda index, one: index.passage(one),
    "passages_by_id": lambda index, one: index.passages_by_id([one]),
    "versions": lambda index, one: index.versions(one),
    "allowed": lambda index, one: index.allowed(Filters(documents=(one,))),
}


@pytest.mark.parametrize("how", LOOK_UPS)
def test_a_hidden_id_takes_the_path_of_an_unknown_one(seen, whole, how):
    index = seen.index()
    index.document("none"), index.versions_of([0]), index.allowed(Filters(documents=("none",)))  # what is read once
    of_passages = how in {"passage", "passages_by_id", "versions"}
    held = {p.id for p in index.passages()} if of_passages else {r.id for r in index.documents()}
    everything = {p.id for p in whole.passages()} if of_passages else {r.id for r in whole.documents()}
    hidden = sorted(everything - held)
    assert hidden
    look_up = LOOK_UPS[how]
    for one in hidden:
        unknown = one[:-6] + "zzzzzz"
        known_path = path_of(index, lambda one=one: look_up(index, one), one)
        unknown_path = path_of(index, lambda unknown=unknown: look_up(index, unknown), unknown)
        assert known_path[0] == unknown_path[0]
        assert known_path[1] == unknown_path[1]


def alike(sides, read: Callable[[Engine], object]) -> None:
    """The same statements, and as many steps: a scan ends at the first hidden row as it would at the end."""
    paths = []
    for engine in (sides.seen, sides.without.seen_by(sides.audience)):
        read(engine)  # once, for what is read once
        paths.append(path_of(engine.index(), lambda engine=engine: read(engine), "no id"))
    assert paths[0][0] == paths[1][0]
    assert abs(paths[0][1] - paths[1][1]) <= ENDS * len(paths[0][0])


@examples(30)
@given(st.data())
def test_the_database_does_no_more_than_if_nothing_hidden_were_there(sides, data):
    filters = data.draw(asking.filters(sides.documents))
    document, passage = data.draw(asking.ids(sides.documents)), data.draw(st.sampled_from(sides.passages))

    def read(engine: Engine) -> None:
        index = engine.index()
        index.documents(), index.document(document), index.passages(document), index.items(document)
        index.passages(), index.items(), index.passage(passage), index.versions(passage)
        index.allowed(filters), index.jurisdiction_counts()

    alike(sides, read)


@examples(10)
@given(st.data())
def test_an_answer_reads_no_more_than_if_nothing_hidden_were_there(sides, data):
    one = data.draw(asking.asked(sides.documents))
    query = understand(one.text, language=one.language, filters=one.filters, statuses=one.statuses, limit=one.limit)
    alike(sides, lambda engine: engine.answer(query))


def test_the_trace_sees_what_a_found_id_costs_more(seen):
    index = seen.index()
    one = index.documents()[0].id
    found = path_of(index, lambda: index.document(one), one)
    assert found != path_of(index, lambda: index.document("none"), "none")


def test_precedents_of_a_hidden_passage_end_where_those_of_an_unknown_one_do(seen, whole):
    index = seen.index()
    held = {passage.id for passage in index.passages()}
    for one in [passage.id for passage in whole.passages() if passage.id not in held][:20]:
        paths = []
        for asked in (one, "p" + "f" * 16):

            def refused(asked=asked) -> None:
                with pytest.raises(UnknownPassageError):
                    seen.precedents(asked)

            paths.append(path_of(index, refused, asked))
        assert paths[0][0] == paths[1][0]


def test_searching_runs_alike_whether_or_not_anything_is_hidden(sides_of):
    """What is taken away from those alone who see more leaves an audience's searches as they were, filters too."""
    for audience in (Distribution.PUBLIC, Distribution.MEMBERS):
        sides = sides_of(audience, Distribution.SECRETARIAT)
        whole = sides.whole.index()
        hidden = [record.id for record in whole.documents() if record.distribution.rank > audience.rank]
        assert hidden
        assert whole.seen_by(audience, hidden).allowed(Filters()) is None
        assert whole.seen_by(audience, ["unknown"]).allowed(Filters()) is None
        assert whole.seen_by(audience, [sides.seen.index().documents()[0].id]).allowed(Filters()) is not None
