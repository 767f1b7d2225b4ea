"""Lay out an example document as PDF: running text, and table rows that go on over the page."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import reportlab
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.pagesizes import landscape as lying
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
)

MARGIN = 48.0
PADDING = 4.0
GUTTER = 7.0
Cell = list[tuple[str, str]]


def register_fonts() -> None:
    """Make the fonts that come with reportlab known; they are embedded in the file."""
    folder = Path(reportlab.__file__).parent / "fonts"
    for name, file in (("Vera", "Vera.ttf"), ("Vera-Bold", "VeraBd.ttf")):
        registerFont(TTFont(name, str(folder / file)))
    registerFontFamily("Vera", normal="Vera", bold="Vera-Bold", italic="Vera", boldItalic="Vera-Bold")


def paragraph_styles(size: float) -> dict[str, ParagraphStyle]:
    """The styles of a document whose running text has this size."""
    base = ParagraphStyle(
        "paragraph", fontName="Vera", fontSize=size, leading=size * 1.3, spaceAfter=size * 0.5, splitLongWords=0
    )
    styles = {"paragraph": base, "number": ParagraphStyle("number", base, leftIndent=12, firstLineIndent=-12)}
    styles["bullet"] = ParagraphStyle(
        "bullet", base, leftIndent=11, bulletIndent=2, bulletFontName="Vera", bulletFontSize=size
    )
    styles["name"] = ParagraphStyle("name", base, embeddedHyphenation=1)  # broken after its hyphens only
    for level, factor in ((1, 1.5), (2, 1.2), (3, 1.0)):
        styles[f"title{level}"] = ParagraphStyle(
            f"title{level}",
            base,
            fontName="Vera-Bold",
            fontSize=size * factor,
            leading=size * factor * 1.3,
            keepWithNext=1,
        )
    return styles


class TableRow(Flowable):
    """A table row whose cells each go on over the page by themselves."""

    def __init__(self, cells: list[list[Paragraph]], widths: list[float], *, ruled: bool) -> None:
        super().__init__()
        self.cells, self.widths, self.ruled = cells, widths, ruled
        self.side = PADDING if ruled else GUTTER

    def inner(self, column: int) -> float:
        """How wide the text of a column is."""
        return self.widths[column] - 2 * self.side

    def cell_height(self, column: int) -> float:
        """How high the text of a cell is."""
        cell = self.cells[column]
        heights = sum(p.wrap(self.inner(column), 1e6)[1] for p in cell)
        return heights + sum(p.style.spaceAfter for p in cell[:-1])

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:
        """The size of the row."""
        self.width = sum(self.widths)
        self.height = max(map(self.cell_height, range(len(self.cells)))) + 2 * PADDING
        return self.width, self.height

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:
        """The part of the row that still fits, and the rest of it."""
        parts = [self.split_cell(column, availHeight - 2 * PADDING - 0.01) for column in range(len(self.cells))]
        if any(cell and not head for cell, (head, _) in zip(self.cells, parts, strict=True)):
            return []
        halves = ([head for head, _ in parts], [rest for _, rest in parts])
        return [TableRow(cells, self.widths, ruled=self.ruled) for cells in halves]

    def split_cell(self, column: int, room: float) -> tuple[list[Paragraph], list[Paragraph]]:
        """The paragraphs of a cell that fit in the room, and those that do not."""
        head: list[Paragraph] = []
        rest = list(self.cells[column])
        while rest:
            height = rest[0].wrap(self.inner(column), 1e6)[1]
            if height > room:
                pieces = rest[0].split(self.inner(column), room)
                if len(pieces) > 1:
                    head.append(pieces[0])
                    rest[:1] = pieces[1:]
                break
            room -= height + rest[0].style.spaceAfter
            head.append(rest.pop(0))
        while rest and head and head[-1].style.name.startswith("title"):
            rest.insert(0, head.pop())
        return head, rest

    def draw(self) -> None:
        """Draw the rules and the text."""
        left = 0.0
        for column, cell in enumerate(self.cells):
            if self.ruled:
                self.canv.rect(left, 0, self.widths[column], self.height)
            top = self.height - PADDING
            for paragraph in cell:
                height = paragraph.wrap(self.inner(column), 1e6)[1]
                paragraph.drawOn(self.canv, left + self.side, top - height)
                top -= height + paragraph.style.spaceAfter
            left += self.widths[column]


class NumberedCanvas(Canvas):
    """A canvas that writes the footer when the number of pages is known."""

    footer = ""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        """Keep the page for later."""
        self.pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write every page with its footer."""
        for number, page in enumerate(self.pages, start=1):
            self.__dict__.update(page)
            self.setFont("Vera", 7)
            text = self.footer.format(page=number, pages=len(self.pages))
            self.drawCentredString(self._pagesize[0] / 2, MARGIN / 2, text)
            super().showPage()
        super().save()


