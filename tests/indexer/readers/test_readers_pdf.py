"""PDF files as people make them: columns, ruled tables, headers and footers, sentences over pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen import canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

from indexer.documents import BlockKind, Document
from indexer.readers import read

_BODY = getSampleStyleSheet()["BodyText"]
_HEADING = getSampleStyleSheet()["Heading1"]
_GRID = ("GRID", (0, 0), (-1, -1), 0.5, colors.black)


def texts(document: Document, kind: BlockKind | None = None) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if kind in (None, b.kind)]


def draw(path: Path, *pages: Callable[[canvas.Canvas], None]) -> Document:
    page = canvas.Canvas(str(path), pagesize=letter)
    page.setTitle("")
    for paint in pages:
        page.setFont("Helvetica", 10)
        paint(page)
        page.showPage()
    page.save()
    return read(path)


def lines(page: canvas.Canvas, x: float, y: float, *drawn: str, step: float = 12) -> None:
    for i, line in enumerate(drawn):
        page.drawString(x, y - step * i, line)


_LEFT = (
    "The ferry desk moved to the new hall in",
    "spring and answers by telephone within",
    "two minutes. Travellers who come in",
    "person wait half as long as last year.",
)
_RIGHT = (
    "A second team writes the letters anew.",
    "It tested forty of them with readers",
    "and dropped eleven questions that no",
    "clerk had needed for years.",
)


def test_two_columns_drawn_row_by_row_under_and_over_full_lines(tmp_path: Path) -> None:
    def paint(page: canvas.Canvas) -> None:
        page.setFont("Helvetica-Bold", 16)
        page.drawString(72, 720, "News from the harbour counters and the letter office")
        page.setFont("Helvetica", 10)
        for i, (left, right) in enumerate(zip(_LEFT, _RIGHT, strict=True)):
            page.drawString(72, 680 - 12 * i, left)
            page.drawString(320, 680 - 12 * i, right)
        lines(
            page, 72, 600, "This closing line runs over the full width of the page below both of the columns above it,"
        )
        lines(page, 72, 588, "and here it ends.")

    document = draw(tmp_path / "columns.pdf", paint)
    assert texts(document) == [
        "News from the harbour counters and the letter office",
        " ".join(_LEFT),
        " ".join(_RIGHT),
        "This closing line runs over the full width of the page below both of the columns above it, and here it ends.",
    ]
    assert document.blocks[0].kind is BlockKind.HEADING
    assert document.blocks[0].level == 1


def test_columns_that_begin_unevenly_and_a_title_after_them(tmp_path: Path) -> None:
    """A heading opens the left column; the right one begins higher, with the end of a sentence of the left."""

    def paint(page: canvas.Canvas) -> None:
        page.setFont("Helvetica-Bold", 15)
        page.drawString(72, 664, "Mobile counters")
        page.drawString(320, 651, "Paying online")
        page.drawString(72, 540, "What comes next")
        page.setFont("Helvetica", 10)
        page.drawString(320, 680, "half of whom had never used the web.")
        lines(
            page, 72, 632, "A bus with a counter visits the northern", "villages twice a month, as was asked for",
            "by their councils. In the first month it", "served four hundred people or so,",
        )  # fmt: skip
        lines(
            page, 320, 632, "Fines can be paid by card since March,", "and receipts are sent by e-mail; the fees",
            "are borne by the province for one year", "and will then be looked at again.",
        )  # fmt: skip
        lines(
            page,
            72,
            520,
            "This line runs over the full width of the page, below both of the columns above it, and ends.",
        )

    assert texts(draw(tmp_path / "uneven.pdf", paint)) == [
        "Mobile counters",
        "A bus with a counter visits the northern villages twice a month, as was asked for by their councils. In the "
        "first month it served four hundred people or so, half of whom had never used the web.",
        "Paying online",
        "Fines can be paid by card since March, and receipts are sent by e-mail; the fees are borne by the province "
        "for one year and will then be looked at again.",
        "What comes next",
        "This line runs over the full width of the page, below both of the columns above it, and ends.",
    ]


def test_full_line_between_two_sets_of_columns(tmp_path: Path) -> None:
    def paint(page: canvas.Canvas) -> None:
        for top in (700, 600):
            for i, (left, right) in enumerate(zip(_LEFT, _RIGHT, strict=True)):
                page.drawString(72, top - 12 * i, left)
                page.drawString(320, top - 12 * i, right)
        lines(
            page,
            72,
            630,
            "Between the two sets stands a line that nobody could take for part of a column, so wide is it.",
        )

    found = texts(draw(tmp_path / "between.pdf", paint))
    assert [t[:12] for t in found] == [
        "The ferry de", "A second tea", "Between the ", "The ferry de", "A second tea",
    ]  # fmt: skip


def test_entries_side_by_side_stay_together(tmp_path: Path) -> None:
    people = [
        ("Ada Marsh", "Harbour (chair)"),
        ("Bo Lind", "Letter Office"),
        ("Cy Vann", "Registry"),
        ("Di Roe", "Parks"),
    ]

    def paint(page: canvas.Canvas) -> None:
        for i, (name, office) in enumerate(people):
            page.drawString(72, 700 - 14 * i, name)
            page.drawString(260, 700 - 14 * i, office)

    assert texts(draw(tmp_path / "people.pdf", paint)) == [f"{name} {office}" for name, office in people]


def test_headers_footers_and_page_numbers_are_dropped(tmp_path: Path) -> None:
    def paint(number: int) -> Callable[[canvas.Canvas], None]:
        def page(c: canvas.Canvas) -> None:
            c.drawString(72, 765, "Harbour council - spring meeting")
            c.drawString(280, 30, f"Page {number} of 3")
            c.drawString(480, 30, f"{number} / 3")
            lines(c, 72, 700, f"Only page {['one', 'two', 'three'][number - 1]} says this about the boats.")

        return page

    document = draw(tmp_path / "furniture.pdf", paint(1), paint(2), paint(3))
    assert texts(document) == [f"Only page {n} says this about the boats." for n in ("one", "two", "three")]
    assert [b.page for b in document.blocks] == [1, 2, 3]


def test_sentence_over_the_page_keeps_both_pages(tmp_path: Path) -> None:
    document = draw(
        tmp_path / "crossing.pdf",
        lambda c: lines(
            c,
            72,
            120,
            "The tide table was printed late",
            "this year, and the pilots had to",
            "call the tower before they all",
        ),
        lambda c: lines(c, 72, 720, "could leave the basin, which took", "too long. It is mended now."),
    )
    assert len(document.blocks) == 1
    assert document.blocks[0].page == 1
    first, second = document.pages
    assert document.text[first.start : first.end].endswith("before they all ")
    assert document.text[second.start : second.end].startswith("could leave the basin")


def test_hyphens_at_line_ends(tmp_path: Path) -> None:
    document = draw(
        tmp_path / "hyphens.pdf",
        lambda c: lines(
            c, 72, 700,
            "The registration of boats is free. People ask for regis-",
            "tration at the desk, and boats of the north-",
            "west are counted apart from pre-",
            "and post-war boats.",
        ),
    )  # fmt: skip
    assert document.text == (
        "The registration of boats is free. People ask for registration at the desk, "
        "and boats of the north-west are counted apart from pre- and post-war boats."
    )


def test_ligatures_and_spaces(tmp_path: Path) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = next(Path(canvas.__file__).parents[1].glob("fonts/Vera.ttf"))
    pdfmetrics.registerFont(TTFont("Vera", str(font)))

    def paint(page: canvas.Canvas) -> None:
        page.setFont("Vera", 10)
        page.drawString(72, 700, "An of\ufb01ce kept 4\u00a0000\u00a0\ufb02ags, 9\u00a0% of them torn.")

    assert draw(tmp_path / "ligatures.pdf", paint).text == "An office kept 4 000 flags, 9 % of them torn."


def test_contact_block(tmp_path: Path) -> None:
    def paint(page: canvas.Canvas) -> None:
        lines(page, 72, 700, "The harbour desk lends its forms to whoever asks for them, in paper or by mail.")
        lines(page, 72, 660, "Ada Marsh", "Head of Forms, Harbour Desk", "ada.marsh@harbour.example", "555 010-0199")

    document = draw(tmp_path / "contact.pdf", paint)
    assert [b.kind for b in document.blocks] == [BlockKind.PARAGRAPH]
    (contact,) = document.contacts
    assert contact == "Ada Marsh Head of Forms, Harbour Desk ada.marsh@harbour.example 555 010-0199"


def test_ruled_table_with_merged_and_many_lined_cells(tmp_path: Path) -> None:
    path = tmp_path / "table.pdf"
    items = Paragraph("• first a list of the boats that pay no fee in any month<br/>• then the others", _BODY)
    rows = [["Plans for both years", "", "Needs"], [Paragraph("Harbour", _BODY), items, "none"], ["Parks", "", "seeds"]]
    table = Table(
        rows, colWidths=[90, 180, 120], style=[_GRID, ("SPAN", (0, 0), (1, 0)), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    )
    before, after = Paragraph("Before the table.", _BODY), Paragraph("After the table.", _BODY)
    SimpleDocTemplate(str(path), title="Plans").build([before, table, after])
    document = read(path)
    assert document.metadata_title == "Plans"
    assert texts(document) == [
        "Before the table.", "Plans for both years", "Needs", "Harbour",
        "first a list of the boats that pay no fee in any month", "then the others",
        "none", "Parks", "seeds", "After the table.",
    ]  # fmt: skip
    (found,) = document.tables
    assert [[(c.row, c.column) for c in row] for row in found.rows] == [
        [(0, 0), (0, 2)], [(1, 0), (1, 1), (1, 2)], [(2, 0), (2, 1), (2, 2)],
    ]  # fmt: skip
    empty = found.rows[2][1]
    assert empty.start == empty.end
    items_at = [b for b in document.blocks if b.kind is BlockKind.LIST_ITEM]
    assert [(b.cell.row, b.cell.column) for b in items_at if b.cell] == [(1, 1), (1, 1)]
    assert document.blocks[0].cell is None


def test_table_over_the_page_is_one_table(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    rows = [["Office", "Plan"], *([f"Office {i}", f"Plan of office {i}"] for i in range(60))]
    table = Table(rows, colWidths=[120, 200], style=[_GRID], repeatRows=1)
    SimpleDocTemplate(str(path)).build([Paragraph("Annex", _HEADING), table, Paragraph("The end.", _BODY)])
    document = read(path)
    assert len(document.pages) == 2
    (found,) = document.tables
    assert len(found.rows) == 61
    assert found.page == 1
    cell = found.rows[-1][1]
    assert document.text[cell.start : cell.end] == "Plan of office 59"
    assert next(b.page for b in document.blocks if b.start == cell.start) == 2
    assert document.text.count("Office\nPlan\n") == 1


def test_one_row_drawn_as_two_boxes_is_a_table(tmp_path: Path) -> None:
    def paint(page: canvas.Canvas) -> None:
        page.rect(60, 600, 140, 120)
        page.rect(200, 600, 340, 120)
        lines(page, 66, 700, "1. Priorities", "Say what is planned.")
        lines(page, 206, 700, "The quays are to be painted in the", "spring of next year.")

    document = draw(tmp_path / "boxes.pdf", paint)
    (table,) = document.tables
    assert [[document.text[c.start : c.end] for c in row] for row in table.rows] == [
        ["1. Priorities\nSay what is planned.", "The quays are to be painted in the spring of next year."]
    ]


def test_two_tables_on_two_pages_with_text_between_stay_two(tmp_path: Path) -> None:
    path = tmp_path / "two.pdf"
    table = [["Office", "Plan"], ["Harbour", "Boats"]]
    flow = [Table(table, style=[_GRID]), PageBreak(), Paragraph("Words between.", _BODY), Table(table, style=[_GRID])]
    SimpleDocTemplate(str(path)).build(flow)
    assert len(read(path).tables) == 2


def test_a_frame_around_text_is_no_table(tmp_path: Path) -> None:
    def paint(page: canvas.Canvas) -> None:
        page.rect(60, 600, 400, 120)
        for y in (620, 640, 660):
            page.line(60, y - 30, 60, y)
        lines(page, 72, 700, "Words inside a frame are read as words.")

    document = draw(tmp_path / "frame.pdf", paint)
    assert document.tables == ()
    assert document.text == "Words inside a frame are read as words."


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_page_is_read_as_shown(tmp_path: Path, turn: int) -> None:
    def paint(page: canvas.Canvas) -> None:
        page.setPageRotation(turn)
        width, height = letter
        page.translate(*{90: (width, 0), 180: (width, height), 270: (0, height)}[turn])
        page.rotate(turn)
        for y in (520, 500, 480):
            page.line(72, y, 372, y)
        for x in (72, 222, 372):
            page.line(x, 480, x, 520)
        lines(page, 72, 540, "Above the table.")
        for i, row in enumerate((("Office", "Plan"), ("Harbour", "Boats"))):
            lines(page, 76, 506 - 20 * i, row[0])
            lines(page, 226, 506 - 20 * i, row[1])

    document = draw(tmp_path / "turned.pdf", paint)
    assert texts(document) == ["Above the table.", "Office", "Plan", "Harbour", "Boats"]
    assert len(document.tables) == 1


def test_side_column_does_not_cut_a_sentence(tmp_path: Path) -> None:
    wide = "The members of the harbour council talk about the boats in the basin at"
    left = [f"{wide} length {n}." if n % 3 == 2 else f"{wide} the quay {n}" for n in range(12)]

    def first(page: canvas.Canvas) -> None:
        lines(page, 60, 720, *left[:9], "and they ask the pilots how the")
        lines(page, 450, 720, "Decision no 4: The tower", "keeps its lamp lit in", "all the nights of the", "winter.")

    def second(page: canvas.Canvas) -> None:
        lines(page, 60, 720, "lamp was lit in the years before the war, when nobody paid for the oil.", *left[:5])

    found = texts(draw(tmp_path / "side.pdf", first, second))
    assert any("how the lamp was lit" in t for t in found)
    assert "Decision no 4: The tower keeps its lamp lit in all the nights of the winter." in found


@pytest.mark.parametrize("pages", [100])
def test_many_pages_with_tables_in_time(tmp_path: Path, pages: int) -> None:
    path = tmp_path / "many.pdf"
    rows = [["Office", "Plan", "Need"]] + [[f"Office {i}", "To paint the boats anew", "Paint"] for i in range(20)]
    flow: list[object] = []
    for number in range(pages):
        flow += [Paragraph(f"Chapter of page {number}.", _BODY), Table(rows, style=[_GRID]), PageBreak()]
    SimpleDocTemplate(str(path)).build(flow)
    begun = time.perf_counter()
    document = read(path)
    assert time.perf_counter() - begun < 30
    assert len(document.tables) == pages
