"""The passage database of a generation, `passages.sqlite`: its schema, writing it, and values read back from its rows.

Documents, passages, and decisions and follow-ups: one table each, a column a field. `translations` has the original of
each translation, and `versions` pairs the passages that say the same in the two, both ways: for each audience, among
the documents that it sees. `words` has what the lexical index was given of each document, by the number of its first
passage, for the next generation.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from itertools import chain, count
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.documents import (
    Attribution,
    Distribution,
    DocumentRecord,
    DocumentType,
    ItemStatus,
    Language,
    Passage,
    PassageKind,
    RecordItem,
    Role,
)

PassageRow = tuple[str, str, str, int, int, int | None, Language, str, str, str | None, str, str | None, str, str]
_SCHEMA = """
CREATE TABLE documents (
    id TEXT PRIMARY KEY, source TEXT NOT NULL, title TEXT NOT NULL, type TEXT NOT NULL, language TEXT NOT NULL,
    distribution TEXT NOT NULL, meeting_date TEXT, jurisdiction TEXT, format TEXT NOT NULL, pages INTEGER,
    digest TEXT NOT NULL, text TEXT NOT NULL, jurisdiction_reason TEXT, contacts TEXT NOT NULL,
    unread_pages TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE translations (
    audience TEXT NOT NULL, id TEXT NOT NULL REFERENCES documents (id),
    original TEXT NOT NULL REFERENCES documents (id), PRIMARY KEY (audience, id)
) WITHOUT ROWID;
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, document_id TEXT NOT NULL REFERENCES documents (id),
    text TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, page INTEGER, language TEXT NOT NULL,
    role TEXT NOT NULL, jurisdictions TEXT NOT NULL, speaker TEXT, heading TEXT NOT NULL, meeting_date TEXT,
    attribution TEXT NOT NULL, kind TEXT NOT NULL, embedded TEXT NOT NULL
);
CREATE TABLE passage_jurisdictions (
    number INTEGER NOT NULL REFERENCES passages (number), code TEXT NOT NULL, PRIMARY KEY (code, number)
) WITHOUT ROWID;
CREATE TABLE versions (
    audience TEXT NOT NULL, number INTEGER NOT NULL REFERENCES passages (number),
    other INTEGER NOT NULL REFERENCES passages (number), PRIMARY KEY (audience, number, other)
) WITHOUT ROWID;
CREATE TABLE words (first INTEGER PRIMARY KEY REFERENCES passages (number), packed BLOB NOT NULL);
CREATE TABLE items (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document_id TEXT NOT NULL REFERENCES documents (id),
    kind TEXT NOT NULL, number TEXT, text TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, page INTEGER,
    language TEXT NOT NULL, status TEXT NOT NULL, owner TEXT, due TEXT, jurisdictions TEXT NOT NULL,
    heading TEXT NOT NULL, meeting_date TEXT
);
CREATE INDEX items_by_document ON items (document_id);
"""
# Written at the end, from what the passages say: at once and in order, in half the time.
_DERIVED = """
CREATE UNIQUE INDEX passages_by_id ON passages (id);
CREATE INDEX passages_by_document ON passages (document_id);
INSERT INTO passage_jurisdictions (code, number)
    SELECT about.value, number FROM passages, json_each(jurisdictions) AS about ORDER BY about.value, number;
