"""Scans: PDF files whose pages are pictures, read by OCR like those they were printed from."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

from indexer import embedding
from indexer.build import build
from indexer.documents import BlockKind, Document
from indexer.errors import UnreadableDocumentError
from indexer.readers import hocr, ocr, read
from indexer.reading import DocumentReader, Limits
from service import cli

_STYLES = getSampleStyleSheet()
_BODY, _TITLE = _STYLES["BodyText"], _STYLES["Heading1"]
_ENGLISH = (
    "The ferry desk moved to the new hall in spring and answers by telephone within two minutes. Travellers who come "
    "in person wait half as long as they did last year, and eleven of the forty questions on the form were dropped."
)
_FRENCH = (
    "Le guichet du traversier a déménagé à côté de la bibliothèque et répond au téléphone en deux minutes. Les "
    "voyageurs âgés y sont reçus sans délai, même à Noël, et onze des quarante questions ont été supprimées."
)
_CELLS = [
    ["Service", "Délai", "Prix"],
    ["Permis de pêche", "Deux jours", "12 dollars"],
    ["Mooring at the quay", "One hour", "Free of charge"],
    ["Carte de lecteur", "Trois semaines", "Gratuit"],
]


def _missing() -> str:
    try:
        ocr.engine()
    except ocr.OcrError as error:
        return str(error)
    return ""


needs_tesseract = pytest.mark.skipif(bool(_missing()), reason=_missing() or "tesseract is here")


def texts(document: Document, kind: BlockKind | None = None) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if kind in (None, b.kind)]


def scan(printed: Path, path: Path, *, turn: float = 0, dpi: float = 200) -> Path:
    """A PDF of pictures of the pages of another, each turned by so many degrees against the clock."""
    made = canvas.Canvas(str(path))
    document = pypdfium2.PdfDocument(printed)
    for page in document:
        picture = page.render(scale=dpi / 72, grayscale=True).to_pil()
        picture = picture.rotate(turn, expand=turn % 90 == 0, fillcolor=255)
        width, height = (72 / dpi * length for length in picture.size)
        made.setPageSize((width, height))
        made.drawImage(ImageReader(picture), 0, 0, width, height)
        made.showPage()
    made.save()
    document.close()
    return path


def share_of_words(right: Document, found: Document) -> float:
    """How many of the words of one document the other has in the same order, as a share of the longer's."""
    one, other = (re.findall(r"\w+", document.text) for document in (right, found))
    same = sum(match.size for match in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks())
    return same / max(len(one), len(other))


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    path = tmp_path / "printed.pdf"
    table = Table(_CELLS, colWidths=[150, 130, 120])
    table.setStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
    SimpleDocTemplate(str(path), pagesize=letter).build(
        [
            Paragraph("Harbour services", _TITLE),
            Paragraph(_ENGLISH, _BODY),
            Paragraph("• First the desk by the east gate", _BODY),
            Paragraph("• Then the desk by the library", _BODY),
            PageBreak(),
            Paragraph("Services du port", _TITLE),
            Paragraph(_FRENCH, _BODY),
            Spacer(1, 12),
            table,
        ]
    )
    return path


@pytest.fixture
def one_page(tmp_path: Path) -> Path:
    path = tmp_path / "one.pdf"
    SimpleDocTemplate(str(path), pagesize=letter).build(
        [Paragraph("Services du port", _TITLE), Paragraph(_FRENCH, _BODY), Paragraph(_ENGLISH, _BODY)]
    )
    return path


@needs_tesseract
def test_a_scan_is_read_like_what_it_was_printed_from(printed: Path, tmp_path: Path) -> None:
    right, found = read(printed), read(scan(printed, tmp_path / "scan.pdf"))
    assert share_of_words(right, found) >= 0.95
    assert [page.number for page in found.pages] == [1, 2]
    assert [block.page for block in found.blocks] == [block.page for block in right.blocks]
    assert [block.kind for block in found.blocks] == [block.kind for block in right.blocks]
    assert [block.level for block in found.blocks] == [block.level for block in right.blocks]
    assert texts(found, BlockKind.HEADING) == ["Harbour services", "Services du port"]
    (table,) = found.tables
    assert [[found.text[cell.start : cell.end] for cell in row] for row in table.rows] == _CELLS


