"""Which passages of a document's two versions say the same."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import versions
from indexer.documents import Attribution, Passage, PassageKind, Role
from indexer.versions import align


def passage(number, words=100, role=Role.DISCUSSION, code="ON"):
    return Passage(
        id=f"p{number}",
        document_id="d",
        text=" ".join(["word"] * words),
        start=0,
        end=1,
        page=None,
        language="en",
        role=role,
        jurisdictions=(code,) if code else (),
        speaker=None,
        heading=(),
        meeting_date=None,
        attribution=Attribution.STATED,
        kind=PassageKind.STATEMENT,
    )


def topics(count, seed=0):
    """Unit vectors of `count` topics, each far from the others."""
    vectors = np.random.default_rng(seed).normal(size=(count, 256)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def unit(vectors):
    stacked = np.array(vectors, np.float32)
    return stacked / np.linalg.norm(stacked, axis=1, keepdims=True)


def test_passages_cut_alike_are_paired_in_order():
    vectors = topics(8)
    sides = [[passage(n) for n in range(8)] for _ in range(2)]
    assert align(sides[0], vectors, sides[1], vectors) == [(n, n) for n in range(8)]


def test_what_one_version_lacks_is_in_no_pair():
    vectors = topics(6)
    kept = [0, 1, 3, 4, 5]
    left, right = [passage(n) for n in range(6)], [passage(n) for n in kept]
    assert align(left, vectors, right, vectors[kept]) == [(n, place) for place, n in enumerate(kept)]


def test_one_passage_may_answer_to_two():
    t = topics(5)
    right_vectors = unit([t[0], t[1] + t[2], t[3], t[4]])
    left = [passage(n) for n in range(5)]
    right = [passage(0), passage(1, words=200), passage(2), passage(3)]
    found = align(left, t, right, right_vectors)
    assert found == [(0, 0), (1, 1), (2, 1), (3, 2), (4, 3)]
    assert sorted((b, a) for a, b in align(right, right_vectors, left, t)) == found


def test_two_that_are_parted_at_different_places_answer_to_two():
    t = topics(4)
    left_vectors = unit([t[0], t[1] + t[2] * 0.9, t[2] * 0.6 + t[3]])
    right_vectors = unit([t[0], t[1], t[2] + t[3]])
    three = [passage(n) for n in range(3)]
    found = align(three, left_vectors, three, right_vectors)
    assert {(0, 0), (1, 1), (2, 2)} <= set(found)
    assert (1, 2) in found


def test_passages_of_other_roles_and_jurisdictions_are_less_alike():
    vectors = topics(1)
    near = unit(vectors + 0.055 * topics(1, seed=1) * 16)
    alike = float((vectors @ near.T)[0, 0])
    assert 0.5 < alike < 0.8
    assert align([passage(0)], vectors, [passage(0)], near) == [(0, 0)]
    assert align([passage(0)], vectors, [passage(0, role=Role.DECISION, code="BC")], near) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 1_000))
def test_pairs_keep_the_order_of_both_sides(left_count, right_count, seed):
    chance = np.random.default_rng(seed)
    base = topics(4, seed)
    left_vectors = (
        unit(base[chance.integers(0, 4, left_count)] + 0.03 * chance.normal(size=(left_count, 256)))
        if left_count
        else np.empty((0, 256), np.float32)
    )
    right_vectors = (
        unit(base[chance.integers(0, 4, right_count)] + 0.03 * chance.normal(size=(right_count, 256)))
        if right_count
        else np.empty((0, 256), np.float32)
    )
    left = [passage(n, words=int(chance.integers(1, 200))) for n in range(left_count)]
    right = [passage(n, words=int(chance.integers(1, 200))) for n in range(right_count)]
    found = align(left, left_vectors, right, right_vectors)
    assert len(found) == len(set(found))
    assert all(0 <= i < left_count and 0 <= j < right_count for i, j in found)
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in itertools.pairwise(found))
    for side in (0, 1):
        linked = [pair[side] for pair in found]
        assert max((linked.count(number) for number in linked), default=0) <= 2


def test_long_documents_are_aligned_stretch_by_stretch(monkeypatch):
    """Memory is bounded, and versions that run alike are paired all the same."""
    monkeypatch.setattr(versions, "_LONGEST", 5)
    seen = []

    def watched(left, left_vectors, right, right_vectors):
        seen.append((len(left_vectors), len(right_vectors)))
        return aligned(left, left_vectors, right, right_vectors)

    aligned = versions._aligned
    monkeypatch.setattr(versions, "_aligned", watched)
    count = 23
    vectors = np.concatenate([topics(count), topics(count)])
    sides = [[replace(passage(n), document_id=name) for n in range(count)] for name in ("fr", "en")]
    found = versions.versions([("fr", "en")], [*sides[0], *sides[1]], vectors)
    assert found == {("fr", "en"): [(n, n + count) for n in range(count)]}
    assert len(seen) == 5
    assert max(max(sizes) for sizes in seen) <= 5


def test_a_document_without_its_original_is_in_no_pair():
    vectors = topics(3)
    passages = [replace(passage(n), document_id="fr") for n in range(3)]
    assert versions.versions([("fr", "gone")], passages, vectors) == {("fr", "gone"): []}
    assert versions.versions([], [], vectors[:0]) == {}
