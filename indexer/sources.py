"""Finding the files to index in the files and folders that a caller names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.catalogue import MANIFEST_NAME
from indexer.errors import SettingError
from indexer.readers import SUPPORTED_SUFFIXES


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read, and the name it goes by in the index: its path from the folder that was named."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """The files found, in order of their names; files passed over; and the folders in which a manifest may stand."""

    files: tuple[SourceFile, ...]
    skipped: tuple[Path, ...]
    folders: tuple[Path, ...]


def find(sources: Sequence[Path]) -> Found:
    """All documents in `sources`. A file named itself is taken whatever its suffix; in folders, only known suffixes.

    Hidden files and folders are passed over without a word, other files are listed in `skipped`. Raises SettingError
    for a source that does not exist and where there is no document at all.
    """
    files: dict[Path, str] = {}
    skipped: list[Path] = []
    folders: list[Path] = []
    for source in sources:
        if source.is_dir():
            folders.append(source)
            for path in sorted(source.rglob("*")):
                relative = path.relative_to(source)
                if not path.is_file() or any(part.startswith(".") for part in relative.parts):
                    continue
                if path.suffix.lower() in SUPPORTED_SUFFIXES:
                    files.setdefault(path.resolve(), relative.as_posix())
                elif path.name != MANIFEST_NAME:
                    skipped.append(path)
            folders.extend(path.parent for path in sorted(source.rglob(MANIFEST_NAME)) if path.parent != source)
        elif source.exists():
            folders.append(source.parent)
            files.setdefault(source.resolve(), source.name)
        else:
            raise SettingError(f"{source}: no such file or folder; name the documents or the folder that holds them")
    if not files:
        kinds = ", ".join(sorted(SUPPORTED_SUFFIXES))
        raise SettingError(f"no document in {', '.join(map(str, sources))}; documents end in {kinds}")
    return Found(_named_apart(files), tuple(skipped), tuple(dict.fromkeys(folders)))


def _named_apart(files: dict[Path, str]) -> tuple[SourceFile, ...]:
    """Give files of one name, from different folders, names that tell them apart: a folder more of their path each."""
    named = {path: _printable(name) for path, name in files.items()}
    depths = {path: len(Path(name).parts) for path, name in files.items()}
    for _ in range(max(len(path.parts) for path in files)):
        count = Counter(named.values())
        for path in [path for path, name in named.items() if count[name] > 1]:
            depths[path] += 1
            named[path] = _printable("/".join(path.parts[-depths[path] :]).lstrip("/"))
    return tuple(SourceFile(path, name) for path, name in sorted(named.items(), key=lambda item: item[1]))


def _printable(name: str) -> str:
    """The name with bytes that are no UTF-8, as old file systems leave them, written out in figures."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
