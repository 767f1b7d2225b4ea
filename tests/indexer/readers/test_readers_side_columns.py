"""Records in two columns without rules, as PDF: the discussion whole, what was decided after its agenda item."""

from __future__ import annotations

import textwrap
from pathlib import Path

from reportlab.lib.pagesizes import letter
from reportlab.pdfgen import canvas

from indexer.documents import Document
from indexer.readers import read

STEP = 13
LEFT, RIGHT = 60, 420
FILLER = "The lamp of the outer pier was lit and put out again by the same hand, night after night, in all weather. "


def pdf(path: Path, pages: list[tuple[list[str], list[tuple[int, str]]]]) -> Document:
    """Pages of a main column, given by line, and a side column, given as (line to begin at, text)."""
    page = canvas.Canvas(str(path), pagesize=letter)
    for main, beside in pages:
        for number, line in enumerate(main):
            heading = line[:2] in ("1.", "2.", "3.")
            page.setFont("Helvetica-Bold" if heading else "Helvetica", 10)
            page.drawString(LEFT, 740 - STEP * number, line)
        page.setFont("Helvetica", 10)
        for begin, text in beside:
            for number, line in enumerate(textwrap.wrap(text, 28)):
                page.drawString(RIGHT, 740 - STEP * (begin + number), line)
        page.showPage()
    page.save()
    return read(path)


def wide(text: str) -> list[str]:
    return textwrap.wrap(text, 62)


def texts(document: Document) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks]


def test_rows_without_rules_keep_their_decisions(tmp_path: Path) -> None:
    first = ["1. Lamps", "", *wide(FILLER * 3)]
    second = ["", "2. Bells", "", *wide(FILLER * 3)]
    beside = [
        (0, "Decision 1: The lamp of the pier stays lit all year."),
        (len(first) + 1, "Decision 2: The bells are cast."),
    ]
    document = pdf(tmp_path / "rows.pdf", [([*first, *second], beside)])
    assert texts(document) == [
        "1. Lamps",
        (FILLER * 3).strip(),
        "Decision 1: The lamp of the pier stays lit all year.",
        "2. Bells",
        (FILLER * 3).strip(),
        "Decision 2: The bells are cast.",
    ]


def test_a_decision_and_a_sentence_cut_by_the_page_are_whole(tmp_path: Path) -> None:
    sentence = wide(FILLER * 8)
    main = [["1. Lamps", "", *sentence[:9]], [*sentence[9:], "", "2. Bells", "", *wide(FILLER)]]
    decision = (
        "Action item 1: The keeper of the outer pier writes down every night whether the lamp was lit, by whom it was "
        "lit, how long it burned and what was seen from it, and reads this to the members at each of their meetings."
    )
    cut = textwrap.wrap(decision, 28)
    beside = [[(5, " ".join(cut[:4]))], [(0, " ".join(cut[4:]))]]
    document = pdf(tmp_path / "cut.pdf", list(zip(main, beside, strict=True)))
    held = texts(document)
    assert held[1] == (FILLER * 8).strip()
    assert held[2] == decision
    assert held[3] == "2. Bells"
    # Text that was moved keeps the page that printed it.
    assert document.page_at(document.text.index("Action item 1")) == 1
    assert document.page_at(document.text.index(cut[-1])) == 2
    assert document.page_at(document.text.index("2. Bells")) == 2


def test_two_columns_of_running_text_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "news.pdf"
    page = canvas.Canvas(str(path), pagesize=letter)
    for number, line in enumerate(textwrap.wrap(FILLER * 6, 46)):
        page.setFont("Helvetica", 10)
        page.drawString(LEFT, 740 - STEP * number, line)
        page.drawString(330, 740 - STEP * number, line.replace("lamp", "bell"))
    page.save()
    text = read(path).text
    assert " ".join(text.split()) == (FILLER * 6).strip() + " " + (FILLER * 6).replace("lamp", "bell").strip()
