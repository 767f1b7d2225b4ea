"""The folder in which several processes of one server keep their metrics together."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share_between_workers() -> Path:
    """Make the workers that are started from here on keep their metrics together, in a folder that ends with this one.

    To be called by the process that starts them. They must be started anew (spawned), or this be called before
    anything imports prometheus_client, which looks once.
    """
    if multiprocess := os.environ.get(VARIABLE):
        return Path(multiprocess)
    folder = Path(tempfile.mkdtemp(prefix="council-metrics-"))
    os.environ[VARIABLE] = str(folder)
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def shared() -> Path | None:
    """The folder where there is one; None for a server of one process."""
    folder = os.environ.get(VARIABLE)
    return Path(folder) if folder else None


def forget_dead_workers(folder: Path) -> None:
    """Leave out what workers that have ended say of the present: their requests in flight. Their totals stay."""
    for path in folder.glob("gauge_live*_*.db"):
        number = path.stem.rsplit("_", 1)[-1]
        if number.isdigit() and not _alive(int(number)):
            path.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
