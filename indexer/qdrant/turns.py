"""Whose turn it is to write: taken by whoever comes last, and looked at by the others before they write more.

Qdrant has no locks, and a process that was killed lets go of nothing. So a whole build writes into collections of its
own, and switches only where nobody else did since it began; parts, which share theirs, are held by a turn each.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from indexer.errors import CouncilError
from indexer.qdrant.connection import Connection
from indexer.qdrant.records import record_point

TURN = "turn"
FINISH = 0  # the number of the last step, where those of parts begin at 1


class OvertakenError(CouncilError):
    """Another build came in between; nothing of this one serves."""


class Turn:
    """The turn to write these parts of a generation; whoever had it stops at its next `check`."""

    def __init__(self, connection: Connection, generation: str, numbers: Sequence[int]) -> None:
        self._connection, self._generation, self._numbers = connection, generation, frozenset(numbers)
        self._token = uuid.uuid4().hex
        points = [record_point(TURN, str(one), {"part": one, "token": self._token}) for one in sorted(self._numbers)]
        connection.upsert(connection.records(generation), points)

    def check(self) -> None:
        """Raise OvertakenError where another process took the turn since."""
        tokens = {one["part"]: one["token"] for one in self._connection.of_kind(self._generation, TURN)}
        if any(tokens.get(number) != self._token for number in self._numbers):
            raise OvertakenError(
                f"{self._connection.address.text}: another process began to write the same part of generation "
                f"{self._generation}, or to finish it; this one stops, and the other goes on"
            )


def check_base(connection: Connection, base: str | None) -> None:
    """Raise OvertakenError where another generation serves than when a build began, which was `base`."""
    serving = connection.serving()
    if serving != base:
        raise OvertakenError(
            f"{connection.address.text}: another build switched to generation {serving} since this one began from "
            f"{base or 'none'}; nothing of this one serves; run the command again"
        )
