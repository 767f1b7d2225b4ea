"""Pages drawn in a process of their own, from the bytes that were indexed and no others."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile_files import CASES
from PIL import Image
from reportlab.pdfgen import canvas

from indexer.page_images import PageImages, PageSource, PageUnavailableError

CORPUS = Path(__file__).resolve().parents[2] / "corpus" / "documents"
RECORD = CORPUS / "2021-10-28-decision-record-fr.pdf"


def source(path: Path) -> PageSource:
    return PageSource(path, hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.fixture(scope="module")
def images() -> Iterator[PageImages]:
    opened = PageImages()
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def hasty() -> Iterator[PageImages]:
    opened = PageImages(seconds=5)
    yield opened
    opened.stop()


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    path = tmp_path / "drawn.pdf"
    page = canvas.Canvas(str(path), pagesize=(400, 300))
    page.drawString(50, 200, "The night desk answers in two minutes.")
    page.showPage()
    page.rect(10, 10, 100, 100)
    page.save()
    return path


def why(call) -> str:
    with pytest.raises(PageUnavailableError) as caught:
        call()
    return caught.value.why


def test_a_page_is_drawn_as_wide_as_asked(images, drawn):
    image = Image.open(io.BytesIO(images.png(source(drawn), 1, 800)))
    assert (image.format, image.size) == ("PNG", (800, 600))
    assert image.convert("L").getextrema()[0] < 100  # something is on it


def test_the_quote_is_framed_where_it_is_dark(images, drawn):
    text = "The night desk answers in two minutes."
    start = text.index("answers")
    (view,) = images.look(source(drawn), [1], text, (start, start + len("answers")))
    assert (view.width, view.height, view.share) == (400, 300, 1.0)
    (box,) = view.boxes
    image = Image.open(io.BytesIO(images.png(source(drawn), 1, 400))).convert("L")
    assert image.crop((int(box.x0), int(box.top), int(box.x1) + 1, int(box.bottom) + 1)).getextrema()[0] < 100
    assert 90 < (box.top + box.bottom) / 2 < 110


def test_a_page_without_words_says_so_and_one_that_is_not_there_is_passed_over(images, drawn):
    views = images.look(source(drawn), [2, 3])
    assert [(view.number, view.has_words, view.boxes) for view in views] == [(2, False, ())]
    assert why(lambda: images.png(source(drawn), 3, 800)) == "elsewhere"


def test_other_bytes_than_those_indexed_are_not_shown(images, drawn):
    indexed = source(drawn)
    drawn.write_bytes(RECORD.read_bytes())
    assert why(lambda: images.png(indexed, 1, 800)) == "changed"
    drawn.unlink()
    assert why(lambda: images.look(indexed, [1])) == "elsewhere"


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.name.endswith(".pdf") and not case.slow])
def test_no_file_does_harm(hasty, tmp_path, name):
    """A hostile file is drawn or refused, within the bounds; the next file is drawn as if nothing had been."""
    path = tmp_path / "hostile.pdf"
    path.write_bytes(CASES[name].make())
    for call in (lambda: hasty.look(source(path), [1], "words", (0, 5)), lambda: hasty.png(source(path), 1, 800)):
        try:
            assert call()
        except PageUnavailableError as error:
            assert error.why in {"unreadable", "elsewhere"}
    assert hasty.look(source(RECORD), [1])[0].has_words


def test_what_takes_too_long_is_given_up():
    short = PageImages(seconds=0.001)
    try:
        assert why(lambda: short.png(source(RECORD), 1, 1600)) == "unreadable"
    finally:
        short.stop()
