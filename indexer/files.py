"""Writing files so that they outlast a crash."""

from __future__ import annotations

import os
from pathlib import Path


def bring_to_disk(path: Path) -> None:
    """Have the system write the file, or the folder's list of names, to the disk now."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
