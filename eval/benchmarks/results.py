"""What the benchmarks found, as their JSON report has it. Times are medians over repeats unless they say otherwise."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

FORMAT_VERSION = 1


class _Result(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Latency(_Result):
    """Times of one kind of call by one number of callers; `cpu_ms` is processor time of the whole process a call."""

    callers: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_ms: float
    per_second: float
    calls: int


class Held(_Result):
    """Memory of a process in MB: resident, the part of it that is files kept in memory, and the most it ever was."""

    resident: float
    of_files: float
    peak: float


class Worked(_Result):
    """A process from its start to its end: wall-clock and processor seconds, and memory of it and its children.

    `peak_mb` adds up what each held, files and shared pages included, as looked at ten times a second.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float


class Indexed(_Result):
    """An index written from text: what came of it, and the rate end to end."""

    documents: int
    passages: int
    per_second: float
    whole: Worked
    megabytes: float


class Reindexed(_Result):
    """The index brought up to date after some documents changed."""

    changed_documents: int
    embedded: int
    whole: Worked


class Opened(_Result):
    """An index opened in a new process, its files in the system's cache; imports and the model are not counted.

    `first_search_ms` is that of the first search of the process, with nothing read ahead.
    """

    seconds: float
    first_search_ms: float
    runs: int


class Recall(_Result):
    """Of the passages nearest by exact dot products, the share that the vector index finds; means over queries."""

    at_10: float
    at_200: float
    queries: int


class Filtered(_Result):
    """What was measured under one filter; `share` is that of the passages that meet it."""

    wanted: float
    share: float
    filters: str
    search: list[Latency]
    answer: list[Latency]
    recall: Recall


class Served(_Result):
    """An index as one process serves it."""

    passages: int
    answered: float
    opened: Opened
    memory: Held
    filtered: list[Filtered]


class Quality(_Result):
    """Figures of retrieval over a gold set, by language of the questions."""

    needs: int
    recall_at_10: float
    ndcg_at_10: float


class Ratio(_Result):
    """How many times as long a peer takes: the median over repeats, and the least and most of them."""

    median: float
    least: float
    most: float


class Side(_Result):
    """One system's time a query in one comparison: medians over repeats."""

    wall_ms: float
    cpu_ms: float


class Beside(_Result):
    """A peer beside us: each repeat puts the same new queries to both, one right after the other, in turn first.

    `our_quality` is ours over the same needs, which are fewer than all where the peer is slow.
    """

    name: str
    version: str
    build_seconds: float = 0.0
    memory_mb: float = 0.0
    queries: int
    repeats: int
    ours: Side
    theirs: Side
    wall: Ratio
    cpu: Ratio
    quality: dict[str, Quality]
    our_quality: dict[str, Quality]


class Compared(_Result):
    """All peers at one size, those left out with the reason, and our own quality on the same passages.

    `legs` is what our search begins with, before it ranks again and folds.
    """

    passages: int
    quality: dict[str, Quality]
    legs: Beside | None = None
    peers: list[Beside]
    left_out: dict[str, str]


class Measured(_Result):
    """Everything about one collection."""

    name: str
    passages: int
    made: bool
    indexed: Indexed | None = None
    reindexed: Reindexed | None = None
    served: Served | None = None
    compared: Compared | None = None


class Benchmark(_Result):
    """A run of the benchmarks; `stages` are milliseconds of processor time a passage by stage of indexing."""

    format_version: int = FORMAT_VERSION
    created: str
    machine: dict[str, str | int]
    settings: dict[str, str | int | float]
    load_before: float
    stages: dict[str, float] = {}
    collections: list[Measured]
