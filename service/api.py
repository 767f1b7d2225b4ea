"""The application: the HTTP API under `/v1`, health checks, and the page."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import Depends, FastAPI
from starlette.concurrency import run_in_threadpool

from indexer.data_folder import data_folder
from service import edge, observing, openapi, problems
from service.engine import Engine
from service.installation import Installation
from service.request_shape import checked
from service.routes import audit, documents, feedback, health, holdings, jobs, metrics, questions, session
from service.routes import problems as problem_pages
from service.server_settings import Settings, load
from service.state import State
from service.uploads.supervisor import Supervisor
from service.web import ask, exchange, exchange_exports, manage, refusals, register_page, search, sign_in, topics
from service.web import documents as document_pages
from service.wording import open_writer

_logger = logging.getLogger("service")


def create_app(
    folder: Path,
    model: str | None = None,
    reranker: str | None = None,
    *,
    settings: Settings | None = None,
    loopback: bool = True,
) -> FastAPI:
    """The application over the index in `folder`. Raises IndexUnusableError where there is no usable index.

    `settings` are those of the environment if None; `loopback` says that only this machine can reach the server.
    """
    settings = settings if settings is not None else load().settings
    data = settings.data if settings.data is not None else data_folder(folder)
    engine = Engine(folder, model, reranker, writer=open_writer(), data=data, store=settings.store)
    threading.Thread(target=_warm, args=(engine,), name="warming", daemon=True).start()
    supervisor = Supervisor(folder, data, model, settings.store)
    app = FastAPI(
        title="Council Search",
        version=version("council-search"),
        summary="Bilingual search and cited answers over a council's documents",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        responses={
            "4XX": {"model": problems.Problem, "description": "Refused: the body says why and what to mend"},
            "5XX": {"model": problems.Problem, "description": "Failed: the body says what to do"},
        },
        lifespan=_lifespan,
        dependencies=[Depends(checked)],
        generate_unique_id_function=openapi.operation_id,
        docs_url=None,  # they need scripts, which no page of ours may run
        redoc_url=None,
    )
    problems.install(app)
    openapi.install(app)
    app.state.installation = Installation(folder, data, engine, State(data), settings, loopback)
    app.state.supervisor = supervisor
    parts = (
        questions,
        holdings,
        documents,
        jobs,
        feedback,
        audit,
        health,
        metrics,
        session,
        problem_pages,
        ask,
        search,
        topics,
        document_pages,
        sign_in,
        manage,
        refusals,
        exchange,
        register_page,
        exchange_exports,
    )
    for part in parts:
        part.add(app)

    edge.add(app)
    observing.add(app)  # outermost: it sees what the edge refuses too
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Look after uploads while the server runs, those too that an earlier one left behind."""
    app.state.supervisor.start()
    yield
    await run_in_threadpool(app.state.supervisor.stop)
    await run_in_threadpool(app.state.page_shelf.stop)


def _warm(engine: Engine) -> None:
    """Read ahead while the first callers come; that it fails is no reason not to serve."""
    try:
        engine.warm()
    except Exception:
        _logger.exception("reading ahead failed; first answers are slower")
