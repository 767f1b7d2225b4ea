"""Pages that are pictures, put through OCR so that they are laid out like any other page of a PDF."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from indexer.errors import UnreadableDocumentError
from indexer.readers import ocr, pace
from indexer.readers.glyphs import Word
from indexer.readers.hocr import RecognisedLine, RecognisedPage
from indexer.readers.pdf_pages import RawPage
from indexer.readers.scan_tables import tables_of_rules

_BODY_SIZE = 1.13  # times larger or smaller than most of the type, at most, is the same
_SAME_SIZE = 1.2
_OTHER_MEASURE = 1.25
_DESCENT = 0.22  # of the height of the type
_MAX_SCANS = 1_000


def recognised(path: Path, document: Any, pages: Sequence[RawPage]) -> tuple[list[RawPage], tuple[int, ...]]:
    """The pages of a pypdfium2 document, those without words by what OCR reads on them.

    Where OCR is not installed, pages that have words are enough, and the numbers of the others are given too; raises
    UnreadableDocumentError when there are none, when OCR fails on a page, and when it would take hours.
    """
    pictures = [i for i, page in enumerate(pages) if not page.words and _shows_something(document, i)]
    if not pictures:
        return list(pages), ()
    if len(pictures) > _MAX_SCANS:
        raise UnreadableDocumentError(
            path, f"has {len(pictures)} pages that need OCR, more than {_MAX_SCANS}", "split it into parts"
        )
    try:
        engine = ocr.engine()
    except ocr.OcrError as error:
        if any(page.words for page in pages):
            return list(pages), tuple(pages[i].number for i in pictures)
        raise UnreadableDocumentError(path, error.reason, error.mend) from error
    found: dict[int, RecognisedPage] = {}
    for i in pictures:
        page = document[i]
        try:
            found[i] = engine.recognise(page)
        except ocr.OcrError as error:
            raise UnreadableDocumentError(path, f"{error.reason} (page {i + 1})", error.mend) from error
        finally:
            page.close()
        pace.step()
    sizes = _sizes(found.values(), pages)
    return [_laid(page, found[i], sizes) if i in found else page for i, page in enumerate(pages)], ()


def _shows_something(document: Any, index: int) -> bool:
    page = document[index]
    try:
        return next(iter(page.get_objects(max_depth=2)), None) is not None
    finally:
        page.close()


def _laid(page: RawPage, found: RecognisedPage, sizes: dict[float, float]) -> RawPage:
    words = [word for line in found.lines for word in _placed(line, sizes[_rounded(line.size)])]
    return replace(page, words=tuple(words), tables=tuple(tables_of_rules(found.rules)), height=found.height)


def _placed(line: RecognisedLine, size: float) -> list[Word]:
    bottom = line.baseline + _DESCENT * size
    return [Word(word.text, word.x0, bottom - size, word.x1, bottom, size) for word in line.words]


def _rounded(size: float) -> float:
    return round(size, 1)


def _sizes(found: Iterable[RecognisedPage], pages: Sequence[RawPage]) -> dict[float, float]:
    """For each size that OCR measured, the size to take: it errs by a tenth, and type comes in few sizes.

    Sizes near one that more text is set in are taken for that one. Where pages with text have type nearly as large as
    the most of the scans', it is the same, measured another way.
    """
    counts: Counter[float] = Counter()
    for scan in found:
        for line in scan.lines:
            counts[_rounded(line.size)] += sum(len(word.text) for word in line.words)
    taken: dict[float, float] = {}
    kept: list[float] = []
    for size, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        near = next((k for k in kept if _near(k, size, _SAME_SIZE if k != kept[0] else _BODY_SIZE)), None)
        if near is None:
            kept.append(size)
        taken[size] = size if near is None else near
    body: Counter[float] = Counter()
    for page in pages:
        for word in page.words:
            body[word.size] += len(word.text)
    usual = body.most_common(1)[0][0] if body else 0.0
    if kept and usual and _near(kept[0], usual, _OTHER_MEASURE):
        return {size: round(size_taken * usual / kept[0], 1) for size, size_taken in taken.items()}
    return taken


def _near(one: float, other: float, times: float) -> bool:
    return max(one, other) <= times * min(one, other)
