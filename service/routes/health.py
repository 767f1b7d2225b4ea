"""Whether the service runs and can answer."""

from __future__ import annotations

from fastapi import FastAPI, Response
from pydantic import BaseModel, Field

from indexer.errors import CouncilError
from service.access import Action, decide
from service.callers import Here, Who
from service.replication import state
from service.replication.state import ReplicaState


class Health(BaseModel):
    """State of the service; which generation serves is told to those alone who may know the state of the index.

    `behind` says that it is an earlier one, because the one that should serve is damaged; `replica` what is followed,
    where the service is over a replica.
    """

    status: str
    generation: str | None = None
    behind: bool = Field(default=False, exclude_if=lambda behind: not behind)
    replica: ReplicaState | None = Field(default=None, exclude_if=lambda replica: replica is None)


def add(app: FastAPI) -> None:
    """Add the routes to `app`."""

    @app.get("/healthz", tags=["health"])
    async def alive() -> Health:  # not in a thread, all of which may be taken
        """The process runs."""
        return Health(status="ok")

    @app.get("/readyz", tags=["health"], responses={503: {"model": Health}})
    def ready(response: Response, at: Here, who: Who) -> Health:
        """The index is open and can be asked."""
        try:
            generation = at.engine.index().generation
            replica = state.of(at.data)
        except CouncilError:
            response.status_code = 503
            return Health(status="no usable index")
        if not decide(who, Action.SEE_STATE).allowed:
            return Health(status="ready")
        return Health(status="ready", generation=generation, behind=at.engine.behind, replica=replica)
