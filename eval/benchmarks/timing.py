"""How long calls take: one after the other, or by several callers at once; medians over repeats."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import anyio
import numpy as np

from eval.benchmarks.results import Latency
from service.turns import in_turn

_Item = TypeVar("_Item")


def latency(call: Callable[[_Item], object], items: Sequence[_Item], callers: int = 1) -> Latency:
    """Put each item to `call` once, by so many callers that each put the next one when theirs is done.

    Several take turns in threads, as the questions that a server's worker is asked do.
    """
    seconds = [0.0] * len(items)

    def timed(at: int) -> None:
        began = time.perf_counter()
        call(items[at])
        seconds[at] = time.perf_counter() - began

    began, cpu = time.perf_counter(), time.process_time()
    if callers == 1:
        for at in range(len(items)):
            timed(at)
    else:
        anyio.run(_all, call, items, seconds, callers)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    p50, p95, p99 = np.quantile(seconds, (0.5, 0.95, 0.99)) * 1000
    return Latency(
        callers=callers,
        p50_ms=float(p50),
        p95_ms=float(p95),
        p99_ms=float(p99),
        cpu_ms=1000 * cpu / len(items),
        per_second=len(items) / wall,
        calls=len(items),
    )


async def _all(call: Callable[[_Item], object], items: Sequence[_Item], seconds: list[float], callers: int) -> None:
    left = iter(range(len(items)))

    async def caller() -> None:
        for at in left:
            began = time.perf_counter()
            await in_turn(call, items[at])
            seconds[at] = time.perf_counter() - began

    async with anyio.create_task_group() as group:
        for _ in range(callers):
            group.start_soon(caller)


def typical(repeats: Sequence[Latency]) -> Latency:
    """Of each figure the median over the repeats, and all calls together."""
    names = ("p50_ms", "p95_ms", "p99_ms", "cpu_ms", "per_second")
    middle = {name: round(statistics.median(getattr(one, name) for one in repeats), 3) for name in names}
    return Latency(callers=repeats[0].callers, calls=sum(one.calls for one in repeats), **middle)
