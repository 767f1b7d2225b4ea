"""Folders that nobody here may write to, for libraries that want to lock a file in the folder that they read."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory


def links_to(folder: Path) -> TemporaryDirectory[str] | None:
    """A folder of links to the files of a folder that cannot be written to; None for one that can.

    It lasts as long as the object. Raises OSError where none can be made, and FileNotFoundError for a missing folder.
    """
    if os.access(folder, os.W_OK):
        return None
    files = [path.resolve() for path in folder.iterdir() if path.is_file()]
    links = TemporaryDirectory(prefix="council-", ignore_cleanup_errors=True)
    for path in files:
        if path.suffix != ".lock":
            (Path(links.name) / path.name).symlink_to(path)
    return links
