"""What a collection's `manifest.toml` says of its files: titles, kinds, dates, and who may see them.

The manifest stands in a source folder; each `[[document]]` names a `file` (path from the manifest's folder, or from a
`documents` folder beside it) and any of the fields of `CatalogueEntry`. What it leaves out is read from the document.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from indexer import jurisdictions
from indexer.documents import Distribution, DocumentType
from indexer.errors import SettingError

MANIFEST_NAME = "manifest.toml"


class CatalogueEntry(BaseModel):
    """One file's entry; every field but `file` is optional."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    title: str | None = None
    type: DocumentType | None = None
    language: Literal["en", "fr"] | None = None
    meeting_date: str | None = Field(default=None, pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")
    jurisdiction: str | None = None
    distribution: Distribution | None = None
    translation_of: str | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Entries by resolved path of their file, and for translations the paths that their original may have."""

    entries: dict[Path, CatalogueEntry]
    originals: dict[Path, tuple[Path, ...]] = field(default_factory=dict)

    def original(self, path: Path) -> tuple[Path, ...]:
        """Where the document may stand that the file at `path` is said to translate; empty where nothing is said."""
        return self.originals.get(path.resolve(), ())

    def entry(self, path: Path) -> CatalogueEntry | None:
        """The entry of the file at `path`, if the manifest has one."""
        return self.entries.get(path.resolve())


def load(folders: list[Path]) -> Catalogue:
    """Read the manifests that stand in `folders` or one level above a folder named `documents`.

    Raises SettingError that names the manifest and the field where one cannot be used.
    """
    entries: dict[Path, CatalogueEntry] = {}
    originals: dict[Path, tuple[Path, ...]] = {}
    for folder in folders:
        candidates = [folder / MANIFEST_NAME]
        if folder.name == "documents":
            candidates.append(folder.parent / MANIFEST_NAME)
        for path in candidates:
            if path.is_file():
                found = _read(path)
                entries.update(found)
                bases = (path.parent, path.parent / "documents")
                for place, entry in found.items():
                    if entry.translation_of:
                        originals[place] = tuple((base / entry.translation_of).resolve() for base in bases)
    return Catalogue(entries, originals)


def _read(path: Path) -> dict[Path, CatalogueEntry]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{path}: cannot be read as TOML ({error}); mend the line named") from error
    rows = table.get("document", [])
    if not isinstance(rows, list) or set(table) - {"document"}:
        raise SettingError(f"{path}: only [[document]] tables are known here; remove what else it holds")
    found: dict[Path, CatalogueEntry] = {}
    for number, row in enumerate(rows, start=1):
        try:
            entry = CatalogueEntry.model_validate(row)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "document"
            raise SettingError(f"{path}: document {number}, field '{field}': {first['msg']}") from error
        if entry.jurisdiction is not None:
            known = [jurisdiction.code for jurisdiction in jurisdictions.all_jurisdictions()]
            if entry.jurisdiction not in known:
                raise SettingError(
                    f"{path}: document {number}, field 'jurisdiction': {entry.jurisdiction!r} is no code; "
                    f"use one of {', '.join(known)}"
                )
        for base in (path.parent, path.parent / "documents"):
            found[(base / entry.file).resolve()] = entry
    return found
