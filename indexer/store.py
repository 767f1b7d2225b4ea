"""An index folder: generations, the file that says which one serves, and an opened generation.

<index>/CURRENT                     name of the generation that serves; written last, by rename
<index>/<generation>/manifest.json  format version, model, counts, digest of each source
<index>/<generation>/passages.sqlite, lexical/, vectors.faiss, sentences/

Passages are numbered by audience, the widest first, so that each audience may see the first so many; each has a lexical
index of its own, whose frequencies count nothing else.
"""

from __future__ import annotations

import copy
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from indexer import database
from indexer.columns import Column, ColumnReader
from indexer.documents import Attribution, Distribution, DocumentRecord, Passage, PassageKind, RecordItem
from indexer.errors import IndexUnusableError
from indexer.files import bring_to_disk
from indexer.filters import Filters as Filters  # noqa: PLC0414 - given on
from indexer.filters import meeting, meets
from indexer.held_files import GONE, HeldFiles, Resized
from indexer.lexical import LexicalIndex
from indexer.manifest import FORMAT_VERSION as FORMAT_VERSION  # noqa: PLC0414 - given on, as what follows
from indexer.manifest import MANIFEST as MANIFEST  # noqa: PLC0414
from indexer.manifest import HeldManifest
from indexer.manifest import Manifest as Manifest  # noqa: PLC0414
from indexer.manifest import SourceState as SourceState  # noqa: PLC0414
from indexer.manifest import read_manifest as read_manifest  # noqa: PLC0414
from indexer.passage_words import PassageWords
from indexer.statements import Statements
from indexer.vectors import VectorIndex

CURRENT = "CURRENT"
DATABASE = "passages.sqlite"
LEXICAL = "lexical"
VECTORS = "vectors.faiss"
SENTENCES = "sentences"
_FILTERS_KEPT = 64
_READ_AT_ONCE = 65_536  # passages, when all of them are read
_MOST_ALLOWED_KEPT = 50_000  # passages that met one of them
Tallied = Literal["types", "languages", "roles", "codes", "dates"]
MOST_KEPT = 20_000  # passages; what comes up for a topic comes up again


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


