"""What makes an installation a replica: `replica.json` in its data folder, which `council replicate` writes.

A replica takes index, decisions and keys from its source and changes none of them itself. `replica.followed` beside it
is touched whenever decisions and keys were taken over, or found to be the same: its time says how old they may be.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from indexer import decided_file
from indexer.documents import Distribution
from indexer.errors import CouncilError
from indexer.store import Manifest

REPLICA = "replica.json"
_FOLLOWED = "replica.followed"


class Replica(BaseModel):
    """What a replica is of, and what it has of it.

    `source` and `source_data` are folders; `taken` is the generation of the source that it has, None where it reads the
    source's own index folder. `narrowed` are documents that the source's generation no longer holds (None), or keeps
    for another audience than the one that this replica still has. `trouble` says why it is behind.
    """

    model_config = ConfigDict(frozen=True)

    format_version: int = decided_file.FORMAT_VERSION
    source: str
    source_data: str
    taken: str | None = None
    narrowed: dict[str, Distribution | None] = {}
    trouble: str | None = None


class ReplicaError(CouncilError):
    """A change asked of a replica, which takes all from its source."""

    def __init__(self, replica: Replica, data: Path) -> None:
        self.source = replica.source
        super().__init__(
            f"{data / REPLICA}: this is a replica of {replica.source}; make the change there, or, to have this one "
            "stand alone from now on, end council replicate and remove this file"
        )


def load(data: Path) -> Replica | None:
    """What the installation with this data folder is a replica of; None for one of its own.

    Raises IndexUnusableError where the file cannot be read.
    """
    return decided_file.read(data / REPLICA, Replica)


def save(data: Path, replica: Replica) -> None:
    """Write `replica` down, unless it stands there already. Raises CouncilError where it cannot be written."""
    if load(data) == replica:
        return
    with decided_file.turn(data / REPLICA):
        decided_file.write(data / REPLICA, replica)


def refuse_to_change(data: Path) -> None:
    """Raise ReplicaError where the data folder is a replica's."""
    replica = load(data)
    if replica is not None:
        raise ReplicaError(replica, data)


def revision(data: Path) -> tuple[int, int, int] | None:
    """What changes whenever the file does, at the cost of one look; None where there is none."""
    return decided_file.revision(data / REPLICA)


def mark_followed(data: Path, source_data: Path) -> None:
    """Note that decisions and keys are, at this moment, those of the source. Raises OSError.

    Where the source is a replica itself, they are as old as they are there.
    """
    path = data / _FOLLOWED
    path.touch(mode=0o600)
    if (source_data / REPLICA).exists():
        since = (source_data / _FOLLOWED).stat().st_mtime_ns if (source_data / _FOLLOWED).exists() else 0
        os.utime(path, ns=(since, since))
    else:
        os.utime(path)


def age(data: Path) -> float | None:
    """Seconds since decisions and keys were those of the source; None where they never were."""
    try:
        return max(0.0, time.time() - (data / _FOLLOWED).stat().st_mtime)
    except OSError:
        return None


def narrowed(before: Manifest, later: Manifest) -> Mapping[str, Distribution | None]:
    """The documents of a generation that a later one no longer holds (None), or keeps for others than before."""
    kept = {state.document_id: state.distribution for state in later.sources.values()}
    return {
        state.document_id: kept.get(state.document_id)
        for state in before.sources.values()
        if kept.get(state.document_id) is not state.distribution
    }
