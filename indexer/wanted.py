"""Which documents an index is to hold: the files of its sources, and the uploads, each with what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer import catalogue
from indexer.catalogue import CatalogueEntry
from indexer.data_folder import UPLOADS
from indexer.errors import SettingError
from indexer.index_protocol import Index
from indexer.readers import SUPPORTED_SUFFIXES
from indexer.sources import Found

_UPLOADED = "uploaded/"  # in front of an upload's name, which no file of the sources may then share


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that the index is to hold: its file, its name in the index, and its entry in the catalogue.

    `originals` are where the document may stand that it translates. A `held` one is taken over as it is in the index
    while it need not be read otherwise; its file is not looked at. An `upload` came over the network.
    """

    path: Path
    name: str
    entry: CatalogueEntry | None = None
    originals: tuple[Path, ...] = ()
    held: bool = False
    upload: bool = False


def upload_name(file_name: str) -> str:
    """The name in the index of an uploaded file."""
    return _UPLOADED + file_name


def uploaded_file(name: str, data: Path) -> Path:
    """Where the data folder `data` keeps the upload that goes by `name` in the index."""
    return uploads_folder(data) / name.removeprefix(_UPLOADED)


def uploads_folder(data: Path) -> Path:
    """Where the data folder `data` keeps the uploads."""
    return data / UPLOADS


def found_in(sources: Found, data: Path) -> list[Wanted]:
    """The documents found in sources, and the uploads. Raises SettingError where one name stands for two."""
    entries = catalogue.load(list(sources.folders))
    named = [
        Wanted(file.path, file.name, entries.entry(file.path), entries.original(file.path)) for file in sources.files
    ]
    return _with_uploads(named, data)


def held_in(old: Index | None, data: Path) -> list[Wanted]:
    """The documents that an opened index holds or knows as withdrawn, uploads aside, and the uploads as they are now.

    An upload is known by its mark, not by its path: the data folder may have been moved or restored elsewhere.
    """
    states = old.manifest.sources | old.manifest.withdrawn if old else {}
    held = [
        Wanted(Path(state.path), name, state.entry, tuple(Path(path) for path in state.originals), held=True)
        for name, state in states.items()
        if not state.upload
    ]
    return _with_uploads(held, data)


def _with_uploads(named: Sequence[Wanted], data: Path) -> list[Wanted]:
    folder = uploads_folder(data)
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    uploads = [
        Wanted(path, upload_name(path.name), upload=True)
        for path in paths
        if path.suffix.lower() in SUPPORTED_SUFFIXES and not path.name.startswith(".") and path.is_file()
    ]
    taken = {wanted.name: wanted.path for wanted in named}
    for upload in uploads:
        if upload.name in taken:
            raise SettingError(
                f"{taken[upload.name]}: goes by the name of the upload {upload.path}; rename the folder it stands in"
            )
    return sorted([*named, *uploads], key=lambda wanted: wanted.name)
