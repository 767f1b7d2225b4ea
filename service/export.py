"""Writing out what the index holds, for other tools: JSON lines, CSV, or a workbook."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TextIO

from indexer import embedding
from indexer.documents import Distribution, Language, Passage
from indexer.errors import CouncilError, SettingError
from indexer.index_protocol import Index
from service.contract import FollowUp
from service.filters import ItemFilters, make_item_filters
from service.follow_ups import listed
from service.formulas import harmless
from service.matches import Match, matched
from service.serving import open_seen

if TYPE_CHECKING:
    from indexer.store import Filters

Format = Literal["jsonl", "csv", "xlsx"]
BriefFormat = Literal["docx", "html"]
AnalysisFormat = Literal["docx", "xlsx"]

_BINARY = {"xlsx": "a workbook", "docx": "a Word document"}
_NOT_IN_TABLES = frozenset({"language", "start", "end"})  # of a follow-up: for programs, which read JSON


@dataclass(frozen=True, slots=True)
class _Table:
    """What is written out: whole rows as JSON, the `columns` of them as CSV and in a workbook's sheet `name`."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the index is kept, if not in its folder, and the model that wrote it, the bundled one if None."""

    address: str | None = None
    model: str | None = None

    def opened(self, folder: Path, audience: Distribution) -> Index:
        """The index as `audience` may see it; no question is asked of it."""
        embedder = embedding.load(self.model) if self.address else None
        return open_seen(folder, audience, embedder=embedder, store=self.address)


NOWHERE_ELSE = Stored()


def export_passages(
    folder: Path,
    form: Format,
    out: Path | None = None,
    *,
    audience: Distribution = Distribution.SECRETARIAT,
    store: Stored = NOWHERE_ELSE,
) -> None:
    """Write every passage of the index, in reading order, to the file `out`, or to standard output.

    Raises SettingError for a workbook where standard output takes none, CouncilError where `out` cannot be written.
    """
    _check(form, out)
    columns = tuple(field.name for field in fields(Passage))
    rows = (asdict(passage) for passage in store.opened(folder, audience).passages())
    _write(_Table("passages", columns, rows), form, out)


def export_follow_ups(
    folder: Path,
    filters: ItemFilters,
    form: Format,
    out: Path | None = None,
    language: Language | None = None,
    *,
    audience: Distribution = Distribution.SECRETARIAT,
    store: Stored = NOWHERE_ELSE,
) -> None:
    """Write the decisions and follow-ups that meet `filters`; `language` is that of the words for their status.

    Errors are those of `export_passages`.
    """
    _check(form, out)
    columns = tuple(name for name in FollowUp.model_fields if name not in _NOT_IN_TABLES)
    found = listed(store.opened(folder, audience), filters, language=language).follow_ups
    _write(_Table("follow-ups", columns, (item.model_dump(mode="json") for item in found)), form, out)


def export_brief(
    folder: Path,
    topic: str,
    form: BriefFormat,
    out: Path | None = None,
    *,
    language: Language | None = None,
    filters: Filters | None = None,
    audience: Distribution = Distribution.SECRETARIAT,
    store: Stored = NOWHERE_ELSE,
) -> None:
    """Write the brief on a topic; see `service.briefs.gathering.gather`, whose errors are raised too."""
    from service.briefs import brief_docx, brief_html
    from service.briefs.gathering import gather
    from service.engine import Engine

    _check(form, out)
    brief = gather(
        Engine(folder, store.model, store=store.address, audience=audience), topic, language=language, filters=filters
    )
    if form == "docx":
        _write_bytes(brief_docx.as_docx(brief), out)
        return
    page = brief_html.as_html(brief)
    with _text(out, form) as lines:
        lines.write(page)


def export_analysis(
    folder: Path,
    meeting: str | None,
    form: AnalysisFormat,
    out: Path | None = None,
    language: Language | None = None,
    *,
    audience: Distribution = Distribution.SECRETARIAT,
    store: Stored = NOWHERE_ELSE,
) -> None:
    """Write the exchange table of a meeting; see `service.briefs.exchange.exchange_table`, whose errors are raised."""
    from service.briefs import exchange_files
    from service.briefs.exchange import exchange_table

    _check(form, out)
    table = exchange_table(store.opened(folder, audience), meeting=meeting, language=language)
    _write_bytes(exchange_files.as_docx(table) if form == "docx" else exchange_files.as_xlsx(table), out)


def export_matches(
    folder: Path,
    meetings: Sequence[str],
    form: Format,
    out: Path | None = None,
    *,
    language: Language = "en",
    document_languages: Sequence[str] = (),
    audience: Distribution = Distribution.SECRETARIAT,
    store: Stored = NOWHERE_ELSE,
) -> None:
    """Write who can help with which need told at a meeting: the latest with needs where none is named.

    Errors are those of `export_passages`; SettingError too for more than one meeting, or one without needs.
    """
    _check(form, out)
    if len(meetings) > 1:
        raise SettingError("--meeting: matches are of one meeting; name one")
    filters = make_item_filters(meetings=meetings, document_languages=document_languages)
    embedder = embedding.load(store.model)
    index = open_seen(folder, audience, embedder=embedder, store=store.address)
    rows = matched(
        index,
        embedder,
        meeting=next(iter(filters.meetings), None),
        language=language,
        document_languages=filters.document_languages,
    )
    columns = tuple(field.name for field in fields(Match))
    _write(_Table("matches", columns, (asdict(row) for row in rows)), form, out)


def _write_bytes(whole: bytes, out: Path | None) -> None:
    with _bytes(out) as stream:
        stream.write(whole)


def _check(form: str, out: Path | None) -> None:
    if form in _BINARY and out is None and (sys.stdout.isatty() or not hasattr(sys.stdout, "buffer")):
        raise SettingError(f"--format {form}: {_BINARY[form]} is no text to print; name a file for it with --out FILE")


def _write(table: _Table, form: Format, out: Path | None) -> None:
    if form == "xlsx":
        from service.workbook import workbook

        whole = workbook(table.name, table.columns, [_cells(table, row) for row in table.rows])
        with _bytes(out) as stream:
            stream.write(whole)
        return
    with _text(out, form) as lines:
        if form == "jsonl":
            lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in table.rows)
            return
        rows = csv.writer(lines)
        rows.writerow(table.columns)
        rows.writerows([harmless(cell) for cell in _cells(table, row)] for row in table.rows)


def _cells(table: _Table, row: dict[str, Any]) -> list[Any]:
    return ["; ".join(row[name]) if isinstance(row[name], list | tuple) else row[name] for name in table.columns]


@contextmanager
def _text(out: Path | None, form: str) -> Iterator[TextIO]:
    if out is None:
        yield sys.stdout
        return
    # Excel takes a CSV file for UTF-8 only with a byte order mark; a program that reads standard output wants none.
    encoding = "utf-8-sig" if form == "csv" else "utf-8"
    with _told(out), out.open("w", encoding=encoding, newline="" if form == "csv" else "\n") as stream:
        yield stream


@contextmanager
def _bytes(out: Path | None) -> Iterator[BinaryIO]:
    if out is None:
        yield sys.stdout.buffer
        return
    with _told(out), out.open("wb") as stream:
        yield stream


@contextmanager
def _told(out: Path) -> Iterator[None]:
    """Make the folder of `out`; what the system refuses is told by name."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise CouncilError(f"{out}: cannot be written ({error.strerror or error}); name another with --out") from error
