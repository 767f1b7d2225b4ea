from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import embedding, word_vectors
from indexer.word_vectors import WordVectors, likeness


@pytest.fixture(scope="module")
def embedder():
    return embedding.load()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["kiosk", "borne", "mail", "zzz", "été"]), max_size=6), max_size=5))
def test_vectors_are_the_models_own_in_the_order_asked(embedder, batches):
    kept = WordVectors(embedder)
    for words in batches:
        assert np.array_equal(kept.of(words), embedder.encode_documents(words))


def test_memory_is_bounded(embedder, monkeypatch):
    monkeypatch.setattr(word_vectors, "_MOST_KEPT", 5)
    kept = WordVectors(embedder)
    for start in range(0, 40, 4):
        words = [f"word{number}" for number in range(start, start + 4)]
        assert np.array_equal(kept.of(words), embedder.encode_documents(words))
        assert len(kept._rows) <= len(kept._table) <= 5
    many = [f"other{number}" for number in range(9)]
    assert np.array_equal(kept.of(many), embedder.encode_documents(many))


def test_threads_get_what_one_thread_gets(embedder):
    kept = WordVectors(embedder)
    lists = [[f"word{(start + step) % 50}" for step in range(20)] for start in range(200)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(kept.of, lists))
    for words, vectors in zip(lists, found, strict=True):
        assert np.array_equal(vectors, embedder.encode_documents(words))


def test_a_translation_is_more_like_a_word_than_another_word_is(embedder):
    kept = WordVectors(embedder)
    asked, weight = kept.of(["licence"]), np.ones(1, np.float32)
    assert likeness(asked, weight, kept.of(["le", "permis"])) > likeness(asked, weight, kept.of(["la", "naissance"]))


def test_each_word_asked_for_counts_by_its_weight():
    axes = np.eye(3, dtype=np.float32)
    assert likeness(axes[:2], np.array([3.0, 1.0], np.float32), axes[:1]) == pytest.approx(0.75)
    assert likeness(axes[:2], np.array([3.0, 1.0], np.float32), axes[1:]) == pytest.approx(0.25)
    assert likeness(axes[:2], np.ones(2, np.float32), axes) == pytest.approx(1.0)


def test_nothing_is_like_nothing():
    axes = np.eye(2, dtype=np.float32)
    assert likeness(axes, np.ones(2, np.float32), axes[:0]) == 0.0
    assert likeness(axes[:0], np.ones(0, np.float32), axes) == 0.0
    assert likeness(axes, np.zeros(2, np.float32), axes) == 0.0
