"""Programs of ours run to their end as processes of their own, with their time and memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from eval.benchmarks.results import Worked

_LOOKED = 0.1  # seconds between two looks at memory


class FailedError(Exception):
    """A program ended with another status than 0; the message has the end of what it wrote."""


def run(command: Sequence[str]) -> tuple[str, Worked]:
    """Run `python -m` with `command`: what it wrote to standard output, and what it took. Raises FailedError."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", *command], stdout=out, stderr=err)  # noqa: S603 - our own
        peak = 0.0
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            peak = max(peak, _tree(process.pid))
            time.sleep(_LOOKED)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)  # it is waited for: no other may be
        out.seek(0)
        err.seek(0)
        written = out.read().decode(errors="replace")
        if process.returncode:
            told = (err.read().decode(errors="replace") or written)[-2_000:]
            raise FailedError(f"{' '.join(command)}: exit status {process.returncode}\n{told}")
    worked = Worked(
        seconds=round(seconds, 3),
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 3),
        peak_mb=round(max(peak, usage.ru_maxrss / 1024), 1),
    )
    return written, worked


def _tree(process: int) -> float:
    """Resident memory in MB of a process and what it started; 0 where the system has no /proc."""
    found, waiting = 0.0, [process]
    while waiting:
        folder = Path(f"/proc/{(one := waiting.pop())}")
        try:
            pages = int((folder / "statm").read_text(encoding="utf-8").split()[1])
            waiting += map(int, (folder / f"task/{one}/children").read_text(encoding="utf-8").split())
        except (OSError, IndexError):
            continue  # it has ended
        found += pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return found
