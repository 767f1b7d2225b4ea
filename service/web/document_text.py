"""A document's text as its page lays it out: headings, paragraphs and lists, whose part is whose, and what is marked.

Of every character of the canonical text the layout holds one, in order, but for the white space between blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from indexer.documents import Attribution, DocumentRecord, Language, Passage, PassageKind, Role

_DEEPEST = 4  # of the levels of headings of a page; the document's title is the first
_NUMBERED = re.compile(r"(?:\d{1,2}|[A-Za-z])[.)]\s")
_BULLET = re.compile(r"[•▪◦–—-]\s")
_FEWEST_ITEMS = 2

BlockKind = Literal["heading", "above", "paragraph", "numbered", "list"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters of the canonical text, from `start`, and whether they are marked."""

    text: str
    start: int
    marked: bool = False


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A block: a heading of a `level` from 2, a paragraph (numbered or not), or a list, a line an item.

    A heading that stands `above` is known from the document's structure, and not of its text at this place.
    """

    kind: BlockKind
    lines: tuple[tuple[Piece, ...], ...]
    level: int = 0


@dataclass(frozen=True, slots=True)
class Label:
    """What a part is for and whose it is: codes of jurisdictions, the first of them inferred or not."""

    role: Role
    jurisdictions: tuple[str, ...]
    speaker: str | None
    inferred: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A passage, by its id, or what stands in none (`id` None).

    `label` is set where it differs from that of the part before, `page` where the part begins another page.
    """

    id: str | None
    start: int
    end: int
    language: Language
    blocks: tuple[TextBlock, ...]
    label: Label | None = None
    page: int | None = None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list of contents: a heading, its level from 2, and the id of the part that it opens."""

    title: str
    level: int
    part: str


@dataclass(frozen=True, slots=True)
class LaidText:
    """A document laid out: its parts in reading order, and its contents."""

    parts: tuple[Part, ...]
    contents: tuple[Entry, ...]


def lay_out(record: DocumentRecord, passages: Sequence[Passage], mark: tuple[int, int] | None = None) -> LaidText:
    """The text of a document with its passages; `mark` is the start and end of the characters to mark."""
    builder = _Builder(record, mark)
    reached = 0
    for passage in sorted(passages, key=lambda one: one.start):
        if passage.start > reached:
            builder.add_aside(reached, passage.start)
        builder.add(passage)
        reached = passage.end
    builder.add_aside(reached, len(record.text))
    return LaidText(tuple(builder.parts), tuple(builder.contents))


class _Builder:
    def __init__(self, record: DocumentRecord, mark: tuple[int, int] | None) -> None:
        self._text, self._language = record.text, record.language
        self._mark = mark or (0, 0)
        self._open: tuple[str, ...] = ()  # the headings that hold here
        self._level = 1
        self._label: Label | None = None
        self._page: int | None = None
        self.parts: list[Part] = []
        self.contents: list[Entry] = []

    def add_aside(self, start: int, end: int) -> None:
        """What stands in no passage: a notice, what the template says."""
        blocks = tuple(self._blocks(self._lines(start, end), heads=0))
        if blocks:
            self.parts.append(Part(None, start, end, self._language, blocks, marked=self._holds_mark(start, end)))

    def add(self, passage: Passage) -> None:
        """The next passage."""
        lines = list(self._lines(passage.start, passage.end))
        headings, heads = self._headings(passage, lines)
        label = Label(
            passage.role,
            passage.jurisdictions,
            passage.speaker,
            bool(passage.jurisdictions) and passage.attribution is Attribution.INFERRED,
        )
        # A title alone says nothing of anybody: what follows it has a label of its own.
        told = None if passage.kind is PassageKind.HEADING or label == self._label else label
        page = passage.page if passage.page != self._page else None
        self._page = passage.page
        if passage.kind is not PassageKind.HEADING:
            self._label = label
        self.parts.append(
            Part(
                passage.id,
                passage.start,
                passage.end,
                passage.language,
                (*headings, *self._blocks(lines[heads:], heads)),
                told,
                page,
                self._holds_mark(passage.start, passage.end),
            )
        )

    def _headings(self, passage: Passage, lines: Sequence[tuple[int, int]]) -> tuple[list[TextBlock], int]:
        """The headings that a passage opens, and how many of its first lines they are."""
        shared = 0
        while shared < min(len(self._open), len(passage.heading)) and self._open[shared] == passage.heading[shared]:
            shared += 1
        new = passage.heading[shared:]
        if new or len(passage.heading) < len(self._open):
            self._open = passage.heading
        blocks: list[TextBlock] = []
        used = 0
        for depth, title in enumerate(new, start=shared + 2):
            level = min(depth, self._level + 1, _DEEPEST)
            self._level = level
            at = next((at for at in range(used, len(lines)) if _same(self._text[slice(*lines[at])], title)), None)
            if at is None:
                blocks.append(TextBlock("above", ((Piece(title, passage.start),),), level))
            else:
                # What stands before a heading, such as its number in a cell of its own, belongs to it.
                written = tuple(self._pieces(*line) for line in lines[used : at + 1])
                blocks.append(TextBlock("heading", written, level))
                used = at + 1
            self.contents.append(Entry(title, level, passage.id))
        return blocks, used

    def _lines(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The lines with something on them, each without the white space around it."""
        for match in re.finditer(r"[^\n]+", self._text[start:end]):
            line = match.group()
            begin = start + match.start() + len(line) - len(line.lstrip())
            if stripped := line.strip():
                yield begin, begin + len(stripped)

    def _blocks(self, lines: Iterable[tuple[int, int]], heads: int) -> Iterator[TextBlock]:
        """Paragraphs and lists; `heads` lines before these were headings."""
        spans = list(lines)
        at = 0
        while at < len(spans):
            items = self._items(spans, at)
            if items >= _FEWEST_ITEMS:
                yield TextBlock("list", tuple(self._pieces(*span) for span in spans[at : at + items]))
                at += items
                continue
            numbered = _NUMBERED.match(self._text, *spans[at]) is not None
            yield TextBlock("numbered" if numbered else "paragraph", (self._pieces(*spans[at]),))
            at += 1

    def _items(self, spans: Sequence[tuple[int, int]], at: int) -> int:
        """How many lines from here on are items of one list: what a colon announces and semicolons part, or bullets."""
        bullets = 0
        while at + bullets < len(spans) and _BULLET.match(self._text, *spans[at + bullets]):
            bullets += 1
        if bullets or not at or not self._text[: spans[at - 1][1]].endswith(":"):
            return bullets
        parted = 0
        while at + parted < len(spans) and self._text[spans[at + parted][1] - 1] == ";":
            parted += 1
        return parted + 1 if parted and at + parted < len(spans) else parted

    def _pieces(self, start: int, end: int) -> tuple[Piece, ...]:
        """The line cut where the mark begins and ends."""
        cuts = sorted({start, end, *(at for at in self._mark if start < at < end)})
        return tuple(
            Piece(self._text[begin:stop], begin, self._mark[0] <= begin and stop <= self._mark[1])
            for begin, stop in pairwise(cuts)
        )

    def _holds_mark(self, start: int, end: int) -> bool:
        return start < self._mark[1] and end > self._mark[0]


def _same(line: str, title: str) -> bool:
    return line.rstrip(" .:") == title.rstrip(" .:")
