"""Keeping the audit log no longer than it may be kept."""

from __future__ import annotations

import logging
import threading

from indexer.errors import CouncilError
from service import audit
from service.state import State

_DAY = 86_400.0
_log = logging.getLogger(__name__)


class Retention:
    """Removes entries older than `days`, when it starts and once a day, from a thread of its own."""

    def __init__(self, state: State, days: int) -> None:
        self._state, self._days = state, days
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; a second call does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="audit retention", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End; a removal under way is finished first."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while True:
            try:
                if removed := audit.prune(self._state, self._days):
                    _log.info(
                        "%d entries of the audit log were older than %d days and are removed", removed, self._days
                    )
            except CouncilError as error:
                _log.error("the audit log could not be cleared of old entries: %s", error)
            if self._ended.wait(_DAY):
                break
        self._state.close()
