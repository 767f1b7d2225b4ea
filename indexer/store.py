"""An index folder: generations, the file that says which one serves, and an opened generation.

<index>/CURRENT                     name of the generation that serves; written last, by rename
<index>/<generation>/manifest.json  format version, model, counts, digest of each source
<index>/<generation>/passages.sqlite, lexical/, vectors.faiss

Passages are numbered by audience, the widest first, so that each audience may see the first so many; each has a lexical
index of its own, whose frequencies count nothing else.
"""

from __future__ import annotations

import copy
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from indexer import database
from indexer.catalogue import CatalogueEntry
from indexer.documents import Distribution, DocumentRecord, Passage, PassageKind, RecordItem
from indexer.errors import IndexUnusableError
from indexer.files import bring_to_disk
from indexer.lexical import LexicalIndex
from indexer.vectors import VectorIndex

FORMAT_VERSION = 4
CURRENT = "CURRENT"
MANIFEST = "manifest.json"
DATABASE = "passages.sqlite"
LEXICAL = "lexical"
VECTORS = "vectors.faiss"
MOST_KEPT = 20_000  # passages; what comes up for a topic comes up again


class SourceState(BaseModel):
    """What the manifest keeps of one source: what was read, and how, so that it need not be read again.

    `path` is where its file was, `entry` what the catalogue said of it, and `distribution` whom it was for before the
    secretariat decided anything. `originals` are where the document may stand that it translates; `upload` says that
    the file was uploaded.
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


class Manifest(BaseModel):
    """A generation's `manifest.json`; `audiences` says how many passages each may see, always the first ones.

    `withdrawn` are the sources that the secretariat keeps out of the index: known, so that they can be brought back.
    """

    model_config = ConfigDict(frozen=True)

    format_version: int
    created: str
    model: str
    dimension: int
    documents: int
    passages: int
    audiences: dict[Distribution, int]
    sources: dict[str, SourceState]
    withdrawn: dict[str, SourceState] = {}

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


@dataclass(frozen=True, slots=True)
class Filters:
    """Hard conditions on passages; an empty field does not filter. Values of one field are alternatives.

    `documents` are ids of the only documents allowed: None allows all, an empty tuple none.

    `date_from` and `date_to` take `YYYY`, `YYYY-MM` or `YYYY-MM-DD` and include their whole year or month; a
    passage without a meeting date is outside every range.
    """

    jurisdictions: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    document_languages: tuple[str, ...] = ()
    date_from: str | None = None
    date_to: str | None = None
    documents: tuple[str, ...] | None = None

    def __bool__(self) -> bool:
        return self.documents is not None or any(getattr(self, field.name) for field in fields(self))


def current_generation(folder: Path) -> str | None:
    """The name of the generation that serves, or None where `folder` holds no index.

    Raises IndexUnusableError where the file that names it cannot be read.
    """
    path = folder / CURRENT
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexUnusableError(
            f"{path}: cannot be read ({error}); let this user read it, or remove {folder} and build the index again"
        ) from error


def switch(folder: Path, generation: str) -> None:
    """Make `generation` the one that serves: one rename, so that a reader sees the old name or the new one."""
    aside = folder / f".{CURRENT}.new"
    aside.write_text(generation + "\n", encoding="utf-8")
    bring_to_disk(aside)
    aside.replace(folder / CURRENT)
    bring_to_disk(folder)


def read_manifest(folder: Path, generation: str) -> Manifest:
    """The manifest of a generation; IndexUnusableError where it is missing, damaged or of another format."""
    path = folder / generation / MANIFEST
    rebuild = f"build it again: council index SOURCE... --index {folder} --rebuild"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        version = raw["format_version"]
    except (OSError, UnicodeDecodeError, ValueError, TypeError, KeyError) as error:
        raise IndexUnusableError(f"{path}: the index's manifest cannot be read ({error}); {rebuild}") from error
    if version != FORMAT_VERSION:
        raise IndexUnusableError(
            f"{folder}: the index has format version {version}, this program reads {FORMAT_VERSION}; {rebuild}"
        )
    try:
        return Manifest.model_validate(raw)
    except ValidationError as error:
        raise IndexUnusableError(f"{path}: the index's manifest is damaged ({error}); {rebuild}") from error


class Index:
    """One generation, opened for reading, as one audience sees it; safe to use from several threads.

    What the audience may not see takes no part in anything: it is neither found nor counted, nor weighs in what is.
    """

    def __init__(self, folder: Path, generation: str) -> None:
        self.folder = folder
        self.generation = generation
        self.manifest = read_manifest(folder, generation)
        self.audience = Distribution.SECRETARIAT
        self._kept: dict[int, Passage] = {}  # passages asked for of late, by number
        self._hidden: frozenset[str] = frozenset()
        self._shown: npt.NDArray[np.int64] | None = None
        base = folder / generation
        self._database = database.Reader(base / DATABASE)
        rebuild = f"build it again: council index SOURCE... --index {folder} --rebuild"
        try:
            names = {self.manifest.lexical_folder(audience) for audience in Distribution}
            self._lexical = {name: LexicalIndex(base / LEXICAL / name) for name in names}
            self.vectors = VectorIndex(base / VECTORS)
            count = self._database.rows("SELECT count(*) FROM passages")[0][0]
            if self._database.cut_short():
                raise ValueError(f"{DATABASE} is cut short")
        except (OSError, ValueError, RuntimeError, sqlite3.Error) as error:
            raise IndexUnusableError(f"{base}: the index is damaged ({error}); {rebuild}") from error
        self.lexical = self._lexical[self.manifest.lexical_folder(self.audience)]
        if not count == len(self.vectors) == self.manifest.passages == self._count:
            raise IndexUnusableError(
                f"{base}: {count} passages, {len(self.vectors)} vectors and {self.manifest.passages} in the manifest "
                f"do not agree; {rebuild}"
            )

    def seen_by(self, audience: Distribution, hidden: Iterable[str] = ()) -> Index:
        """The same generation as `audience` sees it, without the documents `hidden`, given by their ids.

        Never wider than this one: an audience that may see more gets what this one sees.
        """
        view = copy.copy(self)
        view.__dict__.pop("silent", None)
        view.__dict__.pop("_ids", None)
        view.audience = min(audience, self.audience, key=lambda one: one.rank)
        view._hidden = self._hidden | frozenset(hidden)
        count = self.manifest.audiences[view.audience]
        view.lexical = self._lexical[self.manifest.lexical_folder(view.audience)]
        view.vectors = self.vectors.first(count)
        if view._hidden:
            rows = self._database.rows(
                "SELECT number FROM passages WHERE document_id IN (SELECT value FROM json_each(?))",
                (json.dumps(sorted(view._hidden)),),
            )
            gone = np.array([row["number"] for row in rows], dtype=np.int64)
            view._shown = np.setdiff1d(np.arange(count, dtype=np.int64), gone)
        return view

    @property
    def _count(self) -> int:
        return self.manifest.audiences[self.audience]

    @cached_property
    def _ids(self) -> frozenset[str]:
        """Ids of the documents that the audience sees."""
        rows = self._database.rows("SELECT id, distribution FROM documents")
        return frozenset(
            row["id"]
            for row in rows
            if Distribution(row["distribution"]).rank <= self.audience.rank and row["id"] not in self._hidden
        )

    def _document(self, row: sqlite3.Row) -> DocumentRecord:
        """The document of a row; one that the audience may not see is not named as its original either."""
        record = database.document(row)
        if record.translation_of is None or record.translation_of in self._ids:
            return record
        return replace(record, translation_of=None)

    def documents(self) -> list[DocumentRecord]:
        """All documents, by meeting date and source."""
        rows = self._database.rows("SELECT * FROM documents ORDER BY coalesce(meeting_date, ''), source")
        return [self._document(row) for row in rows if row["id"] in self._ids]

    def document(self, document_id: str) -> DocumentRecord | None:
        """The document with this id, if the index holds it."""
        rows = self._database.rows("SELECT * FROM documents WHERE id = ?", (document_id,))
        return next((self._document(row) for row in rows if row["id"] in self._ids), None)

    def documents_by_id(self, ids: Iterable[str]) -> list[DocumentRecord]:
        """The documents with these ids, in no particular order; ids that the index does not hold are passed over."""
        rows = self._database.rows(
            "SELECT * FROM documents WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([document_id for document_id in ids if document_id in self._ids]),),
        )
        return [self._document(row) for row in rows]

    def passages(self, document_id: str | None = None) -> list[Passage]:
        """Passages in reading order: of one document, or of all."""
        where, values = ("WHERE document_id = ?", [document_id]) if document_id is not None else ("", [])
        rows = self._database.rows(f"SELECT * FROM passages {where} ORDER BY number", values)  # noqa: S608
        return [database.passage(row) for row in rows if row["document_id"] in self._ids]

    def passage(self, passage_id: str) -> Passage | None:
        """The passage with this id, if the index holds it."""
        return next(iter(self.passages_by_id([passage_id])), None)

    def passages_by_id(self, ids: Iterable[str]) -> list[Passage]:
        """The passages with these ids, in no particular order; ids that the index does not hold are passed over."""
        rows = self._database.rows(
            "SELECT * FROM passages WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
        )
        return [database.passage(row) for row in rows if row["document_id"] in self._ids]

    def items(self, document_id: str | None = None) -> list[RecordItem]:
        """Decisions and follow-ups in reading order: of one document, or of all."""
        where, values = ("WHERE document_id = ?", [document_id]) if document_id is not None else ("", [])
        rows = self._database.rows(f"SELECT * FROM items {where} ORDER BY place", values)  # noqa: S608
        return [database.item(row) for row in rows if row["document_id"] in self._ids]

    def numbered(self, numbers: Sequence[int] | npt.NDArray[np.int64]) -> list[Passage]:
        """The passages with these numbers, in the order asked for. Raises KeyError for one that is not seen here."""
        wanted = [int(number) for number in numbers]
        self._check(wanted)
        found = {number: passage for number in wanted if (passage := self._kept.get(number)) is not None}
        missing = [number for number in wanted if number not in found]
        if missing:
            rows = self._database.rows(
                "SELECT * FROM passages WHERE number IN (SELECT value FROM json_each(?))", (json.dumps(missing),)
            )
            new = {row["number"]: database.passage(row) for row in rows}
            if len(self._kept) + len(new) > MOST_KEPT:
                self._kept = {}  # others may still read the old one
            self._kept.update(new)
            found |= new
        return [found[number] for number in wanted]

    def _check(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            if not self._visible(number):
                raise KeyError(f"passage {number} is not seen by {self.audience}")

    def _visible(self, number: int) -> bool:
        if self._shown is None:
            return 0 <= number < self._count
        at = int(np.searchsorted(self._shown, number))
        return at < len(self._shown) and int(self._shown[at]) == number

    def versions(self, passage_id: str) -> tuple[str, ...]:
        """Ids of the passages that say the same in the document's other language version, in reading order."""
        rows = self._database.rows(
            "SELECT other.id, other.number, one.number AS own FROM passages AS one "
            "JOIN versions ON versions.number = one.number "
            "JOIN passages AS other ON other.number = versions.other WHERE one.id = ? ORDER BY other.number",
            (passage_id,),
        )
        return tuple(row["id"] for row in rows if self._visible(row["number"]) and self._visible(row["own"]))

    def versions_of(self, numbers: Sequence[int] | npt.NDArray[np.int64]) -> dict[int, tuple[int, ...]]:
        """The passages that say the same in the other language, by each of `numbers` that has any."""
        rows = self._database.rows(
            "SELECT number, other FROM versions WHERE number IN (SELECT value FROM json_each(?)) ORDER BY 1, 2",
            (json.dumps([int(number) for number in numbers]),),
        )
        return {
            number: others
            for number, pairs in groupby(rows, key=lambda row: row["number"])
            if self._visible(number) and (others := tuple(r["other"] for r in pairs if self._visible(r["other"])))
        }

    @cached_property
    def silent(self) -> npt.NDArray[np.bool_]:
        """For each passage number, whether that passage states nothing (a title alone, "N/A"); read once."""
        rows = self._database.rows(
            "SELECT number FROM passages WHERE kind <> ? AND number < ?", (PassageKind.STATEMENT, self._count)
        )
        marks = np.zeros(self._count, dtype=np.bool_)
        marks[np.array([row["number"] for row in rows], dtype=np.int64)] = True
        return marks

    def embedded(self) -> dict[str, int]:
        """Number of a passage by the digest of the text that was embedded for it."""
        rows = self._database.rows("SELECT number, embedded FROM passages")
        return {row["embedded"]: row["number"] for row in rows if self._visible(row["number"])}

    def jurisdiction_counts(self) -> dict[str, int]:
        """Number of passages by code of the jurisdiction that they are about."""
        rows = self._database.rows(
            "SELECT code, count(*) AS passages FROM passage_jurisdictions AS about "
            "JOIN passages ON passages.number = about.number WHERE about.number < ? "
            "AND document_id NOT IN (SELECT value FROM json_each(?)) GROUP BY code",
            (self._count, json.dumps(sorted(self._hidden))),
        )
        return {row["code"]: row["passages"] for row in rows}

    def allowed(self, filters: Filters) -> npt.NDArray[np.int64] | None:
        """Numbers of the passages that meet `filters`, ascending; None where nothing is filtered.

        Both legs take None for all that the audience sees, except where documents are hidden: then these numbers are
        what is left of them.
        """
        if not filters:
            return self._shown
        clauses: list[str] = ["passages.number < ?"]
        values: list[Any] = [self._count]
        for column, wanted in (
            ("documents.type", filters.types or None),
            ("passages.role", filters.roles or None),
            ("documents.language", filters.document_languages or None),
            ("documents.id", filters.documents),
        ):
            if wanted is not None:
                clauses.append(f"{column} IN ({', '.join('?' * len(wanted))})")
                values.extend(wanted)
        if filters.jurisdictions:
            marks = ", ".join("?" * len(filters.jurisdictions))
            clauses.append(
                f"passages.number IN (SELECT number FROM passage_jurisdictions WHERE code IN ({marks}))"  # noqa: S608
            )
            values.extend(filters.jurisdictions)
        # Dates are compared over as many characters as the border gives: 2020-09-15 is within --to 2020-09.
        if filters.date_from:
            clauses.append("passages.meeting_date >= substr(?, 1, length(passages.meeting_date))")
            values.append(filters.date_from)
        if filters.date_to:
            clauses.append("substr(passages.meeting_date, 1, length(?)) <= ?")
            values.extend((filters.date_to, filters.date_to))
        rows = self._database.rows(
            "SELECT passages.number FROM passages JOIN documents ON documents.id = passages.document_id "  # noqa: S608
            f"WHERE {' AND '.join(clauses)} ORDER BY passages.number",
            values,
        )
        found = np.array([row[0] for row in rows], dtype=np.int64)
        return found if self._shown is None else np.intersect1d(found, self._shown, assume_unique=True)


def open_index(folder: Path, *, model: str | None = None) -> Index:
    """Open the generation that serves.

    `model` is the id of the embedder that questions will be encoded with. Raises IndexUnusableError, with the mend,
    where there is no index, it is damaged, or another model or format version wrote it.
    """
    missing = IndexUnusableError(f"{folder}: no index here; build one: council index SOURCE... --index {folder}")
    for _ in range(3):
        generation = current_generation(folder)
        if generation is None:
            raise missing
        try:
            index = Index(folder, generation)
        except IndexUnusableError:
            # A build may have switched and cleared the generation away between the two reads.
            if current_generation(folder) != generation:
                continue
            raise
        if model is not None and index.manifest.model != model:
            raise IndexUnusableError(
                f"{folder}: the index was written with the model {index.manifest.model}, this is {model}; use the same "
                f"--model, or build it again: council index SOURCE... --index {folder} --rebuild"
            )
        return index
    raise missing
