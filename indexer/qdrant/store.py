"""The generations of an index in Qdrant."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from indexer.build import BuildReport
from indexer.embedding import Embedder
from indexer.errors import IndexUnusableError
from indexer.qdrant import build
from indexer.qdrant.address import Address
from indexer.qdrant.connection import Connection
from indexer.qdrant.generation import Generation, manifest, read_headers, read_meta
from indexer.qdrant.index import QdrantIndex
from indexer.qdrant.turns import OvertakenError
from indexer.shards import Shard
from indexer.source_readings import Progress
from indexer.store import Manifest

_TRIES = 3  # of a build that another came before
_ASKED_AGAIN = 1.0  # seconds after which the server is asked again which generation serves


class QdrantStore:
    """Generations in Qdrant; `data` is the data folder. Raises SettingError for an address that cannot be used."""

    def __init__(self, address: str, data: Path) -> None:
        self._address, self._data = Address.read(address), data
        self._connection = Connection(self._address)
        self._told: tuple[float, str | None] = (float("-inf"), None)

    def current(self) -> str | None:
        """The name of the generation that serves, as of a second ago at most; None where there is none."""
        asked, name = self._told
        if time.monotonic() - asked > min(_ASKED_AGAIN, self._address.options.grace / 2):
            name = self._connection.serving()
            self._told = (time.monotonic(), name)
        return name

    def open(self, embedder: Embedder) -> QdrantIndex:
        """The generation that serves. Raises IndexUnusableError, with the mend, where it cannot be used."""
        for _ in range(3):
            name = self._connection.serving()
            if name is None:
                break
            try:
                return QdrantIndex(Generation.opened(self._connection, name, embedder))
            except IndexUnusableError:
                if self._connection.serving() == name:
                    raise  # else a build switched, and removed it, between two reads
        raise self._none()

    def _none(self) -> IndexUnusableError:
        return IndexUnusableError(
            f"{self._address.text}: no index here; build one: council index SOURCE... --store {self._address.text}"
        )

    def manifest(self, generation: str) -> Manifest:
        """The manifest of a generation."""
        meta = read_meta(self._connection, generation)
        return manifest(meta, read_headers(self._connection, generation))

    def build(
        self,
        sources: Sequence[Path],
        embedder: Embedder,
        *,
        rebuild: bool,
        progress: Progress,
        wait: bool = False,
    ) -> BuildReport:
        """Make the index hold exactly the documents of `sources`, and those uploaded.

        Where another build came in between, OvertakenError is raised; with `wait` it is begun again from that one's.
        """

        def build_once() -> BuildReport:
            return build.build(sources, self._connection, embedder, self._data, rebuild=rebuild, progress=progress)

        return self._switched(_again(build_once) if wait else build_once())

    def build_part(
        self, sources: Sequence[Path], shard: Shard, embedder: Embedder, *, rebuild: bool, progress: Progress
    ) -> BuildReport:
        """Write one part of the next generation; `finish` switches to it once all are written."""
        return build.build(
            sources, self._connection, embedder, self._data, rebuild=rebuild, shard=shard, progress=progress
        )

    def finish(self, embedder: Embedder) -> BuildReport:
        """Switch to the generation whose parts have all been written."""
        return self._switched(build.finish(self._connection, embedder, self._data))

    def update(self, embedder: Embedder, *, progress: Progress) -> BuildReport:
        """Make the index follow the uploads and decisions since it was built; after another build, if one is faster."""
        return self._switched(_again(lambda: build.update(self._connection, embedder, self._data, progress=progress)))

    def condition(self) -> tuple[str, list[str]]:
        """How the server says that the generation that serves is, and the names of others that are held.

        Those are being built, or were left by builds that were interrupted. Raises IndexUnusableError where the server
        cannot be asked, or none serves.
        """
        serving = self._connection.serving()
        if serving is None:
            raise self._none()
        others = [name for name in self._connection.generations() if name != serving]
        return self._connection.condition(serving), others

    def _switched(self, report: BuildReport) -> BuildReport:
        self._told = (float("-inf"), None)
        return report


def _again(build_once: Callable[[], BuildReport]) -> BuildReport:
    """The report of a build, begun again where another came before it."""
    for _ in range(_TRIES - 1):
        try:
            return build_once()
        except OvertakenError:
            continue
    return build_once()
