"""When a process that answers looks for garbage: seldom, since what it has loaded stays."""

from __future__ import annotations

import gc

_THRESHOLDS = (50_000, 20, 100)


def collect_seldom() -> None:
    """Leave what is loaded by now out of the garbage collector's rounds, and make these rare.

    To look through it and what is kept of answers again takes up to 0.1 s each time.
    """
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
