"""`council serve`: the HTTP server."""

from __future__ import annotations

import math
from pathlib import Path

from indexer.data_folder import data_folder
from indexer.errors import CouncilError, SettingError
from service import logs
from service.api import create_app
from service.edge.http_protocol import ProblemProtocol
from service.identity import binding
from service.server_settings import Settings


def serve(folder: Path, host: str, port: int, *, model: str | None = None, reranker: str | None = None) -> None:
    """Serve the page and the API on `host` and `port` until interrupted.

    Raises SettingError for an address that others reach while the service cannot tell callers apart, CouncilError
    where the port cannot be had.
    """
    settings = Settings()
    loopback = binding.check(host, settings.data or data_folder(folder), settings)
    if not 0 <= port <= 65_535:
        raise SettingError(f"--port {port}: give a port from 0 to 65535")
    import uvicorn

    try:
        logs.configure(settings)
        app = create_app(folder, model, reranker, settings=settings, loopback=loopback)
        seconds = math.ceil(settings.shutdown_seconds)
        # Its own log lines of requests hold query strings, so questions: ours stand in their place.
        uvicorn.run(
            app,
            host=host,
            port=port,
            server_header=False,
            http=ProblemProtocol,
            timeout_graceful_shutdown=seconds,
            log_config=None,
            access_log=False,
        )
    except SystemExit as error:  # how uvicorn says that it could not start; its log names the reason
        raise CouncilError(
            f"the server could not listen on {host}, port {port}; if the port is in use, give another with --port"
        ) from error
