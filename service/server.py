"""`council serve`: the HTTP server."""

from __future__ import annotations

import ipaddress
import math
from pathlib import Path

from indexer.errors import CouncilError, SettingError
from service.api import create_app
from service.server_settings import Settings


def serve(folder: Path, host: str, port: int, *, model: str | None = None, reranker: str | None = None) -> None:
    """Serve the page and the API on `host` and `port` until interrupted.

    Members' documents may not be passed on, and callers cannot yet be told apart: only addresses of this machine
    are taken. Raises SettingError for any other, CouncilError where the port cannot be had.
    """
    if not _is_loopback(host):
        raise SettingError(
            f"--host {host}: callers cannot be told apart yet, so the service listens on this machine only; "
            "use --host 127.0.0.1, and a reverse proxy that checks who calls if others must reach it"
        )
    if not 0 <= port <= 65_535:
        raise SettingError(f"--port {port}: give a port from 0 to 65535")
    import uvicorn

    try:
        settings = Settings()
        app = create_app(folder, model, reranker, settings=settings)
        seconds = math.ceil(settings.shutdown_seconds)
        uvicorn.run(app, host=host, port=port, server_header=False, timeout_graceful_shutdown=seconds)
    except SystemExit as error:  # how uvicorn says that it could not start; its log names the reason
        raise CouncilError(
            f"the server could not listen on {host}, port {port}; if the port is in use, give another with --port"
        ) from error


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
