"""Cost against size: indexing, opening, searching and answering, alone and beside other libraries.

    python -m eval.benchmarks [--sizes 1000,10000] [--corpus DIR [--gold PATH]] [--json FILE] [--html FILE]

For each size that many passages are made (`council_like`) and indexed together with the example corpus, so that the
gold questions on that can be put to all of it. `--corpus` adds a folder of real documents, with questions of its own
if `--gold` names them; `--index` measures an index that is there already. Everything runs one after the other, each in
a process of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from eval.benchmarks import building, council_like
from eval.benchmarks.load import machine
from eval.benchmarks.page import write_page
from eval.benchmarks.processes import FailedError, run
from eval.benchmarks.results import Benchmark, Compared, Indexed, Measured, Reindexed, Served
from eval.benchmarks.summary import summary
from eval.files import write
from indexer.errors import CouncilError
from indexer.store import current_generation, read_manifest

SIZES = (1_000, 10_000)
EXAMPLES = Path(__file__).resolve().parents[2] / "corpus"
EXAMPLE_GOLD = Path(__file__).resolve().parents[1] / "gold"
_PEERS_UP_TO = 200_000  # passages; beyond, most peers need minutes a query or more memory than there is


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured of each collection."""

    queries: int
    repeats: int
    peer_queries: int
    peer_repeats: int
    peer_seconds: float
    peers: bool


def made(size: int, folder: Path, plan: Plan) -> Measured:
    """Everything about about `size` made passages and the example corpus among them."""
    sources, index = folder / "sources", folder / "index"
    council_like.write(sources, size)
    if EXAMPLES.is_dir():
        building.copied(EXAMPLES, folder / "examples")
    everything = [path for path in (sources, folder / "examples") if path.exists()]
    _say(f"{size:,} made passages: indexing")
    whole = building.indexed(everything, index)
    _say(f"{size:,} made passages: again after a change")
    again = building.reindexed(everything, index)
    gold = [EXAMPLE_GOLD] if EXAMPLES.is_dir() else []
    return _rest(f"about {size:,} made", index, gold, plan, made=True, built=(whole, again))


def given(corpus: Path, gold: Sequence[Path], folder: Path, plan: Plan) -> Measured:
    """Everything about a folder of real documents, which is copied first."""
    sources = [building.copied(corpus, folder / "sources")]
    _say(f"{corpus}: indexing")
    whole = building.indexed(sources, folder / "index")
    again = building.reindexed(sources, folder / "index")
    return _rest(corpus.name, folder / "index", gold, plan, made=False, built=(whole, again))


def _rest(
    name: str,
    index: Path,
    gold: Sequence[Path],
    plan: Plan,
    *,
    made: bool,
    built: tuple[Indexed | None, Reindexed | None] = (None, None),
) -> Measured:
    """What is measured of an index that is there."""
    passages = read_manifest(index, current_generation(index) or "").passages
    _say(f"{name}: searching and answering")
    command = ["eval.benchmarks.served", "--index", str(index)]
    command += ["--queries", str(plan.queries), "--repeats", str(plan.repeats)]
    served = Served.model_validate_json(run(command)[0])
    compared = None
    if plan.peers and passages <= _PEERS_UP_TO:
        _say(f"{name}: beside other libraries")
        command = ["eval.benchmarks.beside", "--index", str(index), "--queries", str(plan.peer_queries)]
        command += ["--repeats", str(plan.peer_repeats), "--most-seconds", str(plan.peer_seconds)]
        compared = Compared.model_validate_json(run([*command, "--gold", *map(str, gold)])[0])
    whole, again = built
    return Measured(
        name=name,
        passages=passages,
        made=made,
        indexed=whole,
        reindexed=again,
        served=served,
        compared=compared,
    )


def _say(what: str) -> None:
    print(f"{what} …", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the reports, and print the figures that matter most."""
    options = _options(arguments)
    plan = Plan(
        queries=options.queries,
        repeats=options.repeats,
        peer_queries=options.peer_queries,
        peer_repeats=options.peer_repeats,
        peer_seconds=options.peer_seconds,
        peers=not options.no_peers,
    )
    load = os.getloadavg()[0]
    collections: list[Measured] = []
    try:
        stages = building.stages() if options.sizes or options.corpus else {}
        for index in options.index:
            collections.append(_rest(str(index), index, options.gold, plan, made=options.made))
        for size in options.sizes:
            with tempfile.TemporaryDirectory(prefix="council-bench-", dir=options.work) as folder:
                collections.append(made(size, Path(folder), plan))
        if options.corpus:
            with tempfile.TemporaryDirectory(prefix="council-bench-", dir=options.work) as folder:
                collections.append(given(options.corpus, options.gold, Path(folder), plan))
        report = Benchmark(
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=machine(),
            settings={"queries": plan.queries, "repeats": plan.repeats, "peer_repeats": plan.peer_repeats},
            load_before=round(load, 2),
            stages=stages,
            collections=collections,
        )
        if options.json:
            write(options.json, report.model_dump_json(indent=2) + "\n", "--json")
        if options.html:
            write_page(report, options.html)
    except (FailedError, CouncilError) as error:
        print(error, file=sys.stderr)
        return 1
    print(summary(report))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks", description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=_sizes, default=SIZES, help="passages to make, with commas; 0 for none")
    parser.add_argument("--corpus", type=Path, help="a folder of real documents to measure too")
    parser.add_argument("--index", type=Path, action="append", default=[], help="an index that is there already")
    parser.add_argument("--made", action="store_true", help="those of --index belong in the plots, being made ones")
    parser.add_argument("--gold", type=Path, nargs="*", default=[], help="needs on --corpus and --index")
    parser.add_argument("--queries", type=int, default=100, help="in each repeat")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peer-queries", type=int, default=40, help="in each repeat beside a peer")
    parser.add_argument("--peer-repeats", type=int, default=5)
    parser.add_argument("--peer-seconds", type=float, default=20.0, help="that a peer may take for one repeat")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--work", type=Path, help="folder for what is made and removed again")
    parser.add_argument("--json", type=Path, help="file for the report")
    parser.add_argument("--html", type=Path, help="file for the page")
    return parser.parse_args(arguments)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(size for size in map(int, text.replace("_", "").split(",")) if size > 0)


if __name__ == "__main__":
    raise SystemExit(main())
