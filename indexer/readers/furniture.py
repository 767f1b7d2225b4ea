"""Page furniture: running headers and footers, and page numbers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import takewhile

from indexer.readers.vocabulary import layout_words

_EDGE = 3
_SHARE = 0.6
_MIN_PAGES = 3
_LONE_NUMBER = re.compile(r"[-–—|\[(]?\s*\d{1,4}\s*[-–—|\])]?")
_FRACTION = re.compile(r"\d{1,4}\s*/\s*\d{1,4}")
_DIGITS = re.compile(r"\d+")


def is_page_line(text: str) -> bool:
    """Whether the line says nothing but the number of a page, in words ("Page 2 of 9"), or its secrecy."""
    words = layout_words()
    if text[-1:].isdecimal() and words.page_line.fullmatch(text):
        return True
    return words.markings.fullmatch(text) is not None


def is_page_number(text: str) -> bool:
    """Whether a line at the edge of a page is a page number."""
    return bool(_LONE_NUMBER.fullmatch(text) or _FRACTION.fullmatch(text)) or is_page_line(text)


def furniture(
    pages: Sequence[Sequence[str]], min_pages: int = _MIN_PAGES, *, counting: bool = True
) -> list[frozenset[int]]:
    """For each page, given as its lines from top to bottom, the indexes of the lines that are furniture.

    A line near the edge is furniture where the same stands there on most pages; with `counting` also where
    it differs in a figure only, that goes up with the pages. Numbers of pages are furniture at any edge.
    """
    tops = [list(range(min(_EDGE, len(p)))) for p in pages]
    bottoms = [list(range(len(p) - 1, max(-1, len(p) - 1 - _EDGE), -1)) for p in pages]
    outermost = [_outermost(pages, edges, min_pages, counting) for edges in (tops, bottoms)]
    page_lines = [[i for i, line in enumerate(lines) if is_page_line(line)] for lines in pages]
    return [frozenset().union(*parts) for parts in zip(*outermost, page_lines, strict=True)]


def _outermost(
    pages: Sequence[Sequence[str]], edges: Sequence[Sequence[int]], min_pages: int, counting: bool
) -> Sequence[Sequence[int]]:
    """The lines of this edge of each page that are furniture, from the edge inwards.

    Furniture stands outermost: text between an edge and a repeated line is content. So the same line is content on
    other pages too, where too few are left on which it stands outermost.
    """
    while True:
        keys = _repeated(pages, edges, min_pages, counting)
        furnished = [[_key(line) in keys or is_page_number(line) for line in lines] for lines in pages]
        kept = [list(takewhile(is_so.__getitem__, indexes)) for is_so, indexes in zip(furnished, edges, strict=True)]
        if kept == edges:
            return kept
        edges = kept


def _repeated(
    pages: Sequence[Sequence[str]], edges: Sequence[Sequence[int]], min_pages: int, counting: bool
) -> frozenset[str]:
    """The lines, figures aside, that stand at this edge of most pages."""
    filled = sum(1 for lines in pages if lines)
    exact: Counter[str] = Counter()
    numbered: defaultdict[str, list[tuple[int, list[int]]]] = defaultdict(list)
    for number, (lines, indexes) in enumerate(zip(pages, edges, strict=True)):
        exact.update({lines[i].casefold() for i in indexes})
        for i in indexes:
            numbered[_key(lines[i])].append((number, [int(n) for n in _DIGITS.findall(lines[i])]))
    least = max(min_pages, _SHARE * filled)
    same = {_key(text) for text, n in exact.items() if n >= least}
    if not counting:
        return frozenset(key for key in same if key.strip("# "))
    going_up = {
        key
        for key, found in numbered.items()
        if len({page for page, _ in found}) >= max(_MIN_PAGES, _SHARE * filled) and _counts_pages(found)
    }
    return frozenset(key for key in same | going_up if key.strip("# "))


def _counts_pages(found: Sequence[tuple[int, list[int]]]) -> bool:
    """Whether one of the figures goes up with the pages."""
    places = min(len(numbers) for _, numbers in found)
    return any(len({numbers[k] - page for page, numbers in found}) == 1 for k in range(places))


def _key(text: str) -> str:
    return _DIGITS.sub("#", text.casefold())
