"""One search for several queries, held against a search for each."""

from pathlib import Path

import pytest

from indexer import lexical
from indexer.lexical import LexicalEntry, LexicalIndex
from indexer.lexical_query import lexical_query

TEXTS = ["Booking appointments online", "Appointments at the counter", "Online forms", "A kiosk for forms", "Parking"]


def test_the_shares_of_several_queries_add_up_by_weight(tmp_path: Path) -> None:
    lexical.write(tmp_path / "l", [LexicalEntry(number, "en", text) for number, text in enumerate(TEXTS)])
    index = LexicalIndex(tmp_path / "l")
    weighed = [(lexical_query(text, "en"), weight) for text, weight in (("online booking", 0.7), ("online forms", 0.3))]
    expected: dict[int, float] = {}
    for query, weight in weighed:
        hits = index.search(query, 10)
        for number, share in zip(hits.numbers.tolist(), hits.shares.tolist(), strict=True):
            expected[number] = expected.get(number, 0.0) + weight * share
    together = index.search_together(weighed, 10)
    assert dict(zip(together.numbers.tolist(), together.shares.tolist(), strict=True)) == pytest.approx(expected)
    assert set(expected) == {0, 2, 3}
