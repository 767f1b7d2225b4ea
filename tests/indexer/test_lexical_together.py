"""One search for several queries, held against a search for each."""

from pathlib import Path

import pytest

from indexer import lexical, lexical_clauses
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


@pytest.fixture
def common(tmp_path: Path) -> LexicalIndex:
    """Passages of which most say "service", and few anything else."""
    texts = [f"service number{number}" for number in range(60)] + TEXTS
    lexical.write(tmp_path / "l", [LexicalEntry(number, "en", text) for number, text in enumerate(texts)])
    return LexicalIndex(tmp_path / "l")


def test_many_passages_are_not_read_for_a_word_that_tells_next_to_nothing(
    common: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    weighed = [(lexical_query("online booking service", "en"), 0.99), (lexical_query("parking service", "en"), 0.01)]
    exact = common.search_together(weighed, 100)
    monkeypatch.setattr(lexical_clauses, "_MANY", 10)
    monkeypatch.setattr(lexical_clauses, "_FAINT", 0.2)
    sifted = common.search_together(weighed, 100)
    assert len(exact.numbers) == 63 and set(sifted.numbers.tolist()) == {60, 62, 64}
    shares = dict(zip(exact.numbers.tolist(), exact.shares.tolist(), strict=True))
    assert all(
        shares[number] - 0.2 <= share <= shares[number] + 1e-6
        for number, share in zip(sifted.numbers.tolist(), sifted.shares.tolist(), strict=True)
    )


def test_a_short_question_by_itself_is_held_against_all_its_words(
    common: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical_clauses, "_MANY", 10)
    monkeypatch.setattr(lexical_clauses, "_FAINT", 0.2)
    assert len(common.search(lexical_query("online booking service", "en"), 100).numbers) == 62


def test_among_many_passages_a_word_counts_once_as_it_stands_and_by_its_stem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["Guichets et kiosques", "Yellowknife", "Une publication de Yellowknife", "Service public", "Rien"]
    lexical.write(tmp_path / "l", [LexicalEntry(number, "fr", text) for number, text in enumerate(texts)])
    index = LexicalIndex(tmp_path / "l")
    queries = [lexical_query(text, "en") for text in ("kiosk Yellowknife", "public service", "Yellowknife")]
    exact = [index.search(query, 10) for query in queries]
    monkeypatch.setattr(lexical, "SUMMED", 0)
    for query, expected in zip(queries, exact, strict=True):
        found = index.search(query, 10)
        assert found.numbers.tolist() == expected.numbers.tolist() and len(found.numbers)
        assert found.shares == pytest.approx(expected.shares, abs=1e-6)


def test_among_many_passages_two_translations_in_one_count_no_less_than_the_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["research", "search", "research and search", "nothing of the kind"]
    lexical.write(tmp_path / "l", [LexicalEntry(number, "en", text) for number, text in enumerate(texts)])
    index = LexicalIndex(tmp_path / "l")
    query = lexical_query("recherche", "fr")

    def shares() -> dict[int, float]:
        hits = index.search(query, 9)
        return dict(zip(hits.numbers.tolist(), hits.shares.tolist(), strict=True))

    exact = shares()
    monkeypatch.setattr(lexical, "SUMMED", 0)
    found = shares()
    assert set(found) == set(exact) == {0, 1, 2}
    assert [found[0], found[1]] == pytest.approx([exact[0], exact[1]])
    assert found[2] > exact[2]
