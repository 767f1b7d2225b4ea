"""Word documents: paragraphs by style and numbering, tables with merged cells once, in reading order."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexer.documents import BlockKind, CellPosition, Document
from indexer.errors import UnreadableDocumentError
from indexer.readers.canonical import CanonicalBuilder
from indexer.readers.cleaning import clean_line, declared_title
from indexer.readers.contacts import holds_contact, is_name
from indexer.readers.headings import heading_level, is_heading
from indexer.readers.lines import Draft
from indexer.readers.markers import find_marker

_MAX_UNPACKED = 512 * 1024 * 1024
_MAX_RATIO = 400
_RATIO_FROM = 16 * 1024 * 1024
_HEADING_STYLE = re.compile(r"(?:heading|titre|überschrift)\s*(\d)", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"(?:title|titre)$", re.IGNORECASE)
_LIST_STYLE = re.compile(r"(?:list|liste)\b.*?(\d)?$", re.IGNORECASE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# What stands in a paragraph but not in its text: deletions, notes, fields' code, older copies of drawings.
_SKIPPED = frozenset(
    {f"{_W}del", f"{_W}moveFrom", f"{_W}footnoteReference", f"{_W}endnoteReference", f"{_W}instrText",
     f"{_W}delText", f"{_W}pPr", f"{_W}rPr", f"{_MC}Fallback", f"{_W}txbxContent"}
)  # fmt: skip
_SPACES = frozenset({f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}ptab"})
_MAX_DEPTH = 50


def read_docx(path: Path, data: bytes, source: str) -> Document:
    """The document in the bytes of a Word file. Raises UnreadableDocumentError for damaged or huge files."""
    _guard(path, data)
    import docx

    word = docx.Document(io.BytesIO(data))
    reader = _Reader(word)
    reader.read(word)
    if reader.builder.is_empty:
        raise UnreadableDocumentError(path, "holds no text", "add its content, or leave it out")
    title = declared_title(word.core_properties.title)
    return reader.builder.build(source, "docx", metadata_title=title)


def _guard(path: Path, data: bytes) -> None:
    """Refuses archives that are damaged, no Word document, or unpack to more than any document needs."""
    mend = "open it in its program and save it again, or fetch it anew"
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


class _Reader:
    def __init__(self, word: Any) -> None:
        self.builder = CanonicalBuilder()
        self._numbered_styles = {
            s.style_id for s in word.styles if s.element.find(f"{_W}pPr/{_W}numPr") is not None
        }  # fmt: skip

    def read(self, container: Any, cell: CellPosition | None = None, depth: int = 0) -> None:
        """Adds what the container (document or cell) holds, in order."""
        if depth > _MAX_DEPTH:
            raise RecursionError
        for item in container.iter_inner_content():
            if hasattr(item, "rows"):
                self._table(item, depth)
            else:
                self._paragraph(item, cell)

    def _paragraph(self, paragraph: Any, cell: CellPosition | None) -> None:
        element = paragraph._p
        for boxed in _boxes(element):
            for inner in boxed.iter(f"{_W}p"):
                self._add(clean_line(_text(inner)), BlockKind.PARAGRAPH, 0, cell)
        text = clean_line(_text(element))
        if text:
            kind, level = self._kind(paragraph, element, text, cell)
            self._add(text, kind, level, cell)

    def _add(self, text: str, kind: BlockKind, level: int, cell: CellPosition | None) -> None:
        marker = find_marker(text)
        if marker is not None and not marker.number:
            text = marker.text
            if kind is BlockKind.PARAGRAPH:
                kind, level = BlockKind.LIST_ITEM, 1
        self.builder.add(Draft(kind, text, level=level), cell)

    def _kind(self, paragraph: Any, element: Any, text: str, cell: CellPosition | None) -> tuple[BlockKind, int]:
        style = paragraph.style
        name = (style.name if style is not None else "") or ""
        level = _heading_style(style) or _outline_level(element)
        if level:
            return BlockKind.HEADING, level
        numbering = element.find(f"{_W}pPr/{_W}numPr")
        if numbering is not None:
            number = numbering.find(f"{_W}numId")
            if number is None or number.get(f"{_W}val") != "0":
                depth = numbering.find(f"{_W}ilvl")
                return BlockKind.LIST_ITEM, 1 + _int(depth.get(f"{_W}val") if depth is not None else None)
        elif style is not None and (style.style_id in self._numbered_styles or _LIST_STYLE.match(name)):
            found = _LIST_STYLE.match(name)
            return BlockKind.LIST_ITEM, _int(found.group(1)) if found and found.group(1) else 1
        if holds_contact(text) and not text.endswith("."):
            return BlockKind.CONTACT, 0
        if cell is None and _all_bold(element) and is_heading(text) and not is_name(text):
            return BlockKind.HEADING, 1 + heading_level(text)
        return BlockKind.PARAGRAPH, 0

    def _table(self, table: Any, depth: int) -> None:
        rows = [[c for c in row.iter(f"{_W}tc") if _enclosing(c, f"{_W}tr") is row] for row in _own_rows(table)]
        number = self.builder.open_table()
        for r, (element, cells) in enumerate(zip(_own_rows(table), rows, strict=True)):
            self.builder.open_row(number)
            column = _skipped_columns(element)
            for cell in cells:
                if not _continues_above(cell):
                    position = CellPosition(number, r, column)
                    first = self.builder.open_cell()
                    self.read(self._wrap(cell, table), position, depth + 1)
                    self.builder.close_cell(position, first)
                column += _width(cell)

    @staticmethod
    def _wrap(cell: Any, table: Any) -> Any:
        from docx.table import _Cell

        return _Cell(cell, table)


def _own_rows(table: Any) -> list[Any]:
    """Rows of the table itself, content controls looked through, rows of tables inside it left out."""
    return [row for row in table._tbl.iter(f"{_W}tr") if _enclosing(row, f"{_W}tbl") is table._tbl]


def _enclosing(element: Any, tag: str) -> Any:
    return next(element.iterancestors(tag), None)


def _skipped_columns(row: Any) -> int:
    skipped = row.find(f"{_W}trPr/{_W}gridBefore")
    return _int(skipped.get(f"{_W}val")) if skipped is not None else 0


def _width(cell: Any) -> int:
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    return max(1, _int(span.get(f"{_W}val"))) if span is not None else 1


def _continues_above(cell: Any) -> bool:
    """Whether the cell is the lower part of one merged over rows."""
    merge = cell.find(f"{_W}tcPr/{_W}vMerge")
    return merge is not None and merge.get(f"{_W}val", "continue") == "continue"


def _text(element: Any) -> str:
    """The text of a paragraph, links and inserted text included, deletions and text boxes left out."""
    parts: list[str] = []
    stack = [iter(element)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
            continue
        if child.tag in _SKIPPED:
            continue
        if child.tag == f"{_W}t":
            parts.append(child.text or "")
        elif child.tag == f"{_W}noBreakHyphen":
            parts.append("-")
        elif child.tag in _SPACES:
            parts.append(" ")
        else:
            stack.append(iter(child))
    return "".join(parts)


def _boxes(element: Any) -> Iterator[Any]:
    """Text boxes anchored in the paragraph, each once (old and new markup both hold it)."""
    for box in element.iter(f"{_W}txbxContent"):
        if not any(a.tag in (f"{_MC}Fallback", f"{_W}txbxContent") for a in box.iterancestors()):
            yield box


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
    outline = element.find(f"{_W}pPr/{_W}outlineLvl")
    value = _int(outline.get(f"{_W}val")) + 1 if outline is not None else 0
    return value if value <= 9 else 0


def _int(value: str | None) -> int:
    return int(value) if value is not None and value.isdecimal() else 0


def _all_bold(element: Any) -> bool:
    runs = [r for r in element.iter(f"{_W}r") if any((t.text or "").strip() for t in r.iter(f"{_W}t"))]
    return bool(runs) and all(_is_bold(r) for r in runs)


def _is_bold(run: Any) -> bool:
    bold = run.find(f"{_W}rPr/{_W}b")
    return bold is not None and bold.get(f"{_W}val", "1") not in ("0", "false", "none")
