"""What every request passes on its way to the routes: its id, the limits, the deadline, and conditional answers."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from service.edge.body_size import BodySize
from service.edge.conditional import Conditional
from service.edge.deadline import Deadline
from service.edge.rate import RatePerCaller
from service.edge.response_headers import ResponseHeaders
from service.edge.slots import Slots
from service.installation import Installation

JSON_BYTES = 1_000_000
COMPRESSED_FROM = 1_400  # bytes: less goes in one packet as it is
RATE_FOR_OTHERS = 1_200  # a minute, where others than this machine can reach the server


def add(app: FastAPI) -> None:
    """Surround the routes of `app`; its installation must be in place. The last added is the first passed."""
    at: Installation = app.state.installation
    app.add_middleware(Conditional)
    # Around it: tags leave out the time that an answer took, which only the plain body shows. They are weak for that.
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM, compresslevel=5)
    # Within the deadline: whose request was given up keeps its place until its thread has ended.
    app.add_middleware(Slots, most=at.settings.max_concurrent)
    app.add_middleware(Deadline, seconds=at.settings.request_seconds)
    rate = at.settings.rate_per_minute or (None if at.loopback else RATE_FOR_OTHERS)
    if rate is not None:
        app.add_middleware(RatePerCaller, per_minute=rate)
    app.add_middleware(BodySize, most=JSON_BYTES)
    app.add_middleware(ResponseHeaders)
