"""The index that serves, as each audience may see it: its generation, less what was taken away since."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class _State:
    """A generation with the decisions at one moment, and the views made of the two: put in place whole."""

    index: Index
    revision: tuple[int, int, int] | None
    decided: Overrides
    views: dict[Distribution, Index] = field(default_factory=dict)


class Serving:
    """The generation that serves now, and what the secretariat took away since it was built; shared by all views."""

    def __init__(self, folder: Path, data: Path, model: str) -> None:
        self._folder, self._data, self._model = folder, data, model
        self._lock = threading.Lock()
        self._state = self._read(open_index(folder, model=model))

    def index(self, audience: Distribution) -> Index:
        """The generation as `audience` may see it at this moment."""
        state = self._state
        if not self._is_current(state):
            with self._lock:
                state = self._state
                if not self._is_current(state):
                    state = self._state = self._renewed(state)
        state.index.check_whole()
        view = state.views.get(audience)
        if view is None:
            with self._lock:
                view = state.views.get(audience) or seen_by(state.index, state.decided, audience)
                state.views[audience] = view
        return view

    def _is_current(self, state: _State) -> bool:
        return (
            current_generation(self._folder) == state.index.generation
            and overrides.revision(self._data) == state.revision
        )

    def _renewed(self, before: _State) -> _State:
        index = before.index
        if current_generation(self._folder) != index.generation:
            index = open_index(self._folder, model=self._model)
        return self._read(index)

    def _read(self, index: Index) -> _State:
        # The revision is read before the file: one that changes in between is read again next time.
        revision = overrides.revision(self._data)
        return _State(index, revision, overrides.load(self._data))
