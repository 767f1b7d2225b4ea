"""Searches that look at codes first, held against the exact ones."""

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
@pytest.mark.parametrize("every", [None, 7])
def test_nearly_all_of_the_nearest_are_found_and_none_that_is_not_allowed_or_is_silent(
    rows, index, seen, allowed, every
):
    view = index.first(seen)
    open_to = np.arange(seen) if allowed is None else allowed[allowed < seen]
    silent = None if every is None else np.arange(COUNT) % every == 0
    open_to = open_to if silent is None else open_to[~silent[open_to]]
    exact = index.vectors(np.arange(COUNT))
    found = shares = first = 0
    for query in rows[:20]:
        best = open_to[np.argsort(-(exact[open_to] @ query), kind="stable")[:WANTED]]
        hits = view.search(query, WANTED, allowed=allowed, silent=silent)
        assert np.isin(hits.numbers, open_to).all() and len(hits.numbers) == WANTED
        assert np.allclose(hits.scores, exact[hits.numbers] @ query, atol=1e-5)
        assert (np.diff(hits.scores) <= 1e-6).all()
        found += len(np.intersect1d(best, hits.numbers))
        shares += WANTED
        first += len(np.intersect1d(best[:10], hits.numbers[:10]))
    # Drawn at random, they lie as far apart as vectors can: those of texts are found more surely.
    assert found >= 0.95 * shares
    assert first >= 0.99 * 200


def test_very_many_vectors_have_half_the_codes_and_the_nearest_are_found_all_the_same(rows, tmp_path, monkeypatch):
    # Like those of texts, they differ in some directions more than in others.
    uneven = rows * np.geomspace(1.0, 0.1, DIMENSION, dtype=np.float32)
    uneven /= np.linalg.norm(uneven, axis=1, keepdims=True)
    vectors.write(tmp_path / "many.faiss", uneven)
    monkeypatch.setattr(vectors, "_VERY_MANY", COUNT)
    vectors.write(tmp_path / "very_many.faiss", uneven)
    sizes = [(tmp_path / f"{name}{vectors.CODES}").stat().st_size for name in ("very_many", "many")]
    assert sizes[0] < 0.75 * sizes[1]
    index = VectorIndex(tmp_path / "very_many.faiss")
    exact = index.vectors(np.arange(COUNT))
    for allowed in (None, np.arange(0, COUNT, 2)):
        open_to = np.arange(COUNT) if allowed is None else allowed
        shares = []
        for query in uneven[:20]:
            best = open_to[np.argsort(-(exact[open_to] @ query), kind="stable")[:10]]
            hits = index.search(query, WANTED, allowed=allowed)
            assert np.isin(hits.numbers, open_to).all()
            shares.append(len(np.intersect1d(best, hits.numbers[:10])) / 10)
        assert np.mean(shares) >= 0.97


def test_codes_of_other_vectors_are_refused(rows, tmp_path):
    path = tmp_path / "vectors.faiss"
    vectors.write(path, rows)
    codes = path.with_suffix(vectors.CODES).read_bytes()
    vectors.write(path, rows[:-1])
    path.with_suffix(vectors.CODES).write_bytes(codes)
    with pytest.raises(ValueError, match="not of these vectors"):
        VectorIndex(path)


def test_what_an_audience_does_not_see_changes_nothing_in_what_it_finds(rows, tmp_path):
    seen = vectors.FEWEST_CODED
    others = np.roll(rows[seen:], 1, axis=1)[::-1]
    vectors.write(tmp_path / "one.faiss", rows, [100, seen, COUNT])
    vectors.write(tmp_path / "other.faiss", np.concatenate([rows[:seen], others[:2_000]]), [100, seen, seen + 2_000])
    one, other = (VectorIndex(tmp_path / name).first(seen) for name in ("one.faiss", "other.faiss"))
    for query in rows[:40]:
        assert one.search(query, WANTED).numbers.tolist() == other.search(query, WANTED).numbers.tolist()


def test_without_codes_a_search_is_exact(rows, tmp_path):
    path = tmp_path / "vectors.faiss"
    vectors.write(path, rows)
    path.with_suffix(vectors.CODES).unlink()
    index = VectorIndex(path)
    exact = index.vectors(np.arange(COUNT)) @ rows[5]
    hits = index.search(rows[5], WANTED)
    assert np.allclose(hits.scores, np.sort(exact)[::-1][:WANTED], atol=1e-5)


def test_vectors_written_where_others_stood_leave_no_codes_of_those(rows, tmp_path):
    path = tmp_path / "vectors.faiss"
    vectors.write(path, rows)
    vectors.write(path, rows[:100])
    assert not path.with_suffix(vectors.CODES).exists()
