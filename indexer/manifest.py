"""What a generation says of itself and of its sources: its `manifest.json`.

With 10^6 passages there are tens of thousands of sources, which take a third of a second and 80 MB to read. So a
program that serves reads what stands before them, and one source at a time; builds and lists of sources read all.
"""

from __future__ import annotations

import json
import mmap
import threading
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import to_json

from indexer.catalogue import CatalogueEntry
from indexer.corrections import Own
from indexer.documents import Distribution
from indexer.errors import IndexUnusableError

FORMAT_VERSION = 7
MANIFEST = "manifest.json"
_INDENT = 2
# As `written` writes them; no string of JSON has a line break, so that these stand nowhere else.
_SOURCES, _WITHDRAWN = b'\n  "sources": {', b'\n  "withdrawn": {'
_OF_SOURCE = b"\n    "
_END = b"\n}\n"


class SourceState(BaseModel):
    """What the manifest keeps of one source: what was read, and how, so that it need not be read again.

    `path` is where its file was, `entry` what the catalogue said of it, `originals` where the document may stand that
    it is said to translate, and `distribution` whom it was for before the secretariat decided anything. `upload` says
    that the file was uploaded. `own` is what the document itself says of the passages that the secretariat corrected.
    """

    model_config = ConfigDict(frozen=True)

    digest: str
    reading: str
    document_id: str
    path: str
    distribution: Distribution
    entry: CatalogueEntry | None = None
    originals: tuple[str, ...] = ()
    upload: bool = False
    own: dict[str, Own] = Field(default_factory=dict)  # made, where a default would be copied for each source


class ManifestHead(BaseModel):
    """What stands before the sources; `audiences` says how many passages each may see, always the first ones."""

    model_config = ConfigDict(frozen=True)

    format_version: int = Field(strict=True)
    created: str
    model: str
    dimension: int
    documents: int
    passages: int
    audiences: dict[Distribution, int]

    @field_validator("audiences")
    @classmethod
    def _widening(cls, counts: dict[Distribution, int]) -> dict[Distribution, int]:
        if set(counts) != set(Distribution) or not all(
            0 <= counts[wider] <= counts[narrower] for wider, narrower in pairwise(Distribution)
        ):
            raise ValueError("each audience needs its number of passages, none fewer than a wider one")
        return counts

    def lexical_folder(self, audience: Distribution) -> str:
        """Name of the folder of an audience's lexical index: that of the widest one that sees as many passages."""
        count = self.audiences[audience]
        return next(str(wider) for wider in Distribution if self.audiences[wider] == count)


class Manifest(ManifestHead):
    """A generation's `manifest.json`.

    `withdrawn` are the sources that the secretariat keeps out of the index: known, so that they can be brought back.
    """

    sources: dict[str, SourceState]
    withdrawn: dict[str, SourceState] = {}

    def written(self) -> str:
        """The content of the file; `HeldManifest` finds its way in it by its lines."""
        return self.model_dump_json(indent=_INDENT) + "\n"


_Read = TypeVar("_Read", bound=ManifestHead)


def read_manifest(folder: Path, generation: str) -> Manifest:
    """The manifest of a generation; IndexUnusableError where it is missing, damaged or of another format."""
    path = folder / generation / MANIFEST
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(folder, path, error) from error
    return _read(Manifest, content, folder, path)


class HeldManifest:
    """The manifest of a generation, opened; safe to use from several threads, and as long as the object lasts.

    Raises IndexUnusableError as `read_manifest` does, of what is wrong among the sources when these are asked for.
    """

    def __init__(self, folder: Path, generation: str) -> None:
        self._folder, self._path = folder, folder / generation / MANIFEST
        self._lock = threading.Lock()
        self._whole: Manifest | None = None
        try:
            with self._path.open("rb") as file:
                self._content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:  # ValueError: there is nothing in it
            raise _unreadable(folder, self._path, error) from error
        self._sources = self._content.find(_SOURCES)
        self._withdrawn = self._content.rfind(_WITHDRAWN)
        if self._sources < self._withdrawn and self._content[-len(_END) :] == _END and self._sources > 0:
            head = self._content[: self._sources].rstrip(b",") + _END
            self.head = _read(ManifestHead, head, folder, self._path)
        else:  # cut short, or not as `written` writes it
            self._sources = -1
            self.head = self.whole()

    def whole(self) -> Manifest:
        """The manifest with all of its sources; read once."""
        with self._lock:
            if self._whole is None:
                self._whole = _read(Manifest, self._content[:], self._folder, self._path)
            return self._whole

    def source(self, name: str) -> SourceState | None:
        """What is kept of one source, None for one that was not indexed."""
        if self._whole is not None or self._sources < 0:
            return self.whole().sources.get(name)
        key = _OF_SOURCE + to_json(name) + b": "
        at = self._content.find(key, self._sources, self._withdrawn)
        if at < 0:
            return None
        begin = at + len(key)
        end = self._content.find(_OF_SOURCE + b"}", begin, self._withdrawn) + len(_OF_SOURCE) + 1
        try:
            return SourceState.model_validate_json(self._content[begin:end])
        except ValidationError as error:
            raise _damaged(self._folder, self._path, error) from error


def _read(kind: type[_Read], content: bytes, folder: Path, path: Path) -> _Read:
    try:
        try:
            # At once, as there are tens of thousands of sources; which format it is only matters where it is another.
            found = kind.model_validate_json(content)
            version = found.format_version
        except ValidationError as error:
            found, damage = None, error
            version = json.loads(content)["format_version"]
    except (ValueError, TypeError, KeyError) as error:
        raise _unreadable(folder, path, error) from error
    if version != FORMAT_VERSION:
        raise IndexUnusableError(
            f"{folder}: the index has format version {version}, this program reads {FORMAT_VERSION}; {_rebuild(folder)}"
        )
    if found is None:
        raise _damaged(folder, path, damage) from damage
    return found


def _unreadable(folder: Path, path: Path, error: Exception) -> IndexUnusableError:
    return IndexUnusableError(f"{path}: the index's manifest cannot be read ({error}); {_rebuild(folder)}")


def _damaged(folder: Path, path: Path, error: Exception) -> IndexUnusableError:
    return IndexUnusableError(f"{path}: the index's manifest is damaged ({error}); {_rebuild(folder)}")


def _rebuild(folder: Path) -> str:
    return f"build it again: council index SOURCE... --index {folder} --rebuild"
