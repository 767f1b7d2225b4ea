"""How long one request may go on working things out that a later one can have."""

from __future__ import annotations

import time


class Allowance:
    """Seconds that may be spent, counted from its making; None for as many as it takes."""

    def __init__(self, seconds: float | None = None) -> None:
        self._until = None if seconds is None else time.monotonic() + seconds
        self._begun = False

    def left(self) -> bool:
        """Whether one more thing may be begun: the first always."""
        first, self._begun = not self._begun, True
        return first or self._until is None or time.monotonic() < self._until