@needs_tesseract
@pytest.mark.parametrize("turn", [0, 1.0, -0.7])
def test_columns_of_a_scan_that_leans(tmp_path: Path, turn: float) -> None:
    path = tmp_path / "columns.pdf"
    page = canvas.Canvas(str(path), pagesize=letter)
    page.setFont("Helvetica-Bold", 16)
    page.drawString(72, 720, "News from the harbour counters and the letter office")
    page.setFont("Times-Roman", 10.5)
    for x, text in ((72, f"{_ENGLISH} {_ENGLISH}"), (320, f"{_FRENCH} {_FRENCH}")):
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if page.stringWidth(longer) > 220:
                lines.append(word)
            else:
                lines[-1] = longer
        for i, line in enumerate(lines):
            page.drawString(x, 690 - 13 * i, line)
    page.save()
    right, found = read(path), read(scan(path, tmp_path / "scan.pdf", turn=turn))
    assert len(right.blocks) == len(found.blocks) == 3
    assert found.blocks[0].kind is BlockKind.HEADING
    assert share_of_words(right, found) >= 0.95


@needs_tesseract
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_scan_that_lies_on_its_side(one_page: Path, tmp_path: Path, turn: int) -> None:
    right, found = read(one_page), read(scan(one_page, tmp_path / "scan.pdf", turn=turn))
    assert share_of_words(right, found) >= 0.95
    assert texts(found, BlockKind.HEADING) == ["Services du port"]


