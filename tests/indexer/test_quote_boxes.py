"""Quotes found again on the page: on pages made up, on PDF files drawn, and those of the gold questions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdfium2 import raw
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen import canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Table

from indexer.documents import Document
from indexer.quote_boxes import Box, plain, quote_boxes
from indexer.readers import read
from indexer.readers.glyphs import Word, page_words

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus" / "documents"
_BODY = getSampleStyleSheet()["BodyText"]
_LETTERS = st.text("abcdeéfgilmnoœprstu", min_size=1, max_size=9)
# Few words, so that the same ones stand in many places, and some that are there once.
_SAID = st.lists(st.one_of(st.sampled_from(["de", "la", "the", "and", "service", "S. O."]), _LETTERS), min_size=30)


def set_in_columns(said: list[str], columns: int, *, broken: bool) -> list[tuple[int, Word]]:
    """The words set in columns, drawn row by row across them: the number in the text and the word, in drawn order.

    Where `broken`, the last word of a line may be parted by a hyphen.
    """
    lines: list[list[tuple[int, str]]] = [[]]
    width = 0
    for number, word in enumerate(said):
        if lines[-1] and width + len(word) > 36:
            if broken and len(word) > 5:
                lines[-1].append((number, word[:3] + "-"))
                lines.append([(number, word[3:])])
                width = len(word) - 3
                continue
            lines.append([])
            width = 0
        lines[-1].append((number, word))
        width += len(word) + 1
    rows = -(-len(lines) // columns)
    drawn = []
    for row in range(rows):
        for column in range(columns):
            at = column * rows + row
            x = 50.0 + 260 * column
            for number, word in lines[at] if at < len(lines) else ():
                drawn.append((number, Word(word, x, 100.0 + 14 * row, x + 5 * len(word), 110.0 + 14 * row, 10.0)))
                x += 5 * len(word) + 3
    return drawn


def holds(box: Box, word: Word) -> bool:
    middle = (word.x0 + word.x1) / 2
    return box.x0 <= middle <= box.x1 and box.top <= word.middle <= box.bottom


@settings(deadline=None, max_examples=40)
@given(said=_SAID, columns=st.integers(1, 2), broken=st.booleans(), data=st.data())
def test_the_boxes_hold_the_quote_and_nothing_else(said, columns, broken, data):
    words = [part for one in said for part in one.split()]
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    drawn = set_in_columns(words, columns, broken=broken)
    text = " ".join(words)
    start = len(" ".join(words[:first])) + (first > 0)
    found = quote_boxes([word for _, word in drawn], text, start, start + len(" ".join(words[first : last + 1])))
    assert found.share == 1.0
    framed = {number for number, word in drawn if any(holds(box, word) for box in found.boxes)}
    assert framed == set(range(first, last + 1))


@given(st.lists(_LETTERS), st.text(max_size=80), st.data())
def test_any_page_and_any_quote_give_an_answer(on_page, text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text) + 5))
    words = [Word(word, 10.0 * at, 10, 10.0 * at + 8, 20, 10) for at, word in enumerate(on_page)]
    found = quote_boxes(words, text, start, end)
    assert 0 <= found.share <= 1
    assert bool(found.boxes) == (found.share > 0)


@pytest.mark.parametrize(
    ("one", "other"), [("Œuvre", "œuvre"), ("ﬁn d’été", "FIN D'ETE"), ("co-location", "colocation")]
)
def test_what_layout_changes_is_not_compared(one, other):
    assert plain(one) == plain(other)


def test_what_is_on_another_page_is_not_framed_here():
    said = "the counter of the town opens in May and the ferry runs all summer long"
    page = [Word(word, 40.0 * at, 10, 40.0 * at + 38, 20, 10) for at, word in enumerate(said.split())]
    assert quote_boxes(page, "Snow is cleared by the wardens of the seven northern districts", 0, 62).boxes == ()


def test_a_short_answer_is_framed_in_its_own_cell():
    """The same two words stand in every cell of a row; what stands before and after tells which are meant."""
    row = [("Fees", 50), ("S.", 150), ("O.", 165), ("Hours", 250), ("S.", 350), ("O.", 365)]
    page = [Word(word, x, 10, x + 12, 20, 10) for word, x in row]
    text = "Fees\nS. O.\nHours\nS. O."
    at = text.rindex("S.")
    assert quote_boxes(page, text, at, len(text)).boxes == (Box(350, 10, 377, 20),)


@settings(deadline=None, max_examples=8)
@given(data=st.data())
def test_quotes_of_a_drawn_file_are_framed(tmp_path_factory, data):
    """Two columns over several pages and a table, as a reader takes them in: read, quoted, cropped, read again."""
    word = st.text("aeioubcdfglmnprst", min_size=2, max_size=11)
    paragraphs = data.draw(st.lists(st.lists(word, min_size=5, max_size=60).map(" ".join), min_size=3, max_size=12))
    path = tmp_path_factory.mktemp("drawn") / "drawn.pdf"
    _, height = letter
    frames = [Frame(x, 50, 240, height - 100) for x in (50, 320)]
    cells = [[Paragraph(text, _BODY) for text in paragraphs[:2]]]
    grid = [("GRID", (0, 0), (-1, -1), 0.5, "black")]
    template = BaseDocTemplate(str(path), pagesize=letter)
    template.addPageTemplates(PageTemplate(frames=frames))
    template.build([*(Paragraph(text, _BODY) for text in paragraphs), Table(cells, [115, 115], style=grid)])
    document = read(path)
    start = data.draw(st.integers(0, len(document.text) - 2))
    end = data.draw(st.integers(start + 1, min(len(document.text), start + 300)))
    check(path, document, start, end)


def test_a_turned_page(tmp_path):
    path = tmp_path / "turned.pdf"
    page = canvas.Canvas(str(path), pagesize=letter)
    page.setPageRotation(90)
    page.drawString(100, 500, "The night desk answers in two minutes.")
    page.save()
    check(path, read(path), 4, 14)


def gold() -> Iterator[Any]:
    """The quotes of the gold questions from PDF files, each once, with the texts in which they stand."""
    seen: set[tuple[str, str]] = set()
    for file in sorted((ROOT / "eval" / "gold").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            for evidence in json.loads(line).get("evidence", ()):
                seen.add((evidence["doc"], evidence["quote"]))
    return iter(sorted((doc, quote) for doc, quote in seen if doc.endswith(".pdf")))


def test_every_quote_of_the_gold_questions_is_framed():
    quotes: dict[str, list[str]] = {}
    for doc, quote in gold():
        quotes.setdefault(doc, []).append(quote)
    assert len(quotes) >= 4
    for doc, said in quotes.items():
        document = read(CORPUS / doc)
        straight = document.text.replace("’", "'")
        for quote in said:
            start = straight.index(quote.replace("’", "'"))
            check(CORPUS / doc, document, start, start + len(quote), least=0.97)


def check(path: Path, document: Document, start: int, end: int, least: float = 0.9) -> None:
    """Assert that what pdfium reads in the boxes on the pages of a quote is the quote, and no other words."""
    text = document.text
    numbers = sorted({document.page_at(at) or 0 for at in range(start, end)})
    with pdfium.PdfDocument(path) as opened:
        share, framed = 0.0, ""
        for number in numbers:
            page = opened[number - 1]
            found = quote_boxes(words_of(path, number), text, start, end)
            share += found.share
            framed += cropped(page, found.boxes)
    quote = plain(text[start:end])
    if not quote:
        return
    assert share >= least, (path.name, text[start:end], share)
    letters = plain(framed)
    # Words are framed whole, and page furniture between the lines of two columns is not.
    assert len(letters) <= len(quote) / least + 24, (path.name, text[start:end], framed)
    found_words = sum(plain(word) in letters for word in text[start:end].split())
    assert found_words >= 0.9 * len(text[start:end].split()), (path.name, text[start:end], framed)


@cache
def words_of(path: Path, number: int) -> list[Word]:
    with pdfium.PdfDocument(path) as opened:
        return page_words(opened[number - 1], raw)


def cropped(page: Any, boxes: tuple[Box, ...]) -> str:
    """The text that pdfium finds within boxes, in their order; it reads them as the page is stored, not turned."""
    text_page = page.get_textpage()
    left, bottom, _, top = page.get_bbox()
    turned = page.get_rotation() == 90
    try:
        return " ".join(
            text_page.get_text_bounded(left + box.top, bottom + box.x0, left + box.bottom, bottom + box.x1)
            if turned
            else text_page.get_text_bounded(left + box.x0, top - box.bottom, left + box.x1, top - box.top)
            for box in boxes
        )
    finally:
        text_page.close()
