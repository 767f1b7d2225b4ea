"""Keeping an index up to date with its sources: built once, and again whenever something changed and settled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from watchfiles import watch

from indexer.build import BuildReport
from indexer.catalogue import MANIFEST_NAME
from indexer.data_folder import OVERRIDES, UPLOADS, data_folder
from indexer.embedding import Embedder
from indexer.errors import CouncilError, SettingError
from indexer.source_readings import Progress
from indexer.stores import open_store

_SETTLED_AFTER = 1.0  # seconds without a change that matters
_LONGEST_UNSETTLED = 30.0  # seconds after which a build begins although changes go on
_LOOK = 200  # milliseconds


def keep_up(
    sources: Sequence[Path],
    folder: Path,
    embedder: Embedder,
    *,
    told: Callable[[BuildReport | CouncilError], None],
    stop: threading.Event | None = None,
    data: Path | None = None,
    store: str | None = None,
    rebuild: bool = False,
    progress: Progress = lambda stage, done, total: None,
) -> None:
    """Build the index in `folder` now, and after each change of sources, uploads or decisions, until `stop` is set.

    `store` is the address of an index that is kept elsewhere: see `indexer.stores.open_store`.

    `told` gets the report of the first build and of each that changed something or failed on a file, and the error of
    one that failed whole; the next change tries again. Raises SettingError for a source that does not exist when it
    begins, and KeyboardInterrupt, at any moment, without harm to the index.
    """
    data = data.resolve() if data is not None else data_folder(folder)
    for source in sources:
        if not source.exists():
            raise SettingError(f"{source}: no such file or folder; name the documents or the folder that holds them")
    (data / UPLOADS).mkdir(parents=True, exist_ok=True)
    kept = open_store(folder, store, data)
    relevant = _Relevant(sources, folder, data)
    first = True
    began: float | None = time.monotonic() - _LONGEST_UNSETTLED  # when something to build for was seen
    latest = began
    # Watching begins before the first build: what changes meanwhile is seen after it.
    for changes in watch(
        *relevant.roots, watch_filter=None, debounce=_LOOK, step=50, rust_timeout=_LOOK, yield_on_timeout=True,
        stop_event=stop,
    ):  # fmt: skip
        now = time.monotonic()
        if any(relevant(Path(path)) for _, path in changes):
            began, latest = began if began is not None else now, now
        if began is None or latest is None or now < min(latest + _SETTLED_AFTER, began + _LONGEST_UNSETTLED):
            continue
        began = latest = None
        try:
            report = kept.build(sources, embedder, rebuild=rebuild and first, wait=True, progress=progress)
        except CouncilError as error:
            told(error)
        else:
            if first or report.changed or report.failures:
                told(report)
            first = False


class _Relevant:
    """Which changes ask for a build: those of documents, catalogues and decisions; not those that a build makes."""

    def __init__(self, sources: Sequence[Path], folder: Path, data: Path) -> None:
        self._sources = [source.resolve() for source in sources]
        self._index, self._data = folder.resolve(), data
        named = [source if source.is_dir() else source.parent for source in self._sources]
        above = [source.parent for source in named if source.name == "documents"]  # where a catalogue may stand
        self._catalogues = {path / MANIFEST_NAME for path in [*named, *above]}
        roots = [*named, *(path.parent for path in self._catalogues if path.is_file()), data]
        self.roots = tuple(dict.fromkeys(roots))

    def __call__(self, path: Path) -> bool:
        if path.is_relative_to(self._data):
            inside = path.relative_to(self._data)
            return inside == Path(OVERRIDES) or (inside.parts[0] == UPLOADS and not inside.name.startswith("."))
        if path.is_relative_to(self._index):
            return False
        if path in self._catalogues or path in self._sources:
            return True
        for source in self._sources:
            if path.is_relative_to(source):
                return not any(part.startswith(".") for part in path.relative_to(source).parts)
        return False
