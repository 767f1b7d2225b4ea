"""Word documents: paragraphs by style and numbering, tables with merged cells once, in reading order."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from indexer.documents import BlockKind, CellPosition, Document
from indexer.errors import UnreadableDocumentError
from indexer.readers.canonical import CanonicalBuilder
from indexer.readers.cleaning import clean_line, declared_title
from indexer.readers.contacts import is_contact, is_name
from indexer.readers.docx_content import W, boxes, cells, notes, paragraph_text, paragraphs_and_tables, rows
from indexer.readers.headings import heading_level, is_heading
from indexer.readers.lines import Draft
from indexer.readers.markers import find_marker

_MAX_UNPACKED = 256 * 1024 * 1024
_MAX_RATIO = 400
_RATIO_FROM = 16 * 1024 * 1024
_MAX_MEMBERS = 10_000
_ENTRY = b"PK\x01\x02"  # in front of each member's entry in the directory
_CHUNK = 1024 * 1024
_HEADING_STYLE = re.compile(r"(?:heading|titre|überschrift)\s*(\d)", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"(?:title|titre)$", re.IGNORECASE)
_LIST_STYLE = re.compile(r"(?:list|liste)\b.*?(\d)?$", re.IGNORECASE)
_MAX_DEPTH = 50


def read_docx(path: Path, data: bytes, source: str) -> Document:
    """The document in the bytes of a Word file. Raises UnreadableDocumentError for damaged or huge files."""
    _guard(path, data)
    import docx

    word = docx.Document(io.BytesIO(data))
    reader = _Reader(word)
    body = word.element.body
    reader.read(body)
    for note in notes(data, body):
        reader.read(note)
    if reader.builder.is_empty:
        raise UnreadableDocumentError(path, "holds no text", "add its content, or leave it out")
    title = declared_title(word.core_properties.title)
    return reader.builder.build(source, "docx", metadata_title=title)


def _guard(path: Path, data: bytes) -> None:
    """Refuses archives that are damaged, no Word document, or unpack to more than any document needs."""
    mend = "open it in its program and save it again, or fetch it anew"
    entries = data.count(_ENTRY)  # each would take room in memory before it could be counted otherwise
    if entries > _MAX_MEMBERS:
        raise UnreadableDocumentError(
            path,
            f"holds {entries} files, more than a document can need",
            "check where it comes from; save it again without embedded files",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableDocumentError(path, "is damaged (its archive cannot be opened)", mend) from error
    if not any(m.filename == "word/document.xml" for m in members):
        raise UnreadableDocumentError(path, "is damaged (it holds no word/document.xml)", mend)
    if any(m.flag_bits & 0x1 for m in members):
        raise UnreadableDocumentError(path, "is protected by a password", "save a copy without password and index that")
    unpacked = sum(m.file_size for m in members)
    if unpacked > _MAX_UNPACKED or (unpacked > _RATIO_FROM and unpacked > _MAX_RATIO * len(data)):
        raise UnreadableDocumentError(
            path,
            f"unpacks to {unpacked // 1_000_000} MB, more than a document can need",
            "check where it comes from; save it again without embedded files",
        )
    try:
        _unpack(data)
    except _LyingArchiveError as error:
        raise UnreadableDocumentError(
            path,
            f"is damaged (its member {error} unpacks to more than the archive says)",
            "check where it comes from; open it in its program and save it again",
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableDocumentError(path, f"is damaged ({error})", mend) from error


class _LyingArchiveError(Exception):
    pass


def _unpack(data: bytes) -> None:
    """Unpack every member piece by piece and let it go: what the directory says of their sizes need not be true."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            said = member.file_size
            member.file_size = said + 1  # a reader stops where the directory says, and so would miss what follows
            got = 0
            with archive.open(member) as unpacked:
                while got <= said and (chunk := unpacked.read(_CHUNK)):
                    got += len(chunk)
            if got > said:
                raise _LyingArchiveError(ascii(member.filename))


