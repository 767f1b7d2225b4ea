"""Keys and sign-ins that were refused, in the audit log: never the key, and not so many that they fill the disk."""

from __future__ import annotations

import logging
import threading
import time
from functools import lru_cache
from pathlib import Path

from indexer.errors import CouncilError
from service import audit
from service.access import ANONYMOUS
from service.identity.keys import UnusableKeyError
from service.state import State

_A_MINUTE = 60.0
_ENTRIES_A_MINUTE = 30
_log = logging.getLogger(__name__)


class Allowance:
    """How many entries this process may still write in the minute under way, and how many it left out."""

    def __init__(self, entries: int = _ENTRIES_A_MINUTE) -> None:
        self._entries = entries
        self._lock = threading.Lock()
        self._began, self._written, self._left_out = float("-inf"), 0, 0

    def take(self, now: float) -> int | None:
        """The number left out before, where an entry may be written now; None where this one is left out too."""
        with self._lock:
            if now - self._began >= _A_MINUTE:
                self._began, self._written = now, 0
            if self._written >= self._entries:
                self._left_out += 1
                return None
            self._written += 1
            left_out, self._left_out = self._left_out, 0
            return left_out


@lru_cache(maxsize=64)
def _allowance(database: Path, action: str) -> Allowance:
    """That of each sort of refusal: many of one do not hide another."""
    return Allowance()


def record_key(state: State, error: UnusableKeyError) -> None:
    """Write down that a key was refused."""
    record(state, "key.refuse", str(error), error.key)


def record(state: State, action: str, reason: str, subject: str | None = None) -> None:
    """Write a refusal down. That it cannot be written leaves it a refusal."""
    left_out = _allowance(state.path, action).take(time.monotonic())
    if left_out is None:
        return
    detail = f"{reason}; {left_out} more refusals were not written down" if left_out else reason
    try:
        audit.record(state, ANONYMOUS, action, subject=subject, outcome="refused", detail=detail)
    except CouncilError as failed:
        _log.warning("a refusal could not be written to the audit log: %s", failed)
