"""What one server process has at hand: the engine, the service's memory, and the settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from service.engine import Engine
from service.server_settings import Settings
from service.state import State


@dataclass(frozen=True, slots=True)
class Installation:
    """Handed to every request as `request.app.state.installation`.

    `folder` is the index folder, `data` its data folder. `loopback` says that the server listens on this machine
    only. The engine sees everything: a request takes that of its caller, from `service.callers`.
    """

    folder: Path
    data: Path
    engine: Engine
    state: State
    settings: Settings
    loopback: bool
