"""The secretariat's section: the state of the index, distribution and approvals, feedback, keys, the audit log."""

from __future__ import annotations

from fastapi import FastAPI

from service.web.manage import approvals, audit_log, feedback, keys, overview


def add(app: FastAPI) -> None:
    """Add the section's pages to `app`; those of documents and uploads are modules of their own."""
    for part in (overview, approvals, feedback, keys, audit_log):
        part.add(app)