class _Reader:
    def __init__(self, word: Any) -> None:
        self.builder = CanonicalBuilder()
        self._word = word
        self._styles: dict[str | None, Any] = {}
        self._levels: dict[str | None, int] = {}
        self._numbered_styles = {
            s.style_id for s in word.styles if s.element.find(f"{W}pPr/{W}numPr") is not None
        }  # fmt: skip

    def read(self, container: Any, cell: CellPosition | None = None, depth: int = 0) -> None:
        """Adds what the element (body, cell or note) holds, in order."""
        if depth > _MAX_DEPTH:
            raise RecursionError
        for element in paragraphs_and_tables(container):
            if element.tag == f"{W}tbl":
                self._table(element, depth)
            else:
                self._paragraph(element, cell)

    def _paragraph(self, element: Any, cell: CellPosition | None) -> None:
        for boxed in boxes(element):
            for inner in boxed.iter(f"{W}p"):
                self._add(clean_line(paragraph_text(inner)), BlockKind.PARAGRAPH, 0, cell)
        text = clean_line(paragraph_text(element))
        if text:
            kind, level = self._kind(element, text, cell)
            self._add(text, kind, level, cell)

    def _add(self, text: str, kind: BlockKind, level: int, cell: CellPosition | None) -> None:
        marker = find_marker(text)
        if marker is not None and not marker.number:
            text = marker.text
            if kind is BlockKind.PARAGRAPH:
                kind, level = BlockKind.LIST_ITEM, 1
        if is_contact(text):
            kind, level = BlockKind.CONTACT, 0
        self.builder.add(Draft(kind, text, level=level), cell)

    def _kind(self, element: Any, text: str, cell: CellPosition | None) -> tuple[BlockKind, int]:
        style = self._style(element)
        name = (style.name if style is not None else "") or ""
        level = self._level(style) or _outline_level(element)
        if level:
            return BlockKind.HEADING, level
        numbering = element.find(f"{W}pPr/{W}numPr")
        if numbering is not None:
            number = numbering.find(f"{W}numId")
            if number is None or number.get(f"{W}val") != "0":
                depth = numbering.find(f"{W}ilvl")
                return BlockKind.LIST_ITEM, 1 + _int(depth.get(f"{W}val") if depth is not None else None)
        elif style is not None and (style.style_id in self._numbered_styles or _LIST_STYLE.match(name)):
            found = _LIST_STYLE.match(name)
            return BlockKind.LIST_ITEM, _int(found.group(1)) if found and found.group(1) else 1
        if cell is None and _all_bold(element) and is_heading(text) and not is_name(text):
            return BlockKind.HEADING, 1 + heading_level(text)
        return BlockKind.PARAGRAPH, 0

    def _level(self, style: Any) -> int:
        key = style.style_id if style is not None else None
        if key not in self._levels:
            self._levels[key] = _heading_style(style)
        return self._levels[key]

    def _style(self, element: Any) -> Any:
        from docx.text.paragraph import Paragraph

        # Each look-up goes through all styles; documents have few, and very many paragraphs.
        named = element.find(f"{W}pPr/{W}pStyle")
        key = named.get(f"{W}val") if named is not None else None
        if key not in self._styles:
            self._styles[key] = Paragraph(element, self._word).style
        return self._styles[key]

    def _table(self, table: Any, depth: int) -> None:
        number = self.builder.open_table()
        for r, row in enumerate(rows(table)):
            self.builder.open_row(number)
            column = _skipped_columns(row)
            for cell in cells(row):
                if not _continues_above(cell):
                    position = CellPosition(number, r, column)
                    first = self.builder.open_cell()
                    self.read(cell, position, depth + 1)
                    self.builder.close_cell(position, first)
                column += _width(cell)


def _skipped_columns(row: Any) -> int:
    skipped = row.find(f"{W}trPr/{W}gridBefore")
    return _int(skipped.get(f"{W}val")) if skipped is not None else 0


def _width(cell: Any) -> int:
    span = cell.find(f"{W}tcPr/{W}gridSpan")
    return max(1, _int(span.get(f"{W}val"))) if span is not None else 1


def _continues_above(cell: Any) -> bool:
    """Whether the cell is the lower part of one merged over rows."""
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    return merge is not None and merge.get(f"{W}val", "continue") == "continue"


def _heading_style(style: Any) -> int:
    """The level of the first heading style in the chain of styles that this one builds on."""
    for _ in range(12):
        if style is None:
            return 0
        found = _HEADING_STYLE.match(style.name or "")
        if found:
            return int(found.group(1))
        if _TITLE_STYLE.match(style.name or ""):
            return 1
        outline = _outline_level(style.element)
        if outline:
            return outline
        style = style.base_style
    return 0


def _outline_level(element: Any) -> int:
    outline = element.find(f"{W}pPr/{W}outlineLvl")
    value = _int(outline.get(f"{W}val")) + 1 if outline is not None else 0
    return value if value <= 9 else 0


def _int(value: str | None) -> int:
    return int(value) if value is not None and value.isdecimal() else 0


def _all_bold(element: Any) -> bool:
    runs = [r for r in element.iter(f"{W}r") if any((t.text or "").strip() for t in r.iter(f"{W}t"))]
    return bool(runs) and all(_is_bold(r) for r in runs)


def _is_bold(run: Any) -> bool:
    bold = run.find(f"{W}rPr/{W}b")
    return bold is not None and bold.get(f"{W}val", "1") not in ("0", "false", "none")
