"""PDF tables of organisations without vertical rules: columns from the heads, rows from the names, over pages."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib import colors
from reportlab.lib.pagesizes import landscape, letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen import canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from indexer.documents import Document
from indexer.readers import read
from indexer.readers.glyphs import Row, Word
from indexer.readers.pdf_unruled_heads import find_heads
from indexer.readers.pdf_unruled_tables import Page, unruled_tables

_STYLES: dict[str, list[tuple[object, ...]]] = {
    "unruled": [],
    "lines across": [("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.black)],
    "shaded": [("ROWBACKGROUNDS", (0, 0), (-1, -1), [colors.whitesmoke, colors.lightgrey])],
    "framed": [
        ("BOX", (0, 0), (-1, -1), 0.5, colors.black),
        ("LINEBELOW", (0, 0), (-1, 0), 1, colors.black),
    ],
}
_HEADS = {
    "en": ("Organization", "Priorities", "Showcase", "Issues and needs"),
    "fr": ("Organisation", "Priorités", "Vitrine", "Problèmes et besoins"),
}
_BEFORE = "A paragraph of plain words stands above the table and runs far over the edges of its columns."
_AFTER = "Another such paragraph follows the table, and it is nobody's answer, however far it runs over those edges."
_ROWS: dict[str, list[tuple[str, ...]]] = {
    "en": [
        ("Yukon", "Opened a ferry desk in the old mill.", "", "Who has a spare lantern for the pier?"),
        (
            "Crown-Indigenous Relations and Northern Affairs Canada (CIRNAC)",
            "Mended nine boats. | Painted the long quay green and white before the geese came back.",
            "A walk along the quay.",
            "",
        ),
        ("Harbour Pilots Guild", "Wrote a songbook for pilots.", "The songbook, read aloud.", "Singers."),
        ("Nova Scotia", "Counted gulls. | Counted them anew. | Lost count.", "None", "A better way to count gulls."),
    ],
    "fr": [
        ("Yukon", "Ouvert un guichet du traversier au vieux moulin.", "", "Qui prête une lanterne pour le quai?"),
        (
            "Terre-Neuve-et-Labrador",
            "Réparé neuf barques. | Peint le long quai en vert et blanc avant le retour des oies.",
            "Une promenade sur le quai.",
            "",
        ),
        ("Guilde des pilotes du port", "Écrit un recueil de chants.", "Le recueil, lu tout haut.", "Des voix."),
        ("Québec", "Compté les goélands. | Perdu le compte.", "Aucune", "Une meilleure façon de compter les goélands."),
    ],
}


def _write(
    path: Path,
    heads: Sequence[str],
    answers: Sequence[Sequence[str]],
    *more: tuple[object, ...],
    repeat: int = 1,
    head_alignment: int = 0,
    padding: float = 6,
) -> Document:
    """A file with a table of these answers, their paragraphs parted by "|", between two full-width paragraphs."""
    plain = ParagraphStyle("plain", fontName="Helvetica", fontSize=10, leading=12.5, spaceAfter=6)
    cell = ParagraphStyle("cell", fontName="Helvetica", fontSize=9, leading=11, spaceAfter=3)
    head = ParagraphStyle("head", parent=cell, fontName="Helvetica-Bold", alignment=head_alignment)
    data = [[Paragraph(text, head) for text in heads]]
    data += [[[Paragraph(part, cell) for part in text.split(" | ") if part] or "" for text in row] for row in answers]
    width = landscape(letter)[0] - 100
    table = Table(
        data,
        colWidths=[0.17 * width, 0.3 * width, 0.25 * width, 0.28 * width],
        repeatRows=repeat,
        splitInRow=1,
        style=TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), padding / 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), padding / 2),
                *more,
            ]
        ),
    )
    story = [Paragraph(_BEFORE, plain), table, Paragraph(_AFTER, plain)]
    frame = {"leftMargin": 50, "rightMargin": 50, "topMargin": 45, "bottomMargin": 48}
    SimpleDocTemplate(str(path), pagesize=landscape(letter), **frame).build(story)
    return read(path)


def _rows(document: Document) -> list[list[str]]:
    """The text of each cell of the document's tables, row by row."""
    found: dict[tuple[int, int], dict[int, list[str]]] = {}
    for block in document.blocks:
        if block.cell is not None:
            row = found.setdefault((block.cell.table, block.cell.row), {})
            row.setdefault(block.cell.column, []).append(document.text[block.start : block.end])
    return [[" ".join(row.get(k, [])).replace("\n", " ") for k in range(4)] for row in found.values()]


def _expected(answers: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[text.replace(" | ", " ") for text in row] for row in answers]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("style", list(_STYLES))
def test_each_answer_stands_in_its_row_and_column(tmp_path: Path, style: str, language: str) -> None:
    answers = _ROWS[language]
    document = _write(tmp_path / "a.pdf", _HEADS[language], answers, *_STYLES[style])
    assert len(document.tables) == 1
    assert _rows(document) == [list(_HEADS[language]), *_expected(answers)]
    outside = [document.text[b.start : b.end] for b in document.blocks if b.cell is None]
    assert outside == [_BEFORE, _AFTER]


