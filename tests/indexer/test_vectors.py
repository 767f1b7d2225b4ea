"""The vector index, held against numpy."""

from __future__ import annotations

import mmap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import vectors
from indexer.vectors import VectorIndex

HALF_PRECISION = 2e-3  # of a dot product of unit vectors


def unit(count: int, dimension: int = 32, seed: int = 1) -> np.ndarray:
    matrix = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def build(folder: Path, matrix: np.ndarray) -> VectorIndex:
    vectors.write(folder / "vectors.faiss", matrix)
    return VectorIndex(folder / "vectors.faiss")


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(1, 64), st.integers(0, 320), st.integers(0, 1000), st.data())
def test_search_is_the_exact_inner_product(
    tmp_path_factory: pytest.TempPathFactory, count: int, dimension: int, limit: int, seed: int, data: st.DataObject
) -> None:
    matrix = unit(count, dimension, seed)
    index = build(tmp_path_factory.mktemp("vectors"), matrix)
    query = unit(1, dimension, seed + 1)[0]
    chosen = data.draw(st.none() | st.sets(st.integers(0, count - 1)))
    allowed = None if chosen is None else np.array(sorted(chosen), dtype=np.int64)
    silent = data.draw(st.none() | st.lists(st.booleans(), min_size=count, max_size=count).map(np.array))
    hits = index.search(query, limit, allowed=allowed, silent=silent)
    expected = matrix @ query
    among = np.arange(count) if allowed is None else allowed
    among = among if silent is None else among[~silent[among]]
    assert len(hits.numbers) == min(limit, len(among)) == len(set(hits.numbers.tolist()))
    assert set(hits.numbers.tolist()) <= set(among.tolist())
    assert hits.scores == pytest.approx(expected[hits.numbers], abs=HALF_PRECISION)
    assert np.all(np.diff(hits.scores) <= 0)
    best = np.sort(expected[among])[::-1][: len(hits.numbers)]
    assert hits.scores == pytest.approx(best, abs=HALF_PRECISION)


def test_a_stored_vector_finds_itself_first(tmp_path: Path) -> None:
    matrix = unit(500)
    index = build(tmp_path, matrix)
    assert (len(index), index.dimension) == (500, 32)
    for number in (0, 17, 499):
        assert index.search(matrix[number], 1).numbers.tolist() == [number]


def test_nothing_allowed_or_wanted_or_stored_gives_nothing(tmp_path: Path) -> None:
    index = build(tmp_path, unit(10))
    query = unit(1)[0]
    assert not len(index.search(query, 5, allowed=np.empty(0, np.int64)).numbers)
    assert not len(index.search(query, 0).numbers)
    assert index.search(query, 5, allowed=np.array([3, 99])).numbers.tolist() == [3]
    empty = build(tmp_path, np.empty((0, 32), np.float32))
    assert not len(empty.search(query, 5).numbers)
    assert empty.vectors(np.empty(0, np.int64)).shape == (0, 32)


def test_vectors_taken_over_stay_the_same_bit_for_bit(tmp_path: Path) -> None:
    path, second = tmp_path / "vectors.faiss", tmp_path / "second.faiss"
    vectors.write(path, unit(400))
    opened = VectorIndex(path)
    vectors.write(second, opened.vectors(np.arange(400)))
    assert second.read_bytes() == path.read_bytes()
    order = np.random.default_rng(2).permutation(400)
    assert np.array_equal(VectorIndex(second).vectors(order), opened.vectors(order))
    assert opened.vectors(order) == pytest.approx(unit(400)[order], abs=1e-3)


def test_an_opened_index_is_mapped_and_outlives_its_file(tmp_path: Path) -> None:
    matrix = unit(20_000)
    index = build(tmp_path, matrix)
    maps = Path("/proc/self/maps")
    if maps.exists():
        assert str(tmp_path / "vectors.faiss") in maps.read_text(encoding="utf-8")
    assert (tmp_path / "vectors.faiss").stat().st_size >= 20_000 * 32 * 2 > mmap.PAGESIZE
    (tmp_path / "vectors.faiss").unlink()
    assert index.search(matrix[19_999], 1).numbers.tolist() == [19_999]


def test_threads_get_what_one_thread_gets(tmp_path: Path) -> None:
    index = build(tmp_path, unit(2_000))
    queries = list(unit(40, seed=9))
    allowed = np.arange(0, 2_000, 7)

    def ask(query: np.ndarray) -> tuple[list[int], list[int]]:
        return index.search(query, 10).numbers.tolist(), index.search(query, 10, allowed=allowed).numbers.tolist()

    alone = [ask(query) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, queries * 8)) == alone * 8


@pytest.mark.parametrize("count", [0, 1, 300])
def test_the_file_is_as_faiss_writes_it(tmp_path: Path, count: int) -> None:
    rows = unit(count).astype(np.float16)
    index = faiss.IndexScalarQuantizer(rows.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    index.add(rows.astype(np.float32))
    faiss.write_index(index, str(tmp_path / "faiss"))
    with vectors.Writer(tmp_path / "ours", rows.shape[1]) as writer:
        for first in range(0, count, 128):
            writer.add(rows[first : first + 128])
        writer.finish()
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "faiss").read_bytes()
