"""PDF files: words by their places, columns by their gutter, ruled tables by their lines."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from indexer.documents import CellPosition, Document
from indexer.errors import UnreadableDocumentError
from indexer.readers.bounds import check_pages
from indexer.readers.canonical import CanonicalBuilder
from indexer.readers.cleaning import LINE_BREAKS, clean_line, declared_title
from indexer.readers.glyphs import page_words
from indexer.readers.joining import Spellings
from indexer.readers.lines import Line
from indexer.readers.pdf_pages import LaidTable, RawPage, lay_out
from indexer.readers.pdf_table_pages import Row, continues, joined_rows
from indexer.readers.pdf_tables import has_rules, ruled_tables
from indexer.readers.reflow import reflow
from indexer.readers.scans import recognised
from indexer.readers.typography import Typography

_INDENT_STEP = 4.0


def read_pdf(path: Path, data: bytes, source: str) -> Document:
    """The document in the bytes of a PDF file.

    Pages that are pictures are read by OCR. Raises UnreadableDocumentError where the file needs a password, is
    damaged, or holds no text that can be read.
    """
    title = _declared_title(path, data)
    flows, unread = _flows(path, data)
    if not any(flows):
        raise UnreadableDocumentError(
            path,
            "holds no text, and none that OCR can read",
            "scan it again in black and white at 300 dots per inch, or leave it out",
        )
    return replace(_assemble(flows, source, title), unread_pages=unread)


def _declared_title(path: Path, data: bytes) -> str | None:
    """The title in the file's metadata. Raises UnreadableDocumentError where the file needs a password."""
    import pypdf
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        # Many files forbid changes only: the empty password opens them for reading.
        locked = reader.is_encrypted and not reader.decrypt("")
        if not locked:
            return declared_title(reader.metadata.title if reader.metadata else None)
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        NotImplementedError,
    ):
        # pdfium opens many files that pypdf does not; the title is worth no failure.
        return None
    raise UnreadableDocumentError(path, "is protected by a password", "save a copy without password and index that")


def _flows(path: Path, data: bytes) -> tuple[list[list[Line | LaidTable]], tuple[int, ...]]:
    """The flow of each page, and the pages that are pictures which could not be read."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableDocumentError(
                path, "is protected by a password", "save a copy without password and index that"
            ) from error
        fallback = _fallback(data)
        if fallback is None:
            raise UnreadableDocumentError(
                path, "is damaged or cut short", "fetch it anew, or print it to PDF again from its program"
            ) from error
        return fallback, ()
    try:
        check_pages(path, len(document))
        pages, unread = recognised(path, document, list(_raw_pages(document, data)))
        return lay_out(pages), unread
    finally:
        document.close()


def _raw_pages(document: Any, data: bytes) -> Iterator[RawPage]:
    from pypdfium2 import raw

    plumber: Any = None
    try:
        for index in range(len(document)):
            page = document[index]
            try:
                words = page_words(page, raw)
                tables: list[Any] = []
                if words and has_rules(page, raw):
                    if plumber is None:
                        plumber = _open_plumber(data)
                    tables = _tables(plumber, index)
                yield RawPage(index + 1, tuple(words), tuple(tables), page.get_height())
            finally:
                page.close()
    finally:
        if plumber:
            plumber.close()


def _open_plumber(data: bytes) -> Any:
    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    try:
        return pdfplumber.open(io.BytesIO(data))
    except Exception:
        # Without its rules a table is still read, as text.
        return False


def _tables(plumber: Any, index: int) -> list[Any]:
    if not plumber:
        return []
    try:
        page = plumber.pages[index]
        tables = ruled_tables(page)
        page.close()
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception:
        return []
    return tables


def _fallback(data: bytes) -> list[list[Line | LaidTable]] | None:
    """Plain lines of each page by pypdf, for files that pdfium refuses; None where it gets none either."""
    import pypdf

    try:
        texts = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception:
        return None
    flows: list[list[Line | LaidTable]] = []
    for number, text in enumerate(texts, start=1):
        clean = [clean_line(raw) for raw in LINE_BREAKS.split(text)]
        flows.append([Line(t, number, width=len(t), fresh=i == 0) for i, t in enumerate(clean) if t])
    return flows if any(flows) else None


def _assemble(flows: Sequence[Sequence[Line | LaidTable]], source: str, title: str | None) -> Document:
    everything = list(_all_lines(flows))
    spellings = Spellings.of(line.text for line in everything)
    typography = Typography.of(everything, _INDENT_STEP, positioned=True)
    builder = CanonicalBuilder()
    pending: list[Line] = []
    tables: list[LaidTable] = []

    def settle(*, before_table: bool = False) -> None:
        if tables:
            _add_table(builder, joined_rows(tables), tables[0].page, spellings, typography)
            tables.clear()
        if pending:
            builder.add_all(reflow(pending, spellings, typography, before_table=before_table))
            pending.clear()

    for flow in flows:
        for item in flow:
            if isinstance(item, Line):
                if tables:
                    settle()
                pending.append(item)
                continue
            if pending or not (tables and continues(tables[-1], item)):
                settle(before_table=True)
            tables.append(item)
    settle()
    return builder.build(source, "pdf", len(flows), title)


def _all_lines(flows: Iterable[Iterable[Line | LaidTable]]) -> Iterator[Line]:
    for flow in flows:
        for item in flow:
            if isinstance(item, Line):
                yield item
            else:
                for cell in item.cells:
                    yield from cell.lines


def _add_table(
    builder: CanonicalBuilder, rows: Sequence[Row], page: int, spellings: Spellings, typography: Typography
) -> None:
    table = builder.open_table(page)
    for row in rows:
        at = builder.open_row(table)
        for column, lines in row:
            full = Typography.of(lines).full
            drafts = reflow(lines, spellings, replace(typography, full=full))
            builder.add_cell(CellPosition(table, at, column), drafts)
