"""Feedback on answers."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Query

from service import feedback, metrics
from service.access import Action, Caller
from service.callers import Here, Seen, may
from service.feedback import FeedbackPage, FeedbackParameters, FeedbackRequest, FeedbackTaken


def add(app: FastAPI) -> None:
    """Add the routes to `app`."""

    @app.post("/v1/feedback", status_code=201, tags=["feedback"])
    def give(
        body: FeedbackRequest, engine: Seen, at: Here, who: Annotated[Caller, Depends(may(Action.GIVE_FEEDBACK))]
    ) -> FeedbackTaken:
        """Say whether an answer helped, or what is wrong with it; whoever may ask may say."""
        kept = FeedbackTaken(id=feedback.keep(at.state, who, engine, body))
        metrics.FEEDBACK.labels(body.verdict).inc()
        return kept

    @app.get("/v1/feedback", tags=["feedback"])
    def listed(
        parameters: Annotated[FeedbackParameters, Query()],
        at: Here,
        who: Annotated[Caller, Depends(may(Action.READ_FEEDBACK))],
    ) -> FeedbackPage:
        """List the feedback, newest first."""
        return feedback.page(at.state, parameters)
