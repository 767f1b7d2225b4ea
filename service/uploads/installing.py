"""Moving received files among the uploads, and back out those that cannot be read; each step may be done twice.

Call every function in one's turn (`staging.turn`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from indexer import overrides
from indexer.build import BuildReport
from indexer.describe import document_id
from indexer.documents import Distribution
from indexer.files import bring_to_disk
from indexer.overrides import Override
from indexer.store import Manifest
from indexer.stores import IndexStore
from indexer.wanted import upload_name, uploads_folder
from service.uploads import staging
from service.uploads.jobs import FileState, Job, JobFile, Jobs, JobState

_BEFORE = ".before-"  # in front of the name of the upload that is being replaced; hidden, so no build takes it


def before_file(path: Path) -> Path:
    """Where the upload at `path` waits while another that is to replace it is tried."""
    return path.with_name(f"{_BEFORE}{path.name}")


class Uploads:
    """The uploads of an index, and the files of some jobs that are to be among them."""

    def __init__(self, store: IndexStore, data: Path, jobs: Jobs, ids: list[str]) -> None:
        self._store, self._data, self._jobs, self._ids = store, data, jobs, ids
        self._folder = uploads_folder(data)

    def remove_withdrawn(self) -> None:
        """Remove the files of uploads that were withdrawn, where what withdrew them died before it could."""
        decided = overrides.load(self._data)
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            name = path.name.removeprefix(_BEFORE)
            if decided.of(document_id(upload_name(name))).withdrawn:
                path.unlink(missing_ok=True)

    def come_again_too_soon(self) -> bool:
        """Whether a withdrawn document is in the index that serves, while another comes under its name."""
        decided, known = overrides.load(self._data), {s.document_id for s in self._manifest().sources.values()}
        return any(
            file.document_id in known and decided.of(file.document_id).withdrawn
            for _, file in self._waiting()
            if file.digest is not None
        )

    def install(self) -> None:
        """Move the files that wait among the uploads, with what is stated of them."""
        self._folder.mkdir(parents=True, exist_ok=True)
        last = {file.document_id: (job.id, file.place) for job, file in self._waiting() if file.digest is not None}
        for job, file in self._waiting():
            if file.digest is None or file.place is None:
                continue
            source = staging.staged(self._data, job.id, file.place)
            if last[file.document_id] != (job.id, file.place):
                file.state = FileState.REPLACED
                self._save(job, file)
                source.unlink(missing_ok=True)
            elif source.exists():
                self._install(job, file, source)
        bring_to_disk(self._folder)

    def _install(self, job: Job, file: JobFile, source: Path) -> None:
        target = self._folder / file.name
        aside = before_file(target)
        if file.before is None:
            file.before = overrides.load(self._data).of(file.document_id)
            self._jobs.save(job)
        if target.exists() and not aside.exists():
            os.link(target, aside)
        # First what is decided, then the file: a withdrawn one's file is removed by whoever finds it.
        overrides.change(self._data, file.document_id, lambda before: _stated(before, file))
        source.replace(target)

    def settle(self, report: BuildReport) -> bool:
        """Say what became of each document that waited; whether an upload from before had to be put back."""
        failed = {failure.path: failure.message.removeprefix(f"{failure.path}: ") for failure in report.failures}
        manifest, decided = self._manifest(), overrides.load(self._data)
        paths = {state.document_id: Path(state.path) for state in manifest.sources.values()}
        changed = False
        for job, file in list(self._waiting()):
            path = paths.get(file.document_id)
            if decided.of(file.document_id).withdrawn:
                file.state = FileState.WITHDRAWN
            elif file.digest is not None:
                changed |= self._settle_upload(file, failed)
            elif path is None or path in failed:
                file.state, file.reason = FileState.UNREADABLE, failed.get(path) if path else None
            else:
                file.state = FileState.INDEXED
            if file.digest is not None:  # before it is said: what is left over would be taken for the next one's
                before_file(self._folder / file.name).unlink(missing_ok=True)
            self._save(job, file)
        if self._folder.is_dir():
            bring_to_disk(self._folder)
        return changed

    def _settle_upload(self, file: JobFile, failed: dict[Path, str]) -> bool:
        target = self._folder / file.name
        aside = before_file(target)
        there = _digest(target) == file.digest
        if there and target not in failed:
            file.state = FileState.INDEXED
            return False
        file.state, file.reason = FileState.UNREADABLE, failed.get(target)
        if there:
            if aside.exists():
                aside.replace(target)
            else:
                target.unlink()
        before = file.before or Override()
        overrides.change(self._data, file.document_id, lambda now: before if now == _stated(before, file) else now)
        return True

    def _waiting(self) -> Iterator[tuple[Job, JobFile]]:
        for job_id in self._ids:
            job = self._jobs.get(job_id)
            if job is None or job.state is JobState.DONE:
                continue
            for file in job.content.files:
                if file.state is FileState.WAITING:
                    yield job, file

    def _save(self, job: Job, file: JobFile) -> None:
        self._jobs.save(job, ("file", {"file": job.content.files.index(file)}))

    def _manifest(self) -> Manifest:
        return self._store.manifest(self._store.current() or "")


def _stated(before: Override, file: JobFile) -> Override:
    """What holds for an upload from now on: what is stated of it, and what was decided on the one that it replaces.

    An approval was given for other words, so it does not hold for these; nor does what one withdrew.
    """
    if before.withdrawn:
        before = Override()
    kept = {name: value for name, value in before.model_dump().items() if value is not None}
    if before.approved_by is not None:
        for name in ("distribution", "approved_by", "approved_on"):
            kept.pop(name, None)
    fields = file.fields.model_dump(exclude_none=True)
    distribution = fields.pop("distribution", None)
    if distribution is Distribution.PUBLIC:
        # A notice in the text still narrows it: only an author's approval wins over that.
        kept.pop("distribution", None)
        fields["stated"] = distribution
    elif distribution is not None:
        kept.pop("stated", None)
        fields["distribution"] = distribution
    return Override.model_validate(kept | fields)


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError:
        return None
