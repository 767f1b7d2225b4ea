"""Train the bundled French-English static embedder (the recipe and its figures are in MODEL_CARD.md).

python -m indexer.embedding.train --pairs PAIRS.tsv.gz --titles TITLES.tsv.gz --output DIR
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from indexer.embedding.batches import TokenBags, bag_tokens
from indexer.embedding.own_text import document_pairs, document_titles, glossary_pairs
from indexer.embedding.quantise import write_folder
from indexer.embedding.question_frames import ENGLISH, FRENCH
from indexer.embedding.student import Lesson, Recipe, Sides, number_texts, train_table
from indexer.embedding.teacher import Projection, fit_projection, teacher_vectors
from indexer.embedding.training_data import HELD_OUT_ROWS, Pair, Split, Titled, read_pairs, read_titles, split
from indexer.embedding.training_sources import Domain
from indexer.embedding.vocabulary import train_tokenizer
from indexer.errors import CouncilError, SettingError

_RARE = 1e-3
"""Share of all tokens at which a token's first vector is halved (the weights of Arora et al. 2017, SIF)."""
_START_LENGTH = 0.5
_OWN: tuple[Domain, ...] = ("glossary", "council")
"""What is the project's own."""


def train(rows: Split, output: Path, recipe: Recipe, cache: Path | None = None) -> None:
    """Train on `rows` and write the model folder `output`; teacher vectors are kept in `cache`.

    The table is the mean of `recipe.runs` runs from the same start with different seeds, which is better than any
    one of them (model soups, Wortsman et al. 2022, arXiv 2203.05482).
    """
    if not rows.pairs:
        raise SettingError("no pair of an allowed source is left to train on; see training_sources.py")
    tokenizer = train_tokenizer(vocabulary_texts(rows.pairs), recipe.vocabulary)
    teaching = ask_teacher(rows, recipe, cache)
    lesson = prepare(rows, tokenizer, teaching, recipe)
    start = starting_table(tokenizer, lesson.pairs, teaching.projection, cache)
    tables = [train_table(start, lesson, replace(recipe, seed=recipe.seed + run)) for run in range(recipe.runs)]
    write_folder(output, tokenizer, np.mean(tables, axis=0, dtype=np.float32))


def vocabulary_texts(pairs: Sequence[Pair]) -> list[str]:
    """Both sides of every pair, of every second one for laws, which outnumber the rest."""
    chosen = [pair for i, pair in enumerate(pairs) if pair.domain != "laws" or i % 2 == 0]
    return [text for pair in chosen for text in (pair.english, pair.french)]


@dataclass(frozen=True)
class Teaching:
    """What the teacher says of the English side of some rows: unit rows, (n, dimension), and for which rows."""

    projection: Projection
    pairs: NDArray[np.int64]
    pair_vectors: NDArray[np.float32]
    titles: NDArray[np.int64]
    title_vectors: NDArray[np.float32]
    text_vectors: NDArray[np.float32]


def ask_teacher(rows: Split, recipe: Recipe, cache: Path | None) -> Teaching:
    """The teacher's vectors of all pairs but laws, and of titles with their texts, of laws one in two.

    The project's own text is asked for by itself, so that a change to it leaves the other vectors in the cache.
    """
    others = [i for i, pair in enumerate(rows.pairs) if pair.domain not in ("laws", *_OWN)]
    own = [i for i, pair in enumerate(rows.pairs) if pair.domain in _OWN]
    titles = [i for i, row in enumerate(rows.titles) if row.domain == "digital" or _is_chosen(row)]
    own_titles = [i for i, row in enumerate(rows.titles) if row.domain in _OWN]
    vectors = teacher_vectors([rows.pairs[i].english for i in others], cache)
    projection = fit_projection(vectors, recipe.dimension)

    def asked(*parts: Sequence[str]) -> NDArray[np.float32]:
        answers = [projection.apply(teacher_vectors(texts, cache)) for texts in parts if texts]
        return np.concatenate([np.empty((0, recipe.dimension), dtype=np.float32), *answers])

    return Teaching(
        projection=projection,
        pairs=np.array(others + own, dtype=np.int64),
        pair_vectors=np.concatenate([projection.apply(vectors), asked([rows.pairs[i].english for i in own])]),
        titles=np.array(titles + own_titles, dtype=np.int64),
        title_vectors=asked(*([rows.titles[i].title_english for i in part] for part in (titles, own_titles))),
        text_vectors=asked(*([rows.titles[i].text_english for i in part] for part in (titles, own_titles))),
    )


