"""What tesseract says of a page, in hOCR: lines of words with their places, and the rules that it saw."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

_MIN_CONFIDENCE = 30.0
_WORD = re.compile(r"\w")
_MARKS = frozenset("•·▪◦●○■□–—-*«»→")
_PUNCTUATION = frozenset("«»“”‘’\"'.,:;-–—")
_DOT = (0.2, 0.45)  # the height of a bullet, of that of the type
_STEEPEST = 0.2  # a line that climbs more is set aslant on a straight page

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class RecognisedWord:
    """A word and its left and right edge in points."""

    text: str
    x0: float
    x1: float
    confidence: float


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """Words on one line. `baseline` is its height and `size` that of its type, in points from the page's top."""

    words: tuple[RecognisedWord, ...]
    baseline: float
    size: float


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """A page as recognised, set straight: its lines, its rules as boxes, its height in points.

    `confidence` tells from 0 to 100 how sure the words are on the whole; it is low where most lines stand upright.
    """

    lines: tuple[RecognisedLine, ...] = ()
    rules: tuple[Box, ...] = ()
    height: float = 0.0
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class _Straight:
    """How to turn a page that leans by a small slope about its middle, so that its lines are level."""

    slope: float
    across: float
    along: float

    def right(self, height: float) -> float:
        """How far to the right what stands at this height moves."""
        return self.slope * (height - self.along)

    def down(self, place: float) -> float:
        """How far down what stands at this place from the left moves."""
        return -self.slope * (place - self.across)

    def rule(self, box: Box) -> Box:
        """A rule's box: around its middle, and thinner by what the lean had made it thick."""
        x0, top, x1, bottom = box
        wide, high = x1 - x0, bottom - top
        middle, level = (x0 + x1) / 2, (top + bottom) / 2
        middle, level = middle + self.right(level), level + self.down(middle)
        if wide >= high:
            high = max(0.0, high - abs(self.slope) * wide)
        else:
            wide = max(0.0, wide - abs(self.slope) * high)
        return (middle - wide / 2, level - high / 2, middle + wide / 2, level + high / 2)


def parse(said: bytes, scale: float) -> RecognisedPage:
    """The page that hOCR describes; `scale` is pixels to a point. Words that are hardly sure are left out."""
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(said, parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return RecognisedPage()
    page, found, rules = (0.0, 0.0, 0.0, 0.0), [], []
    sure: list[float] = []
    for element in root.iter("{*}div", "{*}span"):
        kind, title = element.get("class"), _properties(element.get("title") or "")
        if kind == "ocr_page":
            page = _box(title, scale)
        elif kind == "ocr_separator":
            rules.append(_box(title, scale))
        elif "baseline" in title:
            box = _box(title, scale)
            size = _number(title, "x_size") / scale or box[3] - box[1]
            words = _words(element, scale, size)
            sure.extend(word.confidence for word in words for _ in word.text)
            found.append((box, title, size, words))
        elif kind == "ocr_line":  # without a base line: letters one above the other, or a page that lies on its side
            sure.extend(0.0 for word in _words(element, scale, 0.0) for _ in word.text)
    slope = _slope([_number(title, "baseline") for _, title, _, words in found for _ in words])
    straight = _Straight(slope, (page[0] + page[2]) / 2, (page[1] + page[3]) / 2)
    lines = []
    for box, title, size, words in found:
        climb, offset = _number(title, "baseline"), _number(title, "baseline", 1)
        at = (box[0] + box[2]) / 2
        baseline = box[3] + offset / scale + climb * (at - box[0])
        shift = straight.right(baseline)
        if words:
            placed = tuple(replace(word, x0=word.x0 + shift, x1=word.x1 + shift) for word in words)
            lines.append(RecognisedLine(placed, baseline + straight.down(at), size))
    level = tuple(straight.rule(box) for box in rules)
    return RecognisedPage(tuple(lines), level, page[3] - page[1], median(sure) if sure else 0.0)


def _words(line: Any, scale: float, size: float) -> list[RecognisedWord]:
    words: list[RecognisedWord] = []
    for element in line.iter("{*}span"):
        if element.get("class") != "ocrx_word":
            continue
        text = "".join(element.itertext()).strip()
        title = _properties(element.get("title") or "")
        sure = min(100.0, max(0.0, _number(title, "x_wconf")))
        x0, top, x1, bottom = _box(title, scale)
        if not words and len(text) == 1 and text not in _PUNCTUATION and _is_dot(x1 - x0, bottom - top, size):
            text, sure = "•", max(sure, _MIN_CONFIDENCE)
        # Rules and specks are read as marks; but for these, what holds no letter or figure is kept when it is sure.
        needed = _MIN_CONFIDENCE if _WORD.search(text) or text in _MARKS else 2 * _MIN_CONFIDENCE
        if text and sure >= needed:
            words.append(RecognisedWord(text, x0, x1, sure))
    return words


def _is_dot(wide: float, high: float, size: float) -> bool:
    """Whether a mark before a line's words is a bullet, which OCR takes for a letter: lower than any, and round."""
    return _DOT[0] * size <= high <= _DOT[1] * size and 0.6 * high <= wide <= 1.7 * high


def _properties(title: str) -> dict[str, str]:
    """The properties in an hOCR title: `bbox 0 0 9 9; x_wconf 96`."""
    parts = (part.strip().partition(" ") for part in title.split(";"))
    return {name: value for name, _, value in parts}


def _number(title: dict[str, str], name: str, place: int = 0) -> float:
    """The number at a place of a property's value; 0 where there is none."""
    try:
        number = float(title.get(name, "").split()[place])
    except (ValueError, IndexError):
        return 0.0
    return number if math.isfinite(number) else 0.0


def _box(title: dict[str, str], scale: float) -> Box:
    x0, y0, x1, y1 = (_number(title, "bbox", place) / scale for place in range(4))
    return (x0, y0, x1, y1)


def _slope(climbs: list[float]) -> float:
    """How far the page leans: the middle of what its words' lines do."""
    level = [climb for climb in climbs if abs(climb) < _STEEPEST]
    return median(level) if level else 0.0
