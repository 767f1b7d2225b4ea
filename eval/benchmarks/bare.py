"""A bare FastAPI application that returns bytes made beforehand: what the server and its framework cost by themselves.

    python -m eval.benchmarks.bare --answers FILE --searches FILE --port PORT

Each file holds one response a line, as the service gave them; they are returned in turn.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Response

from service.requests import AnswerRequest


def create_app(answers: Sequence[bytes], searches: Sequence[bytes]) -> FastAPI:
    """The two endpoints that are measured, without anything behind them."""
    app = FastAPI()
    answered, searched = cycle(answers), cycle(searches)

    @app.post("/v1/answer")
    def answer(body: AnswerRequest) -> Response:
        return Response(next(answered), media_type="application/json")

    @app.get("/v1/search")
    def search(q: str) -> Response:
        return Response(next(searched), media_type="application/json")

    @app.get("/readyz")
    def ready() -> Response:
        return Response()

    return app


def main() -> None:
    """Serve on loopback until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.bare", description=__doc__.split("\n")[0])
    parser.add_argument("--answers", type=Path, required=True)
    parser.add_argument("--searches", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    app = create_app(options.answers.read_bytes().splitlines(), options.searches.read_bytes().splitlines())
    uvicorn.run(app, host="127.0.0.1", port=options.port, server_header=False)


if __name__ == "__main__":
    main()
