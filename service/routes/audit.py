"""The audit log."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request, Response

from service import audit_entries
from service.access import Action, Caller
from service.audit import AuditUnwritableError
from service.audit_entries import AuditPage, AuditParameters
from service.callers import Here, may
from service.problems import problem

_log = logging.getLogger(__name__)


def add(app: FastAPI) -> None:
    """Add the route to `app`, and the answer to what cannot be put on record."""

    @app.get("/v1/audit", tags=["audit"])
    def audit_log(
        parameters: Annotated[AuditParameters, Query()],
        at: Here,
        who: Annotated[Caller, Depends(may(Action.READ_AUDIT))],
    ) -> AuditPage:
        """List who did what, newest first: opened, uploaded, approved, deleted; keys made; what was refused."""
        return audit_entries.page(at.state, parameters)

    @app.exception_handler(AuditUnwritableError)
    async def off_record(request: Request, error: AuditUnwritableError) -> Response:
        _log.error("not shown, as it could not be put on record: %s", error)
        return problem(request, "audit", 503)
