"""Times of searches and answers over one index, in this process, and what the vector index misses; JSON on stdout.

    python -m eval.benchmarks.served --index DIR [--queries 200] [--repeats 3]

Every call is a new query, understood and embedded within the time taken. Several callers take turns in the
threads of this process, and garbage is collected as seldom, as in a server's worker.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from service.one_thread import hold_to_one_thread

hold_to_one_thread()  # as a server does, before numpy is loaded

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402

from eval.benchmarks.council_like import Asked, questions, searches  # noqa: E402
from eval.benchmarks.load import memory  # noqa: E402
from eval.benchmarks.narrowing import nearest, told  # noqa: E402
from eval.benchmarks.processes import run  # noqa: E402
from eval.benchmarks.results import Filtered, Held, Latency, Opened, Recall, Served  # noqa: E402
from eval.benchmarks.timing import latency, typical  # noqa: E402
from indexer.embedding import Embedder  # noqa: E402
from indexer.filters import Filters  # noqa: E402
from indexer.index_protocol import Index  # noqa: E402
from service.collecting import collect_seldom  # noqa: E402
from service.engine import Engine  # noqa: E402
from service.query import understand  # noqa: E402

SHARES = (1.0, 0.05, 0.002)  # of the passages, that meet the filters
CALLERS = (1, 8)
_WARM_UP = 50
_RECALLED = 50  # queries
_OPENED = 5  # times
_CHUNK = 65_536  # vectors compared at once
_SAME = 1e-5  # difference of cosines that is none: of equal passages any is as good


def measured(folder: Path, queries: int, repeats: int) -> Served:
    """What the index in `folder` costs to serve."""
    engine = Engine(folder)
    engine.warm()
    collect_seldom()
    asked = {"search": _endless(searches, queries, repeats), "answer": _endless(questions, queries, repeats)}
    for one in (*searches(_WARM_UP, seed=9), *questions(_WARM_UP, seed=9)):
        engine.search(understand(one.text))
        engine.answer(understand(one.text))
    index = engine.index()
    filters = {share: Filters() if share == 1 else nearest(index, share) for share in SHARES}
    times = {
        (share, name, callers): _latency(
            engine, name, filters[share], asked[name], queries=queries, repeats=repeats, callers=callers
        )
        for share in SHARES
        for name in ("search", "answer")
        for callers in CALLERS
    }
    held = memory(os.getpid())
    answered = [engine.answer(understand(one.text)).answered for one in questions(_WARM_UP, seed=8)]
    return Served(
        passages=len(index.vectors),
        answered=round(statistics.mean(answered), 2),
        opened=_opened(folder),
        memory=Held(**{name: held.get(name, 0.0) for name in ("resident", "of_files", "peak")}),
        filtered=[
            Filtered(
                wanted=share,
                share=round(_met(index, filters[share]) / max(1, len(index.vectors)), 5),
                filters=told(filters[share]),
                search=[times[share, "search", callers] for callers in CALLERS],
                answer=[times[share, "answer", callers] for callers in CALLERS],
                recall=recall(index, engine.embedder, filters[share]),
            )
            for share in SHARES
        ],
    )


def _endless(make: Callable[[int], list[Asked]], queries: int, repeats: int) -> Iterator[Asked]:
    return iter(make(queries * repeats * len(SHARES) * len(CALLERS)))


def _latency(
    engine: Engine, name: str, filters: Filters, asked: Iterator[Asked], *, queries: int, repeats: int, callers: int
) -> Latency:
    call = engine.search if name == "search" else engine.answer
    return typical(
        [
            latency(lambda one: call(understand(one.text, filters=filters)), list(islice(asked, queries)), callers)
            for _ in range(repeats)
        ]
    )


def _met(index: Index, filters: Filters) -> int:
    allowed = index.allowed(filters)
    return len(index.vectors) if allowed is None else len(allowed)


def recall(index: Index, embedder: Embedder, filters: Filters, queries: int = _RECALLED) -> Recall:
    """The vector index beside exact dot products over the stored vectors, under the same filters."""
    allowed = index.allowed(filters)
    among = np.arange(len(index.vectors), dtype=np.int64) if allowed is None else allowed
    vectors = embedder.encode_queries([one.text for one in searches(queries, seed=7)])
    exact = _exact(index, among, vectors)
    shares = {
        limit: [_found(index, vectors[at], row, limit, allowed) for at, row in enumerate(exact)] for limit in (10, 200)
    }
    return Recall(at_10=float(np.mean(shares[10])), at_200=float(np.mean(shares[200])), queries=queries)


def _exact(index: Index, among: npt.NDArray[np.int64], vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Cosines of the 200 nearest of each query, best first; of shape (queries, 200 or as many as there are)."""
    best = np.empty((len(vectors), 0), np.float32)
    for start in range(0, len(among), _CHUNK):
        scores = vectors @ index.vectors.vectors(among[start : start + _CHUNK]).T
        best = -np.sort(-np.concatenate([best, scores], axis=1), axis=1)[:, :200]
    return best


def _found(
    index: Index,
    vector: npt.NDArray[np.float32],
    exact: npt.NDArray[np.float32],
    limit: int,
    allowed: npt.NDArray[np.int64] | None,
) -> float:
    wanted = exact[:limit]
    if not len(wanted):
        return 1.0
    scores = index.vectors.search(vector, limit, allowed=allowed).scores
    return float(np.sum(scores >= wanted[-1] - _SAME)) / len(wanted)


def _opened(folder: Path) -> Opened:
    runs = [run(["eval.benchmarks.opened", "--index", str(folder)])[0].split() for _ in range(_OPENED)]
    return Opened(
        seconds=statistics.median(float(seconds) for seconds, _ in runs),
        first_search_ms=statistics.median(float(first) for _, first in runs),
        runs=len(runs),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.served", description=__doc__.split("\n")[0])
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--queries", type=int, default=200, help="in each repeat")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args(arguments)
    sys.stdout.write(measured(options.index, options.queries, options.repeats).model_dump_json(indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
