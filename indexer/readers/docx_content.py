"""What a part of a Word document shows, in order: paragraphs and tables, content controls and markup looked through."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# Text that a reviewer struck out or moved away, and older copies of drawings.
_GONE = frozenset({f"{W}del", f"{W}moveFrom", f"{_MC}Fallback"})
# What stands in a paragraph but not in its text: notes, fields' code, properties, text boxes.
_SKIPPED = _GONE | {
    f"{W}footnoteReference", f"{W}endnoteReference", f"{W}instrText", f"{W}delText", f"{W}pPr", f"{W}rPr",
    f"{W}sdtPr", f"{W}customXmlPr", f"{W}txbxContent",
}  # fmt: skip
_SPACES = frozenset({f"{W}tab", f"{W}br", f"{W}cr", f"{W}ptab"})
_BLOCKS = frozenset({f"{W}p", f"{W}tbl"})


def paragraphs_and_tables(container: Any) -> Iterator[Any]:
    """The paragraph and table elements of a body, cell or note, those inside wrapping elements in their place."""
    stack = [iter(container)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag in _BLOCKS:
            yield child
        elif not _is_hidden(child):
            stack.append(iter(child))


def paragraph_text(element: Any) -> str:
    """The text of a paragraph, links and inserted text included, deletions and text boxes left out."""
    parts: list[str] = []
    stack = [iter(element)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag == f"{W}t":
            parts.append(child.text or "")
        elif child.tag == f"{W}noBreakHyphen":
            parts.append("-")
        elif child.tag in _SPACES:
            parts.append(" ")
        elif not _is_hidden(child):
            stack.append(iter(child))
    return "".join(parts)


def boxes(element: Any) -> Iterator[Any]:
    """Text boxes anchored in the paragraph, each once (old and new markup both hold it)."""
    for box in element.iter(f"{W}txbxContent"):
        if not any(a.tag in _GONE or a.tag == f"{W}txbxContent" for a in box.iterancestors()):
            yield box


def rows(table: Any) -> list[Any]:
    """Rows of the table itself, content controls looked through; rows struck out and rows of inner tables left out."""
    return [
        row
        for row in table.iter(f"{W}tr")
        if next(row.iterancestors(f"{W}tbl"), None) is table and row.find(f"{W}trPr/{W}del") is None
    ]


def cells(row: Any) -> list[Any]:
    """Cells of the row itself, content controls looked through."""
    return [cell for cell in row.iter(f"{W}tc") if next(cell.iterancestors(f"{W}tr"), None) is row]


def notes(data: bytes, body: Any) -> Iterator[Any]:
    """Footnotes, then endnotes, that the body of the Word file in `data` refers to, in order of reference."""
    from docx.oxml import parse_xml

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = set(archive.namelist())
        for name in ("footnote", "endnote"):
            member = f"word/{name}s.xml"
            if member not in members:
                continue
            found = {note.get(f"{W}id"): note for note in parse_xml(archive.read(member)).iter(f"{W}{name}")}
            references = [
                reference.get(f"{W}id")
                for reference in body.iter(f"{W}{name}Reference")
                if not any(a.tag in _GONE for a in reference.iterancestors())
            ]
            yield from (found[number] for number in dict.fromkeys(references) if number in found)


def _is_hidden(element: Any) -> bool:
    # A content control that nobody filled shows a prompt, which no one wrote.
    prompt = element.tag == f"{W}sdt" and element.find(f"{W}sdtPr/{W}showingPlcHdr") is not None
    return prompt or element.tag in _SKIPPED
