"""Make the example documents (PDF, DOCX, TXT) from their readable sources.

Usage::

    python corpus/make_documents.py            write corpus/documents/
    python corpus/make_documents.py --check    exit 1 and name each file that differs from its source

How a source is written: see ``document_source.py``.
"""

from __future__ import annotations

import argparse
import io
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from document_source import BOLD, Block, Source, Table, parse, typography
from text_layout import make_text

CORPUS = Path(__file__).resolve().parent
SOURCES = CORPUS / "sources"
DOCUMENTS = CORPUS / "documents"
MADE_ON = datetime(2022, 1, 1, tzinfo=UTC)


# --- Word -------------------------------------------------------------------------------------------------


def add_runs(paragraph: Any, text: str) -> None:
    """Add text to a Word paragraph, bold where it stands between double asterisks."""
    for position, piece in enumerate(BOLD.split(text)):
        if piece:
            paragraph.add_run(piece).bold = position % 2 == 1 or None


def add_field(paragraph: Any, name: str) -> None:
    """Add a Word field, such as the page number."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement("w:fldSimple")
    element.set(qn("w:instr"), name)
    paragraph._p.append(element)


def add_blocks(container: Any, blocks: list[Block]) -> None:
    """Add blocks to a Word document or table cell."""
    for block in blocks:
        style = {"title": f"Heading {block.level}", "bullet": "List Bullet"}.get(block.kind, "Normal")
        add_runs(container.add_paragraph(style=style), block.text)


def add_table(document: Any, table: Table, width: float) -> None:
    """Add a ruled table to a Word document."""
    from docx.oxml import OxmlElement
    from docx.shared import Emu

    made = document.add_table(rows=len(table.rows), cols=len(table.widths), style="Table Grid")
    made.autofit = False
    widths = [Emu(int(width * share / sum(table.widths))) for share in table.widths]
    for column, column_width in zip(made.columns, widths, strict=True):
        column.width = column_width
    for row, target in zip(table.rows, made.rows, strict=True):
        if row.header:
            target._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for cell, cell_width, blocks in zip(target.cells, widths, row.cells, strict=True):
            cell.width = cell_width
            add_blocks(cell, [Block("paragraph", f"**{b.text}**") for b in blocks] if row.header else blocks)
            empty = cell.paragraphs[0]._p
            if len(cell.paragraphs) > 1:
                empty.getparent().remove(empty)


def prepare_word(source: Source) -> Any:
    """An empty Word document with pages, styles, header, footer and properties set."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt

    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.language = source.meta["title"], source.meta["language"]
    properties.author, properties.comments = "", ""
    properties.created = properties.modified = MADE_ON
    section = document.sections[0]
    short, long = Cm(21.59), Cm(27.94)
    section.page_width, section.page_height = (long, short) if source.landscape else (short, long)
    section.orientation = WD_ORIENT.LANDSCAPE if source.landscape else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Cm(1.9)
    for name, size in (("Normal", 10), ("Heading 1", 15), ("Heading 2", 12), ("Heading 3", 10.5)):
        document.styles[name].font.size = Pt(size)
    section.header.paragraphs[0].text = typography(source.meta.get("header", ""), source.meta["language"])
    before, _, _ = source.meta.get("footer", "").partition("{page}")
    footer = section.footer.paragraphs[0]
    footer.add_run(before)
    add_field(footer, "PAGE")
    return document


def with_fixed_dates(data: bytes) -> bytes:
    """The same zip archive with every entry dated alike."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, MADE_ON.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return made.getvalue()


def make_word(source: Source) -> bytes:
    """The document as DOCX."""
    document = prepare_word(source)
    section = document.sections[0]
    width = section.page_width - section.left_margin - section.right_margin
    for part in source.content:
        if isinstance(part, Block):
            add_blocks(document, [part])
        else:
            add_table(document, part, width)
    data = io.BytesIO()
    document.save(data)
    return with_fixed_dates(data.getvalue())


# --- PDF --------------------------------------------------------------------------------------------------


def make_pdf(source: Source) -> bytes:
    """The document as PDF, with its fonts embedded."""
    from pdf_layout import Layout  # reportlab is needed for PDF files only

    layout = Layout(source.meta, landscape=source.landscape, typeset=typography)
    for part in source.content:
        if isinstance(part, Block):
            layout.add(markup(part), style_name(part))
        else:
            rows = [([[(markup(b), style_name(b)) for b in c] for c in r.cells], r.header) for r in part.rows]
            layout.add_table(rows, part.widths, part.style)
    return layout.build()


def markup(block: Block) -> str:
    """A block's text as reportlab markup."""
    return BOLD.sub(r"<b>\1</b>", escape(block.text))


def style_name(block: Block) -> str:
    """Which paragraph style a block takes in a PDF."""
    return f"title{block.level}" if block.kind == "title" else block.kind


# --- all of them ------------------------------------------------------------------------------------------

MAKERS: dict[str, Callable[[Source], bytes]] = {".txt": make_text, ".docx": make_word, ".pdf": make_pdf}


def comparable(data: bytes, suffix: str) -> Any:
    """What has to be equal in two files: their bytes, or these with compression undone."""
    if suffix == ".docx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    if suffix == ".pdf":
        from pypdf import PdfReader

        pages = PdfReader(io.BytesIO(data)).pages
        return [(tuple(page.mediabox), page.get_contents().get_data()) for page in pages]  # type: ignore[union-attr]
    return data


def differs(path: Path, made: bytes) -> bool:
    """Whether the file is missing or is not what its source gives."""
    if not path.is_file():
        return True
    found = path.read_bytes()
    return found != made and comparable(found, path.suffix) != comparable(made, path.suffix)


def main(arguments: list[str] | None = None) -> int:
    """Write the documents, or check them; the exit status."""
    parser = argparse.ArgumentParser(description="Make the example documents from corpus/sources.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file differs")
    options = parser.parse_args(arguments)
    DOCUMENTS.mkdir(exist_ok=True)
    stale = False
    for path in sorted(SOURCES.glob("*.md")):
        source = parse(path)
        target = DOCUMENTS / source.meta["file"]
        made = MAKERS[target.suffix](source)
        if not options.check:
            target.write_bytes(made)
            print(f"{target.name}: {len(made)} bytes")
        elif differs(target, made):
            stale = True
            print(f"{target.name} differs from {path.name}: run python corpus/make_documents.py")
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
