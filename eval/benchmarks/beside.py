"""Our search beside peers on the same passages and vectors: time a query, and what each finds; JSON on stdout.

    python -m eval.benchmarks.beside --index DIR [--gold PATH ...] [--queries 40] [--repeats 5] [--most-seconds 20]

Every system goes from a query's text to ten ids; embedding the query is within the time of each. In each repeat the
same new queries are put to us and to a peer, one right after the other, and who is first changes from repeat to repeat;
the ratio of the two medians is taken within the repeat. A slow peer is given fewer queries, never none.
"""

from __future__ import annotations

import argparse
import gc
import math
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path

from service.one_thread import hold_to_one_thread

hold_to_one_thread()  # as our server does; a peer's own threads are its own affair

import numpy as np  # noqa: E402

from eval.benchmarks.council_like import questions, searches  # noqa: E402
from eval.benchmarks.load import memory  # noqa: E402
from eval.benchmarks.peers import PEERS, Entry, Known, Peer  # noqa: E402
from eval.benchmarks.results import Beside, Compared, Quality, Ratio, Side  # noqa: E402
from eval.credit import Crediting, Sought  # noqa: E402
from eval.figures import DEPTH, NDCG, RECALL  # noqa: E402
from eval.needs import Need, read_needs  # noqa: E402
from eval.scores import figures, ranking_parts  # noqa: E402
from indexer.documents import LANGUAGES, PassageKind  # noqa: E402
from indexer.preparing import embedded_text  # noqa: E402
from service.engine import Engine  # noqa: E402
from service.query import understand  # noqa: E402
from service.retrieval import DEFAULT_WEIGHTS, candidates, query_vector  # noqa: E402

_DISTRIBUTIONS = {"rank_bm25": "rank-bm25", "txtai": "txtai", "haystack": "haystack-ai", "lancedb": "lancedb"}
_WARM_UP = 5
_GOLD_REPEATS = 12  # times as long as for one repeat the needs of the gold set may take

Search = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is asked: queries a repeat, repeats, and about how many seconds a peer may take for one repeat."""

    queries: int = 40
    repeats: int = 5
    most_seconds: float = 20.0


def compared(engine: Engine, gold: Sequence[Path], limits: Limits, known: Sequence[Known] = PEERS) -> Compared:
    """Ours and each peer that is installed, over the passages of the engine's index that state something."""
    engine.warm()
    index = engine.index()
    held = [(number, one) for number, one in enumerate(index.passages()) if one.kind is PassageKind.STATEMENT]
    entries = [Entry(passage.id, embedded_text(passage)) for _, passage in held]
    vectors = index.vectors.vectors(np.array([number for number, _ in held], dtype=np.int64))
    comparison = _Comparison(engine, gold, limits)
    legs = comparison.beside("ours, both legs alone", "", comparison.legs)
    peers, left_out = [], {}
    for one in known:
        if not one.installed:
            left_out[one.name] = f"{one.package} is not installed: pip install 'council-search[peers]'"
            continue
        before, began = _resident(), time.perf_counter()
        peer = one.open()
        peer.build(entries, vectors)
        built = time.perf_counter() - began
        found = comparison.beside(one.name, _version(one), _search(engine, peer))
        costs = {"build_seconds": round(built, 2), "memory_mb": round(_resident() - before, 1)}
        peers.append(found.model_copy(update=costs))
        print(f"{one.name}: {found.wall.median} times as long", file=sys.stderr, flush=True)
        peer.close()
        del peer
        gc.collect()
    return Compared(passages=len(entries), quality=comparison.quality, legs=legs, peers=peers, left_out=left_out)


class _Comparison:
    """Our search, and what every other is held against: new queries, and the needs of the gold set."""

    def __init__(self, engine: Engine, gold: Sequence[Path], limits: Limits) -> None:
        self._engine, self._limits, self._fresh = engine, limits, _texts()
        self._needs = [need for need in read_needs(*gold) if need.kind != "none"] if gold else []
        random.Random(1).shuffle(self._needs)  # noqa: S311 - so that the first of them stand for all
        crediting = Crediting(engine.index()) if self._needs else None
        self._sought = [crediting.sought(need) for need in self._needs] if crediting else []
        for text in islice(self._fresh, 10 * _WARM_UP):
            self.ours(text)
        self._found = _rankings(self.ours, self._needs)

    @property
    def quality(self) -> dict[str, Quality]:
        """Ours, over all needs."""
        return _quality(self._found, self._sought)

    def ours(self, text: str) -> list[str]:
        """What a search gives."""
        return [hit.passage.id for hit in self._engine.hits(understand(text))]

    def legs(self, text: str) -> list[str]:
        """The best of both legs, fused: what a search begins with, neither ranked again nor folded."""
        index, query = self._engine.index(), understand(text)
        found = candidates(index, query, query_vector(self._engine.embedder, query), DEFAULT_WEIGHTS.pool)
        return [passage.id for passage in index.numbered(found.numbers[np.argsort(-found.scores)[:DEPTH]])]

    def beside(self, name: str, version: str, theirs: Search) -> Beside:
        """Another search beside ours."""
        race = _raced(self.ours, theirs, self._fresh, self._limits)
        rankings = _rankings(theirs, self._needs, _GOLD_REPEATS * self._limits.most_seconds)
        same = {language: self._found[language][: len(ranked)] for language, ranked in rankings.items()}
        return Beside(
            name=name,
            version=version,
            quality=_quality(rankings, self._sought),
            our_quality=_quality(same, self._sought),
            queries=race.queries,
            repeats=self._limits.repeats,
            ours=race.ours,
            theirs=race.theirs,
            wall=race.wall,
            cpu=race.cpu,
        )