"""
_DOCUMENT_COLUMNS = tuple(field.name for field in fields(DocumentRecord) if field.name != "translation_of")
_PASSAGE_COLUMNS = tuple(field.name for field in fields(Passage))
_ITEM_COLUMNS = tuple(field.name for field in fields(RecordItem))
_PASSAGE_NAMES = ", ".join(f'"{name}"' for name in _PASSAGE_COLUMNS)
_ITEM_NAMES = ", ".join(f'held."{name}"' for name in _ITEM_COLUMNS)
_ROLES = {str(role): role for role in Role}
_ATTRIBUTIONS = {str(attribution): attribution for attribution in Attribution}
_KINDS = {str(kind): kind for kind in PassageKind}
_MAPPED = 1 << 30  # bytes
# What is known of a document but its text, which is long.
HEADERS = ", ".join("'' AS text" if name == "text" else name for name in _DOCUMENT_COLUMNS)
_CACHE = "PRAGMA cache_size = -65536;"  # 64 MB: ids come in no order, so that their index is written all over
# Columns that hold more than one text, as JSON.
_LISTS = frozenset({"jurisdictions", "heading", "contacts", "unread_pages"})


class Writer:
    """Writes a new passage database, document by document; passage numbers follow the order given.

    `old` is the database of an earlier generation, from which `copy` takes. Use as a context manager; what `finish` has
    not ended is of no use.
    """

    def __init__(self, path: Path, old: Path | None = None) -> None:
        # Another thread than that which opened it may end it.
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, uri=True)
        if old is not None:
            self._connection.execute("ATTACH ? AS old", (_address(old),))
        # The file is made aside and thrown away if the build dies, so it needs no journal of its own.
        self._connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_CACHE} {_SCHEMA} BEGIN")
        self._passages = self._items = 0

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def add_document(self, record: DocumentRecord) -> None:
        """Write a document; what its record says of its original is not kept."""
        self._insert("documents", len(_DOCUMENT_COLUMNS), [_row(record, _DOCUMENT_COLUMNS)])

    def add_passages(self, rows: Iterable[PassageRow], embedded: Iterable[str]) -> None:
        """Write the passages with the next numbers, with the digests of what was embedded of each."""
        numbered = zip(count(self._passages), rows, embedded, strict=False)
        written = [(number, *row, digest) for number, row, digest in numbered]
        self._insert("passages", len(_PASSAGE_COLUMNS) + 2, written)
        self._passages += len(written)

    def add_words(self, packed: bytes) -> None:
        """Write the words of a document, before its passages, of which there are some: see `packed_words`."""
        self._insert("words", 2, [(self._passages, packed)])

    def add_items(self, items: Iterable[RecordItem]) -> None:
        """Write the decisions and follow-ups that come next."""
        for place, item in enumerate(items, start=self._items):
            self._insert("items", len(_ITEM_COLUMNS) + 1, [(place, *_row(item, _ITEM_COLUMNS))])
            self._items = place + 1

    def copy(self, document_ids: Sequence[str], first: int, end: int) -> None:
        """Take over the next documents as the old database has them: their passages are `first` to `end` there."""
        ids = json.dumps(document_ids)
        self._connection.execute(
            "INSERT INTO documents SELECT * FROM old.documents WHERE id IN (SELECT value FROM json_each(?))", (ids,)
        )
        self._connection.execute(
            f"INSERT INTO passages SELECT number + ?, {_PASSAGE_NAMES}, embedded FROM old.passages "  # noqa: S608  # nosec B608
            "WHERE number >= ? AND number < ? ORDER BY number",
            (self._passages - first, first, end),
        )
        self._connection.execute(
            "INSERT INTO words SELECT first + ?, packed FROM old.words WHERE first >= ? AND first < ? ORDER BY first",
            (self._passages - first, first, end),
        )
        self._passages += end - first
        taken = self._connection.execute(
            f"INSERT INTO items SELECT ? + row_number() OVER (ORDER BY wanted.key, place), {_ITEM_NAMES} "  # noqa: S608  # nosec B608
            "FROM json_each(?) AS wanted JOIN old.items AS held ON held.document_id = wanted.value",
            (self._items - 1, ids),
        )
        self._items += taken.rowcount

    def finish(
        self,
        originals: Mapping[Distribution, Mapping[str, str]] | None = None,
        versions: Iterable[tuple[Distribution, int, int]] = (),
    ) -> None:
        """End the database with what says the same, both as an audience sees them.

        `originals` are the ids of originals by those of their translations, and `versions` pairs of numbers of
        passages.
        """
        self._insert(
            "translations",
            3,
            ((audience, *pair) for audience, pairs in (originals or {}).items() for pair in pairs.items()),
        )
        self._insert(
            "versions",
            3,
            (row for audience, one, other in versions for row in ((audience, one, other), (audience, other, one))),
        )
        self._connection.executescript(f"BEGIN; {_DERIVED} COMMIT")  # Python commits what came before
        self._connection.close()

    def _insert(self, table: str, columns: int, rows: Iterable[Sequence[Any]]) -> None:
        self._connection.executemany(
            f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})",  # noqa: S608  # nosec B608
            rows,
        )


def write(
    path: Path,
    records: Iterable[DocumentRecord],
    passages: Sequence[Passage],
    embedded: Sequence[str],
    *,
    items: Iterable[RecordItem] = (),
) -> None:
    """Write a new passage database of all that is given; see `Writer`."""
    with Writer(path) as writer:
        for record in records:
            writer.add_document(record)
        writer.add_passages(map(passage_row, passages), embedded)
        writer.add_items(items)
        writer.finish()


def _address(path: Path) -> str:
    """Where SQLite finds a database that no longer changes."""
    return f"{path.resolve().as_uri()}?mode=ro&immutable=1"


class Reader:
    """A passage database, opened for reading; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._first: sqlite3.Connection | None = None

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """What a statement selects; sqlite3.Error where the file is missing or damaged."""
        return self._connection().execute(statement, parameters).fetchall()

    def numbers(self, statement: str, parameters: Sequence[Any] = ()) -> npt.NDArray[np.int64]:
        """As `rows`, of whole numbers, one row after the other; for many rows."""
        cursor = self._connection().execute(statement, parameters)
        return np.fromiter(chain.from_iterable(cursor), np.int64)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            # Immutable: a generation never changes once it serves, so SQLite need neither lock nor look for a journal.
            try:
                connection = sqlite3.connect(_address(self._path), uri=True, check_same_thread=False)
            except sqlite3.OperationalError:
                if self._first is None:
                    raise
                # Later builds cleared the generation away; the file that is open still serves, thread after thread.
                connection = self._first
            connection.row_factory = sqlite3.Row
            # Read through memory, as the vectors are: a document's long text takes half as long.
            connection.execute(f"PRAGMA mmap_size = {_MAPPED}")
            self._local.connection = connection
            self._first = self._first or connection
        return connection

    def cut_short(self) -> bool:
        """Whether the file ends before its last page does, which SQLite itself misses."""
        size = self.rows("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")[0][0]
        return self._path.stat().st_size < int(size)


