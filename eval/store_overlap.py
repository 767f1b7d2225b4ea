"""How alike an index in a folder and one in Qdrant find and answer: the same documents in both, over gold questions.

Usage::

    python -m eval.store_overlap --gold eval/gold --index .index --store qdrant://localhost:6333/council
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.needs import Need, read_needs
from indexer.documents import LANGUAGES, Distribution, Role
from indexer.errors import CouncilError
from indexer.filters import Filters
from service.engine import Engine
from service.query import Query, understand

TOP = 10
PUBLIC, SECRETARIAT = Distribution.PUBLIC, Distribution.SECRETARIAT
FILTERS: Mapping[str, Filters] = {
    "no filter": Filters(),
    "English documents": Filters(document_languages=("en",)),
    "needs and achievements": Filters(roles=(str(Role.NEED), str(Role.ACHIEVEMENT))),
    "one jurisdiction": Filters(jurisdictions=("BC",)),
    "meetings from 2020 on": Filters(date_from="2020"),
}


@dataclass(frozen=True, slots=True)
class Alike:
    """Over some questions: the mean and the least share of the first ten that both find, and of equal answers.

    `first` is the share of questions whose first passage is the same; `answers` is None where none were asked for.
    """

    questions: int
    mean: float
    least: float
    first: float
    answers: float | None


def overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Share of the ids of the longer list that are in the other; 1 where both are empty."""
    most = max(len(one), len(other))
    return len(set(one) & set(other)) / most if most else 1.0


def compare(one: Engine, other: Engine, queries: Sequence[Query], *, answers: bool = False) -> Alike:
    """How alike two engines find, and answer if `answers` are wanted. Raises ValueError without a question."""
    found = [[[hit.passage.id for hit in engine.hits(query)] for engine in (one, other)] for query in queries]
    shares = [overlap(*pair) for pair in found]
    equal = None
    if answers:
        equal = statistics.fmean(one.answer(query).text == other.answer(query).text for query in queries)
    return Alike(
        questions=len(queries),
        mean=statistics.fmean(shares),
        least=min(shares),
        first=statistics.fmean(pair[0][:1] == pair[1][:1] for pair in found),
        answers=equal,
    )


def questions(needs: Sequence[Need], filters: Filters | None = None) -> list[Query]:
    """The questions of needs in both languages."""
    return [understand(need.question(language), filters=filters, limit=TOP) for need in needs for language in LANGUAGES]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line an audience and filter; the exit status is 1 where any mean is below `--least`."""
    parser = argparse.ArgumentParser(prog="python -m eval.store_overlap", description="How alike two stores find.")
    parser.add_argument("--gold", type=Path, nargs="+", required=True, help="files of needs, or folders of them")
    parser.add_argument("--index", type=Path, default=Path(".index"), help="index folder (default: %(default)s)")
    parser.add_argument("--store", required=True, help="address of the index in Qdrant, of the same documents")
    parser.add_argument("--least", type=float, default=0.9, help="mean overlap to reach (default: %(default)s)")
    parser.add_argument(
        "--sample", type=int, default=40, help="needs, evenly taken, for answers and filters (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    try:
        needs = read_needs(*options.gold)
        folder, store = Engine(options.index), Engine(options.index, store=options.store)
    except CouncilError as error:
        parser.exit(2, f"{error}\n")
    some = needs[:: max(1, len(needs) // options.sample)]
    rows = [(SECRETARIAT, "no filter", needs, False), (SECRETARIAT, "no filter", some, True)]
    rows += [(audience, name, some, False) for audience in (SECRETARIAT, PUBLIC) for name in FILTERS][1:]
    means = []
    print(f"{'audience':12}{'filter':26}{'questions':>10}{'mean':>8}{'least':>8}{'first':>8}{'answers':>9}")
    for audience, name, of, answers in rows:
        seen = folder.seen_by(audience), store.seen_by(audience)
        alike = compare(*seen, questions(of, FILTERS[name]), answers=answers)
        means.append(alike.mean)
        equal = "" if alike.answers is None else f"{alike.answers:9.3f}"
        print(
            f"{audience:12}{name:26}{alike.questions:10}{alike.mean:8.3f}{alike.least:8.2f}{alike.first:8.3f}{equal}",
            flush=True,
        )
    return int(min(means) < options.least)


if __name__ == "__main__":
    raise SystemExit(main())
