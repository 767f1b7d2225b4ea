"""A process that answers: started by `service.supervisor`, which tells it all on its standard input."""

from __future__ import annotations

import json
import math
import os
import socket
import sys
import threading

import uvicorn

from indexer.errors import CouncilError, SettingError
from service import logs
from service.api import create_app
from service.collecting import collect_seldom
from service.edge.http_protocol import ProblemProtocol
from service.server_settings import Settings


class _Server(uvicorn.Server):
    """A server that tells its supervisor when it listens, and ends when the supervisor is gone."""

    def __init__(self, config: uvicorn.Config, channel: socket.socket) -> None:
        super().__init__(config)
        self._channel = channel

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._channel.send(b"ready")
        threading.Thread(target=self._watch, name="supervisor", daemon=True).start()

    def _watch(self) -> None:
        self._channel.recv(1)  # nothing is ever sent: it returns when the other end is gone
        self.should_exit = True


def configured(settings: Settings, loopback: bool) -> uvicorn.Config:
    """The application under its server's configuration. Raises CouncilError where there is no usable index."""
    app = create_app(settings.index, settings.model, settings.reranker, settings=settings, loopback=loopback)
    return uvicorn.Config(
        app,
        http=ProblemProtocol,
        loop="uvloop",
        server_header=False,
        # Only from these is the caller's address taken out of a header; uvicorn alone would believe this machine.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=math.ceil(settings.shutdown_seconds),
        # Its own log lines of requests hold query strings, so questions: ours stand in their place.
        log_config=None,
        access_log=False,
    )


def main() -> int:
    """Answer until told to end; returns the exit status."""
    told = json.load(sys.stdin)
    settings = Settings(**told["settings"])
    os.environ.update(settings.carried())
    logs.configure(settings)
    listening, channel = socket.socket(fileno=told["listening"]), socket.socket(fileno=told["channel"])
    try:
        config = configured(settings, told["loopback"])
    except CouncilError as error:
        sys.stderr.write(f"council: {error}\n")
        return 2 if isinstance(error, SettingError) else 1
    collect_seldom()
    _Server(config, channel).run(sockets=[listening])
    return 0
