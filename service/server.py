"""`council serve`: the address is taken and checked here; `service.supervisor` then runs the processes that answer."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexer.errors import CouncilError, SettingError
from service import locks
from service.server_settings import Settings, load
from service.supervisor import Supervisor

_BACKLOG = 2_048


def serve(options: Mapping[str, Any], file: Path | None = None) -> int:
    """Serve the page and the API until told to end; returns the exit status.

    `options` are settings from the command line, None where not given; `file` is the settings file it names. Raises
    SettingError for settings that cannot be used, CouncilError where the address cannot be had.
    """
    settings = load(options, file).settings
    check_address(settings)
    with listen(settings.host, settings.port) as listening, locks.serving(settings.index):
        host, port = listening.getsockname()[:2]
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        return Supervisor(listening, address, settings, lambda: load(options, file).settings).run()


def check_address(settings: Settings) -> None:
    """Raise SettingError for an address that others can reach: callers cannot be told apart yet."""
    if not is_loopback(settings.host):
        raise SettingError(
            f"--host {settings.host}: callers cannot be told apart yet, so the service listens on this machine only; "
            "use --host 127.0.0.1, and a reverse proxy that checks who calls if others must reach it"
        )


def is_loopback(host: str) -> bool:
    """Whether `host` is an address of this machine that no other reaches."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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
