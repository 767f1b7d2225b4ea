"""What readers pass between their steps: lines as laid out, and drafts of blocks."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.documents import BlockKind


@dataclass(frozen=True, slots=True)
class Line:
    """A line of clean text as laid out.

    `indent` and `width` share a unit: characters in flat text, points in PDF. `gap` says that white space
    sets the line off from the one before, `far` that it is more than a line of it; `fresh` that it opens a
    page or column, where a sentence may go on. `size` is the height of the type in points, 0 where unknown.
    `tabular` lines stand for themselves. `side` lines stand in a narrow column to the right of the main one.
    `leaf` counts the page numbers before the line on what counts as its page: a file may not mark every new page.
    """

    text: str
    page: int | None = None
    indent: float = 0.0
    width: float = 0.0
    gap: bool = False
    far: bool = False
    fresh: bool = False
    size: float = 0.0
    bold: bool = False
    tabular: bool = False
    side: bool = False
    leaf: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """A block before it has its place in the canonical text.

    `breaks` are the pages that begin inside it: offset in `text`, and page number. `width` is that of its
    widest line, `column` that of the column as far as its lines tell (0 where there is one line only). `gap`
    and `fresh` are those of its first line. `last` and `pitch` are the width of its last line and of a character in it.
    `side` says that it stands in a side column known by its place.
    """

    kind: BlockKind
    text: str
    page: int | None = None
    level: int = 0
    breaks: tuple[tuple[int, int], ...] = ()
    width: float = 0.0
    column: float = 0.0
    gap: bool = True
    fresh: bool = False
    side: bool = False
    last: float = 0.0
    pitch: float = 0.0
