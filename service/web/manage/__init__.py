"""The secretariat's section: the index, documents and uploads, distribution, feedback, keys, the audit log."""

from __future__ import annotations

from fastapi import FastAPI

from service.web.manage import (
    approvals,
    audit_log,
    document,
    documents,
    feedback,
    jobs,
    keys,
    overview,
    passage,
    upload,
)


def add(app: FastAPI) -> None:
    """Add the section's pages to `app`."""
    for part in (overview, documents, document, passage, upload, jobs, approvals, feedback, keys, audit_log):
        part.add(app)
