"""Characters of a PDF page with their places, gathered into words and into rows of words."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_BOLD_WEIGHT = 600
_BOLD_NAME = re.compile(rb"bold|black|heavy", re.IGNORECASE)
_LONGEST_FONT_NAME = 128
_SPACE = 0.22
_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box in points, measured from the top left corner of the page."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    bold: bool = False

    @property
    def middle(self) -> float:
        """The height of the middle of the box."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Row:
    """Words on one line of the page, from left to right."""

    words: tuple[Word, ...]

    @property
    def x0(self) -> float:
        """The left edge."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """The right edge."""
        return max(word.x1 for word in self.words)

    @property
    def top(self) -> float:
        """The upper edge."""
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return max(word.bottom for word in self.words)

    @property
    def size(self) -> float:
        """The size of most of its type."""
        sizes: dict[float, int] = {}
        for word in self.words:
            sizes[word.size] = sizes.get(word.size, 0) + len(word.text)
        return max(sizes, key=lambda s: sizes[s])

    @property
    def text(self) -> str:
        """The words with a space between."""
        return " ".join(word.text for word in self.words)


def page_words(page: Any, raw: Any) -> list[Word]:
    """The words of a pypdfium2 page in the order of its content; `raw` is `pypdfium2.raw`."""
    text_page = page.get_textpage()
    try:
        return _Gatherer(text_page.raw, raw, page.get_bbox(), page.get_rotation()).gather(text_page.count_chars())
    finally:
        text_page.close()


class _Gatherer:
    def __init__(self, handle: Any, raw: Any, box: tuple[float, float, float, float], turn: int) -> None:
        self._handle, self._raw = handle, raw
        self._page = box
        self._turn = turn
        self._words: list[Word] = []
        self._text: list[str] = []
        self._box = (0.0, 0.0, 0.0, 0.0)
        self._size = 0.0
        self._bold = False
        self._name = ctypes.create_string_buffer(_LONGEST_FONT_NAME)

    def gather(self, count: int) -> list[Word]:
        raw, handle = self._raw, self._handle
        rect = raw.FS_RECTF()
        reference = ctypes.byref(rect)
        high = 0
        for i in range(count):
            code = raw.FPDFText_GetUnicode(handle, i)
            if 0xD800 <= code < 0xDC00:
                high = code
                continue
            if high and 0xDC00 <= code < 0xE000:
                code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
            high = 0
            character = chr(code)
            if character.isspace() or code in (0, 0xA0) or raw.FPDFText_IsGenerated(handle, i) == 1:
                # pdfium puts in a soft mark where a word is broken with a hyphen; the hyphen itself is kept.
                self._close()
                continue
            if not raw.FPDFText_GetLooseCharBox(handle, i, reference):
                continue
            self._add(i, character, self._placed(rect.left, rect.bottom, rect.right, rect.top))
        self._close()
        return self._words

    def _placed(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """The box as the page is shown: turned clockwise by `turn` degrees, from the top left corner."""
        left, bottom, right, top = self._page
        if self._turn == 90:
            return y0 - bottom, x0 - left, y1 - bottom, x1 - left
        if self._turn == 180:
            return right - x1, y0 - bottom, right - x0, y1 - bottom
        if self._turn == 270:
            return top - y1, right - x1, top - y0, right - x0
        return x0 - left, top - y1, x1 - left, top - y0

    def _add(self, i: int, character: str, box: tuple[float, float, float, float]) -> None:
        size = box[3] - box[1]
        if self._text:
            x0, top, x1, bottom = self._box
            height = max(1.0, min(size, bottom - top))
            overlap = min(bottom, box[3]) - max(top, box[1])
            gap = box[0] - x1
            if overlap < _OVERLAP * height or gap > _SPACE * height or box[0] < x0 - 0.5 * height or gap < -height:
                self._close()
        if not self._text:
            self._box = box
            self._size = round(size, 1)
            self._bold = self._raw.FPDFText_GetFontWeight(self._handle, i) >= _BOLD_WEIGHT or self._named_bold(i)
        else:
            x0, top, x1, bottom = self._box
            self._box = (min(x0, box[0]), min(top, box[1]), max(x1, box[2]), max(bottom, box[3]))
        self._text.append(character)

    def _named_bold(self, i: int) -> bool:
        """Whether the font's name says bold; the weight of the standard fonts is not always told."""
        length = self._raw.FPDFText_GetFontInfo(self._handle, i, self._name, len(self._name), None)
        return 0 < length <= len(self._name) and _BOLD_NAME.search(self._name.raw[:length]) is not None

    def _close(self) -> None:
        if self._text:
            self._words.append(Word("".join(self._text), *self._box, self._size, self._bold))
            self._text = []


def rows(words: Sequence[Word]) -> list[Row]:
    """The words in rows from top to bottom; raised and lowered words stay in their row."""
    made: list[list[Word]] = []
    spans: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda w: (w.middle, w.x0)):
        for k in range(len(made) - 1, max(-1, len(made) - 4), -1):
            top, bottom = spans[k]
            overlap = min(bottom, word.bottom) - max(top, word.top)
            if overlap > 0.6 * min(bottom - top, word.bottom - word.top):
                made[k].append(word)
                if word.bottom - word.top > bottom - top:
                    spans[k] = (word.top, word.bottom)
                break
        else:
            made.append([word])
            spans.append((word.top, word.bottom))
    return [Row(tuple(sorted(group, key=lambda w: w.x0))) for group in made]
