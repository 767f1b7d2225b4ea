from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.bilingual_lexicon.alignment import align, sentences

WORDS = [f"w{number}" for number in range(40)]


def strengths(left, right, weights=None):
    one, other = sentences(left), sentences(right)
    found = align(one, other, np.ones(len(left)) if weights is None else np.array(weights))
    return {
        (one.vocabulary[a], other.vocabulary[b]): strength
        for a, b, strength in zip(found.left, found.right, found.strength, strict=True)
    }


@pytest.mark.parametrize("seed", range(3))
def test_a_dictionary_is_found_again_from_sentences_alone(seed):
    """Each word has one translation, and the order of words differs: the links must come from who meets whom."""
    chance = random.Random(seed)
    left = [chance.sample(WORDS, 6) for _ in range(400)]
    right = [chance.sample([word.upper() for word in sentence], 6) for sentence in left]
    found = strengths(left, right)
    for word in WORDS:
        best = max((pair for pair in found if pair[0] == word), key=found.__getitem__)
        assert best == (word, word.upper())
        assert found[best] > 0.9


def test_a_word_of_two_translations_keeps_both():
    chance = random.Random(5)
    left, right = [], []
    for number in range(300):
        others = chance.sample(WORDS, 4)
        left.append([*others, "survey"])
        right.append([*(word.upper() for word in others), "sondage" if number % 3 else "arpentage"])
    found = strengths(left, right)
    assert found["survey", "sondage"] > found["survey", "arpentage"] > 0.3


def test_a_weightier_sentence_counts_for_more():
    left, right = [["a", "b"]] * 2, [["x", "y"], ["x", "z"]]
    light, heavy = strengths(left, right, [1, 1]), strengths(left, right, [1, 9])
    assert heavy["a", "z"] > light["a", "z"]
    assert heavy["a", "y"] < light["a", "y"]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from("abcde"), max_size=6), st.lists(st.sampled_from("vwxyz"), max_size=6)),
        max_size=12,
    )
)
def test_probabilities_are_probabilities(pairs):
    left, right = sentences([one for one, _ in pairs]), sentences([other for _, other in pairs])
    found = align(left, right, np.ones(len(pairs)))
    for given_word, probability in ((found.left, found.right_given_left), (found.right, found.left_given_right)):
        assert ((probability >= 0) & (probability <= 1 + 1e-9)).all()
        for word in np.unique(given_word):
            assert probability[given_word == word].sum() == pytest.approx(1.0, abs=1e-6)
    met = {(a, b) for one, other in pairs for a in one for b in other}
    assert {(left.vocabulary[a], right.vocabulary[b]) for a, b in zip(found.left, found.right, strict=True)} == met
