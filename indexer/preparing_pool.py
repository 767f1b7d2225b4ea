"""Making many files ready on all cores: in processes that each read, describe and analyse one file after the other.

Few files are made ready in this process: to start others takes longer than to read them.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from types import TracebackType

from indexer import embedding
from indexer.embedding import Embedder
from indexer.errors import CouncilError, UnreadableDocumentError
from indexer.preparing import Job, Reply, prepare
from indexer.preparing_worker import Answer, Refused
from indexer.reading import DocumentReader

FEWEST = 64  # files that are worth other processes
_MOST = 4  # processes: with the one that reads for it each takes some 400 MB
_WAITING = 16  # replies a process, at most, that wait to be taken
_ENDED_WITHIN = 5.0  # seconds
_PROGRAM = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from indexer.preparing_worker import run
run()
"""

Outcome = Reply | UnreadableDocumentError


def processes() -> int:
    """How many processes make files ready: as many as there are cores that this one may run on."""
    return min(_MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


class Preparers:
    """Makes files ready, in other processes where they are many. Use as a context manager, from one thread.

    At its end the processes are gone. Vectors and analyses are made with the bundled model only; with another one, or
    None, they are left to the caller, who can give it many texts at once.
    """

    def __init__(self, embedder: Embedder | None) -> None:
        self._embeds = embedder is not None and embedder is embedding.load()
        self._processes = processes()
        self._reader = DocumentReader()
        self._workers: list[_Worker] = []
        self._stopped = threading.Event()

    def __enter__(self) -> Preparers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        for worker in self._workers:
            worker.tell_to_stop()  # all of them, so that they end at the same time
        for worker in self._workers:
            worker.stop()
        self._reader.__exit__(kind, error, trace)

    def start(self, count: int) -> None:
        """Begin to start what so many files need, and return at once."""
        if self._alone(count):
            self._reader.start()
        elif not self._workers:
            self._workers = [_Worker(embeds=self._embeds) for _ in range(min(self._processes, count))]

    def all(self, jobs: Sequence[Job]) -> Iterator[tuple[int, Outcome]]:
        """What became of each job, with its place among the jobs, in the order in which they are done.

        Raises CouncilError where a process ends or cannot start.
        """
        if self._alone(len(jobs)):
            for place, job in enumerate(jobs):
                try:
                    yield place, prepare(job, self._reader, None)
                except UnreadableDocumentError as error:
                    yield place, error
            return
        self.start(len(jobs))
        left = iter(enumerate(jobs))
        turn = threading.Lock()
        done: queue.Queue[tuple[int, Answer]] = queue.Queue(_WAITING * len(self._workers))

        def work(worker: _Worker) -> None:
            while not self._stopped.is_set():
                with turn:
                    place, job = next(left, (-1, None))
                if job is None:
                    return
                answer = worker.answer(job)
                while not self._stopped.is_set():
                    with contextlib.suppress(queue.Full):
                        done.put((place, answer), timeout=0.2)
                        break

        threads = [threading.Thread(target=work, args=(worker,), daemon=True) for worker in self._workers]
        for thread in threads:
            thread.start()
        for _ in jobs:
            place, answer = done.get()
            if isinstance(answer, BaseException):
                raise answer
            if isinstance(answer, Refused):
                yield place, UnreadableDocumentError(jobs[place].path, answer.reason, answer.mend)
            else:
                yield place, answer

    def _alone(self, count: int) -> bool:
        return count < FEWEST or self._processes == 1


class _Worker:
    """A process that makes files ready one at a time. The constructor does not wait until it has started."""

    def __init__(self, *, embeds: bool) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, a program of ours
            [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            process_group=0,  # Ctrl-C is for the parent to act on
        )
        self._started = False
        with contextlib.suppress(BrokenPipeError):  # then there is no sign of its start either
            self._send(embeds)

    def answer(self, job: Job) -> Answer:
        """What becomes of a job; a CouncilError where the process ended."""
        try:
            if not self._started:
                self._receive()
                self._started = True
            self._send(job)
            return self._receive()
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            self.stop()
            why = f"exit status {self._process.returncode}; {self._last_words()}"
            return CouncilError(
                f"a process that makes documents ready ended ({why}) at {job.path}; nothing written; give the machine "
                "more memory, or run the command on one core, where one process reads them (taskset -c 0 council …)"
            )

    def tell_to_stop(self) -> None:
        """Have the process end, and with it the one that reads for it."""
        if self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> None:
        """End the process, and with it the one that reads for it."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_ENDED_WITHIN)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _last_words(self) -> str:
        try:
            self._said.seek(0)
            lines = self._said.read().decode(errors="replace").split("\n")
        except (OSError, ValueError):
            lines = []
        return next((line for line in reversed(lines) if line.strip()), "no reason given")

    def _send(self, message: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(pickle.dumps(message))
            self._process.stdin.flush()

    def _receive(self) -> Answer:
        if self._process.stdout is None:
            raise EOFError
        answer: Answer = pickle.load(self._process.stdout)  # noqa: S301 - from a process of ours  # nosec B301
        return answer
