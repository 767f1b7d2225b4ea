"""Where the generations of an index are kept: in a folder, or in Qdrant; each opens, builds and brings up to date."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from indexer import build as folder_build
from indexer import generations, store
from indexer.build import BuildReport
from indexer.data_folder import data_folder
from indexer.embedding import Embedder
from indexer.index_protocol import Index
from indexer.source_readings import Progress
from indexer.store import Manifest


class IndexStore(Protocol):
    """The generations of one index; safe to use from several threads."""

    def current(self) -> str | None:
        """The name of the generation that serves, None where there is none."""
        ...

    def open(self, embedder: Embedder) -> Index:
        """The generation that serves. Raises IndexUnusableError, with the mend, where it cannot be used."""
        ...

    def manifest(self, generation: str) -> Manifest:
        """The manifest of a generation; IndexUnusableError where it cannot be read."""
        ...

    def build(
        self,
        sources: Sequence[Path],
        embedder: Embedder,
        *,
        rebuild: bool,
        progress: Progress,
        wait: bool = False,
    ) -> BuildReport:
        """Make the index hold exactly the documents of `sources`, and those uploaded: see `indexer.build.build`.

        Raises CouncilError where another build is writing, or came in between; `wait` has it build after that one.
        """
        ...

    def update(self, embedder: Embedder, *, progress: Progress) -> BuildReport:
        """Make the index follow the uploads and decisions since it was built: see `indexer.build.update`."""
        ...

    def condition(self) -> tuple[str, list[str]]:
        """How what keeps it says it is (green, yellow while it indexes, grey, red), and other generations held.

        Those are earlier ones, or ones that are built or were left by builds that were killed.
        """
        ...


class FolderStore:
    """Generations in a folder of this machine; `data` is the data folder, that of the index if None."""

    def __init__(self, folder: Path, data: Path | None = None) -> None:
        self.folder, self._data = folder, data

    def current(self) -> str | None:
        """The name of the generation that serves, None where there is none."""
        return store.current_generation(self.folder)

    def open(self, embedder: Embedder) -> Index:
        """The generation that serves."""
        return store.open_index(self.folder, model=embedder.id)

    def manifest(self, generation: str) -> Manifest:
        """The manifest of a generation."""
        return store.read_manifest(self.folder, generation)

    def build(
        self,
        sources: Sequence[Path],
        embedder: Embedder,
        *,
        rebuild: bool,
        progress: Progress,
        wait: bool = False,
    ) -> BuildReport:
        """Make the index hold exactly the documents of `sources`, and those uploaded."""
        return folder_build.build(
            sources, self.folder, embedder, rebuild=rebuild, wait=wait, data=self._data, progress=progress
        )

    def update(self, embedder: Embedder, *, progress: Progress) -> BuildReport:
        """Make the index follow the uploads and decisions since it was built."""
        return folder_build.update(self.folder, embedder, data=self._data, progress=progress)

    def condition(self) -> tuple[str, list[str]]:
        """Always green: whatever is there is whole. Other generations are earlier ones."""
        serving = self.current()
        return "green", [path.name for path in generations.numbered(self.folder) if path.name != serving]


def open_store(folder: Path, address: str | None = None, data: Path | None = None) -> IndexStore:
    """The store at `address`, that of the index folder where it is None or empty.

    What else an installation keeps (uploads, decisions, keys) is in the data folder either way. Raises SettingError for
    an address that cannot be used, and where the extra 'qdrant' is not installed.
    """
    if not address:
        return FolderStore(folder, data)
    from indexer.qdrant.store import QdrantStore

    return QdrantStore(address, data if data is not None else data_folder(folder))