def _search(engine: Engine, peer: Peer) -> Search:
    embedder = engine.embedder
    return lambda text: peer.search(text, embedder.encode_queries([text])[0], DEPTH)


def _texts() -> Iterator[str]:
    """Texts that were not asked before: the words of a search and a question in turn, in both languages."""
    seed = 100
    while True:
        seed += 1
        for pair in zip(searches(500, seed), questions(500, seed), strict=True):
            yield from (one.text for one in pair)


@dataclass(frozen=True, slots=True)
class _Took:
    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class _Race:
    queries: int
    ours: Side
    theirs: Side
    wall: Ratio
    cpu: Ratio


def _took(search: Search, texts: Sequence[str]) -> _Took:
    """The median wall-clock time of a query and the mean processor time, in milliseconds."""
    cpu = time.process_time()
    times = []
    for text in texts:
        began = time.perf_counter()
        search(text)
        times.append(time.perf_counter() - began)
    return _Took(1000 * statistics.median(times), 1000 * (time.process_time() - cpu) / len(texts))


def _raced(ours: Search, theirs: Search, fresh: Iterator[str], limits: Limits) -> _Race:
    began = time.perf_counter()
    for text in islice(fresh, _WARM_UP):
        theirs(text)
    each = (time.perf_counter() - began) / _WARM_UP
    queries = max(1, min(limits.queries, int(limits.most_seconds / max(each, 1e-9))))
    pairs: list[tuple[_Took, _Took]] = []
    for repeat in range(limits.repeats):
        texts = list(islice(fresh, queries))
        if repeat % 2:
            second = _took(theirs, texts)
            pairs.append((_took(ours, texts), second))
        else:
            pairs.append((_took(ours, texts), _took(theirs, texts)))
    return _Race(
        queries,
        _side([mine for mine, _ in pairs]),
        _side([other for _, other in pairs]),
        _ratio([other.wall / mine.wall for mine, other in pairs]),
        _ratio([other.cpu / max(mine.cpu, 1e-6) for mine, other in pairs]),
    )


def _side(taken: Sequence[_Took]) -> Side:
    return Side(
        wall_ms=round(statistics.median(one.wall for one in taken), 3),
        cpu_ms=round(statistics.median(one.cpu for one in taken), 3),
    )


def _ratio(values: Sequence[float]) -> Ratio:
    return Ratio(median=round(statistics.median(values), 2), least=round(min(values), 2), most=round(max(values), 2))


def _rankings(search: Search, needs: Sequence[Need], most_seconds: float = math.inf) -> dict[str, list[list[str]]]:
    """By language what a system finds for each need, in order: for fewer needs where it would take too long."""
    found: dict[str, list[list[str]]] = {}
    for language in LANGUAGES:
        until = time.perf_counter() + most_seconds / len(LANGUAGES)
        found[language] = []
        for need in needs:
            if time.perf_counter() > until:
                break
            found[language].append(search(need.question(language)))
    return found


def _quality(rankings: Mapping[str, list[list[str]]], sought: Sequence[Sought]) -> dict[str, Quality]:
    """By language of the questions; the same figures that `council eval` gives of our own ranking."""
    measured = {
        language: figures(ranking_parts(sought[: len(found)], found), names=(RECALL, NDCG))
        for language, found in rankings.items()
        if found
    }
    return {
        language: Quality(
            needs=found[NDCG].needs,
            recall_at_10=round(found[RECALL].value, 4),
            ndcg_at_10=round(found[NDCG].value, 4),
        )
        for language, found in measured.items()
    }


def _resident() -> float:
    return memory(os.getpid()).get("resident", 0.0)


def _version(one: Known) -> str:
    try:
        return version(_DISTRIBUTIONS[one.package])
    except (KeyError, PackageNotFoundError):
        return "unknown"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.beside", description=__doc__.split("\n")[0])
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--gold", type=Path, nargs="*", default=[], help="needs whose documents are in the index")
    parser.add_argument("--queries", type=int, default=40, help="in each repeat")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--most-seconds", type=float, default=20.0, help="that a peer may take for one repeat")
    parser.add_argument("--only", action="append", choices=[one.module for one in PEERS], help="this peer, and such")
    options = parser.parse_args(arguments)
    known = [one for one in PEERS if options.only is None or one.module in options.only]
    limits = Limits(options.queries, options.repeats, options.most_seconds)
    found = compared(Engine(options.index), options.gold, limits, known)
    sys.stdout.write(found.model_dump_json(indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
