"""The lexical index, held against `rank-bm25`, and its promises about languages, translations and filters.

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

from indexer import glossary, lexical
from indexer.documents import Language
from indexer.lexical import LexicalEntry, LexicalHits, LexicalIndex
from indexer.lexical_query import LexicalQuery, lexical_query, passage_tokens

LANGUAGES: tuple[Language, ...] = ("en", "fr")
SHARED = ["services", "2019", "Yukon"]
ENGLISH = ["counter", "opening", "renewal", "digital", "identity", "mail", "centre", "regional", "partners", *SHARED]
FRENCH = ["guichet", "ouverture", "renouvellement", "numérique", "identité", "courrier", "partenaires", *SHARED]


def build(folder: Path, entries: Sequence[tuple[Language, str]]) -> LexicalIndex:
    lexical.write(folder, [LexicalEntry(number, *entry) for number, entry in enumerate(entries)])
    return LexicalIndex(folder)


def ask(index: LexicalIndex, question: str, limit: int = 10, language: Language = "en", **options) -> LexicalHits:
    return index.search(lexical_query(question, language), limit, **options)


class Reference:
    """BM25 by `rank-bm25`, with the inverse document frequency that tantivy has."""

    def __init__(self, corpus: list[list[str]]) -> None:
        self.corpus = [set(tokens) for tokens in corpus]
        self.bm25 = BM25Okapi(corpus, k1=1.2, b=0.75) if any(corpus) else None

    def having(self, token: str) -> int:
        return sum(token in tokens for tokens in self.corpus)

    def idf(self, having: float) -> float:
        total = len(self.corpus)
        return math.log(1 + (total - having + 0.5) / (having + 0.5))

    def saturation(self, token: str) -> np.ndarray:
        """BM25 of a token without its inverse document frequency, by passage."""
        if self.bm25 is None:
            return np.zeros(len(self.corpus))
        self.bm25.idf = dict.fromkeys(self.bm25.idf, 1.0)
        return np.asarray(self.bm25.get_scores([token]))


def reference_shares(entries: Sequence[tuple[Language, str]], query: LexicalQuery) -> np.ndarray:
    """What the index promises, worked out plainly: the best token of each word, over what the words could reach."""
    reference = Reference([passage_tokens(written, language) for language, written in entries])
    shares = np.zeros(len(entries))
    for language in LANGUAGES:
        words = query.words[language]
        together = [
            reference.idf(min(sum(w * reference.having(t) for t, w in word.tokens), len(entries))) for word in words
        ]
        if not words:
            continue
        for word, idf in zip(words, together, strict=True):
            best = np.max([weight * reference.saturation(token) for token, weight in word.tokens], axis=0)
            shares += idf * best / (sum(together) * 2.2)
    return shares


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
@given(entries_of(20), QUESTIONS, st.sampled_from(LANGUAGES))
def test_shares_are_those_of_the_reference(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[Language, str]], question: str, language: Language
) -> None:
    index = build(tmp_path_factory.mktemp("lexical"), entries)
    query = lexical_query(question, language)
    expected = reference_shares(entries, query)
    hits = index.search(query, len(entries))
    found = dict(zip(hits.numbers.tolist(), hits.shares.tolist(), strict=True))
    assert sorted(found) == [number for number, share in enumerate(expected) if share > 0]
    assert [found[number] for number in sorted(found)] == pytest.approx(expected[sorted(found)].tolist(), rel=1e-4)
    assert list(hits.shares) == sorted(hits.shares, reverse=True)
    assert all(share <= 1 + 1e-4 for share in hits.shares)


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
        query = lexical_query(question, "en")
        expected = reference_shares(entries, query)
        hits = index.search(query, 10)
        assert hits.shares == pytest.approx(expected[hits.numbers], rel=0.05)
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
    everything = ask(index, question, 100)
    scores = dict(zip(everything.numbers.tolist(), everything.shares.tolist(), strict=True))
    kept = ask(index, question, 100, allowed=np.array(sorted(allowed), dtype=np.int64))
    assert dict(zip(kept.numbers.tolist(), kept.shares.tolist(), strict=True)) == pytest.approx(
        {number: score for number, score in scores.items() if number in allowed}
    )


def found(index: LexicalIndex, question: str, language: Language = "en") -> set[int]:
    return set(ask(index, question, language=language).numbers.tolist())


def test_no_language_gets_the_stemmer_of_the_other(tmp_path: Path) -> None:
    index = build(
        tmp_path,
        [
            ("fr", "Le parking est ouvert le samedi."),
            ("en", "Parking is open on Saturday."),
            ("fr", "Les nombres cardinaux suffisent."),
            ("en", "The word cardinaux is French."),
        ],
    )
    assert found(index, "park") == {1}
    assert found(index, "parking") == {0, 1}
    assert found(index, "cardinal", "fr") == {2}
    assert found(index, "cardinaux", "fr") == {2, 3}


def test_a_word_is_found_by_its_translations(tmp_path: Path) -> None:
    index = build(
        tmp_path,
        [
            ("fr", "Le sondage a rejoint mille personnes."),
            ("en", "The survey reached a thousand people."),
            ("fr", "Le renouvellement prend dix minutes."),
        ],
    )
    assert found(index, "surveys") == found(index, "sondages", "fr") == {0, 1}
    assert found(index, "renewal") == {2}
    assert found(index, "zeppelin") == set()


def test_a_word_counts_once_however_many_of_its_translations_a_passage_holds(tmp_path: Path) -> None:
    """ "survey" is "sondage" and "arpentage": the second adds nothing where the first is there."""
    words = lexical_query("survey", "en").words["fr"][0].tokens
    assert len(words) > 2
    index = build(
        tmp_path, [("fr", "sondage arpentage un deux"), ("fr", "sondage quai un deux"), ("fr", "autre chose")]
    )
    hits = ask(index, "survey")
    assert sorted(hits.numbers.tolist()) == [0, 1]
    assert hits.shares[0] == pytest.approx(hits.shares[1], rel=1e-4)


def test_other_wordings_of_a_term_raise_a_share(tmp_path: Path) -> None:
    index = build(
        tmp_path,
        [("en", "A kiosk at the counter."), ("en", "A terminal for self-service."), ("fr", "Une borne libre-service.")],
    )
    terms = [match.term for match in glossary.find_terms("kiosk")]
    assert terms
    plain, wide = ask(index, "kiosk"), index.search(lexical_query("kiosk", "en", terms), 10)
    assert 2 not in plain.numbers.tolist()
    assert 2 in wide.numbers.tolist()
    assert index.search(lexical_query("kiosk", "en", terms), 10, wording_weight=0.0).shares.max() == plain.shares.max()


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
    assert ask(index, "file 2024-118").numbers[0] in (0, 1)
    assert ask(index, "2024-118").numbers[0] == 0
    assert found(index, "Iqaluit") == {0}
    assert found(index, "ourbus", "fr") == {1}
    assert found(index, "À Montreal", "fr") == found(index, "à MONTRÉAL", "fr") == {2}
    assert found(index, "C.-B.", "fr") == {2}


@pytest.mark.parametrize("question", ["", "   ", "?!… —", "\ud800 \x00", "the of le la"])
def test_a_question_without_words_finds_nothing(tmp_path: Path, question: str) -> None:
    index = build(tmp_path, [("en", "The counter opens."), ("fr", "Le guichet ouvre.")])
    hits = ask(index, question)
    assert (len(hits.numbers), len(hits.shares)) == (0, 0)


def test_signs_of_query_languages_are_words_like_others(tmp_path: Path) -> None:
    index = build(tmp_path, [("en", "The counter opens."), ("en", "Nothing to see.")])
    for question in ('counter AND "', "en:counter", "(counter", "counter~2^3", "counter*", "[counter TO"):
        assert found(index, question) == {0}


def test_the_limit_and_an_empty_filter(tmp_path: Path) -> None:
    index = build(tmp_path, [("en", "counter " * count) for count in range(1, 9)])
    assert len(ask(index, "counter", 3).numbers) == 3
    assert not len(ask(index, "counter", 0).numbers)
    assert not len(ask(index, "counter", 5, allowed=np.empty(0, np.int64)).numbers)
    assert not len(ask(index, "counter", 5, allowed=np.array([99])).numbers)


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = build(tmp_path / "new" / "folder", [])
    assert not len(ask(index, "counter", 5).numbers)


def test_a_word_outside_the_index_lowers_the_share(tmp_path: Path) -> None:
    index = build(tmp_path, [("en", "The counter opens."), ("en", "Nothing to see.")])
    known, wider = ask(index, "counter"), ask(index, "counter zeppelin")
    assert 0 < wider.shares[0] < known.shares[0] <= 1


def test_a_word_said_twice_counts_once(tmp_path: Path) -> None:
    index = build(tmp_path, [("en", "The counter opens."), ("fr", "Le guichet ouvre.")])
    once, twice = ask(index, "counter guichet"), ask(index, "counter counter guichet Counter")
    assert twice.shares == pytest.approx(once.shares)


def test_the_rarity_of_a_word_is_that_of_the_language_that_has_it(tmp_path: Path) -> None:
    index = build(tmp_path, [("fr", "Le sondage."), ("fr", "Un sondage."), ("fr", "Le quai."), ("en", "The mail.")])
    query = lexical_query("survey mail zeppelin", "en")
    assert query.asked == ("survey", "mail", "zeppelin")
    survey, mail, zeppelin = index.rarities(query)
    assert survey < mail < zeppelin


def test_threads_get_what_one_thread_gets(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    entries: list[tuple[Language, str]] = [
        (language, " ".join(random.choice(ENGLISH if language == "en" else FRENCH, size=20)))
        for language in LANGUAGES * 100
    ]
    index = build(tmp_path, entries)
    questions = [" ".join(random.choice([*ENGLISH, *FRENCH], size=4)) for _ in range(60)]
    allowed = np.arange(0, 200, 3)

    def both(question: str) -> tuple[list[float], list[float]]:
        return ask(index, question).shares.tolist(), ask(index, question, allowed=allowed).shares.tolist()

    alone = [both(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(both, questions * 8)) == alone * 8
