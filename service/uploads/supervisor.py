"""Starting the builder: one thread a server process looks whether there are jobs and nobody at work on them."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
from pathlib import Path

from indexer.errors import CouncilError
from service.state import State
from service.uploads import builder
from service.uploads.jobs import Jobs

_LOOK = 1.0  # seconds between two looks, unless something is known to have come
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds before a builder that died is started again
_ENDS_WITHIN = 10.0
# This process's way to find modules is handed on; -P keeps a module that lies in the working folder out of the way.
_PROGRAM = """\
import json, sys
sys.path[:] = json.loads(sys.argv.pop(1))
from service.uploads.builder import main
main()
"""
_log = logging.getLogger("service.uploads")


class Supervisor:
    """Sees to it that jobs are worked off, those too that another process left behind. `stop` at the end."""

    def __init__(self, index: Path, data: Path, model: str | None, store: str | None = None) -> None:
        self._index, self._data, self._model, self._store = index, data, model, store
        self._jobs = Jobs(State(data))
        self._woken, self._ended = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._pause, self._not_before = _FIRST_PAUSE, 0.0

    def start(self) -> None:
        """Begin to look; once is enough."""
        with self._lock:
            if self._thread is None and not self._ended.is_set():
                self._thread = threading.Thread(target=self._look, name="uploads", daemon=True)
                self._thread.start()

    def wake(self) -> None:
        """There is a job: look at once."""
        self._woken.set()
        self.start()

    def stop(self) -> None:
        """Look no more, and end the builder that was started from here; its jobs are taken up by another."""
        self._ended.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(_ENDS_WITHIN)
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _look(self) -> None:
        while not self._ended.is_set():
            self._woken.wait(_LOOK)
            self._woken.clear()
            if self._ended.is_set():
                return
            try:
                self._look_once()
            except (CouncilError, OSError) as error:
                _log.error("uploads cannot be looked after: %s", error)
                self._ended.wait(_LOOK)

    def _look_once(self) -> None:
        if self._process is not None:
            status = self._process.poll()
            if status is None:
                return
            if status:
                _log.error("the builder ended with status %s; it is started again", status)
                self._not_before = time.monotonic() + self._pause
                self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            else:
                self._pause = _FIRST_PAUSE
            self._process = None
        if time.monotonic() < self._not_before or not self._jobs.any_unfinished() or builder.busy(self._data):
            return
        words = ["--index", str(self._index.resolve()), "--data", str(self._data.resolve())]
        words += ["--model", self._model] if self._model is not None else []
        words += ["--store", self._store] if self._store is not None else []
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, a program of ours
            [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path), *words],
            stdin=subprocess.DEVNULL,
            process_group=0,  # Ctrl-C is for the server to act on
        )
