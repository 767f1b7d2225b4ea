"""What a caller orders of documents: carried out, written to the audit log, and the index set to follow it at once.

The API and the pages both order here, so that neither leaves a trace that the other would not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from indexer.index_protocol import Index
from service import audit
from service.access import Action, Caller
from service.callers import Here, may
from service.installation import Installation
from service.replication import state as replication
from service.uploads.accepting import accept
from service.uploads.correcting import PassageCorrection, correct
from service.uploads.deciding import DocumentChange, change, withdraw
from service.uploads.jobs import Job, Jobs
from service.uploads.receiving import Received
from service.uploads.staging import Holdings
from service.uploads.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of one caller, who may give them; errors are those of what carries them out."""

    at: Installation
    who: Caller
    supervisor: Supervisor

    @property
    def _holdings(self) -> Holdings:
        return Holdings(self.at.data, Jobs(self.at.state), lambda: self._index().manifest)

    def _index(self) -> Index:
        return self.at.engine.index()

    def take_up(self, job_id: str, received: Received) -> Job:
        """Take up files that were received."""
        job = accept(self._holdings, job_id, self.who.name, received)
        for file in job.content.files:
            self._record("document.upload", file.document_id, f"{file.name}: {file.state}")
        return self._begun(job)

    def change(self, document_id: str, wanted: DocumentChange) -> Job | None:
        """Decide on a document; None where there is none."""
        made = change(self._holdings, document_id, self.who.name, wanted)
        if made is None:
            return None
        self._record("document.change", document_id, made.detail)
        if made.approval is not None:
            self._record("document.approve", document_id, made.approval)
        return self._begun(made.job)

    def withdraw(self, document_id: str) -> Job | None:
        """Take a document out; None where there is none."""
        job = withdraw(self._holdings, document_id, self.who.name)
        if job is None:
            return None
        self._record("document.delete", document_id)
        return self._begun(job)

    def correct(self, passage_id: str, wanted: PassageCorrection) -> Job | None:
        """Correct a passage, or drop its correction; None where there is none."""
        made = correct(self._holdings, self._index(), passage_id, self.who.name, wanted)
        if made is None:
            return None
        self._record("passage.correct", made.document_id, made.detail)
        return self._begun(made.job)

    def _record(self, action: str, document_id: str, detail: str | None = None) -> None:
        audit.record(self.at.state, self.who, action, subject=document_id, detail=detail)

    def _begun(self, job: Job) -> Job:
        self.supervisor.wake()
        return job


def orders(request: Request, at: Here, who: Annotated[Caller, Depends(may(Action.MANAGE_DOCUMENTS))]) -> Orders:
    """A dependency: the orders of a caller who may manage documents. Raises ProblemError for changes to a replica."""
    if request.method not in ("GET", "HEAD"):
        replication.refuse_to_change(at.data)
    return Orders(at, who, cast(Supervisor, request.app.state.supervisor))


Ordering = Annotated[Orders, Depends(orders)]
