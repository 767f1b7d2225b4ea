"""Requests a second of one server process over an index, on loopback, beside a bare endpoint with the same bytes.

    python -m eval.benchmarks.load --index DIR [--seconds 60] [--connections 4] [--json FILE]

`council serve` is started on a free port and asked by wrk: `POST /v1/answer` with questions of all four kinds in both
languages, then `GET /v1/search`. Each is sent once: as many different ones are made as the server is asked in the time
given, up to 40,000 (`--questions` sets their number). wrk runs on the same machine and takes its share.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

from eval.benchmarks.council_like import Asked, questions, searches

WRK_MISSING = (
    "wrk is not installed, and the load is measured with it: apt-get install wrk (Debian, Ubuntu), brew install wrk "
    "(macOS), or https://github.com/wg/wrk"
)
_RATES = {"answer": 300, "search": 1_000}  # different questions made for each second: more than are asked
_MOST_QUESTIONS = 40_000
_STARTING = 120.0  # seconds that a server may take to start
_SAMPLE = 50  # responses recorded, for the bare endpoint to return
_SPARE = 30.0  # seconds that wrk may take beyond those measured
_MARK = "WRK-JSON "

# Called by wrk: each request is made before the clock starts.
_SCRIPT = """
local place = 0
request = function()
  place = place + 1
  return requests[(place - 1) % #requests + 1]
end
done = function(summary, latency, _)
  local e = summary.errors
  io.write(string.format(
    'WRK-JSON {"requests":%d,"microseconds":%d,"bytes":%d,"p50":%f,"p95":%f,"p99":%f,"max":%f,' ..
    '"errors":{"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}}\\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(95),
    latency:percentile(99), latency.max, e.connect, e.read, e.write, e.status, e.timeout))
end
"""


class LoadError(Exception):
    """The measurement could not be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk measured: requests a second, times in milliseconds, errors of every kind, different questions sent."""

    requests: int
    seconds: float
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    errors: int
    different: int


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; without a body a GET."""

    path: str
    body: str | None = None


def answer_requests(asked: Sequence[Asked]) -> list[Request]:
    """`POST /v1/answer` for each question."""
    return [Request("/v1/answer", json.dumps({"question": one.text}, ensure_ascii=False)) for one in asked]


def search_requests(asked: Sequence[Asked]) -> list[Request]:
    """`GET /v1/search` for each text."""
    return [Request(f"/v1/search?{urlencode({'q': one.text})}") for one in asked]


def script(requests: Sequence[Request]) -> str:
    """The Lua script with which wrk sends the requests in turn and prints what it measured."""
    lines = ["requests = {}", "init = function(args)"]
    for request in requests:
        if request.body is None:
            made = f"wrk.format('GET', {_lua(request.path)})"
        else:
            made = (
                f"wrk.format('POST', {_lua(request.path)}, {{['Content-Type'] = 'application/json'}}, "
                f"{_lua(request.body)})"
            )
        lines.append(f"  requests[#requests + 1] = {made}")
    # A Lua function holds so many constants only: the requests are made by several.
    size = 2_000
    calls = [lines[2:][first : first + size] for first in range(0, len(requests), size)]
    made_by = [f"local function make{number}()\n" + "\n".join(part) + "\nend" for number, part in enumerate(calls)]
    init = "init = function(args)\n" + "\n".join(f"  make{number}()" for number in range(len(calls))) + "\nend"
    return "\n".join([lines[0], *made_by, init, _SCRIPT])


def _lua(written: str) -> str:
    """The text as a Lua string, byte by byte where it is not plain."""
    return (
        '"'
        + "".join(
            chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\' else f"\\{byte:03d}"
            for byte in written.encode("utf-8")
        )
        + '"'
    )


def drive(port: int, requests: Sequence[Request], seconds: int, connections: int) -> Load:
    """Send the requests to this machine's `port` for so long, over so many connections. LoadError where wrk fails."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise LoadError(WRK_MISSING)
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as file:
        file.write(script(requests))
        file.flush()
        command = [
            wrk, "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--timeout", "10s",
            "--script", file.name, f"http://127.0.0.1:{port}",
        ]  # fmt: skip
        ran = subprocess.run(  # noqa: S603 - found on PATH, with words of ours
            command, capture_output=True, text=True, timeout=seconds + _SPARE, check=False
        )
    line = next((line for line in ran.stdout.splitlines() if line.startswith(_MARK)), None)
    if line is None:
        raise LoadError(f"wrk measured nothing (exit status {ran.returncode}): {ran.stderr or ran.stdout}")
    found = json.loads(line.removeprefix(_MARK))
    taken = found["microseconds"] / 1e6
    return Load(
        requests=found["requests"],
        seconds=round(taken, 2),
        per_second=round(found["requests"] / taken, 1),
        **{f"{name}_ms": round(found[name] / 1000, 1) for name in ("p50", "p95", "p99", "max")},
        errors=sum(found["errors"].values()),
        different=min(len(requests), found["requests"]),
    )


@contextmanager
def serving(command: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Run a server that takes `--port` on a free port of this machine: its port and process id, while it answers."""
    port = _free_port()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603 - this interpreter, programs of ours
            [sys.executable, "-m", *command, "--port", str(port)], stdout=log, stderr=log
        )
        try:
            until = time.monotonic() + _STARTING
            while not _ready(port):
                if process.poll() is not None or time.monotonic() > until:
                    log.seek(0)
                    raise LoadError(
                        f"{' '.join(command)} did not start:\n{log.read().decode(errors='replace')[-2000:]}"
                    )
                time.sleep(0.1)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _ready(port: int) -> bool:
    try:
        _fetch(port, Request("/readyz"))
    except (OSError, urllib.error.HTTPError):
        return False
    return True


