"""The index that serves, as each audience may see it: its generation, less what was taken away since."""

from __future__ import annotations

import threading
from pathlib import Path

from indexer import overrides
from indexer.data_folder import data_folder
from indexer.documents import Distribution
from indexer.overrides import Overrides
from indexer.store import Index, current_generation, open_index


def seen_by(index: Index, decided: Overrides, audience: Distribution) -> Index:
    """The generation as `audience` may see it: without the documents withdrawn, or kept from it, since it was built.

    A wider audience is granted by the next generation only.
    """
    hidden = [
        document_id
        for document_id, override in decided.documents.items()
        if override.withdrawn or (override.distribution is not None and override.distribution.rank > audience.rank)
    ]
    return index.seen_by(audience, hidden)


def open_seen(folder: Path, audience: Distribution = Distribution.SECRETARIAT, *, model: str | None = None) -> Index:
    """The generation that serves in `folder` as `audience` may see it; errors are those of `open_index`."""
    decided = overrides.load(data_folder(folder))
    return seen_by(open_index(folder, model=model), decided, audience)


class Serving:
    """The generation that serves now, and what the secretariat took away since it was built; shared by all views."""

    def __init__(self, folder: Path, data: Path, model: str) -> None:
        self._folder, self._data, self._model = folder, data, model
        self._lock = threading.Lock()
        self._index = open_index(folder, model=model)
        self._revision = overrides.revision(data)
        self._overrides = overrides.load(data)
        self._views: dict[Distribution, Index] = {}

    def index(self, audience: Distribution) -> Index:
        """The generation as `audience` may see it at this moment."""
        if not self._current():
            with self._lock:
                if not self._current():
                    self._renew()
        self._index.check_whole()
        view = self._views.get(audience)
        if view is None:
            with self._lock:
                view = self._views.get(audience) or seen_by(self._index, self._overrides, audience)
                self._views[audience] = view
        return view

    def _current(self) -> bool:
        return (
            current_generation(self._folder) == self._index.generation
            and overrides.revision(self._data) == self._revision
        )

    def _renew(self) -> None:
        # The revision is read before the file: one that changes in between is read again next time.
        revision = overrides.revision(self._data)
        decided = overrides.load(self._data)
        if current_generation(self._folder) != self._index.generation:
            self._index = open_index(self._folder, model=self._model)
        self._overrides, self._revision, self._views = decided, revision, {}
