"""The other end of `indexer.reading_worker`: starts the process that reads, puts tasks to it, ends it."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from indexer.errors import CouncilError
from indexer.reading_worker import Reply, Task

_STARTED_WITHIN = 60.0
_LONGEST_WAIT = 3_600.0  # seconds of one system call
# The parent's way to find modules is handed on; -P keeps a module that lies in the working folder out of the way.
_PROGRAM = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from indexer.reading_worker import main
main()
"""


class ProcessEndedError(Exception):
    """The process that reads is gone; the text says how it ended."""


class ReadingProcess:
    """A process that reads files one at a time. The constructor does not wait until it has started.

    `fresh` says that it has read no file yet.
    """

    def __init__(self, task: Task) -> None:
        self.fresh = True
        self._seconds = task.seconds
        self._ready = False
        in_child, out_here = os.pipe()
        in_here, out_child = os.pipe()
        self._requests, self._replies = os.fdopen(out_here, "wb"), os.fdopen(in_here, "rb")
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, a program of ours
                [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path)],
                stdin=in_child,
                stdout=out_child,
                stderr=subprocess.PIPE,
                process_group=0,  # Ctrl-C is for the parent to act on; and it is ended with all that it started
            )
        except BaseException:
            self._requests.close()
            self._replies.close()
            raise
        finally:
            os.close(in_child)
            os.close(out_child)
        with contextlib.suppress(BrokenPipeError):  # then there is no sign of its start either
            self._send(task)

    def read(self, path: Path, source: str) -> Reply:
        """The reply for a file. Raises TimeoutError when it takes too long, ProcessEndedError when the process ends.

        Raises CouncilError where the process cannot start. After any error, call `stop`.
        """
        if not self._ready:
            self._await_start()
        try:
            self._send((path, source))
            while (reply := self._receive(self._seconds)) == "step":
                pass
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            raise ProcessEndedError(self.stop()) from None
        self.fresh = False
        return reply

    def stop(self) -> str:
        """End the process, with those that it started, and say how it ended."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        for stream in (self._requests, self._replies, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        status = self._process.wait()
        if status >= 0:
            return f"exit status {status}"
        try:
            return signal.Signals(-status).name
        except ValueError:
            return f"signal {-status}"

    def _await_start(self) -> None:
        try:
            self._receive(_STARTED_WITHIN)
        except (EOFError, TimeoutError):
            os.killpg(self._process.pid, signal.SIGKILL)
            stream = self._process.stderr
            said = stream.read().decode(errors="replace").split("\n") if stream is not None else []
            why = next((line for line in reversed(said) if line.strip()), "no reason given")
            raise CouncilError(f"the process that reads documents does not start ({why}); install again") from None
        self._ready = True

    def _send(self, message: object) -> None:
        self._requests.write(pickle.dumps(message))
        self._requests.flush()

    def _receive(self, seconds: float) -> Reply:
        """The next reply whole. Raises TimeoutError, and EOFError where the process has ended."""
        waiting = select.poll()
        waiting.register(self._replies, select.POLLIN)
        until = time.monotonic() + seconds
        while not waiting.poll(1_000 * max(0.0, min(until - time.monotonic(), _LONGEST_WAIT))):
            if time.monotonic() >= until:
                raise TimeoutError
        reply: Reply = pickle.load(self._replies)  # noqa: S301 - from a process of ours  # nosec B301
        return reply
