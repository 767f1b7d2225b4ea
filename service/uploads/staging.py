"""Where received files wait until they are among the uploads, and whose turn it is to move them."""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexer.store import Manifest
from service.uploads.jobs import Jobs, JobState

INCOMING = "incoming"
_ABANDONED_AFTER = 3_600.0  # seconds without a write: what received them has died


def incoming(data: Path) -> Path:
    """The folder of files received, a folder a job."""
    return data / INCOMING


def staged(data: Path, job_id: str, place: int) -> Path:
    """A received file of a job, by its place among those that were sent."""
    return incoming(data) / job_id / str(place)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What decides over documents: the data folder, the jobs, and the manifest that serves at the moment of asking."""

    data: Path
    jobs: Jobs
    manifest: Callable[[], Manifest]


@contextmanager
def turn(data: Path) -> Iterator[None]:
    """Hold what decides over the uploads: one thread of all processes at a time takes in, moves or removes some."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / ".holdings.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def clear_abandoned(data: Path, jobs: Jobs) -> None:
    """Remove received files of jobs that have ended, and of no job where nobody has written to them for an hour."""
    folder = incoming(data)
    for path in folder.iterdir() if folder.is_dir() else ():
        job = jobs.get(path.name)
        if job is not None:
            if job.state is JobState.DONE:
                shutil.rmtree(path, ignore_errors=True)
            continue
        try:
            latest = max(one.stat().st_mtime for one in (path, *path.iterdir()))
        except OSError:
            continue  # it goes at this moment
        if time.time() - latest > _ABANDONED_AFTER:
            shutil.rmtree(path, ignore_errors=True)
