"""What each step of retrieval gains: the figures without it, beside those of the whole.

Usage::

    python -m eval.ablation --gold eval/gold --index .index --split tune
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from eval.credit import Crediting
from eval.figures import NDCG, RECALL, RR
from eval.needs import Need, read_needs
from eval.rankings import ranking_figures
from indexer.documents import LANGUAGES
from indexer.errors import CouncilError
from service.engine import Engine
from service.query import understand
from service.ranking import RankingWeights
from service.retrieval import DEFAULT_WEIGHTS, Weights

_SHOWN = (RECALL, NDCG, RR)


def _without(**ranking: float) -> Weights:
    return replace(DEFAULT_WEIGHTS, ranking=replace(DEFAULT_WEIGHTS.ranking, **ranking))


STEPS: Mapping[str, Weights] = {
    "all steps": DEFAULT_WEIGHTS,
    "without translations": replace(DEFAULT_WEIGHTS, translate=False),
    "without the glossary": replace(DEFAULT_WEIGHTS, terms=0.0),
    "without the dense leg's score": replace(DEFAULT_WEIGHTS, dense=0.0),
    "without stated needs": replace(_without(problem=0), needs=False),
    "without folding": replace(DEFAULT_WEIGHTS, fold=False),
    "without ranking again": replace(
        DEFAULT_WEIGHTS,
        ranking=RankingWeights(words=0, about=0, year=0, settled=0, problem=0),
    ),
    "  likeness of single words": _without(words=0),
    "  jurisdiction named": _without(about=0),
    "  year named": _without(year=0),
    "  decisions first": _without(settled=0),
}


def measure(engine: Engine, needs: Sequence[Need], weights: Weights) -> dict[str, dict[str, float]]:
    """Mean figures by language, over the needs that have a quote to find."""
    crediting = Crediting(engine.index())
    sought = [crediting.sought(need) for need in needs]
    found: dict[str, dict[str, float]] = {}
    for language in LANGUAGES:
        rankings = [
            [hit.passage.id for hit in engine.hits(understand(need.question(language)), weights=weights)]
            for need in needs
        ]
        figures = [values for values in ranking_figures(sought, rankings) if values]
        found[language] = {name: statistics.fmean(values[name] for values in figures) for name in _SHOWN}
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a step; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval.ablation", description="What each step of retrieval gains.")
    parser.add_argument("--gold", type=Path, nargs="+", required=True, help="files of needs, or folders of them")
    parser.add_argument("--index", type=Path, default=Path(".index"), help="index folder (default: %(default)s)")
    parser.add_argument("--split", choices=("tune", "test"), help="only the needs of this split")
    options = parser.parse_args(arguments)
    try:
        engine, needs = Engine(options.index), read_needs(*options.gold, split=options.split)
    except CouncilError as error:
        parser.exit(2, f"{error}\n")
    print(" " * 32 + "".join(f"{f'{language} {name}':>14}" for language in LANGUAGES for name in _SHOWN))
    for step, weights in STEPS.items():
        found = measure(engine, needs, weights)
        print(f"{step:32}" + "".join(f"{found[language][name]:14.3f}" for language in LANGUAGES for name in _SHOWN))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