def prepare(rows: Split, tokenizer: Tokenizer, teaching: Teaching, recipe: Recipe) -> Lesson:
    """Tokenise everything once."""

    def bags(texts: Sequence[str]) -> TokenBags:
        return bag_tokens(tokenizer, texts, recipe.longest)

    def sides(english: Sequence[str], french: Sequence[str]) -> Sides:
        return Sides(bags(english), bags(french), number_texts(english), number_texts(french))

    pairs = sides([p.english for p in rows.pairs], [p.french for p in rows.pairs])
    title_rows = [_rows_of(rows.titles, d, recipe.title_repeats.get(d, 1)) for d in ("laws", "digital", "council")]
    return Lesson(
        pairs=replace(
            pairs,
            english_text=number_texts([p.meaning or p.english for p in rows.pairs]),
            french_text=number_texts([p.meaning or p.french for p in rows.pairs]),
        ),
        pair_rows={domain: _rows_of(rows.pairs, domain) for domain in ("laws", "digital", "everyday", *_OWN)},
        taught=teaching.pairs,
        teacher=teaching.pair_vectors,
        titles=sides([t.title_english for t in rows.titles], [t.title_french for t in rows.titles]),
        texts=sides([t.text_english for t in rows.titles], [t.text_french for t in rows.titles]),
        title_rows=np.concatenate(title_rows),
        taught_titles=teaching.titles,
        title_teacher=teaching.title_vectors,
        text_teacher=teaching.text_vectors,
        frames=(bags(ENGLISH), bags(FRENCH)),
    )


def starting_table(
    tokenizer: Tokenizer, pairs: Sides, projection: Projection, cache: Path | None
) -> NDArray[np.float32]:
    """What the teacher says of each token by itself, shorter for frequent tokens: (tokens, dimension)."""
    vocabulary = tokenizer.get_vocab()
    names = sorted(vocabulary, key=vocabulary.__getitem__)
    vectors = projection.apply(teacher_vectors([name.removeprefix("##") for name in names], cache))
    counts = np.bincount(np.concatenate([pairs.english.tokens, pairs.french.tokens]), minlength=len(names))
    share = counts / max(1, counts.sum())
    lengths = _START_LENGTH * np.sqrt(vectors.shape[1]) * _RARE / (_RARE + share)
    return np.asarray(vectors * lengths[:, None], dtype=np.float32)


def _is_chosen(row: Titled) -> bool:
    """Whether the teacher is asked about a law's title: for half of them, by hash."""
    if row.domain != "laws":
        return False
    return hashlib.sha256(row.text_english.encode()).digest()[0] < 128


def _rows_of(rows: Sequence[Pair | Titled], domain: str, repeats: int = 1) -> NDArray[np.int64]:
    found = np.array([i for i, row in enumerate(rows) if row.domain == domain], dtype=np.int64)
    return np.tile(found, repeats)


def _options() -> argparse.ArgumentParser:
    recipe = Recipe()
    parser = argparse.ArgumentParser(prog="python -m indexer.embedding.train", description=__doc__)
    parser.add_argument("--pairs", type=Path, required=True, help="gzipped source<TAB>en<TAB>fr")
    parser.add_argument("--titles", type=Path, help="gzipped source<TAB>title_en<TAB>title_fr<TAB>text_en<TAB>text_fr")
    parser.add_argument("--glossary", action="store_true", help="learn the project's glossary too")
    parser.add_argument("--documents", type=Path, help="folder of paired NAME-en.md and NAME-fr.md, a paragraph a line")
    parser.add_argument("--output", type=Path, required=True, help="folder to write the model to")
    parser.add_argument("--dimension", type=int, default=recipe.dimension)
    parser.add_argument("--vocabulary", type=int, default=recipe.vocabulary, help="most tokens to learn")
    parser.add_argument("--epochs", type=int, default=recipe.epochs)
    parser.add_argument("--seed", type=int, default=recipe.seed)
    parser.add_argument("--runs", type=int, default=recipe.runs, help="runs to average, with seeds in a row")
    parser.add_argument("--cache", type=Path, help="folder that keeps the teacher's vectors between runs")
    parser.add_argument("--held-out", type=int, default=HELD_OUT_ROWS, help="rows a domain to hold out at most")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: 0 when the model is written, 1 when the data cannot be used."""
    options = _options().parse_args(arguments)
    recipe = Recipe(
        dimension=options.dimension,
        vocabulary=options.vocabulary,
        epochs=options.epochs,
        seed=options.seed,
        runs=options.runs,
    )
    try:
        pairs = read_pairs(options.pairs)
        titles = read_titles(options.titles) if options.titles else []
        if options.glossary:
            pairs += glossary_pairs()
        if options.documents:
            pairs += document_pairs(options.documents)
            titles += document_titles(options.documents)
        train(split(pairs, titles, rows=options.held_out), options.output, recipe, options.cache)
    except CouncilError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"model written to {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
