"""The process that others answer for: it starts the workers on one listening socket, and replaces those that die.

SIGTERM and SIGINT let requests end; SIGHUP reads the settings again and replaces the workers one by one.
"""

from __future__ import annotations

import contextlib
import json
import logging
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

from indexer.errors import CouncilError, SettingError
from service.server_settings import Settings

_log = logging.getLogger("service.supervisor")
# Modules are found as the parent found them; -P keeps a module that lies in the working folder out of the way.
_PROGRAM = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from service.worker import main
sys.exit(main())
"""
_STARTED_WITHIN = 120.0  # seconds; a model from elsewhere may be slow to open
_KILLED_AFTER = 3.0  # seconds past those that requests get
_LONG = 2.0  # seconds; a worker that was ready for so long did not die of starting
_MOST_DEATHS = 5  # of workers in a row that did not live so long
_PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0)  # seconds before such a worker is replaced, by the number of deaths


class Worker:
    """A process that answers. It starts at once, says on its channel when it is ready, and ends when that closes."""

    def __init__(self, listening: socket.socket, settings: Settings, loopback: bool) -> None:
        self.began = self.since = time.monotonic()  # its start, and when it was ready
        self.ready = self.ending = False
        self.channel, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - this interpreter, a program of ours
                [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                pass_fds=(listening.fileno(), theirs.fileno()),
                process_group=0,  # Ctrl-C is for the supervisor to act on
            )
            told = {
                "settings": settings.plain(),
                "listening": listening.fileno(),
                "channel": theirs.fileno(),
                "loopback": loopback,
            }
        if (stdin := self.process.stdin) is not None:
            with contextlib.suppress(BrokenPipeError), stdin:
                stdin.write(json.dumps(told).encode())
        self.channel.setblocking(False)

    @property
    def lived(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self.began

    def look(self) -> int | None:
        """Take note of what it said; returns its exit status where it has ended."""
        with contextlib.suppress(BlockingIOError, ConnectionError):
            if self.channel.recv(16) and not self.ready:
                self.ready, self.since = True, time.monotonic()
        return self.process.poll()

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Have it end: after its requests, or at once with SIGKILL."""
        self.ending = True
        if self.process.poll() is None:
            self.process.send_signal(how)

    def close(self) -> None:
        """Give back what is held for it."""
        self.channel.close()


