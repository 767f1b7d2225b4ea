"""The generations in an index folder: the next one's name, and which earlier ones are kept, and for how long.

Readers on this machine go on with files that are removed while they are open. Over NFS they do not: there a reader has
to have noticed the next generation, and to have ended what it began, before the earlier one is cleared away.
"""

from __future__ import annotations

import os
import re
import shutil
from itertools import pairwise
from pathlib import Path

from indexer.errors import SettingError
from indexer.store import CURRENT

KEEP = "COUNCIL_KEEP_GENERATIONS"
DEFAULT_KEPT = 1
# Seconds that an earlier generation is kept at least: an NFS client may show the old CURRENT for 60, and a request may
# take 30 by the setting request_seconds.
KEPT_SECONDS = 120.0
_CLEARING = ".clearing-"
_NAME = re.compile(r"g([0-9]+)")


def kept() -> int:
    """How many earlier generations stay beside the one that serves. Raises SettingError for a value that is no number.

    The environment says, else one stays.
    """
    value = os.environ.get(KEEP) or str(DEFAULT_KEPT)
    if not re.fullmatch(r"[0-9]{1,3}", value):
        raise SettingError(f"{KEEP}: {value!r} cannot be used; give a whole number from 0 to 999")
    return int(value)


def number(name: str) -> int:
    """The number in a generation's name; -1 for what is none."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else -1


def numbered(folder: Path) -> list[Path]:
    """The folders of all generations, the earliest first."""
    return sorted((path for path in folder.glob("g*") if number(path.name) >= 0), key=lambda path: number(path.name))


def next_name(folder: Path) -> str:
    """A name after those of all generations that are there."""
    return f"g{max((number(path.name) for path in numbered(folder)), default=0) + 1:06d}"


def clear(folder: Path, serving: str) -> None:
    """Clear away what came before `serving`, but for those kept by number and those replaced a short while ago.

    One that is left today goes with a later build. What cannot be removed is left; raises SettingError as `kept`.
    """
    for left in folder.glob(f"{_CLEARING}*"):
        shutil.rmtree(left, ignore_errors=True)
    known = [path for path in numbered(folder) if number(path.name) <= number(serving)]
    candidates = list(pairwise(known))[: max(0, len(known) - 1 - kept())]
    if not candidates:
        return
    # Both times by the clock of the file system, which need not be this machine's.
    now = (folder / CURRENT).stat().st_mtime
    for path, follower in candidates:
        if now - follower.stat().st_mtime < KEPT_SECONDS:
            continue
        aside = folder / f"{_CLEARING}{path.name}"  # so that nobody opens the half that is left
        try:
            path.rename(aside)
        except OSError:
            continue
        shutil.rmtree(aside, ignore_errors=True)
