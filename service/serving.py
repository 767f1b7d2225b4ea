"""The index that serves, as each audience may see it: its generation, less what was taken away since."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from indexer import overrides
from indexer.data_folder import data_folder
from indexer.documents import Distribution
from indexer.errors import IndexUnusableError
from indexer.overrides import Overrides
from indexer.store import Index, Manifest, current_generation, open_index, read_manifest

_TRIED_AGAIN = 5.0  # seconds after which a damaged generation is opened again: it may have been restored
_log = logging.getLogger(__name__)


def seen_by(
    index: Index, decided: Overrides, audience: Distribution, narrowed: Mapping[str, Distribution | None] | None = None
) -> Index:
    """The generation as `audience` may see it: without the documents withdrawn, or kept from it, since it was built.

    `narrowed` has the documents that a later generation keeps for a narrower audience, or no longer holds: None. A
    wider audience is granted by the next generation only.
    """
    narrowed = narrowed or {}
    hidden = [
        document_id
        for document_id, override in decided.documents.items()
        if override.withdrawn or (override.distribution is not None and override.distribution.rank > audience.rank)
    ]
    hidden += [
        document_id
        for document_id, kept_for in narrowed.items()
        if kept_for is None or (decided.of(document_id).distribution is None and kept_for.rank > audience.rank)
    ]
    return index.seen_by(audience, hidden)


def open_seen(folder: Path, audience: Distribution = Distribution.SECRETARIAT, *, model: str | None = None) -> Index:
    """The generation that serves in `folder` as `audience` may see it; errors are those of `open_index`."""
    decided = overrides.load(data_folder(folder))
    return seen_by(open_index(folder, model=model), decided, audience)


class Serving:
    """The generation that serves now, and what the secretariat took away since it was built; shared by all views.

    Where a new generation turns out to be damaged, the one before goes on, less what the new one's manifest takes away;
    without a manifest nobody knows what that is, and nothing is shown.
    """

    def __init__(self, folder: Path, data: Path, model: str) -> None:
        self._folder, self._data, self._model = folder, data, model
        self._lock = threading.Lock()
        self._index = open_index(folder, model=model)
        self._revision = overrides.revision(data)
        self._overrides = overrides.load(data)
        self._views: dict[Distribution, Index] = {}
        self._damaged: str | None = None  # the generation that should serve and cannot, and when it was tried
        self._tried = 0.0
        self._narrowed: dict[str, Distribution | None] = {}

    @property
    def behind(self) -> bool:
        """Whether an earlier generation goes on for one that is damaged."""
        return self._damaged is not None

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
                view = self._views.get(audience) or seen_by(self._index, self._overrides, audience, self._narrowed)
                self._views[audience] = view
        return view

    def _current(self) -> bool:
        generation = current_generation(self._folder)
        if generation == self._damaged and time.monotonic() - self._tried < _TRIED_AGAIN:
            generation = self._index.generation
        return generation == self._index.generation and overrides.revision(self._data) == self._revision

    def _renew(self) -> None:
        # The revision is read before the file: one that changes in between is read again next time.
        revision = overrides.revision(self._data)
        decided = overrides.load(self._data)
        generation = current_generation(self._folder)
        if generation != self._index.generation or self._damaged is not None:
            try:
                if generation != self._index.generation:
                    self._index = open_index(self._folder, model=self._model)
                self._damaged, self._narrowed = None, {}
            except IndexUnusableError as error:
                if generation is None:
                    raise
                later = read_manifest(self._folder, generation)
                if later.model != self._model:
                    raise
                if generation != self._damaged:
                    _log.error("%s; generation %s goes on", error, self._index.generation)
                self._narrowed = _narrowed(self._index.manifest, later)
                self._damaged, self._tried = generation, time.monotonic()
        self._overrides, self._revision, self._views = decided, revision, {}


def _narrowed(before: Manifest, later: Manifest) -> dict[str, Distribution | None]:
    """The documents of a generation that a later one no longer holds, or keeps for others than before."""
    kept = {state.document_id: state.distribution for state in later.sources.values()}
    return {
        state.document_id: kept.get(state.document_id)
        for state in before.sources.values()
        if kept.get(state.document_id) is not state.distribution
    }