class Index:
    """One generation, opened for reading, as one audience sees it; safe to use from several threads.

    What the audience may not see takes no part in anything: it is neither found nor counted, nor weighs in what is.
    """

    def __init__(self, folder: Path, generation: str) -> None:
        self.folder = folder
        self.generation = generation
        self._manifest = HeldManifest(folder, generation)
        self.head = self._manifest.head
        self.audience = Distribution.SECRETARIAT
        self._kept: dict[int, Passage] = {}  # passages asked for of late, by number
        self._kept_numbers: dict[str, int] = {}  # and their numbers by id
        self._records: dict[str, DocumentRecord] = {}  # documents, without their text, by id
        self._translations: dict[str, DocumentRecord] = {}  # of them, those that the audience sees as translations
        self._allowed: dict[Filters, npt.NDArray[np.int64]] = {}  # what met filters of late
        self._hidden: frozenset[str] = frozenset()
        self._shown: npt.NDArray[np.int64] | None = None
        base = folder / generation
        self._database = database.Reader(base / DATABASE)
        self._columns = ColumnReader(self._database)
        rebuild = f"build it again: council index SOURCE... --index {folder} --rebuild"
        try:
            names = {self.head.lexical_folder(audience) for audience in Distribution}
            self._lexical = {name: LexicalIndex(base / LEXICAL / name) for name in names}
            self.vectors = VectorIndex(base / VECTORS)
            self.statements = Statements(base / SENTENCES, len(self.vectors), self.head.dimension)
            self.words = PassageWords(self.statements)
            count = self._database.rows("SELECT coalesce(max(number), -1) + 1 FROM passages")[0][0]  # from 0 on
            if self._database.cut_short():
                raise ValueError(f"{DATABASE} is cut short")
            self._files = HeldFiles(path for path in base.rglob("*") if path.is_file())
            self._written = (base / MANIFEST).stat().st_mtime_ns
        except (OSError, ValueError, RuntimeError, sqlite3.Error) as error:
            raise IndexUnusableError(f"{base}: the index is damaged ({error}); {rebuild}") from error
        self.lexical = self._lexical[self.head.lexical_folder(self.audience)]
        if not count == len(self.vectors) == self.head.passages == self._count:
            raise IndexUnusableError(
                f"{base}: {count} passages, {len(self.vectors)} vectors and {self.head.passages} in the manifest "
                f"do not agree; {rebuild}"
            )

    @property
    def manifest(self) -> Manifest:
        """The manifest with its sources, which are read at the first use: only builds and lists of them need these."""
        return self._manifest.whole()

    def source(self, name: str) -> SourceState | None:
        """What the manifest keeps of one source."""
        return self._manifest.source(name)

    @property
    def address(self) -> str:
        """Where the index is, as the command line takes it."""
        return str(self.folder)

    def check_whole(self) -> bool:
        """Whether the files are still those that were opened; False where they were cleared away, moved or replaced.

        What is open of them then still serves, on this machine. Raises IndexUnusableError where a file has changed its
        size: what reads it through memory would crash at its new end, or read nothing there.
        """
        try:
            if (self.folder / self.generation / MANIFEST).stat().st_mtime_ns != self._written:
                return False
        except OSError as error:
            if error.errno not in GONE:
                raise
            return False
        found = self._files.check()
        if isinstance(found, Resized):
            raise IndexUnusableError(
                f"{found.path}: had {found.before} bytes and has {found.now}; build the index again: council index "
                f"SOURCE... --index {self.folder} --rebuild, or restore it from a backup"
            )
        return found

    def seen_by(self, audience: Distribution, hidden: Iterable[str] = ()) -> Index:
        """The same generation as `audience` sees it, without the documents `hidden`, given by their ids.

        Never wider than this one: an audience that may see more gets what this one sees.
        """
        view = copy.copy(self)
        for name, member in vars(Index).items():
            if isinstance(member, cached_property):
                view.__dict__.pop(name, None)  # what was read once for another audience
        view.audience = min(audience, self.audience, key=lambda one: one.rank)
        view._hidden = self._hidden | frozenset(hidden)
        view._allowed = {}
        view._translations = {}
        view._kept_numbers = {}  # else an id that is hidden here would cost less to look up than one that nobody gave
        count = self.head.audiences[view.audience]
        view.lexical = self._lexical[self.head.lexical_folder(view.audience)]
        view.vectors = self.vectors.first(count)
        rows = self._database.rows(
            "SELECT number FROM passages WHERE number < ? AND document_id IN (SELECT value FROM json_each(?))",
            (count, json.dumps(sorted(view._hidden))),
        )
        # What the audience would not see anyhow must not change how its searches run either.
        gone = np.array([row["number"] for row in rows], dtype=np.int64)
        view._shown = np.setdiff1d(np.arange(count, dtype=np.int64), gone) if len(gone) else None
        return view

    def read_ahead(self) -> None:
        """Read what is read once, so that no question waits for it."""
        self._columns.columns()
        _ = self.silent, self._ids, self._originals, self._versions
        self.words.read_ahead()

    @property
    def _count(self) -> int:
        return self.head.audiences[self.audience]

    @cached_property
    def _ids(self) -> frozenset[str]:
        """Ids of the documents that the audience sees; any other is looked up like one that nobody ever gave."""
        rows = self._database.rows("SELECT id, distribution FROM documents")
        return frozenset(
            row["id"]
            for row in rows
            if Distribution(row["distribution"]).rank <= self.audience.rank and row["id"] not in self._hidden
        )

    @cached_property
    def _originals(self) -> dict[str, str]:
        """The id of the original by that of its translation, as the audience sees them."""
        rows = self._database.rows("SELECT id, original FROM translations WHERE audience = ?", (self.audience,))
        return {row["id"]: row["original"] for row in rows if {row["id"], row["original"]} <= self._ids}

    def _document(self, row: sqlite3.Row) -> DocumentRecord:
        return self._as_seen(database.document(row))

    def _as_seen(self, record: DocumentRecord) -> DocumentRecord:
        """The record with its original, where the audience sees both."""
        original = self._originals.get(record.id)
        return record if original is None else replace(record, translation_of=original)

    def _header(self, record: DocumentRecord) -> DocumentRecord:
        """As `_as_seen`, kept: for records without their text."""
        if record.id not in self._originals:
            return record
        seen = self._translations.get(record.id)
        if seen is None:
            seen = self._translations[record.id] = self._as_seen(record)
        return seen

    def documents(self) -> list[DocumentRecord]:
        """All documents, by meeting date and source."""
        return self._whole(self._ids, "ORDER BY coalesce(meeting_date, ''), source")

    def document(self, document_id: str) -> DocumentRecord | None:
        """The document with this id, if the index holds it."""
        return next(iter(self._whole(self._ids.intersection([document_id]))), None)

    def _whole(self, seen: frozenset[str], order: str = "") -> list[DocumentRecord]:
        """Documents with their text."""
        rows = self._database.rows(
            f"SELECT * FROM documents WHERE id IN (SELECT value FROM json_each(?)) {order}",  # noqa: S608  # nosec B608
            (json.dumps(sorted(seen)),),
        )
        return [self._document(row) for row in rows]

    def documents_by_id(self, ids: Iterable[str]) -> list[DocumentRecord]:
        """The documents with these ids, in no particular order; ids that the index does not hold are passed over.

        Their text is left out, as it is long: `written` gives what is wanted of it.
        """
        wanted = [document_id for document_id in ids if document_id in self._ids]
        known = self._records
        missing = [document_id for document_id in wanted if document_id not in known]
        if missing:
            rows = self._database.rows(
                f"SELECT {database.HEADERS} FROM documents WHERE id IN (SELECT value FROM json_each(?))",  # noqa: S608  # nosec B608
                (json.dumps(missing),),
            )
            if len(known) + len(rows) > MOST_KEPT:
                known = {document_id: known[document_id] for document_id in wanted if document_id in known}
                self._records = known  # others may still read the old one
            known.update({row["id"]: database.document(row) for row in rows})
        return [self._header(known[document_id]) for document_id in wanted if document_id in known]

    def headers(self) -> list[DocumentRecord]:
        """All documents without their text, by meeting date and source."""
        return sorted(self.documents_by_id(self._ids), key=lambda record: (record.meeting_date or "", record.source))

    def written(self, document_id: str, start: int, end: int) -> str:
        """Characters `start` to `end` of a document's canonical text; "" for a document that is not seen here."""
        return self.written_at([(document_id, start, end)])[0]

    def written_at(self, places: Sequence[tuple[str, int, int]]) -> list[str]:
        """As `written`, for many places at once, each a document's id with a start and an end."""
        asked = [
            (number, document_id, start + 1, end - start)
            for number, (document_id, start, end) in enumerate(places)
            if document_id in self._ids and 0 <= start < end
        ]
        rows = self._database.rows(
            "SELECT json_extract(place.value, '$[0]'), "
            "substr(text, json_extract(place.value, '$[2]'), json_extract(place.value, '$[3]')) "
            # In this order: a document is looked up for each place.
            "FROM json_each(?) AS place CROSS JOIN documents ON documents.id = json_extract(place.value, '$[1]')",
            (json.dumps(asked),),
        )
        found = {row[0]: str(row[1]) for row in rows}
        return [found.get(number, "") for number in range(len(places))]

    @cached_property
    def passage_counts(self) -> dict[str, tuple[int, int]]:
        """By id of each document how many passages it has, and of how many it is inferred whom they are about."""
        counts: dict[str, tuple[int, int]] = dict.fromkeys(self._ids, (0, 0))
        rows = self._database.rows(
            "SELECT document_id, count(*) AS held, sum(attribution = ?) AS inferred FROM passages GROUP BY document_id",
            (str(Attribution.INFERRED),),
        )
        counts |= {row["document_id"]: (row["held"], row["inferred"]) for row in rows if row["document_id"] in counts}
        return counts

    def passages(self, document_id: str | None = None) -> list[Passage]:
        """Passages in reading order: of one document, or of all."""
        return [database.passage(row) for row in self._of("passages", "number", document_id)]

    def passage(self, passage_id: str) -> Passage | None:
        """The passage with this id, if the index holds it."""
        return next(iter(self.passages_by_id([passage_id])), None)

    def passages_by_id(self, ids: Iterable[str]) -> list[Passage]:
        """The passages with these ids, in no particular order; ids that the index does not hold are passed over."""
        return self.numbered(self._numbers(ids))

    def _numbers(self, ids: Iterable[str]) -> list[int]:
        wanted = dict.fromkeys(ids)
        known = self._kept_numbers
        numbers = [known[passage_id] for passage_id in wanted if passage_id in known]
        missing = [passage_id for passage_id in wanted if passage_id not in known]
        if missing:
            rows = self._database.rows(
                "SELECT number FROM passages WHERE id IN (SELECT value FROM json_each(?)) AND number < ?",
                (json.dumps(missing), self._count),
            )
            numbers += [row["number"] for row in rows]
        return [number for number in numbers if self._visible(number)]

    def items(self, document_id: str | None = None) -> list[RecordItem]:
        """Decisions and follow-ups in reading order: of one document, or of all."""
        return [database.item(row) for row in self._of("items", "place", document_id)]

    def _of(self, table: str, order: str, document_id: str | None) -> list[sqlite3.Row]:
        """The rows of a table that belong to one document, or to all that the audience sees."""
        seen = self._ids if document_id is None else self._ids.intersection([document_id])
        return self._database.rows(
            f"SELECT * FROM {table} WHERE document_id IN (SELECT value FROM json_each(?)) ORDER BY {order}",  # noqa: S608  # nosec B608
            (json.dumps(sorted(seen)),),
        )

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
        if len(self._kept_numbers) + len(found) > MOST_KEPT:
            self._kept_numbers = {}
        # The passages may be kept of what another view asked for; which ids are known is each view's own.
        self._kept_numbers.update((passage.id, number) for number, passage in found.items())
        return [found[number] for number in wanted]

    def places(self, passages: Sequence[Passage]) -> list[int]:
        """The numbers of passages that this index gave. Raises KeyError for one that is not seen here."""
        known = self._kept_numbers
        found = {passage.id: known[passage.id] for passage in passages if passage.id in known}
        missing = [passage.id for passage in passages if passage.id not in found]
        if missing:
            numbers = self._numbers(missing)
            found |= {passage.id: n for passage, n in zip(self.numbered(numbers), numbers, strict=True)}
        numbers = [found[passage.id] for passage in passages]
        self._check(numbers)
        return numbers

    def _check(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            if not (0 <= number < self._count if self._shown is None else self._visible(number)):
                raise KeyError(f"passage {number} is not held")

    def _visible(self, number: int) -> bool:
        if self._shown is None:
            return 0 <= number < self._count
        at = int(np.searchsorted(self._shown, number))
        return at < len(self._shown) and int(self._shown[at]) == number

    def versions(self, passage_id: str) -> tuple[str, ...]:
        """Ids of the passages that say the same in the document's other language version, in reading order."""
        versions = self.versions_of(self._numbers([passage_id]))
        return tuple(passage.id for others in versions.values() for passage in self.numbered(others))

    def versions_of(self, numbers: Sequence[int] | npt.NDArray[np.int64]) -> dict[int, tuple[int, ...]]:
        """The passages that say the same in the other language, by each of `numbers` that has any."""
        ones, others = self._versions
        asked = np.unique(np.asarray(numbers, np.int64))
        begins, ends = np.searchsorted(ones, asked), np.searchsorted(ones, asked, "right")
        held = np.flatnonzero(begins < ends)
        return {
            number: tuple(others[begin:end].tolist())
            for number, begin, end in zip(asked[held].tolist(), begins[held].tolist(), ends[held].tolist(), strict=True)
        }

    @cached_property
    def _versions(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Numbers of passages, ascending, and of the version of each, ascending too; read once."""
        found = self._database.numbers(
            "SELECT number, other FROM versions WHERE audience = ? AND number < ? AND other < ? ORDER BY number, other",
            (self.audience, self._count, self._count),
        )
        pairs = found.reshape(-1, 2)
        if self._shown is not None:
            pairs = pairs[np.isin(pairs, self._shown).all(axis=1)]
        return np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])

    @cached_property
    def silent(self) -> npt.NDArray[np.bool_]:
        """For each passage number, whether that passage states nothing (a title alone, "N/A"); read once."""
        rows = self._database.rows(
            "SELECT number FROM passages WHERE kind <> ? AND number < ?", (PassageKind.STATEMENT, self._count)
        )
        marks = np.zeros(self._count, dtype=np.bool_)
        marks[np.array([row["number"] for row in rows], dtype=np.int64)] = True
        return marks

    def owners(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """A number for whom each of these passages is about first, the same for the same one; of shape (numbers,)."""
        return self._columns.columns().owners.places[numbers]

    def meets(self, numbers: npt.NDArray[np.int64], filters: Filters) -> npt.NDArray[np.bool_]:
        """Whether each of these passages meets the filters; of shape (numbers,)."""
        return meets(self._columns.columns(), filters, numbers)

    def owned(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Whether each of these passages is about anybody; of shape (numbers,)."""
        owners = self._columns.columns().owners
        return np.array([value is not None for value in owners.values], np.bool_)[owners.places[numbers]]

    def tally(self, name: Tallied, numbers: npt.NDArray[np.int64]) -> dict[object, int]:
        """How many of the passages `numbers`, which this index gave, have each value of a column."""
        column: Column = getattr(self._columns.columns(), name)
        return column.tally(numbers)

    @cached_property
    def meetings(self) -> tuple[str, ...]:
        """Dates of the meetings that passages come from, the latest first; read once."""
        seen = np.arange(self._count, dtype=np.int64) if self._shown is None else self._shown
        return tuple(sorted((str(date) for date in self.tally("dates", seen) if date), reverse=True))

    @cached_property
    def vocabulary(self) -> Mapping[str, int]:
        """Words of the passages, folded, without stop words, and how many passages have each; read once."""
        return self.lexical.vocabulary(self._unseen)

    def holding(self, word: str, limit: int) -> list[int]:
        """Numbers of passages that hold a word of the `vocabulary`, those first in which it weighs most."""
        return [int(number) for number in self.lexical.holding(word, limit, self._unseen)]

    @cached_property
    def _unseen(self) -> npt.NDArray[np.int64] | None:
        """Numbers that the audience's lexical index has, but the view has not; None where they are the same."""
        return None if self._shown is None else np.setdiff1d(np.arange(self._count, dtype=np.int64), self._shown)

    def spans(self) -> dict[str, tuple[int, int]]:
        """By id of each document with passages the number of its first one, and that after its last."""
        rows = self._database.rows(
            "SELECT document_id, min(number), max(number) + 1 FROM passages WHERE number < ? GROUP BY document_id",
            (self._count,),
        )
        return {row[0]: (row[1], row[2]) for row in rows if row[0] in self._ids}

    def matched(self, audience: Distribution) -> dict[tuple[str, str], list[tuple[int, int]]]:
        """For each translation and its original, as `audience` sees them, the numbers of passages that say the same."""
        spans = self.spans()
        found: dict[tuple[str, str], list[tuple[int, int]]] = {}
        rows = self._database.rows(
            "SELECT pair.id, original, number, other FROM translations AS pair "
            "JOIN passages ON document_id = pair.id JOIN versions USING (number) "
            "WHERE pair.audience = ? AND versions.audience = pair.audience",
            (audience,),
        )
        for one, original, number, other in rows:
            first, end = spans.get(original, (0, 0))
            if first <= other < end:
                found.setdefault((one, original), []).append((number, other))
        return found

    def packed_words(self, first: int, end: int) -> list[tuple[int, bytes]]:
        """The words of the documents whose passages are from `first` to before `end`, by the number of their first."""
        rows = self._database.rows(
            "SELECT first, packed FROM words WHERE first >= ? AND first < ? AND first < ? ORDER BY first",
            (first, end, self._count),
        )
        return [(row[0], row[1]) for row in rows]

    def written_passages(self, first: int, end: int) -> list[Passage]:
        """The passages numbered from `first` to before `end`, which are not kept: all of them are read but once."""
        rows = self._database.rows("SELECT * FROM passages WHERE number >= ? AND number < ?", (first, end))
        return [database.passage(row) for row in rows if self._visible(row["number"])]

    def embedding_digests(self) -> Iterator[list[tuple[int, str]]]:
        """The number of each passage with the digest of the text that was embedded for it, some at a time."""
        for first in range(0, self._count, _READ_AT_ONCE):
            rows = self._database.rows(
                "SELECT number, embedded FROM passages WHERE number >= ? AND number < ?",
                (first, min(first + _READ_AT_ONCE, self._count)),
            )
            yield [(row[0], row[1]) for row in rows if self._visible(row[0])]

    def embedded(self) -> dict[str, int]:
        """Number of a passage by the digest of the text that was embedded for it."""
        return {digest: number for some in self.embedding_digests() for number, digest in some}

    def jurisdiction_counts(self) -> dict[str, int]:
        """Number of passages by code of the jurisdiction that they are about."""
        return dict(self._about)

    @cached_property
    def _about(self) -> dict[str, int]:
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
        known = self._allowed
        found = known.get(filters)
        if found is None:
            found = self._meeting(filters)
            found.flags.writeable = False
            if len(found) <= _MOST_ALLOWED_KEPT:
                if len(known) >= _FILTERS_KEPT:
                    known = self._allowed = {}  # others may still read the old one
                known[filters] = found
        return found

    def _meeting(self, filters: Filters) -> npt.NDArray[np.int64]:
        found = meeting(self._columns.columns(), filters)
        found = found[: np.searchsorted(found, self._count)]
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
        if model is not None and index.head.model != model:
            raise IndexUnusableError(
                f"{folder}: the index was written with the model {index.head.model}, this is {model}; use the same "
                f"--model, or build it again: council index SOURCE... --index {folder} --rebuild"
            )
        return index
    raise missing
