"""Where a quote stands on the page that printed it: the canonical text found again among the page's words.

The canonical text has lines joined, broken words mended, ligatures spelt out; so only letters and figures are compared,
and words may be parted anywhere. Which of several equal words is meant is told by the way from word to word: the path
over the page that reads the quote with the fewest and shortest leaps is taken, found by dynamic programming, as in
Viterbi 1967, "Error Bounds for Convolutional Codes and an Asymptotically Optimum Decoding Algorithm".
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.readers.glyphs import Word

CONTEXT = 200  # characters on each side of a quote that tell it from the same words elsewhere on the page
MOST_CHARACTERS = 4_000  # of a quote that are looked for
_MOST_WORDS = 6_000  # of a page that are looked at
_MOST_PATHS = 12  # ways to reach one place of the text that are followed, beside those whose last word ends there
_MOST_BESIDE = 200  # words on one line that are held against each other
_MOST_ALIKE = 60  # equal words of a page that are tried

_WORD = re.compile(r"\S+")
# What it costs that a word of the quote, or around it, is not on the page: a word that may be either is the quote's.
_SKIPPED, _SKIPPED_CONTEXT = 4.0, 1.5
_SKIPPED_ALL = 25.0  # at least, that no word of the quote is
_LEAP = 7.0  # what it costs to go on anywhere else on the page, such as at the head of the next column
_FEWEST = 6  # words, with those around the quote, of a part that is found by itself; fewer may stand anywhere
_LONGEST_SKIPPED = 12  # letters that a part may lack in its midst
_DENSE = 0.7  # of its letters that a part has at least
_SAME_LINE = 0.5  # of the height of the type
_GAP = 2.5  # heights of the type between two words of one box
_NEXT_LINES = 3.5


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a line, in points from the top left corner of the page."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Found:
    """The boxes of a quote, line by line, and the share of its letters and figures that they hold: 0 to 1."""

    boxes: tuple[Box, ...] = ()
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class _Step:
    """A page's word read at a place of the text: at what cost up to here, and what was read before it."""

    word: int
    start: int
    end: int
    cost: float
    before: _Step | None


def quote_boxes(words: Sequence[Word], text: str, start: int, end: int) -> Found:
    """Where `text[start:end]` stands among a page's `words`; what of it another page printed is not in the boxes.

    A box takes in whole words. What stands around the quote in `text` tells it from the same words elsewhere.
    """
    end = min(end, start + MOST_CHARACTERS)
    sought = _Sought.of(text, start, end)
    if not sought.letters or sought.first == sought.last:
        return Found()
    page = _Page(words[:_MOST_WORDS])
    steps = _believed(page, _path(page, sought), sought)
    kept = [step for step in steps if sought.asks_for(step)]
    held = sum(min(step.end, sought.last) - max(step.start, sought.first) for step in kept)
    return Found(tuple(_boxes(words, kept)), held / (sought.last - sought.first))


def plain(text: str) -> str:
    """The letters and figures of a text, without accents, case and ligatures."""
    if text.isascii():
        return "".join(filter(str.isalnum, text.lower()))
    spelt = unicodedata.normalize("NFKD", text).casefold()
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", spelt)))


@dataclass(frozen=True, slots=True)
class _Sought:
    """The quote with what stands around it, as `plain` has it; the quote is `letters[first:last]`.

    `words` are the places at which words of the text begin, and the end; `missing` is what it costs not to find one of
    the quote's.
    """

    letters: str
    first: int
    last: int
    words: tuple[int, ...]
    missing: float

    @classmethod
    def of(cls, text: str, start: int, end: int) -> _Sought:
        before, after = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
        parts: list[str] = []
        begins = [0]
        length, first, last = 0, -1, 0
        for match in _WORD.finditer(text, before, after):
            said = plain(match.group())
            if match.end() > start and first < 0:
                # A quote may begin inside a word: its letters before the quote are not sought.
                first = length + len(plain(text[match.start() : max(start, match.start())]))
            if match.start() < end:
                last = length + len(plain(text[match.start() : min(end, match.end())]))
            parts.append(said)
            length += len(said)
            if said:
                begins.append(length)
        first, last = max(first, 0), max(last, first, 0)
        count = sum(first <= begin < last for begin in begins)
        return cls("".join(parts), first, last, tuple(begins), max(_SKIPPED, _SKIPPED_ALL / max(1, count)))

    def asks_for(self, step: _Step) -> bool:
        """Whether what was read is of the quote, not of what stands around it."""
        return step.end > self.first and step.start < self.last

    def skipping(self, start: int, end: int) -> float:
        """What it costs not to find a word: of a quote of few words it has to be found."""
        return self.missing if end > self.first and start < self.last else _SKIPPED_CONTEXT