def _fetch(port: int, request: Request) -> bytes:
    body = None if request.body is None else request.body.encode()
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{request.path}", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=60) as response:  # noqa: S310  # nosec B310
        return bytes(response.read())


def _worker(supervisor: int) -> int:
    """The one process that answers: the supervisor's child, where the system tells; else the supervisor."""
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children")
    found = children.read_text(encoding="utf-8").split() if children.exists() else []
    return int(found[0]) if found else supervisor


def memory(process: int) -> dict[str, float]:
    """Resident memory of a process in MB: now, at most, and the part of now that is files kept in memory.

    Empty where the system has no /proc.
    """
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return {}
    held = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines() if ":" in line)
    names = {"resident": "VmRSS", "peak": "VmHWM", "of_files": "RssFile"}
    return {name: round(int(held[key].split()[0]) / 1024, 1) for name, key in names.items() if key in held}


def machine() -> dict[str, str | int]:
    """What it runs on."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return {
        "processor": next(named, platform.processor() or platform.machine()),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def measure(index: Path, seconds: int, connections: int, warm: int, count: int | None = None) -> dict[str, object]:
    """The figures of the service and of the bare endpoint; `count` different questions, or as many as may be asked."""
    counts = {name: count or min(_MOST_QUESTIONS, rate * seconds) for name, rate in _RATES.items()}
    requests = {
        "answer": answer_requests(questions(counts["answer"])),
        "search": search_requests(searches(counts["search"])),
    }
    warming = {"answer": answer_requests(questions(500, seed=2)), "search": search_requests(searches(500, seed=2))}
    recorded: dict[str, list[bytes]] = {}
    service: dict[str, Load] = {}
    with serving(["service", "serve", "--index", str(index)]) as (port, process):
        for name, sent in warming.items():
            recorded[name] = [_fetch(port, request) for request in sent[:_SAMPLE]]
        for sent in warming.values():
            drive(port, sent, warm, connections)
        for name, sent in requests.items():
            service[name] = drive(port, sent, seconds, connections)
        held = memory(_worker(process))
    bare = _bare(recorded, requests, min(seconds, 10), connections)
    answered = sum(json.loads(body)["answered"] for body in recorded["answer"])
    return {
        "index": str(index),
        "passages": _passages(index),
        "workers": 1,
        "connections": connections,
        "machine": machine(),
        "memory_mb": held,
        "answered": round(answered / len(recorded["answer"]), 2),
        "bytes": {name: round(sum(map(len, bodies)) / len(bodies)) for name, bodies in recorded.items()},
        "service": {name: asdict(load) for name, load in service.items()},
        "bare": {name: asdict(load) for name, load in bare.items()},
        "bare_is_faster_by": {
            name: round(bare[name].per_second / max(service[name].per_second, 1e-9), 1) for name in service
        },
    }


def _bare(
    recorded: Mapping[str, Sequence[bytes]], requests: Mapping[str, Sequence[Request]], seconds: int, connections: int
) -> dict[str, Load]:
    """The figures of an endpoint that returns the recorded responses."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["eval.benchmarks.bare"]
        for name, option in (("answer", "--answers"), ("search", "--searches")):
            path = Path(folder) / name
            path.write_bytes(b"\n".join(recorded[name]))
            command += [option, str(path)]
        with serving(command) as (port, _):
            return {name: drive(port, sent, seconds, connections) for name, sent in requests.items()}


def _passages(index: Path) -> int:
    from indexer.store import current_generation, read_manifest

    return read_manifest(index, current_generation(index) or "").passages


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print a table; 2 where wrk or the index is missing."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.load", description=__doc__.split("\n")[0])
    parser.add_argument("--index", type=Path, default=Path(".index"))
    parser.add_argument("--seconds", type=int, default=60, help="that each of the two is measured")
    parser.add_argument("--connections", type=int, default=4, help="that wait for an answer at any time")
    parser.add_argument("--warm", type=int, default=10, help="seconds of load before, with other questions")
    parser.add_argument("--questions", type=int, help="different ones that are sent (default: each once)")
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args(arguments)
    if shutil.which("wrk") is None:
        print(WRK_MISSING, file=sys.stderr)
        return 2
    try:
        figures = measure(options.index, options.seconds, options.connections, options.warm, options.questions)
    except LoadError as error:
        print(error, file=sys.stderr)
        return 1
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    _print(figures)
    return 0


def _print(figures: Mapping[str, object]) -> None:
    print(json.dumps({name: value for name, value in figures.items() if name not in ("service", "bare")}, indent=2))
    print(f"{'':20}{'requests/s':>12}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'errors':>8}{'sent':>8}{'different':>11}")
    for side in ("service", "bare"):
        loads = figures[side]
        for name, load in loads.items() if isinstance(loads, dict) else ():
            print(
                f"{side + ' ' + name:20}{load['per_second']:12}{load['p50_ms']:9}{load['p95_ms']:9}{load['p99_ms']:9}"
                f"{load['errors']:8}{load['requests']:8}{load['different']:11}"
            )


if __name__ == "__main__":
    raise SystemExit(main())