class Layout:
    """A PDF document in the making."""

    def __init__(self, meta: dict[str, str], *, landscape: bool, typeset: Callable[[str, str], str]) -> None:
        register_fonts()
        self.meta = meta
        self.header = typeset(meta.get("header", ""), meta["language"])
        self.size = lying(LETTER) if landscape else LETTER
        self.width = self.size[0] - 2 * MARGIN
        self.styles = paragraph_styles(8.0 if landscape else 8.5)
        self.story: list[Flowable] = []
        self.repeated: TableRow | None = None

    def paragraph(self, text: str, style: str) -> Paragraph:
        """A paragraph of the document."""
        return Paragraph(text, self.styles[style], bulletText="•" if style == "bullet" else None)

    def add(self, text: str, style: str) -> None:
        """Add a paragraph across the page."""
        self.story.append(self.paragraph(text, style))

    def cell_paragraph(self, text: str, style: str, *, header: bool) -> Paragraph:
        """A paragraph in a table; bold in a header row."""
        return self.paragraph(f"<b>{text}</b>" if header else text, style)

    def add_table(self, rows: list[tuple[list[Cell], bool]], widths: list[float], style: str) -> None:
        """Add a table; of style ``repeat``, on pages of its own under a header row."""
        columns = [self.width * width / sum(widths) for width in widths]
        for cells, header in rows:
            made = [[self.cell_paragraph(*block, header=header) for block in cell] for cell in cells]
            if style == "repeat":
                made[0] = [self.cell_paragraph(text, "name", header=header) for text, _ in cells[0]]
            row = TableRow(made, columns, ruled=style != "plain")
            if header and style == "repeat":
                self.repeated = row
                self.story += [NextPageTemplate("table"), PageBreak()]
            else:
                self.story.append(row)

    def page_furniture(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        """Draw the page's running header."""
        canvas.saveState()
        canvas.setFont("Vera", 7)
        canvas.drawString(MARGIN, self.size[1] - MARGIN / 2, self.header)
        canvas.restoreState()

    def table_furniture(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        """Draw the running header and the table's header row."""
        self.page_furniture(canvas, document)
        if self.repeated:
            _, height = self.repeated.wrap(self.width, self.size[1])
            canvas.setLineWidth(0.5)
            self.repeated.drawOn(canvas, MARGIN, self.size[1] - MARGIN - height)

    def page_templates(self) -> list[PageTemplate]:
        """One template for running text, one for a table that goes on over pages."""
        height = self.size[1] - 2 * MARGIN
        used = self.repeated.wrap(self.width, height)[1] if self.repeated else 0.0
        bare = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
        whole = Frame(MARGIN, MARGIN, self.width, height, **bare)
        below = Frame(MARGIN, MARGIN, self.width, height - used, **bare)
        return [
            PageTemplate("text", [whole], onPage=self.page_furniture),
            PageTemplate("table", [below], onPage=self.table_furniture),
        ]

    def build(self) -> bytes:
        """The finished file."""
        data = io.BytesIO()
        document = BaseDocTemplate(
            data, pagesize=self.size, title=self.meta["title"], lang=self.meta["language"], invariant=1
        )
        document.addPageTemplates(self.page_templates())
        canvas = type("FooterCanvas", (NumberedCanvas,), {"footer": self.meta.get("footer", "")})
        document.build(self.story, canvasmaker=canvas)
        return data.getvalue()
