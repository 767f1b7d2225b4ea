"""The layout of a decision record: who attended, the discussion turn by turn, the decisions and follow-ups.

A record is read the same from a ruled table (item, discussion, decision) and from running text in which the readers
have put the side column after its agenda item.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from indexer.document_words import is_column_head, is_no_answer
from indexer.documents import (
    Aside,
    AsideReason,
    Attribution,
    Block,
    BlockKind,
    Document,
    DocumentRecord,
    Layout,
    RecordItem,
    Role,
    Section,
)
from indexer.jurisdictions import named_in
from indexer.layouts import record_items
from indexer.layouts.people import People
from indexer.layouts.record_columns import Columns, repeats_head
from indexer.layouts.record_words import record_words
from indexer.layouts.record_zones import Zone, cell_titles, heads, is_label, opens_item, people, zones
from indexer.layouts.titles import is_lettered, title_letter
from indexer.layouts.turns import Turn, after_lead, turns
from indexer.text import fold

_NONE_WORDS = 16  # a longer sentence says more than that there is no follow-up
_LETTERED_LEVEL = 9  # below every heading that the readers know
_BARE_NUMBER = re.compile(r"\d{1,2}[.)]?")
_ENUMERATED = re.compile(r"(?:\d{1,2}|[a-z])[.)]\s")
_BARE_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
# An answer glued to the question before it, which a new line parted on the page; the question mark of an address has
# a point or slash before it.
_ANSWER = re.compile(r"(?<!\S)[^\s?/.@]*[^\W\d_]\?(?=[A-ZÀ-ÖØ-Þ][^\W\d_A-ZÀ-ÖØ-Þ])")
_SENTENCE_END = re.compile(r"[.!?]\s*")


def recognise(document: Document, record: DocumentRecord) -> Layout:
    """Turns and items of `document`, in reading order; the heads of its columns are set aside."""
    parts = list(zones(document))
    known = people(document, parts)
    reader = _Reader(document, record, known, Columns(document), _cell_titles=cell_titles(document, parts, known))
    for block, zone in parts:
        reader.take(block, zone)
    reader.close()
    return Layout(tuple(reader.sections), tuple(reader.asides), tuple(reader.items))


@dataclass(slots=True)
class _Reader:
    """Walks the blocks, keeping the path of headings, the section under way and the item under way."""

    document: Document
    record: DocumentRecord
    people: People
    columns: Columns
    sections: list[Section] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    items: list[RecordItem] = field(default_factory=list)
    _path: list[tuple[int, str]] = field(default_factory=list)
    _held: list[Block] = field(default_factory=list)
    _item: list[Block] = field(default_factory=list)
    _speaker: Turn | None = None
    _leads: bool = False
    _open: bool = False
    _zone: Zone = Zone.TITLE
    _cell: tuple[int, int, int] | None = None
    _cell_titles: frozenset[int] = frozenset()

    def take(self, block: Block, zone: Zone) -> None:
        """The next block of the document."""
        text = self._text(block)
        cell = (block.cell.table, block.cell.row, block.cell.column) if block.cell else None
        if zone is not self._zone:
            self._flush()
            self._zone = zone
            self._path.clear()
        if cell != self._cell and zone is Zone.AGENDA and not self.columns.goes_on(self._item, block):
            self._end_cell(cell)
        if zone is Zone.AGENDA and self._is_head(block, text):
            self._flush()
            self.asides.append(Aside(block.start, block.end, AsideReason.INSTRUCTION))
        elif zone is Zone.AGENDA and self.columns.goes_on(self._item, block):
            self._item.append(block)
        elif zone is Zone.AGENDA and self.columns.opens(block):
            self._flush()
            self._item = [block]
        elif zone is Zone.AGENDA and self.columns.is_field(block):
            self._flush()
            self._emit([block], role=Role.FOLLOW_UP)
        elif block.kind is BlockKind.HEADING and not (opens_item(text) if zone is Zone.AGENDA else is_label(text)):
            self._title(block, text, max(block.level, 1))
        elif zone is Zone.AGENDA and block.start in self._cell_titles:
            self._title(replace(block, kind=BlockKind.HEADING), text, 1)
        elif zone is Zone.AGENDA and is_lettered(text):
            self._title(replace(block, kind=BlockKind.HEADING), text, _LETTERED_LEVEL)
        elif zone is Zone.AGENDA:
            for piece in self._by_label(block):
                self._agenda(piece)
        else:
            self._held.append(block)

    def close(self) -> None:
        """The end of the document."""
        self._flush()

    def _text(self, block: Block) -> str:
        return self.document.text[block.start : block.end]

    def _is_head(self, block: Block, text: str) -> bool:
        if block.cell:
            place = block.cell
            return heads(self.document, place.table) and repeats_head(self.document, place.table, place.row)
        return is_column_head(text)

    def _end_cell(self, cell: tuple[int, int, int] | None) -> None:
        self._end_item()
        bare = [block for block in self._held if not _BARE_NUMBER.fullmatch(self._text(block))]
        # An agenda item's number, alone in its cell, stands with the first text of the row.
        if bare or (cell and self._cell and cell[:2] != self._cell[:2]) or cell is None:
            self._flush()
        self._speaker, self._leads, self._open = None, False, False
        self._cell = cell

    def _title(self, block: Block, text: str, level: int) -> None:
        if self._zone is Zone.TITLE:
            self._held.append(block)
            return
        if any(other.kind is not BlockKind.HEADING for other in self._held) or self._item:
            self._flush()
        level = self._level(text, level)
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        self._path.append((level, text))
        self._held.append(block)
        self._speaker, self._leads, self._open = None, False, False

    def _level(self, text: str, level: int) -> int:
        """The level of a title: "C)" stands where "B)" does, whatever the readers took each for."""
        letter = title_letter(text)
        siblings = (known for known, title in self._path if letter and "" < title_letter(title) < letter)
        return next(siblings, level)

    def _by_label(self, block: Block) -> Iterator[Block]:
        """The block, cut where a decision or follow-up opens inside it."""
        text = self._text(block)
        ends = (end.end() for end in _SENTENCE_END.finditer(text))
        yield from self._cut(block, [0, *(end for end in ends if is_label(text[end:]))])

    def _cut(self, block: Block, cuts: Sequence[int]) -> Iterator[Block]:
        text = self._text(block)
        for begin, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
            piece = text[begin:end]
            start = block.start + begin + len(piece) - len(piece.lstrip())
            stop = block.start + begin + len(piece.rstrip())
            if start < stop:
                page = block.page if start == block.start else self.document.page_at(start)
                yield replace(block, start=start, end=stop, page=page)

    def _agenda(self, block: Block) -> None:
        text = self._text(block)
        if opens_item(text):
            self._flush()
            self._item = [block]
            return
        if _BARE_NUMBER.fullmatch(text):
            self._flush()
            self._held.append(replace(block, kind=BlockKind.HEADING))
            return
        found = turns(text, self.people)
        begun = next(found, None)
        if self._item and not (begun and begun.start == 0 and (block.kind is BlockKind.LIST_ITEM or begun.affiliation)):
            self._item.append(block)
            return
        self._end_item()
        if self._says_none(block, text):
            self._flush()
            self._emit([block], role=Role.FOLLOW_UP, says_none=True)
            return
        if _BARE_ADDRESS.fullmatch(text) and self._held and self._text(self._held[-1]).endswith(":"):
            self._held.append(block)
            return
        if _BARE_ADDRESS.fullmatch(text):  # the target of a link, printed at the foot of the page
            going_on = self._speaker, self._leads, self._open
            self._flush()
            self._speaker = None
            self._emit([block])
            self._speaker, self._leads, self._open = going_on
            return
        self._speech(block, text, [begun, *found] if begun else [])

    def _says_none(self, block: Block, text: str) -> bool:
        """Whether a block says that there is nothing to follow up."""
        if is_no_answer(text) and self.columns.holds_actions(block):
            return True
        if len(text.split()) > _NONE_WORDS:
            return False
        folded = fold(text)
        return any(pattern.search(folded) for pattern in record_words().none)

    def _speech(self, block: Block, text: str, found: Sequence[Turn]) -> None:
        opening = re.match(r"\d{1,2}\.\s+", text)
        first = opening.end() if opening else 0
        cuts = [0, *(turn.start for turn in found if turn.start > first and not after_lead(text, turn))]
        cuts.extend(answer.end() for answer in _ANSWER.finditer(text))
        pieces = list(self._cut(block, sorted(set(cuts))))
        by_start = {
            block.start + (0 if turn.start <= first or after_lead(text, turn) else turn.start): turn for turn in found
        }
        for piece in pieces:
            turn = by_start.get(piece.start)
            if turn:
                self._flush_text()
                self._speaker, self._leads, self._open = turn, False, False
            elif not self._goes_on(piece):
                if self._speaker:
                    self._flush_text()
                self._speaker = None
            self._held.append(piece)
            said = self._text(piece)
            nested = self._leads and (piece.kind is BlockKind.LIST_ITEM or _ENUMERATED.match(said) is not None)
            self._leads = said.endswith(":") or nested
            self._open = said.endswith((";", ","))

    def _goes_on(self, piece: Block) -> bool:
        """Whether a piece that opens with no name belongs to the turn under way."""
        if self._speaker is None:
            return False
        if fold(self._text(piece)).startswith(record_words().pronouns):
            return True
        return self._leads or self._open

    def _flush_text(self) -> None:
        """Ends the section under way, but leaves titles that nothing follows yet to the next one."""
        if any(block.kind is not BlockKind.HEADING for block in self._held):
            self._flush()

    def _flush(self) -> None:
        self._end_item()
        if self._held:
            self._emit(self._held)
            self._held = []

    def _end_item(self) -> None:
        if not self._item:
            return
        blocks, self._item = self._item, []
        after: list[Block] = []
        while len(blocks) > 1 and self._is_no_part(blocks[-1]):
            after.insert(0, blocks.pop())
        if role := record_items.says_none(self.document.text[blocks[0].start : blocks[-1].end]):
            self._emit([*blocks, *after], role=role, says_none=True)
            return
        found = record_items.item(
            self.document,
            self.record,
            self.people,
            blocks,
            self._agenda_path(),
            fields=self.columns.of(blocks[0]),
            opening=self.columns.opens(blocks[0]),
            before=self.items,
        )
        self.items.append(found)
        self._emit(
            blocks,
            role=found.kind,
            jurisdictions=found.jurisdictions,
            heading=found.heading,
            credits_named=False,
        )
        self._speaker, self._leads, self._open = None, False, False
        if after:
            self._emit(after, role=Role.FOLLOW_UP if self.columns.is_field(after[0]) else None)

    def _is_no_part(self, block: Block) -> bool:
        """Whether a block at the end of an item says nothing of it: a link's target, printed at the foot, or "n/a"."""
        text = self._text(block)
        return _BARE_ADDRESS.fullmatch(text) is not None or (self.columns.is_field(block) and is_no_answer(text))

    def _agenda_path(self) -> tuple[str, ...]:
        """The title of the agenda item alone: what was decided belongs to no part of its discussion."""
        return tuple(title for _, title in self._path[:1])

    def _emit(
        self,
        blocks: Sequence[Block],
        *,
        role: Role | None = None,
        jurisdictions: tuple[str, ...] | None = None,
        heading: tuple[str, ...] | None = None,
        credits_named: bool = True,
        says_none: bool = False,
    ) -> None:
        speaker, attribution = None, Attribution.STATED
        if self._zone is Zone.TITLE:  # where the meeting was held
            credits_named = False
        if role is None:
            role = {
                Zone.TITLE: Role.BACKGROUND,
                Zone.ATTENDANCE: Role.ATTENDANCE,
                Zone.AGENDA: Role.DISCUSSION,
            }[self._zone]
            if self._speaker and self._zone is Zone.AGENDA:
                names, written = self._speaker.names, self._speaker.affiliation
                speaker = ", ".join(dict.fromkeys(self.people.name(name, written) for name in names))
                jurisdictions = tuple(
                    dict.fromkeys(code for name in names for code in self.people.codes(name, written))
                )
                if jurisdictions and not set(jurisdictions) & set(named_in(written) or jurisdictions):
                    # Another affiliation than in the rest of the record: a slip of the pen, here or there.
                    attribution, credits_named = Attribution.INFERRED, False
        self.sections.append(
            Section(
                blocks=tuple(blocks),
                heading=heading if heading is not None else tuple(title for _, title in self._path),
                role=role,
                jurisdictions=jurisdictions or (),
                speaker=speaker,
                attribution=attribution,
                credits_named=credits_named,
                says_none=says_none,
            )
        )
