"""Learn the bundled bilingual lexicon from parallel text (its card is BILINGUAL_LEXICON.md).

python -m indexer.bilingual_lexicon.train --pairs PAIRS.tsv.gz --output lexicon.tsv
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer import text
from indexer.bilingual_lexicon.alignment import align, sentences
from indexer.documents import Language
from indexer.embedding.training_data import Pair, read_pairs, split
from indexer.errors import CouncilError, SettingError

# A sentence of the field's own pages says more of its words than one of laws, of which there are ten times as many.
DOMAIN_WEIGHTS = {"laws": 1.0, "digital": 4.0, "everyday": 2.0}
MOST_LINKS = 200  # pairs of words in two sentences of laws; longer ones say little of which word is which
LEAST_STRENGTH = 0.05
LEAST_PROBABILITY = 0.01  # in either direction
LEAST_EXPECTED = 1.0  # times that a pair has to be expected


def learn(pairs: Sequence[Pair]) -> list[tuple[str, str, int]]:
    """English stem, French stem and strength in hundredths, in alphabetical order."""
    english = [_stems(pair.english, "en") for pair in pairs]
    french = [_stems(pair.french, "fr") for pair in pairs]
    kept = [
        i
        for i, (left, right) in enumerate(zip(english, french, strict=True))
        if left and right and (pairs[i].domain != "laws" or len(left) * len(right) <= MOST_LINKS)
    ]
    if not kept:
        raise SettingError("no pair of an allowed source is left to learn from; see training_sources.py")
    left, right = sentences([english[i] for i in kept]), sentences([french[i] for i in kept])
    weights = np.array([DOMAIN_WEIGHTS[pairs[i].domain] for i in kept])
    found = align(left, right, weights)
    good = (
        (found.strength >= LEAST_STRENGTH)
        & (found.expected >= LEAST_EXPECTED)
        & (np.minimum(found.right_given_left, found.left_given_right) > LEAST_PROBABILITY)
    )
    return sorted(
        (left.vocabulary[a], right.vocabulary[b], round(100 * strength))
        for a, b, strength in zip(found.left[good], found.right[good], found.strength[good], strict=True)
    )


def _stems(sentence: str, language: Language) -> list[str]:
    """The tokens that the lexical index holds, without those with figures, which both languages write alike."""
    return list(dict.fromkeys(stem for stem in text.stems(sentence, language) if stem.isalpha()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: 0 when the table is written, 1 when the data cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m indexer.bilingual_lexicon.train", description=__doc__)
    parser.add_argument("--pairs", type=Path, required=True, help="gzipped source<TAB>en<TAB>fr")
    parser.add_argument("--output", type=Path, required=True, help="file to write the table to")
    options = parser.parse_args(arguments)
    try:
        rows = learn(split(read_pairs(options.pairs)).pairs)
    except CouncilError as error:
        print(error, file=sys.stderr)
        return 1
    options.output.write_text("".join(f"{a}\t{b}\t{strength}\n" for a, b, strength in rows), encoding="utf-8")
    print(f"{len(rows)} translations written to {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
