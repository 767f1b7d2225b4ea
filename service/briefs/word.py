"""A Word document (DOCX): real headings, tables whose head is repeated, the language of every run, page numbers."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from indexer.documents import Language
from service.briefs.wording import clean
from service.messages import message

_LOCALES = {"en": "en-CA", "fr": "fr-CA"}
_PAGE = (Cm(21.59), Cm(27.94))  # letter, as Canada prints
_MARGIN = Cm(2)
_MUTED = RGBColor(0x55, 0x60, 0x6B)
_INK = RGBColor(0x0B, 0x3C, 0x6F)
_HEAD_FILL = "E3EAF1"
_BODY, _SMALL = Pt(10), Pt(8)


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one style and language; None is the document's own. `anchor` names the bookmark that they lead to."""

    text: str
    language: Language | None = None
    bold: bool = False
    muted: bool = False
    anchor: str | None = None


Paragraph = Sequence[Run]
Cell = Sequence[Paragraph]


class WordDocument:
    """A document under way. `notice` stands at the foot of every page, above the page's number."""

    def __init__(
        self, title: Paragraph, language: Language, *, notice: str | None = None, landscape: bool = False
    ) -> None:
        self._document = docx.Document()
        self._language = language
        self._bookmarks = 0
        self._room = _PAGE[landscape] - 2 * _MARGIN
        self._prepare(landscape)
        properties = self._document.core_properties
        whole = clean("".join(run.text for run in title))
        properties.title, properties.author = whole[:255], message("page.title", language)
        properties.language, properties.comments = _LOCALES[language], ""
        self._fill(self._document.add_heading(level=0), title)
        self._foot(notice)

    def heading(self, text: str) -> None:
        """A heading of the first level."""
        self._fill(self._document.add_heading(level=1), [Run(text)])

    def paragraph(self, runs: Paragraph, *, bookmark: str | None = None, hanging: bool = False) -> None:
        """A paragraph; `bookmark` is what anchors lead to."""
        made = self._document.add_paragraph()
        if hanging:
            made.paragraph_format.left_indent, made.paragraph_format.first_line_indent = Cm(1), Cm(-1)
        self._fill(made, runs)
        if bookmark:
            self._mark(made, bookmark)

    def boxed(self, paragraphs: Sequence[Paragraph]) -> None:
        """Paragraphs in a frame."""
        for runs in paragraphs:
            made = self._document.add_paragraph()
            made.paragraph_format.space_after = Pt(2)
            borders = OxmlElement("w:pBdr")
            for side in ("top", "left", "bottom", "right"):
                border = OxmlElement(f"w:{side}")
                for name, value in (("val", "single"), ("sz", "8"), ("space", "4"), ("color", "B3261E")):
                    border.set(qn(f"w:{name}"), value)
                borders.append(border)
            made._p.get_or_add_pPr().insert_element_before(
                borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
            )
            self._fill(made, runs)

    def table(
        self,
        caption: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[Cell | None]],
        widths: Sequence[float],
        *,
        whole_rows: bool = True,
    ) -> None:
        """A table with a head that every page repeats; a cell of None goes on from the one above it.

        `widths` are shares of the page's width. `whole_rows` keeps a row on one page.
        """
        table = self._document.add_table(rows=0, cols=len(heads), style="Table Grid")
        table.autofit = False
        columns = [int(self._room * width / sum(widths)) for width in widths]
        for column, width in zip(table.columns, columns, strict=True):
            column.width = width
        self._describe(table, caption)
        head = table.add_row()
        self._property(head._tr, "w:tblHeader")
        for cell, text in zip(head.cells, heads, strict=True):
            self._cell(cell, [[Run(text, bold=True)]])
            shade = OxmlElement("w:shd")
            for name, value in (("val", "clear"), ("color", "auto"), ("fill", _HEAD_FILL)):
                shade.set(qn(f"w:{name}"), value)
            cell._tc.get_or_add_tcPr().append(shade)
        for at, row in enumerate(rows):
            made = table.add_row()
            if whole_rows:
                self._property(made._tr, "w:cantSplit")
            for column, (cell, content) in enumerate(zip(made.cells, row, strict=True)):
                goes_on = at + 1 < len(rows) and rows[at + 1][column] is None
                if content is None:
                    cell._tc.vMerge = "continue"
                elif goes_on:
                    cell._tc.vMerge = "restart"
                self._cell(cell, content or [[]])
        for made_row in table.rows:
            for cell, width in zip(made_row.cells, columns, strict=True):
                cell.width = width
        self._document.add_paragraph().paragraph_format.space_after = Pt(4)

    def content(self) -> bytes:
        """The file."""
        whole = io.BytesIO()
        self._document.save(whole)
        return whole.getvalue()

    def _prepare(self, landscape: bool) -> None:
        section = self._document.sections[0]
        width, height = _PAGE[::-1] if landscape else _PAGE
        section.page_width, section.page_height = width, height
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = _MARGIN
        styles = self._document.styles
        normal = styles["Normal"]
        normal.font.name, normal.font.size = "Calibri", _BODY
        normal.paragraph_format.space_after = Pt(6)
        for name, size in (("Title", Pt(20)), ("Heading 1", Pt(14))):
            font = styles[name].font
            font.size, font.color.rgb = size, _INK
        styles["Heading 1"].paragraph_format.space_after = Pt(4)
        for default in styles.element.iter(qn("w:lang")):
            default.set(qn("w:val"), _LOCALES[self._language])

    def _foot(self, notice: str | None) -> None:
        footer = self._document.sections[0].footer
        made = footer.paragraphs[0]
        if notice:
            self._fill(made, [Run(notice, muted=True)], size=_SMALL)
            made = footer.add_paragraph()
        made.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        fields = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
        for part in re.split(r"(\{\w+\})", message("brief.foot.page", self._language, page="{page}", pages="{pages}")):
            if part in fields:
                field = OxmlElement("w:fldSimple")
                field.set(qn("w:instr"), fields[part])
                made._p.append(field)
                run = made.add_run("1")  # Word puts the number here when it lays the page out
                field.append(run._r)
            else:
                run = made.add_run(part)
            run.font.size, run.font.color.rgb = _SMALL, _MUTED
            self._speak(run, self._language)

    def _cell(self, cell: Any, paragraphs: Cell) -> None:
        for at, runs in enumerate(paragraphs):
            made = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
            made.paragraph_format.space_after = Pt(3)
            self._fill(made, runs, size=Pt(9))

    def _fill(self, paragraph: Any, runs: Paragraph, *, size: Any = None) -> None:
        for wanted in runs:
            run = paragraph.add_run(clean(wanted.text))
            run.bold = wanted.bold or None
            run.font.size = size
            if wanted.muted:
                run.font.color.rgb = _MUTED
            if wanted.anchor:
                run.font.color.rgb = _INK
                link = OxmlElement("w:hyperlink")
                link.set(qn("w:anchor"), wanted.anchor)
                paragraph._p.append(link)
                link.append(run._r)
            self._speak(run, wanted.language or self._language)

    def _speak(self, run: Any, language: Language) -> None:
        mark = OxmlElement("w:lang")
        mark.set(qn("w:val"), _LOCALES[language])
        run._r.get_or_add_rPr().append(mark)

    def _mark(self, paragraph: Any, name: str) -> None:
        self._bookmarks += 1
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for mark in (start, end):
            mark.set(qn("w:id"), str(self._bookmarks))
        start.set(qn("w:name"), name)
        properties = paragraph._p.pPr
        if properties is None:
            paragraph._p.insert(0, start)
        else:
            properties.addnext(start)
        paragraph._p.append(end)

    def _describe(self, table: Any, caption: str) -> None:
        mark = OxmlElement("w:tblCaption")
        mark.set(qn("w:val"), clean(caption))
        table._tbl.tblPr.append(mark)

    def _property(self, row: Any, name: str) -> None:
        row.get_or_add_trPr().append(OxmlElement(name))