class Supervisor:
    """Keeps `settings.workers` workers answering on `listening`; `reload` gives the settings anew for SIGHUP."""

    def __init__(
        self, listening: socket.socket, address: str, settings: Settings, reload: Callable[[], Settings]
    ) -> None:
        self._listening, self._address = listening, address
        self._settings, self._reload = settings, reload
        self._workers: list[Worker] = []
        self._retiring: list[tuple[Worker, float]] = []  # with the moment at which each is killed
        self._signals: list[int] = []
        self._deaths = 0
        self._not_before = 0.0
        self._announced = False

    def run(self) -> int:
        """Run until told to end; returns the exit status. Raises CouncilError where workers cannot start."""
        # A byte on this pair wakes the wait below when a signal or the end of a child comes.
        woken, waking = socket.socketpair()
        woken.setblocking(False)
        waking.setblocking(False)
        handled = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
        before = {number: signal.signal(number, self._note) for number in handled}
        previous = signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
        try:
            while True:
                self._fill()
                select.select([woken, *(worker.channel for worker in self._workers if not worker.ready)], [], [], 0.5)
                with contextlib.suppress(BlockingIOError):
                    woken.recv(4_096)
                while self._signals:
                    number = self._signals.pop(0)
                    if number == signal.SIGHUP:
                        self._renew()
                    elif number != signal.SIGCHLD:
                        return 0
                self._tend()
        finally:
            self._end_all()
            signal.set_wakeup_fd(previous)
            for number, handler in before.items():
                signal.signal(number, handler)
            woken.close()
            waking.close()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._signals.append(number)

    def _start(self) -> Worker:
        from service.server import is_loopback

        # Behind a proxy the callers are not of this machine, though the proxy is.
        loopback = is_loopback(self._settings.host) and not self._settings.trusted_proxies
        return Worker(self._listening, self._settings, loopback)

    def _fill(self) -> None:
        """Start the workers that are missing."""
        if time.monotonic() >= self._not_before:
            while len(self._workers) < self._settings.workers:
                self._workers.append(self._start())

    def _tend(self) -> None:
        """See to workers that became ready, died, or will not end."""
        for worker in list(self._workers):
            status = worker.look()
            if status is not None:
                self._workers.remove(worker)
                worker.close()
                self._died(worker, status)
            elif not worker.ready and worker.lived > _STARTED_WITHIN:
                worker.end(signal.SIGKILL)
        for retired in list(self._retiring):
            worker, until = retired
            if worker.process.poll() is not None:
                self._retiring.remove(retired)
                worker.close()
            elif time.monotonic() > until:
                worker.end(signal.SIGKILL)
        if not self._announced and self._workers and all(worker.ready for worker in self._workers):
            self._announced = True
            sys.stdout.write(f"listening on {self._address}\n")
            sys.stdout.flush()

    def _died(self, worker: Worker, status: int) -> None:
        """Count a death. Raises CouncilError where replacing the worker would only go on and on."""
        how = _ended(status)
        lasted = worker.ready and time.monotonic() - worker.since >= _LONG
        self._deaths = 0 if lasted else self._deaths + 1
        serving = any(other.ready for other in self._workers)
        if not worker.ready and status > 0 and not serving:
            kind = SettingError if status == 2 else CouncilError
            raise kind("the service cannot start; the reason stands above, and council doctor looks further")
        if self._deaths >= _MOST_DEATHS and not serving:
            raise CouncilError(
                f"{self._deaths} workers in a row ended soon after their start ({how}); council doctor tells what is "
                "wrong with the index or this machine"
            )
        pause = _PAUSES[min(self._deaths, len(_PAUSES) - 1)] if self._deaths > 1 else 0.0
        self._not_before = time.monotonic() + pause
        hint = "; a file of the index may have been cut short, which council doctor tells" if how == "SIGBUS" else ""
        _log.error("worker %d ended (%s) and is replaced%s", worker.process.pid, how, hint)

    def _renew(self) -> None:
        """Read the settings again and replace the workers one by one; what is there stays where that fails."""
        try:
            settings = self._reload()
        except CouncilError as error:
            _log.error("the settings stay as they are: %s", error)
            return
        fixed = ("host", "port")
        if any(getattr(settings, name) != getattr(self._settings, name) for name in fixed):
            _log.warning("another host or port takes a restart; the service stays on %s", self._address)
            settings = settings.model_copy(update={name: getattr(self._settings, name) for name in fixed})
        before, self._settings = self._settings, settings
        for old in list(self._workers):
            if len(self._workers) > settings.workers:
                self._retire(old)
                continue
            new = self._start()
            if not self._wait_for(new):
                new.end(signal.SIGKILL)
                new.process.wait()
                new.close()
                self._settings = before
                _log.error("a worker with the new settings does not start; those before stay in force")
                return
            self._workers.append(new)
            self._retire(old)
        _log.info("settings read again, workers replaced")

    def _retire(self, worker: Worker) -> None:
        if worker in self._workers:
            self._workers.remove(worker)
        worker.end()
        self._retiring.append((worker, time.monotonic() + self._settings.shutdown_seconds + _KILLED_AFTER))

    def _wait_for(self, worker: Worker) -> bool:
        """Whether a worker becomes ready, unless the service is told to end meanwhile."""
        while worker.look() is None and not worker.ready and worker.lived < _STARTED_WITHIN:
            if {signal.SIGTERM, signal.SIGINT} & set(self._signals):
                return False
            select.select([worker.channel], [], [], 0.2)
        return worker.ready and worker.process.poll() is None

    def _end_all(self) -> None:
        """End all workers: after their requests, and at once for those that take longer or at a second signal."""
        for worker in list(self._workers):
            self._retire(worker)
        for worker, until in self._retiring:
            hurried = False
            while worker.process.poll() is None:
                hurried = hurried or bool({signal.SIGTERM, signal.SIGINT} & set(self._signals))
                if hurried or time.monotonic() > until:
                    worker.end(signal.SIGKILL)
                time.sleep(0.02)
            worker.close()
        self._retiring = []


def _ended(status: int) -> str:
    """How a process ended, in words."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
