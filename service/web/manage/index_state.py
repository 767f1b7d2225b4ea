"""The state of the index and of what is done to it, as the overview shows it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from indexer.documents import Distribution, Language
from indexer.index_protocol import Index
from service.messages import message
from service.uploads.jobs import FileState, Job, Jobs
from service.uploads.views import file_view

_JOBS_LOOKED_AT = 200
FAILURES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Audience:
    """What is held for one audience alone."""

    name: Distribution
    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be indexed, or a job that waits; `problem` says why and what to do."""

    at: str
    name: str
    problem: str
    job: str


@dataclass(frozen=True, slots=True)
class Work:
    """Jobs under way, and what failed of late, newest first."""

    waiting: int
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes that the index and the data folder take, and that are free where the index is."""

    index: int
    data: int
    free: int


@dataclass(frozen=True, slots=True)
class Held:
    """What the generation that serves holds."""

    generation: str
    created: datetime
    days: int
    model: str
    audiences: tuple[Audience, ...]
    unsure_passages: int
    unsure_documents: int

    @property
    def documents(self) -> int:
        """Of all audiences."""
        return sum(audience.documents for audience in self.audiences)

    @property
    def passages(self) -> int:
        """Of all audiences."""
        return sum(audience.passages for audience in self.audiences)


def held(index: Index, now: datetime | None = None) -> Held:
    """What `index` holds for those who see it."""
    counts = index.passage_counts
    records = index.documents_by_id(counts)
    created = datetime.fromisoformat(index.head.created)
    return Held(
        generation=index.generation,
        created=created,
        days=((now or datetime.now(UTC)) - created).days,
        model=index.head.model,
        audiences=tuple(
            Audience(
                audience,
                sum(record.distribution is audience for record in records),
                sum(counts[record.id][0] for record in records if record.distribution is audience),
            )
            for audience in Distribution
        ),
        unsure_passages=sum(unsure for _, unsure in counts.values()),
        unsure_documents=sum(unsure > 0 for _, unsure in counts.values()),
    )


def work(jobs: Jobs, language: Language) -> Work:
    """What is under way, and what failed and was not made good since, told in `language`."""
    latest, _ = jobs.latest(_JOBS_LOOKED_AT, 0)
    return Work(len(jobs.unfinished()), tuple(_failures(latest, language)))


def _failures(latest: Iterable[Job], language: Language) -> Iterable[Failure]:
    settled: set[str] = set()  # documents of which a later job says what became of them
    for job in latest:
        if job.content.trouble:
            names = ", ".join(file.name for file in job.content.files)
            yield Failure(job.changed, names, message("holdings.trouble", language), job.id)
        for file in job.content.files:
            if file.state is FileState.UNREADABLE and file.document_id not in settled:
                yield Failure(job.changed, file.name, file_view(file, language).problem or "", job.id)
            if file.state is not FileState.WAITING:
                settled.add(file.document_id)


def disk(index: Path, data: Path) -> Disk:
    """How much room is taken and left."""
    where = index if index.is_dir() else data  # an index kept elsewhere has no folder
    return Disk(_size(index), _size(data), shutil.disk_usage(where).free)


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size
        except OSError:
            continue  # cleared away at this moment
    return total
