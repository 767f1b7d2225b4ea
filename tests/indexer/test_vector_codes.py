"""Searches that look at 8-bit codes first, held against the exact ones."""

import numpy as np
import pytest

from indexer import vectors
from indexer.vectors import VectorIndex

COUNT, DIMENSION, WANTED = 24_000, 64, 200


@pytest.fixture(scope="module")
def rows():
    drawn = np.random.default_rng(7).normal(size=(COUNT, DIMENSION)).astype(np.float32)
    return drawn / (np.linalg.norm(drawn, axis=1, keepdims=True) * np.float32(1.0))


@pytest.fixture(scope="module")
def index(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("codes") / "vectors.faiss"
    vectors.write(path, rows)
    assert path.with_suffix(vectors.CODES).exists()
    return VectorIndex(path)


@pytest.mark.parametrize("seen", [COUNT, COUNT // 2])
@pytest.mark.parametrize("allowed", [None, np.arange(0, COUNT, 2), np.arange(0, COUNT, 40)], ids=["all", "half", "few"])
def test_nearly_all_of_the_nearest_are_found_and_none_that_is_not_allowed(rows, index, seen, allowed):
    view = index.first(seen)
    open_to = np.arange(seen) if allowed is None else allowed[allowed < seen]
    exact = index.vectors(np.arange(COUNT))
    found = shares = 0
    for query in rows[:20]:
        best = open_to[np.argsort(-(exact[open_to] @ query), kind="stable")[:WANTED]]
        hits = view.search(query, WANTED, allowed=allowed)
        assert np.isin(hits.numbers, open_to).all()
        assert np.allclose(hits.scores, exact[hits.numbers] @ query, atol=1e-5)
        assert (np.diff(hits.scores) <= 1e-6).all()
        found += len(np.intersect1d(best, hits.numbers))
        shares += WANTED
    assert found >= 0.99 * shares


def test_codes_of_other_vectors_are_refused(rows, tmp_path):
    path = tmp_path / "vectors.faiss"
    vectors.write(path, rows)
    codes = path.with_suffix(vectors.CODES).read_bytes()
    vectors.write(path, rows[:-1])
    path.with_suffix(vectors.CODES).write_bytes(codes)
    with pytest.raises(ValueError, match="not of these vectors"):
        VectorIndex(path)
