"""`council serve`: the HTTP server."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexer.data_folder import data_folder
from indexer.errors import CouncilError
from service import locks, logs, metrics_folder
from service.identity import binding
from service.server_settings import Settings, load
from service.supervisor import Supervisor

_BACKLOG = 2_048


def serve(options: Mapping[str, Any], file: Path | None = None) -> int:
    """Serve the page and the API until told to end; returns the exit status.

    `options` are settings from the command line, None where not given; `file` is the settings file it names. Raises
    SettingError for settings that cannot be used, and for an address that others reach while the service cannot tell
    callers apart; CouncilError where the address cannot be had.
    """
    settings = load(options, file).settings
    loopback = only_this_machine(settings)
    logs.configure(settings)
    if settings.workers > 1:
        metrics_folder.share_between_workers()
    with listen(settings.host, settings.port) as listening, locks.serving(settings.index):
        host, port = listening.getsockname()[:2]
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        return Supervisor(
            listening, address, settings, loopback=loopback, reload=lambda: load(options, file).settings
        ).run()


def only_this_machine(settings: Settings) -> bool:
    """Whether callers can only be of this machine: not behind a proxy, though the proxy is. Raises SettingError."""
    own = binding.check(settings.host, settings.data or data_folder(settings.index), settings)
    return own and not settings.trusted_proxies


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises CouncilError where the address cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(_BACKLOG)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise CouncilError(
            f"the server could not listen on {host}, port {port} ({error.strerror}); if the port is in use, give "
            "another with --port"
        ) from error
    return listening
