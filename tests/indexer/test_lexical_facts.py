"""Filters as postings, held against the same search among the numbers that meet them."""

from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import database, lexical, lexical_facts, stating
from indexer.columns import ColumnReader
from indexer.documents import Distribution, DocumentRecord, DocumentType, Passage, PassageKind, Role
from indexer.filters import Filters, meeting
from indexer.lexical import LexicalIndex
from indexer.lexical_facts import facts, written_facts
from indexer.lexical_query import lexical_query

DATES = (None, "2019", "2020-03", "2020-03-04", "2020-03-17", "2021-11-02")
CODES = ((), ("ON",), ("QC",), ("ON", "QC"), ("YT",))
TYPES = tuple(DocumentType)[:2]
ROLES = (Role.NEED, Role.ACHIEVEMENT)
OF_EACH = 24
QUERY = lexical_query("Parking permits at the counter", "en")


def document(number: int) -> DocumentRecord:
    return DocumentRecord(
        id=f"document{number}",
        source=f"{number}.txt",
        title="Letter",
        type=TYPES[number % 2],
        language="en",
        distribution=Distribution.PUBLIC,
        meeting_date=None,
        jurisdiction=None,
        format="txt",
        pages=None,
        digest=str(number),
        text="",
    )


@cache
def written():
    """The columns of many passages, and their lexical index."""
    folder = Path(mkdtemp())
    records = [document(number) for number in range(OF_EACH)]
    places = list(product(records, DATES, CODES, ROLES))
    words = ("parking", "permits", "counter", "at home", "a letter", "letters by post")
    passages = [
        Passage(
            id=str(number),
            document_id=record.id,
            text=" ".join(word for place, word in enumerate(words) if (number * 7 + number // 5) >> place & 1)
            or "none",
            start=0,
            end=1,
            page=None,
            language="en",
            role=role,
            jurisdictions=codes,
            speaker=None,
            heading=(),
            meeting_date=date,
            kind=PassageKind.NO_ANSWER if number % 11 == 0 else PassageKind.STATEMENT,
        )
        for number, (record, date, codes, role) in enumerate(places)
    ]
    database.write(folder / "passages.sqlite", records, passages, [passage.id for passage in passages])
    writer = lexical.Writer({folder / "lexical": None})
    for number, (passage, (record, *_)) in enumerate(zip(passages, places, strict=True)):
        writer.add(number, lexical.written_tokens(passage.text, "en"), written_facts(passage, record))
    writer.commit()
    return ColumnReader(database.Reader(folder / "passages.sqlite")).columns(), LexicalIndex(folder / "lexical")


def some(*values):
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


FILTERS = st.builds(
    Filters,
    jurisdictions=some("ON", "QC", "YT", "nobody"),
    types=some(*map(str, TYPES)),
    roles=some(*map(str, ROLES)),
    document_languages=some("en"),
    date_from=st.sampled_from([None, "2020", "2020-03-10"]),
    date_to=st.sampled_from([None, "2020", "2020-03", "2021-11-02"]),
    documents=st.none()
    | st.lists(st.integers(0, OF_EACH + 1), max_size=20).map(lambda n: tuple(f"document{x}" for x in n)),
    meetings=some("2019", "2020", "2020-03", "2020-03-04"),
)


@settings(max_examples=150, deadline=None)
@given(FILTERS, st.integers(1, 3_000), st.integers(0, 3))
def test_filters_give_what_their_numbers_give(filters, limit, hidden):
    columns, index = written()
    allowed = meeting(columns, filters)
    allowed = allowed[(allowed % 4 >= hidden) | (allowed % 40 > hidden)]  # a view may hide some of them
    by_numbers = index.search(QUERY, limit, allowed=allowed)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lexical, "_FEW_ALLOWED", 0)
        by_filters = index.search(QUERY, limit, allowed=allowed, filters=filters)
    assert by_filters.shares == pytest.approx(by_numbers.shares, abs=1e-6)
    assert np.isin(by_filters.numbers, allowed).all()
    assert len(set(by_filters.numbers.tolist())) == len(by_numbers.numbers)


def test_the_filters_themselves_are_looked_for_where_they_let_many_through(monkeypatch):
    columns, index = written()
    filters = Filters(jurisdictions=("ON",))
    allowed = meeting(columns, filters)
    expected = index.search(QUERY, 50, allowed=allowed)
    monkeypatch.setattr(lexical, "_FEW_ALLOWED", 0)
    for other in ("_numbered", "_sifted"):
        monkeypatch.delattr(LexicalIndex, other)
    found = index.search(QUERY, 50, allowed=allowed, filters=filters)
    assert len(found.numbers) == 50 and found.shares == pytest.approx(expected.shares, abs=1e-6)


@pytest.mark.parametrize("own", [True, False], ids=["by kind", "by number"])
@pytest.mark.parametrize("filters", [None, Filters(jurisdictions=("ON",))], ids=str)
@pytest.mark.parametrize("limit", [1, 40, 10_000])
def test_what_is_marked_silent_is_never_found_though_it_is_what_the_words_are_of(monkeypatch, own, filters, limit):
    columns, index = written()
    silent = np.arange(index.passages) % 11 == 0
    if not own:  # as other marks than the passages were written with
        silent = ~silent
    monkeypatch.setattr(stating, "_SPARE", 0)
    allowed = None if filters is None else meeting(columns, filters)
    among = np.flatnonzero(~silent) if allowed is None else allowed[~silent[allowed]]
    expected = index.search(QUERY, limit, allowed=among)
    found = index.search(QUERY, limit, allowed=allowed, filters=filters, silent=silent)
    assert found.shares == pytest.approx(expected.shares, abs=1e-6)
    assert np.isin(found.numbers, among).all() and len(set(found.numbers.tolist())) == len(expected.numbers) > 0


def test_filters_that_would_take_too_many_tokens_have_none(monkeypatch):
    filters = Filters(documents=("a", "b", "c"), date_from="2020")
    assert facts(filters, ["2019", "2020-01-02"]) == (
        ("documents=a", "documents=b", "documents=c"),
        ("dates=2020-01-02",),
    )
    monkeypatch.setattr(lexical_facts, "_MOST", 2)
    assert facts(filters, []) is None
    assert facts(replace(filters, documents=None), []) == ((),)


def test_where_a_passage_was_written_without_its_facts_the_numbers_decide(monkeypatch, tmp_path):
    writer = lexical.Writer({tmp_path: None})
    for number in range(20):
        writer.add(number, lexical.written_tokens("parking", "en"), "types=letter roles=need" if number else "")
    writer.commit()
    monkeypatch.setattr(lexical, "_FEW_ALLOWED", 0)
    found = LexicalIndex(tmp_path).search(QUERY, 9, allowed=np.array([0, 3]), filters=Filters(roles=("need",)))
    assert sorted(found.numbers.tolist()) == [0, 3]
