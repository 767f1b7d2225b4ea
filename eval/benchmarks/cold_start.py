"""Cold start: how long `council ask` takes as a whole process, and its peak memory, beside a bare interpreter.

python -m eval.benchmarks.cold_start --index .index [--runs 5]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

QUESTION = "Which jurisdictions piloted chatbots?"


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall-clock seconds, and peak resident memory in MB."""

    seconds: float
    megabytes: float


def run(command: Sequence[str]) -> Run:
    """Run a command to its end with its output thrown away. Raises RuntimeError where it fails."""
    began = time.perf_counter()
    process = os.posix_spawn(
        command[0],
        list(command),
        dict(os.environ),
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(process, 0)
    if status:
        raise RuntimeError(f"{' '.join(command)}: exit status {os.waitstatus_to_exitcode(status)}")
    return Run(time.perf_counter() - began, usage.ru_maxrss / 1024)


def main() -> None:
    """Print medians of both commands, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--index", type=Path, default=Path(".index"))
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    commands = {
        "python -c pass (baseline)": [sys.executable, "-c", "pass"],
        "council ask": [sys.executable, "-m", "service", "ask", QUESTION, "--index", str(options.index)],
    }
    medians = {}
    for name, command in commands.items():
        runs = [run(command) for _ in range(options.runs)]
        medians[name] = statistics.median(one.seconds for one in runs)
        print(f"{name:28}{medians[name]:8.3f} s{max(one.megabytes for one in runs):8.0f} MB at most")
    base, asked = medians.values()
    print(f"{'ratio':28}{asked / base:8.1f}")


if __name__ == "__main__":
    main()
