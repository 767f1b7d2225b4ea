"""Questions and searches."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query, Response
from starlette.exceptions import HTTPException

from service.callers import Seen
from service.contract import Answer, SearchResult
from service.engine import Engine, UnknownPassageError
from service.requests import AnswerRequest, PrecedentParameters, SearchParameters
from service.routes.json_response import as_json
from service.turns import in_turn


def add(app: FastAPI) -> None:
    """Add the routes to `app`."""

    @app.post("/v1/answer", tags=["questions"], response_model=Answer)
    async def answer(body: AnswerRequest, engine: Seen) -> Response:
        """Answer a question, with the passages that prove it."""

        def made(of: Engine) -> Answer:
            return of.answer(body.filters.query(body.question, body.language, body.limit))

        return as_json(await in_turn(engine.response, f"answer {body.model_dump_json()}", made))

    @app.get("/v1/search", tags=["questions"], response_model=SearchResult)
    async def search(parameters: Annotated[SearchParameters, Query()], engine: Seen) -> Response:
        """List the passages nearest to a text, best first.

        With `facets`, it also counts the passages found by the values of each filter.
        """

        def made(of: Engine) -> SearchResult:
            query = parameters.query(parameters.q, None, parameters.limit)
            return of.search(query, facets=parameters.facets)

        return as_json(await in_turn(engine.response, f"search {parameters.model_dump_json()}", made))

    @app.get("/v1/passages/{passage_id}/precedents", tags=["questions"])
    def precedents(passage_id: str, parameters: Annotated[PrecedentParameters, Query()], engine: Seen) -> Answer:
        """Find who can help with the needs that a passage states: what others did, build or offer."""
        try:
            return engine.precedents(
                passage_id,
                language=parameters.language,
                filters=parameters.filters(),
                statuses=tuple(parameters.status),
                limit=parameters.limit,
            )
        except UnknownPassageError as error:
            raise HTTPException(404) from error
