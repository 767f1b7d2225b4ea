from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Attribution, Passage, PassageKind, Role
from service import folding
from service.folding import Folded, fold
from service.ranked import Ranked

TEXTS = [
    "the counter opens at noon",
    "le comptoir ouvre à midi",
    "harbour fees rose by two dollars",
    "les droits de port",
]
BASE = Passage(
    id="p",
    document_id="d",
    text=TEXTS[0],
    start=0,
    end=1,
    page=None,
    language="en",
    role=Role.DISCUSSION,
    jurisdictions=("NS",),
    speaker=None,
    heading=(),
    meeting_date=None,
    attribution=Attribution.STATED,
    kind=PassageKind.STATEMENT,
)


def ranked(*items):
    """Passages by number, text, language and score."""
    return [
        Ranked(number, replace(BASE, id=f"p{number}", text=text, language=language), score)
        for number, text, language, score in items
    ]


def test_a_version_is_not_a_hit_of_its_own():
    hits = ranked((1, TEXTS[0], "en", 1.0), (2, TEXTS[1], "fr", 0.9), (3, TEXTS[2], "en", 0.8))
    assert fold(hits, {1: (2,), 2: (1,)}, "en", 10) == [Folded(0, 1.0, (2,)), Folded(2, 0.8)]


def test_the_readers_version_stands_at_the_better_ones_place_with_its_score():
    hits = ranked((2, TEXTS[1], "fr", 1.0), (3, TEXTS[2], "en", 0.9), (1, TEXTS[0], "en", 0.6))
    versions = {1: (2,), 2: (1,)}
    assert fold(hits, versions, "en", 10) == [Folded(2, 1.0, (2,)), Folded(1, 0.9)]
    assert fold(hits, versions, "fr", 10) == [Folded(0, 1.0, (1,)), Folded(1, 0.9)]


def test_a_version_far_behind_does_not_stand_for_a_better_one():
    hits = ranked((2, TEXTS[1], "fr", 1.0), (1, TEXTS[0], "en", 0.2))
    assert fold(hits, {1: (2,), 2: (1,)}, "en", 10) == [Folded(0, 1.0, (1,))]


def test_a_version_that_was_not_found_is_named_all_the_same():
    assert fold(ranked((2, TEXTS[1], "fr", 1.0)), {2: (7,)}, "en", 10) == [Folded(0, 1.0, (7,))]


def test_a_neighbour_of_the_version_stays_a_hit():
    """Passage 2 says what 1 and 3 say; where 1 is shown for it, 3 is still news."""
    hits = ranked((2, TEXTS[1], "fr", 1.0), (1, TEXTS[0], "en", 0.9), (3, TEXTS[2], "en", 0.8))
    assert fold(hits, {1: (2,), 2: (1, 3), 3: (2,)}, "en", 10) == [Folded(1, 1.0, (2,)), Folded(2, 0.8)]


def test_a_copy_folds_and_the_same_words_about_another_jurisdiction_do_not():
    hits = ranked((1, TEXTS[0], "en", 1.0), (2, TEXTS[0] + "!", "en", 0.9), (3, TEXTS[0], "en", 0.8))
    hits[2] = hits[2]._replace(passage=replace(hits[2].passage, jurisdictions=("ON",)))
    assert fold(hits, {}, "en", 10) == [Folded(0, 1.0, (2,)), Folded(2, 0.8)]


@given(
    st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(["en", "fr"]), st.floats(-1, 2)), max_size=12),
    st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=10),
    st.sampled_from(["en", "fr"]),
    st.integers(1, 15),
)
def test_nothing_is_lost_and_nothing_comes_twice(items, links, language, limit):
    hits = ranked(*((n, *item) for n, item in enumerate(sorted(items, key=lambda item: -item[2]))))
    versions: dict[int, tuple[int, ...]] = {}
    for one, other in links:
        if one != other:
            versions[one] = (*versions.get(one, ()), other) if other not in versions.get(one, ()) else versions[one]
            versions[other] = (*versions.get(other, ()), one) if one not in versions.get(other, ()) else versions[other]
    found = fold(hits, versions, language, limit)
    shown = [hits[item.place].number for item in found]
    mentioned = [*shown, *(number for item in found for number in item.others)]
    assert len(mentioned) == len(set(mentioned))
    assert len(found) <= limit
    if len(found) < limit:
        assert {hit.number for hit in hits} <= set(mentioned)
    scores = [item.score for item in found]
    assert scores == sorted(scores, reverse=True)


@given(
    st.frozensets(st.integers(0, 12)), st.frozensets(st.integers(0, 12)), st.sampled_from([0.4, 0.5, 0.75, 0.9, 1.0])
)
def test_the_share_of_two_sets_is_that_of_all_that_either_has(one, other, least):
    assert folding._share(one, other, least) == (len(one & other) >= least * len(one | other))
