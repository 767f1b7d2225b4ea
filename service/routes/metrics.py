"""Metrics for Prometheus."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Response

from service import metrics
from service.access import Action, Caller
from service.callers import Here, may


def add(app: FastAPI) -> None:
    """Add the route to `app`."""

    @app.get(
        "/metrics",
        tags=["health"],
        response_class=Response,
        responses={
            200: {
                "description": "Metrics in Prometheus' text format",
                "content": {
                    "text/plain": {
                        "schema": {"type": "string"},
                        "example": 'council_answers_total{kind="list"} 12.0\n',
                    }
                },
            }
        },
    )
    def all_metrics(at: Here, who: Annotated[Caller, Depends(may(Action.SEE_STATE))]) -> Response:
        """Requests, stages, answers, abstentions, refusals, the index that serves and the jobs, as counted so far.

        For the secretariat's keys; on a server without any key, for this machine.
        """
        return Response(metrics.exposition(at), media_type=metrics.CONTENT_TYPE, headers={"Cache-Control": "no-store"})
