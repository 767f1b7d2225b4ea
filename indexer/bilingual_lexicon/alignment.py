"""Which word translates which, from sentences and their translations: IBM Model 1, both ways, made one.

Model 1 is Brown et al. 1993, "The Mathematics of Statistical Machine Translation", Computational Linguistics 19(2);
that both directions have to agree follows Liang, Taskar and Klein 2006, "Alignment by Agreement".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_ITERATIONS = 6
_NULL = 1e-4  # weight of the word that stands for none, so that a word without translation is not forced on another


@dataclass(frozen=True, slots=True)
class Sentences:
    """One side of parallel text: `tokens` (all tokens, as numbers into `vocabulary`) and `lengths` by sentence."""

    vocabulary: tuple[str, ...]
    tokens: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Pairs of words seen in sentences that translate each other; all arrays have one value a pair.

    `left` and `right` are numbers into the vocabularies, `right_given_left` and `left_given_right` the probabilities
    of Model 1, `expected` how often the pair is expected to be a translation in the (weighted) text.
    """

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    right_given_left: npt.NDArray[np.float64]
    left_given_right: npt.NDArray[np.float64]
    expected: npt.NDArray[np.float64]

    @property
    def strength(self) -> npt.NDArray[np.float64]:
        """The geometric mean of both probabilities: high only where each word is mostly the other."""
        return np.sqrt(self.right_given_left * self.left_given_right)


def sentences(token_lists: Sequence[Sequence[str]]) -> Sentences:
    """Number the tokens of sentences; a token counts once a sentence."""
    numbers: dict[str, int] = {}
    once = [list(dict.fromkeys(tokens)) for tokens in token_lists]
    flat = [numbers.setdefault(token, len(numbers)) for tokens in once for token in tokens]
    return Sentences(
        tuple(numbers), np.array(flat, dtype=np.int64), np.array([len(tokens) for tokens in once], dtype=np.int64)
    )


def align(left: Sentences, right: Sentences, weights: npt.NDArray[np.float64]) -> Alignment:
    """Learn from sentence i of `left` and of `right`, which translate each other and weigh `weights[i]`."""
    sizes = left.lengths * right.lengths
    sentence = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    across = right.lengths[sentence]
    left_place = (np.cumsum(left.lengths) - left.lengths)[sentence] + within // np.maximum(across, 1)
    right_place = (np.cumsum(right.lengths) - right.lengths)[sentence] + within % np.maximum(across, 1)
    keys = left.tokens[left_place] * len(right.vocabulary) + right.tokens[right_place]
    pairs, pair = np.unique(keys, return_inverse=True)
    left_word, right_word = np.divmod(pairs, max(1, len(right.vocabulary)))
    weight = weights[sentence]
    forward, expected = _model_1(pair, left_word, right_place, weight)
    backward, _ = _model_1(pair, right_word, left_place, weight)
    return Alignment(left_word, right_word, forward, backward, expected)


def _model_1(
    pair: npt.NDArray[np.int64],
    given: npt.NDArray[np.int64],
    place: npt.NDArray[np.int64],
    weight: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Expectation maximisation of p(made | given), and the expected counts of its last step; one value a pair.

    `pair` and `place` have one value a link: which pair it is, and which token of the text is made.
    """
    probability: npt.NDArray[np.float64] = np.full(len(given), 1e-3)
    expected: npt.NDArray[np.float64] = np.zeros(len(given))
    for _ in range(_ITERATIONS):
        share: npt.NDArray[np.float64] = probability[pair]
        whole = np.bincount(place, weights=share) + _NULL
        counted = np.bincount(pair, weights=weight * share / whole[place], minlength=len(given))
        expected = np.asarray(counted, dtype=np.float64)
        totals = np.bincount(given, weights=expected)
        probability = np.asarray(expected / np.maximum(totals[given], 1e-12), dtype=np.float64)
    return probability, expected
