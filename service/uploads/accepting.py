"""Deciding over files received: held already, in the way of another, or taken up by a job."""

from __future__ import annotations

import shutil
from pathlib import PurePosixPath

from indexer import overrides
from indexer.describe import document_id
from indexer.wanted import upload_name, uploads_folder
from service.problems import ProblemError
from service.uploads import staging
from service.uploads.jobs import FileState, Job, JobContent, JobFile, JobState
from service.uploads.names import same_name
from service.uploads.receiving import Received, ReceivedFile
from service.uploads.staging import Holdings


def accept(at: Holdings, job_id: str, caller: str, received: Received) -> Job:
    """Take up files received in a job that outlasts a crash from now on; it has ended where nothing is left to do.

    Raises ProblemError, and takes up none, where one has the name of another document and may not replace it.
    """
    folder = staging.incoming(at.data) / job_id
    try:
        with staging.turn(at.data):
            known = _Known(at)  # read in our turn: a build may just have ended
            files = [known.decide(file, received) for file in received.files]
            waiting = any(file.state is FileState.WAITING for file in files)
            content, state = JobContent(kind="upload", files=files), JobState.QUEUED if waiting else JobState.DONE
            job = at.jobs.add(job_id, caller, content, state)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if not waiting:
        shutil.rmtree(folder, ignore_errors=True)
        at.jobs.save(job, *(("file", {"file": place}) for place in range(len(files))), ("end", {}))
    return job


class _Known:
    """What is held, and what is on its way."""

    def __init__(self, at: Holdings) -> None:
        decided, manifest = overrides.load(at.data), at.manifest()
        pending = [f for job in at.jobs.unfinished() for f in job.content.files if f.state is FileState.WAITING]
        coming = {file.document_id for file in pending if file.digest is not None}
        states = [
            state
            for state in manifest.sources.values()
            if state.document_id not in coming and not decided.of(state.document_id).withdrawn
        ]
        self._ids = {state.digest: state.document_id for state in states}
        self._sources = {PurePosixPath(n).name: s.document_id for n, s in manifest.sources.items() if not s.upload}
        self._uploads: dict[str, str] = {}
        folder = uploads_folder(at.data)
        names = [path.name for path in folder.iterdir() if not path.name.startswith(".")] if folder.is_dir() else []
        for name in names:
            if not decided.of(document_id(upload_name(name))).withdrawn:
                self._uploads[name] = document_id(upload_name(name))
        for file in pending:
            if file.digest is not None:
                self._take(file.name, file.document_id, file.digest)

    def _take(self, name: str, identifier: str, digest: str) -> None:
        self._ids = {known: one for known, one in self._ids.items() if one != identifier} | {digest: identifier}
        self._uploads[name] = identifier

    def decide(self, file: ReceivedFile, received: Received) -> JobFile:
        """What is to become of a received file."""
        held = self._ids.get(file.digest)
        if held is not None:
            return JobFile(name=file.name, document_id=held, state=FileState.HELD, digest=file.digest, place=file.place)
        for name, identifier in self._sources.items():
            if same_name(name, file.name):
                raise ProblemError("name_of_source", 409, name=file.name, document_id=identifier)
        # A name that differs in capitals alone is that of the upload there is: both would be one file elsewhere.
        name = next((name for name in self._uploads if same_name(name, file.name)), file.name)
        identifier = document_id(upload_name(name))
        if name in self._uploads and not received.replace:
            raise ProblemError("name_taken", 409, name=name, document_id=identifier)
        self._take(name, identifier, file.digest)
        return JobFile(name=name, document_id=identifier, digest=file.digest, place=file.place, fields=received.fields)