def passage_row(passage: Passage) -> PassageRow:
    """A passage as its row has it, all of plain types, which pickle and SQLite take at once."""
    return (
        passage.id,
        passage.document_id,
        passage.text,
        passage.start,
        passage.end,
        passage.page,
        passage.language,
        str(passage.role),
        _written(passage.jurisdictions),
        passage.speaker,
        _written(passage.heading),
        passage.meeting_date,
        str(passage.attribution),
        str(passage.kind),
    )


def passage_of(row: PassageRow) -> Passage:
    """The passage of what `passage_row` gave."""
    key, document_id, text, start, end, page, language, role, codes, speaker, heading, date, attribution, kind = row
    return Passage(
        key,
        document_id,
        text,
        start,
        end,
        page,
        language,
        _ROLES[role],
        _texts(codes),
        speaker,
        _texts(heading),
        date,
        _ATTRIBUTIONS[attribution],
        _KINDS[kind],
    )


def passage(row: sqlite3.Row) -> Passage:
    """The passage of a row of `passages`, all of its columns."""
    # By place: every question reads hundreds of these.
    values: PassageRow = row[1:-1]
    return passage_of(values)


@lru_cache(maxsize=4_096)
def _written(texts: tuple[str, ...]) -> str:
    return json.dumps(texts, ensure_ascii=False)


@lru_cache(maxsize=16_384)
def _texts(written: str) -> tuple[str, ...]:
    return tuple(json.loads(written))


def item(row: sqlite3.Row) -> RecordItem:
    """The decision or follow-up of a row of `items`."""
    values = _values(row, _ITEM_COLUMNS)
    values["kind"] = Role(values["kind"])
    values["status"] = ItemStatus(values["status"])
    return RecordItem(**values)


def document(row: sqlite3.Row) -> DocumentRecord:
    """The document of a row of `documents`, whatever it translates."""
    values = _values(row, _DOCUMENT_COLUMNS)
    values["type"] = DocumentType(values["type"])
    values["distribution"] = Distribution(values["distribution"])
    return DocumentRecord(**values)


def _row(value: DocumentRecord | Passage | RecordItem, columns: Sequence[str]) -> list[Any]:
    return [
        json.dumps(getattr(value, name), ensure_ascii=False) if name in _LISTS else getattr(value, name)
        for name in columns
    ]


def _values(row: sqlite3.Row, columns: Sequence[str]) -> dict[str, Any]:
    return {name: _texts(row[name]) if name in _LISTS else row[name] for name in columns}
