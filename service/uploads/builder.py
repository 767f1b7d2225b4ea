"""The process that brings the index up to date with uploads and decisions: `python -m service.uploads.builder`.

It runs beside the servers, so that a build neither slows answers nor takes a server down; one at a time, whichever
server started it. All that it does can be done again: killed at any moment, the next one goes on with the same jobs.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.errors import CouncilError
from indexer.stores import IndexStore, open_store
from service import logs
from service.server_settings import Settings
from service.state import State
from service.uploads import staging
from service.uploads.jobs import Job, Jobs, JobState

if TYPE_CHECKING:
    from indexer.embedding import Embedder

_LINGER = 3.0  # seconds it waits for more, which spares the next upload its start
_LOOK = 0.1  # seconds between two looks for more
_LONGEST_PAUSE = 30.0  # seconds before a build that failed is tried again
_TOLD_EVERY = 0.5  # seconds between two reports of progress
_LOCK = ".builder.lock"
_log = logging.getLogger("service.uploads")


def main() -> None:
    """Work off the jobs there are, and those that come within a moment."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model")
    parser.add_argument("--store")
    options = parser.parse_args()
    logs.configure(Settings())
    with _only_one(options.data) as here:
        if here:
            os.nice(10)  # answers come first
            data = options.data.resolve()
            _work(open_store(options.index.resolve(), options.store, data), data, options.model)


def busy(data: Path) -> bool:
    """Whether a builder is at work on the data folder."""
    with _only_one(data) as here:
        return not here


@contextmanager
def _only_one(data: Path) -> Iterator[bool]:
    with (data / _LOCK).open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _work(store: IndexStore, data: Path, model: str | None) -> None:
    from indexer import embedding

    jobs = Jobs(State(data))
    embedder: Embedder | None = None
    staging.clear_abandoned(data, jobs)
    pause, until = 1.0, time.monotonic() + _LINGER
    while time.monotonic() < until:
        taken = jobs.unfinished()
        if not taken:
            time.sleep(_LOOK)
            continue
        try:
            embedder = embedder or embedding.load(model)
            _Round(store, data, jobs, embedder, taken).run()
            pause = 1.0
        except Exception as error:
            _log.error("%s", error, exc_info=not isinstance(error, CouncilError))
            with contextlib.suppress(CouncilError, OSError), staging.turn(data):
                _tell_trouble(jobs, taken)
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        until = time.monotonic() + _LINGER
    with contextlib.suppress(CouncilError):
        jobs.forget_old()


def _tell_trouble(jobs: Jobs, taken: list[Job]) -> None:
    for job in taken:
        now = jobs.get(job.id)
        if now is not None and now.state is not JobState.DONE and not now.content.trouble:
            now.content.trouble = True
            jobs.save(replace(now, state=JobState.QUEUED), ("trouble", {}))


class _Round:
    """One build, for all jobs that wait at its start."""

    def __init__(self, store: IndexStore, data: Path, jobs: Jobs, embedder: Embedder, taken: list[Job]) -> None:
        from service.uploads.installing import Uploads

        self._store, self._data, self._jobs, self._embedder = store, data, jobs, embedder
        self._ids = [job.id for job in taken]
        self._uploads = Uploads(store, data, jobs, self._ids)
        self._told: tuple[str, float] = ("", 0.0)

    def run(self) -> None:
        """Bring the index up to date, and say in the jobs what became of each document."""
        with staging.turn(self._data):
            for job in self._current():
                if job.state is not JobState.RUNNING:
                    job.content.trouble = False
                    self._jobs.save(replace(job, state=JobState.RUNNING), ("start", {}))
            self._uploads.remove_withdrawn()
            again = self._uploads.come_again_too_soon()
        if again:
            self._update()  # what was withdrawn must be out of the index before its name may mean another document
        with staging.turn(self._data):
            self._uploads.install()
        report = self._update()
        with staging.turn(self._data):
            restored = self._uploads.settle(report)
        if restored:
            report = self._update()
        with staging.turn(self._data):
            for job in self._current():
                job.content.generation = report.generation
                self._jobs.save(replace(job, state=JobState.DONE), ("end", {"generation": report.generation}))
        staging.clear_abandoned(self._data, self._jobs)

    def _current(self) -> list[Job]:
        """The round's jobs as they stand now: a document may have been withdrawn since."""
        found = (self._jobs.get(job_id) for job_id in self._ids)
        return [job for job in found if job is not None and job.state is not JobState.DONE]

    def _update(self) -> Any:
        return self._store.update(self._embedder, progress=self._progress)

    def _progress(self, stage: str, done: int, total: int) -> None:
        before, at = self._told
        now = time.monotonic()
        if stage == before and done < total and now - at < _TOLD_EVERY:
            return
        self._told = (stage, now)
        self._jobs.tell(self._ids, "progress", {"stage": stage, "done": done, "total": total})


if __name__ == "__main__":
    main()