@needs_tesseract
def test_only_pages_without_words_are_recognised(
    printed: Path, one_page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of text, a scan, an empty page, and a scan that the file has shown upright."""
    scanned = scan(printed, tmp_path / "scan.pdf")
    turned = scan(one_page, tmp_path / "turned.pdf", turn=90)
    writer = pypdf.PdfWriter()
    writer.append(str(printed), pages=(0, 1))
    writer.append(str(scanned), pages=(1, 2))
    writer.add_blank_page(*letter)
    writer.append(str(turned))
    writer.pages[3].rotate(90)
    path = tmp_path / "mixed.pdf"
    writer.write(path)
    seen: list[int] = []
    recognise = ocr.Engine.recognise

    def watched(self: ocr.Engine, page: object) -> hocr.RecognisedPage:
        seen.append(1)
        return recognise(self, page)

    monkeypatch.setattr(ocr.Engine, "recognise", watched)
    found = read(path)
    assert len(seen) == 2
    assert [page.number for page in found.pages] == [1, 2, 3, 4]
    assert [page.start < page.end for page in found.pages] == [True, True, False, True]
    first = next(block for block in found.blocks if block.kind is BlockKind.PARAGRAPH)
    assert found.text[first.start : first.end] == _ENGLISH
    assert "bibliothèque" in found.text[found.pages[1].start : found.pages[1].end]
    assert "Noël" in found.text[found.pages[3].start : found.pages[3].end]


def picture_pdf(path: Path, *pictures: Image.Image) -> Path:
    page = canvas.Canvas(str(path), pagesize=letter)
    for picture in pictures:
        page.drawImage(ImageReader(picture), 72, 300, 400, 400)
        page.showPage()
    page.save()
    return path


@needs_tesseract
def test_pictures_without_text(tmp_path: Path) -> None:
    noise = Image.effect_noise((300, 300), 90)
    path = picture_pdf(tmp_path / "pictures.pdf", Image.new("RGB", (40, 40), "grey"), noise)
    with pytest.raises(UnreadableDocumentError, match="holds no text, and none that OCR can read"):
        read(path)


@needs_tesseract
def test_in_a_process_with_limits(one_page: Path, tmp_path: Path) -> None:
    path = scan(one_page, tmp_path / "scan.pdf")
    with DocumentReader(Limits(megabytes=400)) as reader:
        assert reader.read(path, path.name) == read(path)


@needs_tesseract
def test_a_page_of_a_size_beyond_measure(tmp_path: Path) -> None:
    path = tmp_path / "huge.pdf"
    page = canvas.Canvas(str(path), pagesize=(14_000_000, 3))
    page.rect(0, 0, 9, 9)
    page.save()
    with DocumentReader(Limits(seconds=30)) as reader, pytest.raises(UnreadableDocumentError, match="holds no text"):
        reader.read(path, path.name)


# Without the program, or with one that fails

_GREY = Image.new("L", (40, 40), 200)


def test_without_tesseract_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnreadableDocumentError) as caught:
        read(picture_pdf(tmp_path / "scan.pdf", _GREY, _GREY))
    assert "holds only page images and no text" in caught.value.reason
    for named in (
        "OCR before indexing",
        "apt-get install tesseract-ocr tesseract-ocr-fra tesseract-ocr-eng",
        "brew install tesseract tesseract-lang",
        "Windows",
    ):
        assert named in caught.value.mend


def test_without_tesseract_the_others_are_indexed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    folder = tmp_path / "sources"
    folder.mkdir()
    picture_pdf(folder / "scan.pdf", _GREY)
    (folder / "note.txt").write_text("The counter opens at nine.", encoding="utf-8")
    report = build([folder], tmp_path / "index", embedding.load())
    assert report.documents == 1
    assert [failure.path.name for failure in report.failures] == ["scan.pdf"]
    assert "apt-get install" in report.failures[0].message


def test_without_tesseract_pages_of_text_are_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    path = tmp_path / "mixed.pdf"
    page = canvas.Canvas(str(path), pagesize=letter)
    page.drawImage(ImageReader(_GREY), 72, 300, 400, 400)
    page.showPage()
    page.drawString(72, 700, "The second page has words.")
    page.save()
    document = read(path)
    assert document.text == "The second page has words."
    assert document.blocks[0].page == 2
    assert document.unread_pages == (1,)


def test_pages_that_were_left_out_are_told_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    path = tmp_path / "mixed.pdf"
    page = canvas.Canvas(str(path), pagesize=letter)
    page.drawString(72, 700, "The first page has words.")
    for _ in range(2):
        page.showPage()
        page.drawImage(ImageReader(_GREY), 72, 300, 400, 400)
    page.save()
    for _ in range(2):
        assert cli.main(["index", str(path), "--index", str(tmp_path / "index")]) == 0
        told = capsys.readouterr().err
        assert "mixed.pdf: pages 2, 3 are pictures; not indexed" in told
        assert "install tesseract" in told and "--rebuild" in told


_HOCR = """\
<html xmlns="http://www.w3.org/1999/xhtml"><body><div class='ocr_page' title='bbox 0 0 2550 3300'>
<span class='ocr_line' title='bbox 300 1500 900 1540; baseline 0 -9; x_size 40'>
<span class='ocrx_word' title='bbox 300 1500 500 1540; x_wconf 95'>Quai</span>
<span class='ocrx_word' title='bbox 520 1500 900 1540; x_wconf 95'>ouvert</span></span></div></body></html>
"""

Program = Callable[..., None]


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Puts a program in the place of tesseract that has these languages, and does this with a page."""

    def put(does: str, languages: Sequence[str] = ("eng", "fra")) -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "said").write_text(_HOCR, encoding="utf-8")
        program = folder / "tesseract"
        listed = "\\n".join(languages)
        program.write_text(
            f'#!/bin/sh\nif [ "$1" = --list-langs ]; then printf "List:\\n{listed}\\n"; exit; fi\n'
            f"cat >/dev/null\n{does}\ncat {folder}/said\n",
            encoding="utf-8",
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    return put


@pytest.mark.parametrize(
    ("languages", "named", "not_named"),
    [
        (["eng", "osd"], "tesseract-ocr-fra", "tesseract-ocr-eng"),
        (["fra"], "tesseract-ocr-eng", "tesseract-ocr-fra"),
        ([], "tesseract-ocr-fra tesseract-ocr-eng", "ocrmypdf"),
    ],
)
def test_data_of_a_language_that_is_missing(
    tmp_path: Path, tesseract: Program, languages: list[str], named: str, not_named: str
) -> None:
    tesseract("exit 1", languages)
    with pytest.raises(UnreadableDocumentError, match="tesseract has no data for") as caught:
        read(picture_pdf(tmp_path / "scan.pdf", _GREY))
    assert named in caught.value.mend
    assert not_named not in caught.value.mend


def test_a_page_that_takes_too_long(tmp_path: Path, tesseract: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    tesseract("exec sleep 30")
    monkeypatch.setattr(ocr, "PAGE_SECONDS", 0.5)
    with pytest.raises(UnreadableDocumentError, match=r"a page that OCR does not read within .* \(page 1\)"):
        read(picture_pdf(tmp_path / "scan.pdf", _GREY))


def test_a_page_that_tesseract_fails_on(tmp_path: Path, tesseract: Program) -> None:
    tesseract("echo out of ink >&2; exit 1")
    with pytest.raises(UnreadableDocumentError, match=r"OCR fails on \(out of ink\) \(page 1\)"):
        read(picture_pdf(tmp_path / "scan.pdf", _GREY))


def test_the_time_limit_runs_anew_for_each_page(tmp_path: Path, tesseract: Program) -> None:
    tesseract("sleep 1.5")  # so that a page has time left on a busy machine, and all together have not
    path = picture_pdf(tmp_path / "scan.pdf", *[_GREY] * 4)
    with DocumentReader(Limits(seconds=5)) as reader:
        document = reader.read(path, path.name)
    assert len(document.pages) == 4
    assert document.text.startswith("Quai ouvert")


def test_a_page_that_hangs_is_over_the_limit(tmp_path: Path, tesseract: Program) -> None:
    hanging = f"sleep 3333.{os.getpid()}"  # of this run
    tesseract(f"exec {hanging}")
    path = picture_pdf(tmp_path / "scan.pdf", _GREY)
    with (
        DocumentReader(Limits(seconds=1.5)) as reader,
        pytest.raises(UnreadableDocumentError, match=r"within 1\.5 sec"),
    ):
        reader.read(path, path.name)
    listed = subprocess.run([shutil.which("ps") or "ps", "-eo", "args"], capture_output=True, text=True, check=False)
    assert hanging not in listed.stdout.splitlines()


# What tesseract says


def line(*words: tuple[str, int, int, int, int, int], baseline: str = "0 -10", size: int = 40) -> str:
    inside = "".join(
        f"<span class='ocrx_word' title='bbox {x0} {y0} {x1} {y1}; x_wconf {sure}'>{text}</span>"
        for text, x0, y0, x1, y1, sure in words
    )
    left, top = min(w[1] for w in words), min(w[2] for w in words)
    right, bottom = max(w[3] for w in words), max(w[4] for w in words)
    return (
        f"<span class='ocr_line' title='bbox {left} {top} {right} {bottom}; baseline {baseline}; x_size {size}'>"
        f"{inside}</span>"
    )


def page_of(*lines: str) -> bytes:
    inside = "".join(lines)
    return (
        "<html xmlns='http://www.w3.org/1999/xhtml'><body><div class='ocr_page' title='bbox 0 0 1000 2000'>"
        f"{inside}</div></body></html>"
    ).encode()


def words_of(page: hocr.RecognisedPage) -> list[list[str]]:
    return [[word.text for word in line.words] for line in page.lines]


def test_places_are_in_points() -> None:
    page = hocr.parse(page_of(line(("Quai", 100, 200, 180, 240, 90))), 4.0)
    assert page.height == 500
    (found,) = page.lines
    assert (found.words[0].x0, found.words[0].x1, found.baseline, found.size) == (25, 45, 57.5, 10)


@pytest.mark.parametrize("read_as", ["¢", "e", "*", "•"])
def test_a_small_round_mark_before_a_line_is_a_bullet(read_as: str) -> None:
    dot = (read_as, 100, 213, 113, 226, 20)
    assert words_of(hocr.parse(page_of(line(dot, ("Quai", 140, 200, 220, 240, 90))), 4.0)) == [["•", "Quai"]]


@pytest.mark.parametrize("letter_word", [("à", 100, 205, 118, 231, 80), ("a", 100, 208, 118, 231, 80)])
def test_a_letter_before_a_line_is_none(letter_word: tuple[str, int, int, int, int, int]) -> None:
    found = hocr.parse(page_of(line(letter_word, ("quai", 140, 200, 220, 240, 90))), 4.0)
    assert words_of(found) == [[letter_word[0], "quai"]]


def test_words_that_are_hardly_sure_are_left_out() -> None:
    words = (
        ("Quai", 0, 0, 80, 40, 90),
        ("xq", 90, 0, 130, 40, 12),
        ("|", 140, 0, 144, 40, 40),
        ("–", 150, 18, 170, 22, 40),
    )
    assert words_of(hocr.parse(page_of(line(*words)), 4.0)) == [["Quai", "–"]]


def test_a_page_that_leans_is_set_straight() -> None:
    """Two words of one line, far from each other on a page that leans, come out at one height."""
    page = page_of(
        line(("Quai", 0, 1000, 100, 1040, 90), baseline="0.02 -10"),
        line(("ouvert", 900, 1018, 1000, 1058, 90), baseline="0.02 -10"),
    )
    heights = [found.baseline for found in hocr.parse(page, 1.0).lines]
    assert heights[0] == pytest.approx(heights[1], abs=0.5)


_PIECES = [
    "<html>",
    "</html>",
    "<span class='ocr_line' title='",
    "<span class='ocrx_word' title='",
    "'>",
    "</span>",
    "bbox 1 2 3 4;",
    "bbox 1 2;",
    "bbox a b c d;",
    "baseline 0 1;",
    "baseline;",
    "baseline x 1;",
    "x_size nan;",
    "x_wconf 90",
    "Quai",
    "<div class='ocr_page' title='",
    "</div>",
    "&amp;",
    "&lol;",
    "\x00",
]


@given(
    said=st.one_of(
        st.binary(max_size=200),
        st.lists(st.sampled_from(_PIECES), max_size=25).map(lambda parts: "".join(parts).encode()),
    )
)
def test_anything_said_gives_a_page(said: bytes) -> None:
    page = hocr.parse(said, 4.0)
    assert 0 <= page.confidence <= 100
