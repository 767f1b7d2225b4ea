"""How surely a question's detail is there, and what each threshold of it costs: the rates of abstaining.

Usage::

    python -m eval.calibrate_facts --gold eval/gold --index .index --split tune
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.needs import Need, read_needs
from indexer import embedding
from indexer.documents import LANGUAGES
from indexer.embedding import Embedder
from indexer.errors import CouncilError
from indexer.index_protocol import Index
from indexer.store import open_index
from service.answering.detail import detail
from service.answering.found import Found
from service.answering.thresholds import DEFAULT_THRESHOLDS
from service.query import understand
from service.retrieval import query_vector, retrieve

THRESHOLDS = (0.05, 0.08, 0.1, 0.12, 0.15, 0.18, 0.2, 0.25, 0.3)
_WORST = 5  # needs shown on either side


@dataclass(frozen=True, slots=True)
class Clearness:
    """A question that asks for a detail: whether the documents hold it, and how clear it seems."""

    question: str
    answerable: bool
    clearness: float


def measure(index: Index, embedder: Embedder, needs: Sequence[Need]) -> list[Clearness]:
    """The questions that are read as facts and ask for a detail, in both languages."""
    return list(_measured(index, embedder, needs))


def _measured(index: Index, embedder: Embedder, needs: Sequence[Need]) -> Iterator[Clearness]:
    for need in (need for need in needs if need.kind in ("fact", "none")):
        for language in LANGUAGES:
            query = understand(need.question(language))
            vector = query_vector(embedder, query)
            hits = retrieve(index, query, vector, limit=DEFAULT_THRESHOLDS.hits)
            found = detail(Found(index, embedder, query, vector, hits, DEFAULT_THRESHOLDS))
            if query.kind == "fact" and found.type is not None:
                yield Clearness(query.text, need.kind == "fact", found.clearness)


def rate(measured: Sequence[Clearness], threshold: float, *, answerable: bool) -> float:
    """The share of the answerable questions, or of the others, that are taken to lack their detail."""
    below = [item.clearness < threshold for item in measured if item.answerable is answerable]
    return sum(below) / len(below) if below else 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a threshold, and the questions nearest to being judged wrongly; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval.calibrate_facts", description=str(__doc__).split("\n")[0])
    parser.add_argument("--gold", type=Path, nargs="+", required=True, help="files of needs, or folders of them")
    parser.add_argument("--index", type=Path, default=Path(".index"), help="index folder (default: %(default)s)")
    parser.add_argument("--split", choices=("tune", "test"), help="only the needs of this split")
    options = parser.parse_args(arguments)
    try:
        embedder = embedding.load()
        index, needs = open_index(options.index, model=embedder.id), read_needs(*options.gold, split=options.split)
    except CouncilError as error:
        parser.exit(2, f"{error}\n")
    measured = measure(index, embedder, needs)
    counts = [sum(item.answerable is answerable for item in measured) for answerable in (True, False)]
    print(f"threshold  wrongly of {counts[0]:<6} rightly of {counts[1]}")
    for threshold in sorted({*THRESHOLDS, DEFAULT_THRESHOLDS.detail}):
        chosen = " <- thresholds.detail" if threshold == DEFAULT_THRESHOLDS.detail else ""
        wrongly, rightly = (rate(measured, threshold, answerable=answerable) for answerable in (True, False))
        print(f"{threshold:9.2f}  {wrongly:<17.3f} {rightly:.3f}{chosen}")
    for answerable, title in ((True, "least clear, though answerable"), (False, "clearest, though not answerable")):
        print(f"\n{title}:")
        ranked = sorted((m for m in measured if m.answerable is answerable), key=lambda item: item.clearness)
        for item in ranked[:_WORST] if answerable else ranked[: -_WORST - 1 : -1]:
            print(f"{item.clearness:9.2f}  {item.question}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
