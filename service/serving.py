"""The index that serves, as each audience may see it: its generation, less what was taken away since."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from indexer import embedding, overrides, replicas
from indexer.data_folder import data_folder
from indexer.documents import Distribution
from indexer.embedding import Embedder
from indexer.errors import IndexUnusableError
from indexer.index_protocol import Index
from indexer.overrides import Overrides
from indexer.store import open_index
from indexer.stores import IndexStore, open_store

_TRIED_AGAIN = 5.0  # seconds after which a damaged generation is opened again: it may have been restored
_Revision = tuple[tuple[int, int, int] | None, ...]  # of the decisions, and of what a replica knows of its source
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


def open_seen(
    folder: Path,
    audience: Distribution = Distribution.SECRETARIAT,
    *,
    embedder: Embedder | None = None,
    store: str | None = None,
) -> Index:
    """The generation that serves in `folder`, or at the address `store`, as `audience` may see it.

    `embedder` is what questions will be encoded with: of an index in a folder it may be left out where there are none.
    Errors are those of `open_index` and of `open_store`.
    """
    data = data_folder(folder)
    if store or embedder is not None:
        held = open_store(folder, store, data).open(embedder or embedding.load())
    else:
        held = open_index(folder)
    return seen_by(held, overrides.load(data), audience, _narrowed_at_source(data))


def _narrowed_at_source(data: Path) -> Mapping[str, Distribution | None]:
    """What the source of a replica takes away of the generation that the replica still has."""
    replica = replicas.load(data)
    return replica.narrowed if replica is not None else {}


@dataclass(frozen=True, slots=True)
class _State:
    """A generation with the decisions at one moment, and the views made of the two: put in place whole.

    `damaged` is the generation that should serve and cannot, last tried at `tried`, and `narrowed` what it takes away,
    or what the source of a replica does. `gone` says that the files of the generation are no longer there.
    """

    index: Index
    revision: _Revision
    decided: Overrides
    damaged: str | None = None
    tried: float = 0.0
    narrowed: Mapping[str, Distribution | None] = field(default_factory=dict)
    gone: bool = False
    views: dict[Distribution, Index] = field(default_factory=dict)


class Serving:
    """The generation that serves now, and what the secretariat took away since it was built; shared by all views.

    Where a new generation turns out to be damaged, the one before goes on, less what the new one's manifest takes away;
    without a manifest nobody knows what that is, and nothing is shown.
    """

    def __init__(self, store: IndexStore, data: Path, embedder: Embedder) -> None:
        self._store, self._data, self._embedder = store, data, embedder
        self._lock = threading.Lock()
        index = store.open(embedder)
        # The revision is read before the file: one that changes in between is read again next time.
        revision = self._revision()
        self._state = _State(index, revision, overrides.load(data), narrowed=_narrowed_at_source(data))

    @property
    def behind(self) -> bool:
        """Whether an earlier generation goes on for one that is damaged."""
        return self._state.damaged is not None

    def index(self, audience: Distribution) -> Index:
        """The generation as `audience` may see it at this moment."""
        state = self._state
        if not self._is_current(state):
            with self._lock:
                state = self._state
                if not self._is_current(state):
                    state = self._state = self._renewed(state)
        if not state.index.check_whole() and not state.gone:
            with self._lock:
                state = self._state
                if not state.gone and not state.index.check_whole():
                    state = self._state = self._reopened(state)
        view = state.views.get(audience)
        if view is None:
            with self._lock:
                view = state.views.get(audience) or seen_by(state.index, state.decided, audience, state.narrowed)
                state.views[audience] = view
        return view

    def _is_current(self, state: _State) -> bool:
        generation = self._store.current()
        if generation == state.damaged and time.monotonic() - state.tried < _TRIED_AGAIN:
            generation = state.index.generation
        if state.gone and time.monotonic() - state.tried >= _TRIED_AGAIN:
            return False
        return generation == state.index.generation and self._revision() == state.revision

    def _revision(self) -> _Revision:
        return overrides.revision(self._data), replicas.revision(self._data)

    def _reopened(self, before: _State) -> _State:
        """The generation that serves, opened anew: the files of the one that is open are gone, or are others.

        Where none can be opened, what is open goes on; it is tried again in a while.
        """
        try:
            index = self._store.open(self._embedder)
        except IndexUnusableError as error:
            if not before.gone:
                _log.error("%s; what is open of generation %s goes on", error, before.index.generation)
            return replace(before, gone=True, tried=time.monotonic())
        at_source = _narrowed_at_source(self._data)
        return replace(before, index=index, damaged=None, narrowed=at_source, gone=False, views={})

    def _renewed(self, before: _State) -> _State:
        revision = self._revision()
        decided, at_source = overrides.load(self._data), _narrowed_at_source(self._data)
        generation = self._store.current()
        if generation == before.index.generation:
            state = _State(before.index, revision, decided, narrowed=at_source)
            return self._reopened(replace(state, gone=True)) if before.gone else state
        try:
            return _State(self._store.open(self._embedder), revision, decided, narrowed=at_source)
        except IndexUnusableError as error:
            if generation is None:
                raise
            later = self._store.manifest(generation)
            if later.model != self._embedder.id:
                raise
            if generation != before.damaged:
                _log.error("%s; generation %s goes on", error, before.index.generation)
            narrowed = {**at_source, **replicas.narrowed(before.index.manifest, later)}
            return _State(before.index, revision, decided, generation, time.monotonic(), narrowed)
