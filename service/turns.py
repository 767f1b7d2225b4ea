"""Questions take turns: no more are worked on at a time than there are cores, as more would only slow each other."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync

_P = ParamSpec("_P")
_T = TypeVar("_T")
_FEWEST = 2  # so that one that waits for the disk holds up no other

_limiter: RunVar[CapacityLimiter] = RunVar("questions in turn")


async def in_turn(work: Callable[_P, _T], *arguments: _P.args, **named: _P.kwargs) -> _T:
    """What `work` returns, done in a thread when its turn comes; the first to ask is the first to be served."""
    return await run_sync(lambda: work(*arguments, **named), limiter=_of_this_loop())


def _of_this_loop() -> CapacityLimiter:
    try:
        return _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(max(_FEWEST, _cores()))
        _limiter.set(limiter)
        return limiter


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
