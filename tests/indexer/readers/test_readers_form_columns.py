"""Exchange forms in two columns without rules, as PDF: each heading of the template with its answer."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen import canvas

from indexer.documents import Document
from indexer.readers import read

STEP = 13
LEFT, RIGHT = 60, 225
ANSWER = "The rope of the outer pier was spliced by two keepers and holds the ferry in any weather that comes. "
ASK = "Say in a few lines what your organization has brought to an end."


def pdf(path: Path, pages: list[list[tuple[str, str, str]]], *, bold: bool = True) -> Document:
    """Pages of rows of heading, instruction and answer; an answer begins a little above its heading."""
    page = canvas.Canvas(str(path), pagesize=letter)
    for rows in pages:
        top = 740.0
        for title, ask, answer in rows:
            left = textwrap.wrap(title, 24)
            for number, line in enumerate([*left, *textwrap.wrap(ask, 28)]):
                page.setFont("Helvetica-Bold" if bold and number < len(left) else "Helvetica", 10)
                page.drawString(LEFT, top - STEP * number, line)
            page.setFont("Helvetica", 10)
            lines = textwrap.wrap(answer, 62)
            for number, line in enumerate(lines):
                page.drawString(RIGHT, top + 1 - STEP * number, line)
            top -= STEP * (max(len(lines), len(left) + len(textwrap.wrap(ask, 28))) + 1)
        page.showPage()
    page.save()
    return read(path)


def order(document: Document, *pieces: str) -> list[str]:
    return sorted(pieces, key=document.text.index)


@pytest.mark.parametrize("bold", [True, False])
@pytest.mark.parametrize(
    "titles",
    [
        ("1. Achievements", "2. Priorities for the coming months", "3. Showcase"),
        ("1. Grandes réussites", "2. Priorités pour les prochains mois", "3. Vitrine"),
    ],
)
def test_an_answer_follows_its_heading(tmp_path: Path, titles: tuple[str, ...], bold: bool) -> None:
    answers = ["First. " + ANSWER * 4, "Second. " + ANSWER, "Third. " + ANSWER * 2]
    document = pdf(
        tmp_path / "form.pdf",
        [[(title, ASK, answer) for title, answer in zip(titles, answers, strict=True)]],
        bold=bold,
    )
    pieces = [titles[0], "First.", titles[1], "Second.", titles[2], "Third."]
    flowing = " ".join(document.text.split())
    assert sorted(pieces, key=flowing.index) == pieces
    assert all(piece in flowing for piece in pieces)


def test_an_answer_that_goes_on_over_the_page_stays_before_the_next_heading(tmp_path: Path) -> None:
    rows = [
        [("1. Achievements", ASK, "First. " + ANSWER * 6)],
        [("", "", "Rest. " + ANSWER * 2), ("2. Priorities", ASK, "Second. " + ANSWER * 3)],
    ]
    document = pdf(tmp_path / "form.pdf", rows)
    pieces = ("1. Achievements", "First.", "Rest.", "2. Priorities", "Second.")
    assert order(document, *pieces) == list(pieces)


def test_a_narrow_left_column_without_the_template_is_read_first(tmp_path: Path) -> None:
    rows = [[("1. Ropes", ASK, "First. " + ANSWER * 4), ("2. Bells", ASK, "Second. " + ANSWER * 4)]]
    document = pdf(tmp_path / "form.pdf", rows)
    assert order(document, "1. Ropes", "First.", "2. Bells", "Second.") == ["1. Ropes", "2. Bells", "First.", "Second."]
