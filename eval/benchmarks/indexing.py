"""How quickly an index is built, renewed and opened, over made documents, and how much memory that takes: JSON.

    python -m eval.benchmarks.indexing [--passages 20000 100000] [--seed 1] [--aside DIR] [--stages]

For each size: passages a second from text to index, CPU seconds of this process and of those that it started, the
highest memory of any one process in megabytes, the same for a build after one document of a hundred has changed, and
the seconds that opening takes. `--stages` also has a sample of the documents read in this process, stage by stage.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from eval.benchmarks import council_like
from indexer import describe, embedding, layouts, passages, readers, statement_writing, store
from indexer.build import BuildReport, build
from indexer.embedding import Embedder
from indexer.preparing import Prepared, embedded_text
from indexer.sources import find
from indexer.wanted import found_in

_SAMPLE = 200  # documents read stage by stage, after a hundred that fill what is kept of words
_WARMING = 100
_CHANGED_EVERY = 100
_OPENINGS = 5
_MEGABYTE = 1_000_000
_OPEN = """\
import sys, time
from pathlib import Path
from indexer import embedding
from indexer.store import open_index
embedding.load()
began = time.perf_counter()
open_index(Path(sys.argv[1]))
print(time.perf_counter() - began)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One build: seconds on the clock, CPU seconds, here and in processes that it started, and passages a second."""

    passages: int
    documents: int
    read: int
    seconds: float
    cpu_here: float
    cpu_others: float
    passages_a_second: float
    index_bytes: int


@dataclass(slots=True)
class Size:
    """What was measured at one size; memory is the most that any one process had, in megabytes."""

    passages: int
    cores: int
    build: Run
    renewal: Run
    memory_here: float
    memory_others: float
    opening_seconds: float
    stages: dict[str, float] = field(default_factory=dict)


def measure(passages_wanted: int, aside: Path, seed: int = 1, *, stages: bool = False) -> Size:
    """Make documents in the folder `aside`, index them, change one of a hundred, and index again."""
    sources, folder = aside / "sources", aside / "index"
    council_like.write(sources, passages_wanted, seed)
    embedder = embedding.load()
    first = _built(sources, folder, embedder, rebuild=True)
    _change(sources)
    renewal = _built(sources, folder, embedder, rebuild=False)
    return Size(
        passages=first.passages,
        cores=len(os.sched_getaffinity(0)),
        build=first,
        renewal=renewal,
        memory_here=_memory(resource.RUSAGE_SELF),
        memory_others=_memory(resource.RUSAGE_CHILDREN),
        opening_seconds=min(_opened(folder) for _ in range(_OPENINGS)),
        stages=dict(_stages(sources, embedder)) if stages else {},
    )


def _built(sources: Path, folder: Path, embedder: Embedder, *, rebuild: bool) -> Run:
    here, others, began = _cpu(resource.RUSAGE_SELF), _cpu(resource.RUSAGE_CHILDREN), time.perf_counter()
    report: BuildReport = build([sources], folder, embedder, rebuild=rebuild)
    seconds = time.perf_counter() - began
    for failure in report.failures:
        print(failure.message, file=sys.stderr)
    generation = folder / (store.current_generation(folder) or "")
    return Run(
        passages=report.passages,
        documents=report.documents,
        read=report.read,
        seconds=seconds,
        cpu_here=_cpu(resource.RUSAGE_SELF) - here,
        cpu_others=_cpu(resource.RUSAGE_CHILDREN) - others,
        passages_a_second=report.passages / seconds,
        index_bytes=sum(path.stat().st_size for path in generation.rglob("*") if path.is_file()),
    )


def _cpu(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


def _memory(whose: int) -> float:
    return resource.getrusage(whose).ru_maxrss * 1024 / _MEGABYTE


def _change(sources: Path) -> None:
    """Add a sentence to one document of a hundred."""
    for path in sorted(sources.rglob("*.txt"))[::_CHANGED_EVERY]:
        path.write_text(path.read_text(encoding="utf-8") + "\nOne more counter opened in May.\n", encoding="utf-8")


def _opened(folder: Path) -> float:
    """Seconds that opening takes in a process of its own."""
    found = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _OPEN, str(folder)], check=True, capture_output=True, text=True
    )
    return float(found.stdout)


def _stages(sources: Path, embedder: Embedder) -> Iterator[tuple[str, float]]:
    """Milliseconds of CPU that each stage takes for a passage, in this process alone."""
    wanted = found_in(find([sources]), sources / "none")[: _WARMING + _SAMPLE]
    spent: dict[str, float] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        began = time.process_time()
        yield
        spent[name] = spent.get(name, 0.0) + time.process_time() - began

    count = 0
    for place, one in enumerate(wanted):
        if place == min(_WARMING, len(wanted) // 2):
            spent, count = {}, 0
        with stage("read"):
            document = readers.read(one.path, one.name)
        with stage("describe"):
            record = describe.describe(document, "", one.entry)
        with stage("layout"):
            layout = layouts.recognise(document, record)
        with stage("passages"):
            cut = passages.cut(document, record, layout.sections)
        with stage("lexical tokens"):
            ready = Prepared.of(record, cut, ())
        with stage("sentences"):
            analysis = statement_writing.analyse(cut)
        with stage("vectors"):
            embedder.encode_documents([*map(embedded_text, ready.passages), *analysis.texts(cut)])
        count += len(cut)
    for name, seconds in spent.items():
        yield name, 1_000 * seconds / max(count, 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each size and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.indexing", description=__doc__.split("\n")[0])
    parser.add_argument("--passages", type=int, nargs="+", default=[20_000], help="sizes, about so many each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--aside", type=Path, help="folder in which documents and indexes are made")
    parser.add_argument("--stages", action="store_true", help="also time each stage of reading")
    options = parser.parse_args(arguments)
    measured = []
    for size in options.passages:
        with tempfile.TemporaryDirectory(prefix="indexing-", dir=options.aside) as aside:
            measured.append(asdict(measure(size, Path(aside), options.seed, stages=options.stages)))
    print(json.dumps(measured, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
