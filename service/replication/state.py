"""What a server tells of the replica that it serves, and that it changes nothing of it."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field

from indexer import replicas
from service.problems import ProblemError


class ReplicaState(BaseModel):
    """What a replica follows, and how far it got."""

    source: str = Field(description="Index folder of the source")
    generation: str | None = Field(default=None, description="The source's generation that it has")
    age_seconds: float | None = Field(
        default=None, description="Since decisions and keys were last those of the source; null if they never were"
    )
    trouble: str | None = Field(default=None, description="Why it is behind")


def of(data: Path) -> ReplicaState | None:
    """What the installation with this data folder follows; None for one of its own."""
    replica = replicas.load(data)
    if replica is None:
        return None
    age = replicas.age(data)
    return ReplicaState(
        source=replica.source,
        generation=replica.taken,
        age_seconds=None if age is None else round(age, 1),
        trouble=replica.trouble,
    )


def refuse_to_change(data: Path) -> None:
    """Raise ProblemError, 409, where the data folder is a replica's."""
    replica = replicas.load(data)
    if replica is not None:
        raise ProblemError("replica", 409, source=replica.source)
