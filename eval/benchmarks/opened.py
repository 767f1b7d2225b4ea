"""How long an index takes to open in a new process, and its first search: seconds and milliseconds on one line.

python -m eval.benchmarks.opened --index DIR
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from service.one_thread import hold_to_one_thread


def main() -> None:
    """Open, search once, print."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.opened", description=__doc__.split("\n")[0])
    parser.add_argument("--index", type=Path, required=True)
    options = parser.parse_args()
    hold_to_one_thread()
    from indexer import embedding
    from indexer.store import open_index
    from service.engine import Engine
    from service.query import understand

    model = embedding.load()
    began = time.perf_counter()
    open_index(options.index, model=model.id)
    opened = time.perf_counter() - began
    engine = Engine(options.index)
    query = understand("digital identity")
    began = time.perf_counter()
    engine.search(query)
    print(f"{opened:.4f} {1000 * (time.perf_counter() - began):.1f}")


if __name__ == "__main__":
    main()
