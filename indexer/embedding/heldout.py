"""Measure an embedder on the held-out rows: translation, search by title, and speed.

    python -m indexer.embedding.heldout --pairs PAIRS.tsv.gz --titles TITLES.tsv.gz [--model DIR] [--json]

Accuracy is the share of sentences whose nearest neighbour, by cosine among all the held-out sentences of
that domain in the other language, is their translation. MRR@10 is the mean of 1/rank of a title's text
among all the held-out texts of that domain in the language asked for, 0 beyond rank 10.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.embedding import Embedder, load
from indexer.embedding.threads import single_thread
from indexer.embedding.training_data import HELD_OUT_ROWS, Pair, Split, Titled, read_pairs, read_titles, split
from indexer.errors import CouncilError

PREFIX = 128
SENTENCE_WORDS = 4
_SPEED_SECONDS = 2.0

Vectors = NDArray[np.float32]


def measure(embedder: Embedder, rows: Split) -> dict[str, object]:
    """All figures of one embedder: `translation` and `titles` by domain, `sentences_per_second`."""
    widths = sorted({embedder.dimension, min(PREFIX, embedder.dimension)}, reverse=True)
    return {
        "model": embedder.id,
        "translation": {
            domain: translation(embedder, pairs, widths) for domain, pairs in rows.heldout_pairs.items() if pairs
        },
        "titles": {domain: search(embedder, titles) for domain, titles in rows.heldout_titles.items() if titles},
        "sentences_per_second": sentences_per_second(embedder, [p.english for p in rows.pairs[:20_000]]),
    }


def translation(embedder: Embedder, pairs: Sequence[Pair], widths: Sequence[int]) -> dict[str, float]:
    """Nearest-neighbour accuracy (0 to 1) both ways, for each width of prefix.

    Where some pairs are mere exclamations ("Go on."), also the accuracy over those of SENTENCE_WORDS English words or
    more, at full width, still among all pairs.
    """
    english = embedder.encode_documents([pair.english for pair in pairs])
    french = embedder.encode_documents([pair.french for pair in pairs])
    figures: dict[str, float] = {"pairs": len(pairs)}
    for width in widths:
        cosines = _unit(french[:, :width]) @ _unit(english[:, :width]).T
        figures[f"fr-en@{width}"] = _first(cosines)
        figures[f"en-fr@{width}"] = _first(cosines.T)
    sentences = np.array([len(pair.english.split()) >= SENTENCE_WORDS for pair in pairs])
    if not sentences.all() and sentences.any():
        cosines = french @ english.T
        figures["of them sentences"] = int(sentences.sum())
        figures["sentences fr-en"] = _first(cosines, sentences)
        figures["sentences en-fr"] = _first(cosines.T, sentences)
    return figures


def search(embedder: Embedder, titles: Sequence[Titled]) -> dict[str, float]:
    """MRR@10 of a title's text, title language to text language."""
    queries = {
        "en": embedder.encode_queries([row.title_english for row in titles]),
        "fr": embedder.encode_queries([row.title_french for row in titles]),
    }
    texts = {
        "en": embedder.encode_documents([row.text_english for row in titles]),
        "fr": embedder.encode_documents([row.text_french for row in titles]),
    }
    figures: dict[str, float] = {"titles": len(titles)}
    for asked, found in (("en", "en"), ("fr", "fr"), ("fr", "en"), ("en", "fr")):
        cosines = queries[asked] @ texts[found].T
        rank = 1 + (cosines > np.diag(cosines)[:, None]).sum(axis=1)
        figures[f"{asked}-{found}"] = round(float(np.where(rank <= 10, 1 / rank, 0).mean()), 4)
    return figures


def sentences_per_second(embedder: Embedder, sentences: Sequence[str], seconds: float = _SPEED_SECONDS) -> int:
    """How many sentences of 15 words are encoded in a second, by repeating for at least `seconds`."""
    words = " ".join(sentences).split()
    texts = [" ".join(words[i : i + 15]) for i in range(0, len(words) - 15, 15)][:20_000]
    if not texts:
        return 0
    embedder.encode_documents(texts[:100])
    done, begin = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - begin) < seconds:
        block = texts[done % len(texts) :][:2_000]
        embedder.encode_documents(block)
        done += len(block)
    return round(done / elapsed)


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-9), dtype=np.float32)


def _first(cosines: Vectors, rows: NDArray[np.bool_] | None = None) -> float:
    """The share of rows, or of those chosen, whose greatest value is on the diagonal."""
    right = cosines.argmax(axis=1) == np.arange(len(cosines))
    return round(float((right if rows is None else right[rows]).mean()), 4)


def _table(figures: Mapping[str, object]) -> str:
    lines = [
        f"model {figures['model']}",
        f"sentences/s (one thread, 15 words) {figures['sentences_per_second']}",
    ]
    for title in ("translation", "titles"):
        domains = figures[title]
        assert isinstance(domains, dict)  # noqa: S101
        for domain, row in domains.items():
            lines.append(f"{title} {domain}: " + "  ".join(f"{key} {value}" for key, value in row.items()))
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: 0 when measured, 1 when data or model cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m indexer.embedding.heldout", description=__doc__)
    parser.add_argument("--pairs", type=Path, required=True, help="gzipped source<TAB>en<TAB>fr")
    parser.add_argument("--titles", type=Path, help="gzipped source<TAB>title_en<TAB>title_fr<TAB>text_en<TAB>text_fr")
    parser.add_argument("--model", help="folder or name; the bundled model if left out")
    parser.add_argument("--held-out", type=int, default=HELD_OUT_ROWS, help="rows a domain at most")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    single_thread()
    try:
        rows = split(
            read_pairs(options.pairs),
            read_titles(options.titles) if options.titles else [],
            rows=options.held_out,
        )
        figures = measure(load(options.model), rows)
    except CouncilError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(figures, indent=2) if options.json else _table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
