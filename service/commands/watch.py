"""`council index --watch`: the index keeps up with its sources until the command is interrupted."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from types import FrameType

from indexer.build import BuildReport
from indexer.errors import CouncilError


def watch(options: argparse.Namespace, tell: Callable[[BuildReport], int]) -> int:
    """Build, and build again after changes; each build is told. Ctrl-C and SIGTERM end it, with status 0."""
    from indexer import embedding
    from indexer.watching import keep_up
    from service.progress import ProgressBar

    def told(outcome: BuildReport | CouncilError) -> None:
        if isinstance(outcome, CouncilError):
            sys.stderr.write(f"council: {outcome}\n")
        else:
            tell(outcome)
        sys.stdout.flush()
        sys.stderr.flush()

    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with ProgressBar() as bar:
            keep_up(
                options.sources,
                options.index,
                embedding.load(options.model),
                told=told,
                store=options.store,
                rebuild=options.rebuild,
                progress=bar.report,
            )
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
