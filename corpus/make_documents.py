"""Make the example documents (PDF, DOCX, TXT) from their readable sources.

Usage::

    python corpus/make_documents.py            write corpus/documents/
    python corpus/make_documents.py --check    exit 1 and name each file that differs from its source

A source is a text file: TOML between ``+++`` lines, then one block a line. ``#`` to ``###`` open titles,
``- `` a bullet, ``1. `` a numbered point, ``**...**`` is bold, and ``&nbsp;`` stands for an empty cell.
A table runs from ``::: table [plain|repeat] WIDTH...`` to ``::: end``; ``::: header`` and ``::: row`` open a
row, ``::: next`` its next cell. ``plain`` draws no rules, ``repeat`` gives the table pages of its own that
all begin with the header row.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import textwrap
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

CORPUS = Path(__file__).resolve().parent
SOURCES = CORPUS / "sources"
DOCUMENTS = CORPUS / "documents"
MADE_ON = datetime(2022, 1, 1, tzinfo=UTC)
TEXT_WIDTH = 92
NO_BREAK = "\u00a0"
BOLD = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True)
class Block:
    """A paragraph, title, bullet or numbered point; ``level`` is that of a title."""

    kind: str
    text: str
    level: int = 0


@dataclass
class Row:
    """One row of a table; each cell is a list of blocks."""

    cells: list[list[Block]]
    header: bool = False


@dataclass
class Table:
    """A table: relative column widths, how it is drawn, its rows."""

    widths: list[float]
    style: str = "ruled"
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """A parsed source: its settings and what it contains, in order."""

    meta: dict[str, str]
    content: list[Block | Table]

    @property
    def landscape(self) -> bool:
        """Whether the pages lie on their long side."""
        return self.meta.get("orientation") == "landscape"


# --- reading a source -------------------------------------------------------------------------------------


def typography(text: str, language: str) -> str:
    """Typeset apostrophes, and in French the spaces that must not break."""
    text = text.replace("'", "’")
    if language == "fr":
        text = re.sub(r" (?=[:%»])|(?<=«) ", NO_BREAK, text)
        text = re.sub(r"(?<=\d) (?=\d{3}\b)", NO_BREAK, text)
    return text


def parse_block(line: str, language: str) -> Block:
    """One line of a source as a block."""
    if title := re.match(r"(#{1,3}) (.+)", line):
        return Block("title", typography(title[2], language), len(title[1]))
    if line.startswith("- "):
        return Block("bullet", typography(line[2:], language))
    kind = "number" if re.match(r"\d\. ", line) else "paragraph"
    return Block(kind, "" if line == "&nbsp;" else typography(line, language))


def open_table(arguments: list[str]) -> Table:
    """The empty table that the words after ``::: table`` describe."""
    style = arguments.pop(0) if arguments[0].isalpha() else "ruled"
    return Table([float(width) for width in arguments], style)


def parse(path: Path) -> Source:
    """Read one source file."""
    _, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    meta = tomllib.loads(front)
    content: list[Block | Table] = []
    table: Table | None = None
    for line in filter(None, map(str.strip, body.splitlines())):
        word, *arguments = line.removeprefix("::: ").split()
        if not line.startswith("::: "):
            block = parse_block(line, meta["language"])
            (table.rows[-1].cells[-1] if table else content).append(block)  # type: ignore[arg-type]
        elif word == "table":
            table = open_table(arguments)
            content.append(table)
        elif word == "end":
            table = None
        elif table is None:
            raise ValueError(f"{path.name}: {line!r} stands outside a table")
        elif word == "next":
            table.rows[-1].cells.append([])
        else:
            table.rows.append(Row([[]], header=word == "header"))
    return Source(meta, content)


# --- plain text -------------------------------------------------------------------------------------------


def text_lines(blocks: list[Block]) -> Iterator[str]:
    """The lines of some blocks, wrapped, with blank lines around titles and paragraphs."""
    for block in blocks:
        words = BOLD.sub(r"\1", block.text)
        if block.kind == "title" and block.level == 1:
            yield from (words.upper(), "=" * len(words), "")
        elif block.kind == "title" and block.level == 2:
            yield from ("", words, "-" * len(words))
        elif block.kind == "title":
            yield from ("", words)
        elif block.kind == "bullet":
            yield from textwrap.wrap(words, TEXT_WIDTH, initial_indent="  * ", subsequent_indent="    ")
        else:
            yield from ("", *textwrap.wrap(words, TEXT_WIDTH, break_on_hyphens=False), "")


def make_text(source: Source) -> bytes:
    """The document as UTF-8 text; the cells of a table follow one another."""
    blocks: list[Block] = []
    for part in source.content:
        blocks += [part] if isinstance(part, Block) else [b for row in part.rows for c in row.cells for b in c]
    text = "\n".join(text_lines(blocks))
    return (re.sub(r"\n{3,}", "\n\n", text).strip() + "\n").encode()


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
    sys.path.insert(0, str(CORPUS))
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