@pytest.mark.parametrize("repeat", [0, 1])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_table_over_pages_is_one_and_its_heads_stand_once(tmp_path: Path, language: str, repeat: int) -> None:
    long = " | ".join(f"Answer {k} of many that fill the page from its head to its foot." for k in range(31))
    answers = [*_ROWS[language][:2], ("Ontario", long, "", "Shelves."), *_ROWS[language][2:]]
    document = _write(tmp_path / "a.pdf", _HEADS[language], answers, repeat=repeat)
    assert document.page_at(len(document.text) - 1) != 1
    assert len(document.tables) == 1
    assert _rows(document) == [list(_HEADS[language]), *_expected(answers)]
    last = next(b for b in document.blocks if document.text[b.start : b.end] == answers[-1][0])
    assert document.page_at(last.start) == 2


def test_heads_in_the_middle_of_their_columns_and_over_lines(tmp_path: Path) -> None:
    heads = ("Organization", "Priorities", "What people had to show in the hall on the last day", "Needs")
    middle = ("VALIGN", (0, 0), (-1, 0), "MIDDLE")
    document = _write(tmp_path / "a.pdf", heads, _ROWS["en"], middle, head_alignment=1)
    assert _rows(document) == [list(heads), *_expected(_ROWS["en"])]


def test_rows_close_together(tmp_path: Path) -> None:
    document = _write(tmp_path / "a.pdf", _HEADS["en"], _ROWS["en"], padding=2)
    assert _rows(document) == [list(_HEADS["en"]), *_expected(_ROWS["en"])]


def test_names_in_the_middle_of_their_rows_leave_the_page_as_it_was(tmp_path: Path) -> None:
    answers = [(name, *[f"{text} | {text} | {text}" for text in rest]) for name, *rest in _ROWS["en"]]
    document = _write(tmp_path / "a.pdf", _HEADS["en"], answers, ("VALIGN", (0, 1), (0, -1), "MIDDLE"))
    assert not document.tables


def test_heads_of_other_tables_are_none(tmp_path: Path) -> None:
    answers = [(f"Pier {k}", f"{k} boats", f"{k} gulls", f"{k} oars") for k in range(1, 6)]
    document = _write(tmp_path / "a.pdf", ("Pier", "Boats", "Gulls", "Oars"), answers)
    assert not document.tables


def test_a_larger_title_in_the_first_column_ends_the_table(tmp_path: Path) -> None:
    page = canvas.Canvas(str(tmp_path / "a.pdf"), pagesize=letter)
    for x, text in zip((50, 180, 310, 440), _HEADS["en"], strict=True):
        page.setFont("Helvetica-Bold", 9)
        page.drawString(x, 700, text)
        page.setFont("Helvetica", 9)
        page.drawString(x, 675, "Yukon" if x == 50 else f"Answer at {x}.")
        page.drawString(x, 650, "Ontario" if x == 50 else f"Reply at {x}.")
    page.setFont("Helvetica-Bold", 14)
    page.drawString(50, 620, "Next steps")
    page.setFont("Helvetica", 9)
    page.drawString(50, 600, "All go home.")
    page.save()
    document = read(tmp_path / "a.pdf")
    assert [row[0] for row in _rows(document)] == ["Organization", "Yukon", "Ontario"]
    outside = [document.text[b.start : b.end] for b in document.blocks if b.cell is None]
    assert outside == ["Next steps", "All go home."]


_WORDS = st.lists(st.sampled_from(["gull", "lantern", "quay", "oar", "boathouse", "net"]), min_size=1, max_size=30)
_ANSWER = st.lists(_WORDS.map(lambda words: " ".join(words).capitalize() + "."), max_size=4).map(" | ".join)
_NAMES = st.permutations(
    ["Yukon", "Ontario", "Nova Scotia", "Harbour Pilots Guild", "Manitoba", "Prince Edward Island"]
)


@settings(max_examples=25, deadline=None)
@given(_NAMES, st.lists(st.tuples(_ANSWER, _ANSWER, _ANSWER), min_size=6, max_size=6), st.sampled_from([0, 1]))
def test_no_word_is_lost(names: list[str], answers: list[tuple[str, str, str]], repeat: int) -> None:
    rows = [(name, *row) for name, row in zip(names, answers, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        document = _write(Path(folder) / "a.pdf", _HEADS["en"], rows, repeat=repeat)
    written = [_BEFORE, _AFTER, *_HEADS["en"], *(text.replace("|", " ") for row in rows for text in row)]
    assert Counter(document.text.split()) == Counter(" ".join(written).split())


_PLACED = st.lists(
    st.tuples(
        st.sampled_from(["Organization", "Needs", "Showcase", "Yukon", "Priorities", "oar", "a"]),
        st.integers(0, 9),
        st.integers(0, 14),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(_PLACED)
def test_each_word_of_a_table_stands_in_one_cell_at_most(placed: list[tuple[str, int, int]]) -> None:
    heads = [("Organization", 0, 0), ("Showcase", 3, 0), ("Needs", 6, 0)]
    lines: dict[int, list[Word]] = {}
    for text, x, y in {(60.0 * x, 14.0 * y): (text, x, y) for text, x, y in [*placed, *heads]}.values():
        lines.setdefault(y, []).append(Word(text, 60.0 * x, 14.0 * y, 60.0 * x + 4 * len(text), 14.0 * y + 10, 10.0))
    page = [Row(tuple(sorted(words, key=lambda w: w.x0))) for _, words in sorted(lines.items())]
    for tables in unruled_tables([Page(page, frozenset(), ())]).values():
        repeated = {i for heads in find_heads(page) for i in range(heads.first, heads.stop)}
        for found in tables:
            for i in found.rows - repeated:
                for word in page[i].words:
                    middle = (word.x0 + word.x1) / 2
                    boxes = [cell.box for cell in found.table.cells]
                    assert sum(a <= middle <= c and b <= word.middle <= d for a, b, c, d in boxes) == 1