def _path(page: _Page, sought: _Sought) -> list[_Step]:
    """The words of the page that the text reads, in its order, along the way that costs least."""
    places: dict[str, list[int]] = {}
    for number, word in enumerate(page.words):
        if said := plain(word.text):
            places.setdefault(said, []).append(number)
    lengths = sorted({len(said) for said in places})
    ends = dict(pairwise(sought.words))
    # At each place of the text, the ways to have read it so far. A way that read nothing yet has no step.
    reached: dict[int, list[tuple[float, _Step | None]]] = {0: [(0.0, None)]}
    for at in range(len(sought.letters)):
        ways = _followed(reached.pop(at, []), at)
        if not ways:
            continue
        for length in lengths:
            said = sought.letters[at : at + length]
            if len(said) < length:
                break
            for number in places.get(said, ())[:_MOST_ALIKE]:
                cost, before = min(
                    ((cost + page.way(step, number), step) for cost, step in ways), key=lambda one: one[0]
                )
                reached.setdefault(at + length, []).append((cost, _Step(number, at, at + length, cost, before)))
        # A place inside a word is reached where the page parts it; the rest of the word may be missing.
        skipped = ends.get(at) or next((begin for begin in sought.words if begin > at), len(sought.letters))
        penalty = sought.skipping(at, skipped)
        reached.setdefault(skipped, []).extend((cost + penalty, step) for cost, step in ways)
    _, last = min(reached.get(len(sought.letters), [(0.0, None)]), key=lambda one: one[0])
    return list(_backwards(last))[::-1]


def _backwards(step: _Step | None) -> Iterator[_Step]:
    while step is not None:
        yield step
        step = step.before


def _followed(ways: Iterable[tuple[float, _Step | None]], at: int) -> list[tuple[float, _Step | None]]:
    """The best way to each word: all whose word ends here, as it may be the first of many, and the best of the rest."""
    best: dict[int, tuple[float, _Step | None]] = {}
    for cost, step in ways:
        word = -1 if step is None else step.word
        if word not in best or cost < best[word][0]:
            best[word] = (cost, step)
    fresh = [way for way in best.values() if way[1] is not None and way[1].end == at]
    rest = sorted((way for way in best.values() if way[1] is None or way[1].end < at), key=lambda one: one[0])
    return fresh + rest[:_MOST_PATHS]


class _Page:
    """A page's words, and which of them begin and end a line of a column."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        order = sorted(range(len(words)), key=lambda number: words[number].middle)
        middles = [words[number].middle for number in order]
        begins, ends = set(order), set(order)
        for number in order:
            word = words[number]
            reach = _SAME_LINE * max(1.0, word.bottom - word.top)
            first, last = bisect_left(middles, word.middle - reach), bisect_right(middles, word.middle + reach)
            for other in order[first:last][:_MOST_BESIDE]:
                if other != number and 0 <= _beside(word, words[other]) + _SAME_LINE <= _SAME_LINE + _GAP:
                    ends.discard(number)
                    begins.discard(other)
        self._begins, self._ends = begins, ends

    def way(self, before: _Step | None, number: int) -> float:
        """What it costs to read a word after the one before: nothing to its right, little from line to line."""
        if before is None:
            return _LEAP
        if before.word == number:
            return 4 * _LEAP  # a word of the page is read once
        one, other = self.words[before.word], self.words[number]
        down = (other.middle - one.middle) / _height(one, other)
        if abs(down) < _SAME_LINE:
            gap = _beside(one, other)
            if -_SAME_LINE <= gap <= _GAP:
                return 0.0
            return 1.0 + min(gap, 30.0) * 0.05 if gap > 0 else _LEAP
        if 0 < down <= _NEXT_LINES:
            # From the midst of a line to that of another is a leap nearly as far as any.
            odd = (before.word not in self._ends) + (number not in self._begins)
            return 1.0 + 0.5 * down + 2.5 * odd
        return _LEAP + min(abs(down), 60.0) * 0.02


def _height(one: Word, other: Word) -> float:
    return max(1.0, min(one.bottom - one.top, other.bottom - other.top))


def _beside(one: Word, other: Word) -> float:
    """How far the other begins after the end of the one, in heights of the type."""
    return (other.x0 - one.x1) / _height(one, other)


def _believed(page: _Page, steps: Sequence[_Step], sought: _Sought) -> list[_Step]:
    """The steps, without scattered words that only happen to be on the page too."""
    runs: list[list[_Step]] = []
    for step in steps:
        last = runs[-1][-1] if runs else None
        if last is not None and step.start - last.end <= _LONGEST_SKIPPED and page.way(last, step.word) < _LEAP:
            runs[-1].append(step)
        else:
            runs.append([step])
    whole = sought.last - sought.first
    return [
        step
        for run in runs
        if (len(run) >= _FEWEST and _letters(run) >= _DENSE * (run[-1].end - run[0].start))
        or _letters(filter(sought.asks_for, run)) >= 0.5 * whole
        for step in run
    ]


def _letters(steps: Iterable[_Step]) -> int:
    return sum(step.end - step.start for step in steps)


def _boxes(words: Sequence[Word], steps: Sequence[_Step]) -> Iterator[Box]:
    """A box for each run of words side by side."""
    box: Box | None = None
    for step in steps:
        word = words[step.word]
        if box is not None and _goes_on(box, word):
            box = Box(min(box.x0, word.x0), min(box.top, word.top), max(box.x1, word.x1), max(box.bottom, word.bottom))
            continue
        if box is not None:
            yield box
        box = Box(word.x0, word.top, word.x1, word.bottom)
    if box is not None:
        yield box


def _goes_on(box: Box, word: Word) -> bool:
    height = max(1.0, min(box.bottom - box.top, word.bottom - word.top))
    same = abs((box.top + box.bottom) / 2 - word.middle) < _SAME_LINE * height
    return same and -_SAME_LINE * height <= word.x0 - box.x1 <= _GAP * height
