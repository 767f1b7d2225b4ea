"""HTML pages: headings, paragraphs, lists and tables by their tags; navigation and scripts left out."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexer.documents import BlockKind, CellPosition, Document
from indexer.errors import UnreadableDocumentError
from indexer.readers.canonical import CanonicalBuilder
from indexer.readers.cleaning import clean_line, declared_title
from indexer.readers.contacts import is_contact
from indexer.readers.headings import is_heading
from indexer.readers.lines import Draft
from indexer.readers.markers import find_marker

_DROPPED = frozenset(
    {"script", "style", "nav", "noscript", "template", "head", "svg", "math",
     "iframe", "object", "select", "button", "audio", "video", "canvas"}
)  # fmt: skip
# Parts of the site around the content; within the content they are parts of it.
_AROUND = frozenset({"header", "footer", "aside"})
_SMALL_HEADINGS = frozenset({"dt", "summary"})
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl",
     "fieldset", "figcaption", "figure", "footer", "form", "header", "html", "legend", "li", "main", "menu", "ol",
     "p", "pre", "section", "ul", "textarea", "tr", "td", "th", "thead", "tbody", "tfoot", "caption", "hr"}
)  # fmt: skip
_META_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_MAX_DEPTH = 200


def read_html(path: Path, data: bytes, source: str) -> Document:
    """The document in the bytes of an HTML page. Raises UnreadableDocumentError where it shows no text."""
    from lxml import etree
    from lxml import html as lxml_html

    parser = lxml_html.HTMLParser(encoding=_encoding(data), remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        _check_whole(path, parser)
        raise UnreadableDocumentError(path, "holds no text", "check that the page was saved in full") from error
    _check_whole(path, parser)
    walker = _Walker(_left_out(root))
    body = root.find("body")
    walker.walk(body if body is not None else root)
    walker.flush()
    if walker.builder.is_empty:
        raise UnreadableDocumentError(path, "holds no text", "check that the page was saved in full")
    title = declared_title(root.findtext(".//title"))
    return walker.builder.build(source, "html", metadata_title=title)


def _check_whole(path: Path, parser: Any) -> None:
    """Raise UnreadableDocumentError where the parser gave up at a limit, for it drops the rest of a page silently."""
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise UnreadableDocumentError(
            path,
            "is nested too deeply, or holds too large a value, to be read whole",
            "save it again from its program, or export it as plain text",
        )


def _encoding(data: bytes) -> str:
    """The encoding by byte-order mark, declaration, or trial."""
    from lxml import html as lxml_html

    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return name
    declared = _META_CHARSET.search(data[:4096])
    if declared:
        try:
            name = codecs.lookup(declared.group(1).decode("ascii")).name
            lxml_html.HTMLParser(encoding=name)  # Python knows some that are none of text, and some that lxml does not
        except LookupError:
            name = ""
        if name and not name.startswith("utf-16"):
            # Browsers read a page that says Latin-1 as Windows-1252.
            return "cp1252" if name in ("iso8859-1", "ascii") else name
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _is_content(element: Any) -> bool:
    return element.tag in ("main", "article") or element.get("role") == "main"


def _left_out(root: Any) -> frozenset[str]:
    """The tags that stand for the site, not the document, outside its content: none where nothing marks the content.

    An aside beside articles may be one more of them; only beside the main part of a page it is surely none.
    """
    content = [element for element in root.iter("*") if _is_content(element)]
    if not content:
        return frozenset()
    return _AROUND if any(e.tag != "article" for e in content) else _AROUND - {"aside"}


class _Walker:
    """Walks the tree and adds blocks; text gathers until a block ends."""

    def __init__(self, left_out: frozenset[str]) -> None:
        self.builder = CanonicalBuilder()
        self._left_out = left_out
        self._inside = 0
        self._heading = 0
        self._text: list[str] = []
        self._kind = BlockKind.PARAGRAPH
        self._level = 0
        self._lists = 0
        self._cell: CellPosition | None = None

    def walk(self, element: Any, depth: int = 0) -> None:
        """Adds the blocks inside the element."""
        if depth > _MAX_DEPTH:
            # Deeper than any page that a person wrote: the text is kept, the structure is not.
            self._text.append(" ".join(element.itertext()))
            return
        self._text.append(element.text or "")
        for child in element:
            self._child(child, depth)
            self._text.append(child.tail or "")

    def _child(self, child: Any, depth: int) -> None:
        tag = child.tag.lower() if isinstance(child.tag, str) else ""
        if not tag or tag in _DROPPED or (tag in self._left_out and not self._inside):
            return
        content = _is_content(child)
        self._inside += content
        self._element(child, tag, depth)
        self._inside -= content

    def _element(self, child: Any, tag: str, depth: int) -> None:
        if tag == "br":
            self._break()
        elif tag in _HEADINGS:
            self._heading = _HEADINGS[tag]
            self._block(child, BlockKind.HEADING, self._heading, depth)
        elif tag in _SMALL_HEADINGS:
            small = self._cell is None and is_heading(clean_line("".join(child.itertext())))
            kind, level = (BlockKind.HEADING, min(6, self._heading + 1)) if small else (BlockKind.PARAGRAPH, 0)
            self._block(child, kind, level, depth)
        elif tag == "table":
            self.flush()
            self._table(child, depth)
        elif tag in ("ul", "ol", "menu"):
            self.flush()
            self._lists += 1
            self.walk(child, depth + 1)
            self.flush()
            self._lists -= 1
        elif tag == "li":
            self._block(child, BlockKind.LIST_ITEM, max(1, self._lists), depth)
        elif tag == "dd":
            self._block(child, BlockKind.PARAGRAPH, 0, depth)
        elif tag in _BLOCKS:
            self.flush()
            self.walk(child, depth + 1)
            self.flush()
        else:
            self.walk(child, depth + 1)

    def _block(self, element: Any, kind: BlockKind, level: int, depth: int) -> None:
        self.flush()
        outer = self._kind, self._level
        self._kind, self._level = kind, level
        self.walk(element, depth + 1)
        self.flush()
        self._kind, self._level = outer

    def _break(self) -> None:
        # A line break inside a heading or list item is layout; in a paragraph people use it to end one.
        if self._kind is BlockKind.PARAGRAPH:
            self.flush()
        else:
            self._text.append(" ")

    def flush(self) -> None:
        """Ends the block whose text has gathered."""
        text = clean_line("".join(self._text))
        self._text.clear()
        if not text:
            return
        kind, level = self._kind, self._level
        marker = find_marker(text)
        if marker is not None and not marker.number:
            text = marker.text
            if kind is BlockKind.PARAGRAPH:
                kind, level = BlockKind.LIST_ITEM, 1
        if is_contact(text):
            kind, level = BlockKind.CONTACT, 0
        self.builder.add(Draft(kind, text, level=level), self._cell)

    def _table(self, table: Any, depth: int) -> None:
        rows = list(_rows(table))
        if max((len(row) for row in rows), default=0) < 2:
            # One column: a frame around text, no table.
            for row in rows:
                for cell in row:
                    self.walk(cell, depth + 1)
                    self.flush()
            return
        caption = table.find("caption")
        if caption is not None:
            self.walk(caption, depth + 1)
            self.flush()
        outer = self._cell, self._kind, self._level, self._lists
        number = self.builder.open_table()
        taken: dict[int, int] = {}  # by column, the row where the cells that reach down into it end
        for r, row in enumerate(rows):
            self.builder.open_row(number)
            column = 0
            for cell in row:
                while taken.get(column, 0) > r:
                    column += 1
                width, height = _span(cell, "colspan"), _span(cell, "rowspan")
                for c in range(column, column + width):
                    taken[c] = max(taken.get(c, 0), r + height)
                position = CellPosition(number, r, column)
                self._cell, self._kind, self._level, self._lists = position, BlockKind.PARAGRAPH, 0, 0
                first = self.builder.open_cell()
                self.walk(cell, depth + 1)
                self.flush()
                self.builder.close_cell(position, first)
                column += width
        self._cell, self._kind, self._level, self._lists = outer


def _rows(table: Any) -> Iterator[list[Any]]:
    """The cells of each row of the table itself, not of tables inside it."""
    for part in table:
        if part.tag == "tr":
            yield [cell for cell in part if cell.tag in ("td", "th")]
        elif part.tag in ("thead", "tbody", "tfoot"):
            yield from _rows(part)


def _span(cell: Any, name: str) -> int:
    value = str(cell.get(name, "1")).strip()
    return min(100, max(1, int(value))) if value.isdecimal() else 1
