"""The lexical index, held against `rank-bm25`, and its promises about languages and filters.

tantivy keeps a field's length exactly up to 40 tokens, and rounded beyond: up to there scores are equal, for longer
texts the order is held but for near ties.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from indexer import lexical, text
from indexer.documents import Language
from indexer.lexical import LexicalEntry, LexicalIndex

LANGUAGES: tuple[Language, ...] = ("en", "fr")
NEUTRAL_WEIGHT = 0.5
SHARED = ["services", "2019", "Yukon"]
ENGLISH = ["counter", "opening", "renewal", "digital", "identity", "mail", "centre", "regional", "partners", *SHARED]
FRENCH = ["guichet", "ouverture", "renouvellement", "numérique", "identité", "courrier", "partenaires", *SHARED]


def build(folder: Path, entries: Sequence[tuple[Language, str]]) -> LexicalIndex:
    lexical.write(folder, [LexicalEntry(number, *entry) for number, entry in enumerate(entries)])
    return LexicalIndex(folder)


class Reference:
    """BM25 by `rank-bm25`, with the inverse document frequency that tantivy has."""

    def __init__(self, corpus: list[list[str]]) -> None:
        self.bm25 = BM25Okapi(corpus, k1=1.2, b=0.75) if any(corpus) else None
        if self.bm25:
            total = len(corpus)
            having = {token: sum(token in words for words in corpus) for token in self.bm25.idf}
            self.bm25.idf = {token: math.log(1 + (total - n + 0.5) / (n + 0.5)) for token, n in having.items()}
        self.count = len(corpus)

    def scores(self, tokens: Sequence[str]) -> np.ndarray:
        distinct = list(dict.fromkeys(tokens))
        return self.bm25.get_scores(distinct) if self.bm25 and distinct else np.zeros(self.count)


def reference_scores(entries: Sequence[tuple[Language, str]], question: str) -> np.ndarray:
    total = NEUTRAL_WEIGHT * Reference([text.surface_forms(written) for _, written in entries]).scores(
        text.surface_forms(question)
    )
    for language in LANGUAGES:
        field = [text.stems(written, language) if spoken == language else [] for spoken, written in entries]
        total = total + Reference(field).scores(text.stems(question, language))
    return total


def entries_of(longest: int) -> st.SearchStrategy[list[tuple[Language, str]]]:
    entry = st.sampled_from(LANGUAGES).flatmap(
        lambda language: st.tuples(
            st.just(language),
            st.lists(st.sampled_from(ENGLISH if language == "en" else FRENCH), max_size=longest).map(" ".join),
        )
    )
    return st.lists(entry, min_size=1, max_size=12)


QUESTIONS = st.lists(st.sampled_from([*ENGLISH, *FRENCH, "absent", "the", "le"]), max_size=6).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(entries_of(40), QUESTIONS)
def test_scores_are_those_of_the_reference(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[Language, str]], question: str
) -> None:
    index = build(tmp_path_factory.mktemp("lexical"), entries)
    expected = reference_scores(entries, question)
    hits = index.search(question, len(entries), neutral_weight=NEUTRAL_WEIGHT)
    found = dict(zip(hits.numbers.tolist(), hits.scores.tolist(), strict=True))
    assert sorted(found) == [number for number, score in enumerate(expected) if score > 0]
    assert [found[number] for number in sorted(found)] == pytest.approx(expected[sorted(found)].tolist(), rel=1e-4)
    assert list(hits.scores) == sorted(hits.scores, reverse=True)
    assert all(score <= hits.bound + 1e-4 for score in hits.scores)


@pytest.mark.parametrize("seed", range(5))
def test_the_ranking_of_long_texts_is_that_of_the_reference_but_for_near_ties(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    words = [f"term{number}" for number in range(60)]
    weights = 1 / np.arange(1, 61)
    entries: list[tuple[Language, str]] = [
        ("en", " ".join(random.choice(words, size=random.integers(50, 200), p=weights / weights.sum())))
        for _ in range(150)
    ]
    index = build(tmp_path, entries)
    for question in ("term3 term9", "term20", "term5 term31 term44", "term50 term51"):
        expected = reference_scores(entries, question)
        hits = index.search(question, 10, neutral_weight=NEUTRAL_WEIGHT)
        assert hits.scores == pytest.approx(expected[hits.numbers], rel=0.05)
        tenth = np.sort(expected)[-10]
        assert all(expected[number] >= tenth * 0.95 for number in hits.numbers)


@settings(max_examples=40, deadline=None)
@given(entries_of(20), QUESTIONS, st.data())
def test_a_filter_keeps_just_the_allowed_with_their_scores(
    tmp_path_factory: pytest.TempPathFactory,
    entries: list[tuple[Language, str]],
    question: str,
    data: st.DataObject,
) -> None:
    index = build(tmp_path_factory.mktemp("lexical"), entries)
    allowed = data.draw(st.sets(st.integers(0, len(entries) - 1)))
    everything = index.search(question, 100)
    scores = dict(zip(everything.numbers.tolist(), everything.scores.tolist(), strict=True))
    kept = index.search(question, 100, allowed=np.array(sorted(allowed), dtype=np.int64))
    assert dict(zip(kept.numbers.tolist(), kept.scores.tolist(), strict=True)) == pytest.approx(
        {number: score for number, score in scores.items() if number in allowed}
    )


def found(index: LexicalIndex, question: str) -> set[int]:
    return set(index.search(question, 10).numbers.tolist())


def test_no_language_gets_the_stemmer_of_the_other(tmp_path: Path) -> None:
    index = build(
        tmp_path,
        [
            ("fr", "Le parking est ouvert le samedi."),
            ("en", "Parking is open on Saturday."),
            ("fr", "Les services nationaux répondent."),
            ("en", "The word nationaux is French."),
        ],
    )
    assert found(index, "park") == {1}
    assert found(index, "parking") == {0, 1}
    assert found(index, "national") == {2}
    assert found(index, "nationaux") == {2, 3}


def test_names_and_figures_are_found_whatever_the_language(tmp_path: Path) -> None:
    index = build(
        tmp_path,
        [
            ("fr", "Le dossier 2024-118 de Kiosque+ concerne Iqaluit."),
            ("en", "File 2024-119 of Ourbus concerns Whitehorse."),
            ("en", "C.-B. and Montréal share 45 counters."),
        ],
    )
    assert found(index, "What does file 2024-118 say of the north?") >= {0}
    assert index.search("file 2024-118", 10).numbers[0] in (0, 1)
    assert index.search("2024-118", 10).numbers[0] == 0
    assert found(index, "Iqaluit") == {0}
    assert found(index, "ourbus") == {1}
    assert found(index, "À Montreal") == found(index, "à MONTRÉAL") == {2}
    assert found(index, "C.-B.") == {2}


@pytest.mark.parametrize("question", ["", "   ", "?!… —", "\ud800 \x00"])
def test_a_question_without_words_finds_nothing(tmp_path: Path, question: str) -> None:
    index = build(tmp_path, [("en", "The counter opens."), ("fr", "Le guichet ouvre.")])
    hits = index.search(question, 10)
    assert (len(hits.numbers), len(hits.scores), hits.bound) == (0, 0, 0.0)
    assert not len(index.search("the of le la", 10).numbers)


def test_signs_of_query_languages_are_words_like_others(tmp_path: Path) -> None:
    index = build(tmp_path, [("en", "The counter opens."), ("en", "Nothing to see.")])
    for question in ('counter AND "', "en:counter", "(counter", "counter~2^3", "counter*", "[counter TO"):
        assert found(index, question) == {0}


def test_the_limit_and_an_empty_filter(tmp_path: Path) -> None:
    index = build(tmp_path, [("en", "counter " * count) for count in range(1, 9)])
    assert len(index.search("counter", 3).numbers) == 3
    assert not len(index.search("counter", 0).numbers)
    assert not len(index.search("counter", 5, allowed=np.empty(0, np.int64)).numbers)
    assert not len(index.search("counter", 5, allowed=np.array([99])).numbers)


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = build(tmp_path / "new" / "folder", [])
    assert not len(index.search("counter", 5).numbers)


def test_words_outside_the_index_raise_the_bound_and_not_the_scores(tmp_path: Path) -> None:
    index = build(tmp_path, [("en", "The counter opens."), ("en", "Nothing to see.")])
    known, wider = index.search("counter", 5), index.search("counter zeppelin", 5)
    assert known.scores == pytest.approx(wider.scores)
    assert wider.bound > known.bound > 0


def test_a_word_said_twice_counts_once(tmp_path: Path) -> None:
    index = build(tmp_path, [("en", "The counter opens."), ("fr", "Le guichet ouvre.")])
    once, twice = index.search("counter guichet", 5), index.search("counter counter guichet Counter", 5)
    assert twice.scores == pytest.approx(once.scores)
    assert twice.bound == pytest.approx(once.bound)


def test_threads_get_what_one_thread_gets(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    entries: list[tuple[Language, str]] = [
        (language, " ".join(random.choice(ENGLISH if language == "en" else FRENCH, size=20)))
        for language in LANGUAGES * 100
    ]
    index = build(tmp_path, entries)
    questions = [" ".join(random.choice([*ENGLISH, *FRENCH], size=4)) for _ in range(60)]
    allowed = np.arange(0, 200, 3)

    def ask(question: str) -> tuple[list[float], list[float]]:
        hits, kept = index.search(question, 10), index.search(question, 10, allowed=allowed)
        return hits.scores.tolist(), kept.scores.tolist()

    alone = [ask(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, questions * 8)) == alone * 8
