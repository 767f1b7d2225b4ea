"""`council serve` in processes of its own, for tests that kill, starve and load it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
STARTED_WITHIN = 90.0
ENDED_WITHIN = 120.0


def tell(figures: str) -> None:
    """A line of figures, which `pytest -s` shows."""
    sys.stdout.write(f"\n{figures}\n")


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | more


def council(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service", *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(),
        timeout=ENDED_WITHIN,
        check=False,
        **options,
    )


def key(index: Path, role: str = "secretariat") -> str:
    """A key for the service over `index`."""
    done = council("keys", "create", "--role", role, "--name", "test", "--index", index)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def parent_of(process: int) -> int | None:
    try:
        return int(Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return None


def words_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def memory(process: int) -> int:
    """Bytes of memory that a process has to itself, and its part of what it shares."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1_024
    except OSError:
        pass
    return 0


class Service:
    """A running service over an index folder. `text` of its log is kept; it is ended with all that it started."""

    def __init__(self, index: Path, *, workers: int = 1, before: Callable[[], None] | None = None, **settings: str):
        self.index, self._settings, self._before, self._workers = index, settings, before, workers
        self.address = ""
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Service:
        self.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def start(self) -> float:
        """Start it; returns the seconds until it was ready."""
        began = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "service", "serve", "--index", str(self.index), "--port", "0", "--workers",
             str(self._workers)],
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment(**self._settings),
            preexec_fn=self._before,  # noqa: PLW1509 - it sets a limit only
        )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode()
        found = re.search(r"http://\S+", line)
        assert found, self.text
        self.address = found.group()
        assert httpx.get(f"{self.address}/readyz", trust_env=False, timeout=30).status_code == 200
        return time.monotonic() - began

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, with all that it started."""
        if self._process is None:
            return
        left = list(self.processes())
        if how is signal.SIGKILL:
            for one in left:
                kill(one)
        self._process.send_signal(how)
        self._process.wait(60)
        for one in left:
            if parent_of(one) is not None and "service" in words_of(one):
                kill(one)
        self._process = None

    @property
    def process(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def text(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def processes(self) -> Iterator[int]:
        """The processes that it started, and those that these did."""
        parents = {int(path.name): parent_of(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit()}
        known = {self.process}
        while more := {one for one, parent in parents.items() if parent in known} - known:
            known |= more
        yield from known - {self.process}

    def workers(self) -> list[int]:
        return [one for one in self.processes() if "service.worker" in words_of(one)]

    def builders(self) -> list[int]:
        return [one for one in self.processes() if "service.uploads.builder" in words_of(one)]

    def memory(self) -> int:
        return sum(map(memory, [self.process, *self.processes()]))

    def client(self, key: str | None = None) -> httpx.Client:
        headers = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {key}"} if key else {})
        return httpx.Client(base_url=self.address, headers=headers, trust_env=False, timeout=60)


def kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def ended(client: httpx.Client, place: str, within: float = ENDED_WITHIN) -> dict[str, Any]:
    """The job at `place` once it has ended."""
    until = time.monotonic() + within
    while True:
        try:
            job = dict(client.get(place).raise_for_status().json())
            if job["state"] == "done":
                return job
        except httpx.TransportError:
            job = {"state": "no answer"}
        assert time.monotonic() < until, job
        time.sleep(0.1)
