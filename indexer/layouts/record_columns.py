"""The columns of a record's tables: which say who, by when and how it stands, and which hold the actions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache
from types import MappingProxyType

from indexer.document_words import find_opening, find_unnumbered, heading_role, is_no_answer, table
from indexer.documents import Block, Cell, Document, Role
from indexer.layouts.item_words import item_words
from indexer.text import fold

_HEAD_WORDS = 12  # a cell with more words than this is no head of a column


class Field(Enum):
    """What a column says of the item in its row."""

    OWNER = auto()
    DUE = auto()
    STATUS = auto()


@dataclass(frozen=True, slots=True)
class Fields:
    """What the columns of an item's row say of it, and which columns these are."""

    texts: Mapping[Field, str] = field(default_factory=lambda: MappingProxyType({}))
    columns: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Opening:
    """What the row of an action log says of its action: number as printed, and how long the block with it is."""

    number: str | None
    length: int


class Columns:
    """The columns of every table of a document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._fields = [_fields(document, number) for number in range(len(document.tables))]
        self._cells: dict[tuple[int, int, int], list[Block]] = {}
        for block in document.blocks:
            if block.cell:
                place = (block.cell.table, block.cell.row, block.cell.column)
                self._cells.setdefault(place, []).append(block)
        self._openings = dict(self._unlabelled())

    def opens(self, block: Block) -> Opening | None:
        """What opens at a block that has no label: an action, told by the head of its column, in a row that assigns."""
        return self._openings.get(block.start)

    def _unlabelled(self) -> Iterator[tuple[int, Opening]]:
        for number, ruled in enumerate(self._document.tables):
            action = _action_column(self._document, number) if self._fields[number] else None
            if action is None:
                continue
            log = not _has_discussion(self._document, number)
            for row in range(1, len(ruled.rows)):
                blocks = self._cells.get((number, row, action), [])
                said = self._text(blocks[0]) if blocks else ""
                if not said or is_no_answer(said) or any(opens_item(self._text(block)) for block in blocks):
                    continue
                before = self._cells.get((number, row, action - 1), []) if log else []
                if repeats_head(self._document, number, row) or any(opens_item(self._text(b)) for b in before):
                    continue
                count = self._text(before[0]).rstrip(".") if len(before) == 1 else ""
                found = next((text for text in (count, count.rstrip(")")) if text and _is_number(text)), None)
                if found:
                    yield before[0].start, Opening(found, before[0].end - before[0].start)
                else:
                    yield blocks[0].start, Opening(None, 0)

    def is_field(self, block: Block) -> bool:
        """Whether a block stands in a column that says who, by when or how it stands."""
        return block.cell is not None and block.cell.column in self._fields[block.cell.table]

    def goes_on(self, item: Sequence[Block], block: Block) -> bool:
        """Whether a block goes on, from another cell of its row, with the item of which `item` are the blocks so far.

        The columns for owner, due date and status do, and every cell beside a label that is alone in its own.
        """
        place = item[0].cell if item else None
        if place is None or block.cell is None or opens_item(self._text(block)):
            return False
        if (place.table, place.row) != (block.cell.table, block.cell.row) or place.column == block.cell.column:
            return False
        opening = self.opens(item[0])
        bare = opening.length > 0 if opening else is_bare(self._text(item[0]))
        return (bare and all(other.cell != place for other in item[1:])) or self.is_field(block)

    def holds_actions(self, block: Block) -> bool:
        """Whether a block stands in a column for decisions or follow-ups: its head says so, or another cell's label."""
        if block.cell is None:
            return False
        rows = self._document.tables[block.cell.table].rows
        mine = [cell for row in rows for cell in row if cell.column == block.cell.column]
        return any(
            find_opening(self._text(cell)) or (cell.row == 0 and is_item_head(self._text(cell))) for cell in mine
        )

    def of(self, label: Block) -> Fields:
        """What the row of an item's label says of the item."""
        if label.cell is None or not self._fields[label.cell.table]:
            return Fields()
        table, row = label.cell.table, label.cell.row
        named = self._fields[table]
        texts: dict[Field, str] = {}
        for column, said in named.items():
            if mine := self._mine(label, self._cells.get((table, row, column), [])):
                texts[said] = mine
        return Fields(texts, frozenset(named))

    def _mine(self, label: Block, lines: list[Block]) -> str | None:
        """What a cell says of one of the items in its row: one line each, or one for all of them."""
        beside = [block for cell in self._cells.values() if label.cell == cell[0].cell for block in cell]
        labels = [block.start for block in beside if find_opening(self._text(block))]
        said = [" ".join(self._text(line).split()) for line in lines]
        if len(labels) <= 1:
            return ", ".join(said) or None
        if len(said) == len(labels) and label.start in labels:
            return said[labels.index(label.start)]
        return said[0] if len(said) == 1 else None

    def _text(self, part: Block | Cell) -> str:
        return self._document.text[part.start : part.end]


def opens_item(text: str) -> bool:
    """Whether a text opens with the word of a decision or follow-up, numbered or with a colon."""
    return (find_opening(text) or find_unnumbered(text)) is not None


def is_bare(text: str) -> bool:
    """Whether a text is the label of a decision or follow-up and nothing else."""
    label = find_opening(text) or find_unnumbered(text)
    return label is not None and not text[label.end() :].strip(" :.–—-\n")


def _is_number(text: str) -> bool:
    label = f"{table().openings[Role.FOLLOW_UP][0]} {text}"
    found = find_opening(f"{label}:")
    return found is not None and found.end() == len(label)


def _has_discussion(document: Document, number: int) -> bool:
    row = document.tables[number].rows[0]
    return any(heading_role(document.text[cell.start : cell.end]) is Role.DISCUSSION for cell in row)


def _action_column(document: Document, number: int) -> int | None:
    """The column of a table that holds actions, by its head; None where decisions may stand in it as well."""
    for cell in document.tables[number].rows[0]:
        head = document.text[cell.start : cell.end]
        words = {fold(word) for of in (table().openings, table().plural_openings) for word in of[Role.FOLLOW_UP]}
        bare = " ".join(fold(head).split()).strip(" .:")
        if bare in words or heading_role(head) is Role.FOLLOW_UP:
            return cell.column
    return None


def heads_fields(document: Document, number: int) -> bool:
    """Whether the first row of a table heads columns of owner, due date or status: two of them, or one by an action."""
    rows = document.tables[number].rows
    texts = [document.text[cell.start : cell.end] for cell in rows[0]] if rows else []
    named = set(_fields(document, number).values())
    if any(len(text.split()) > _HEAD_WORDS for text in texts):
        return False
    return len(named) > 1 or (bool(named) and any(is_item_head(text) for text in texts))


def repeats_head(document: Document, number: int, row: int) -> bool:
    """Whether a row is the first row of its table over again, as at the top of a later page."""
    rows = document.tables[number].rows
    return _row(document, rows[0]) == _row(document, rows[row])


def _row(document: Document, cells: tuple[Cell, ...]) -> list[tuple[int, str]]:
    return [(cell.column, " ".join(fold(document.text[cell.start : cell.end]).split())) for cell in cells]


def is_item_head(head: str) -> bool:
    """Whether the head of a column says that it holds decisions or follow-ups ("Actions", "Décisions et suivis")."""
    if heading_role(head) in (Role.DECISION, Role.FOLLOW_UP):
        return True
    return _item_head().fullmatch(" ".join(fold(head).split()).strip(" .:")) is not None


@lru_cache(maxsize=1)
def _item_head() -> re.Pattern[str]:
    words = table()
    lists = [*words.openings.values(), *words.plural_openings.values()]
    any_word = "|".join(re.escape(fold(word)) for word in sorted(sum(lists, ()), key=len, reverse=True))
    joiners = "|".join(map(re.escape, words.joiners))
    return re.compile(rf"(?:{any_word})(?:(?:\s*[/,]\s*|\s+(?:{joiners})\s+)(?:{any_word}))*")


def _fields(document: Document, number: int) -> dict[int, Field]:
    rows = document.tables[number].rows
    heads = {cell.column: document.text[cell.start : cell.end] for cell in (rows[0] if rows else ())}
    found = {column: said for column, head in heads.items() if (said := _field(head))}
    if rows and _has_discussion(document, number):
        # Left of the decisions, "Lead" is who leads the discussion.
        items = [column for column, head in heads.items() if is_item_head(head)]
        return {column: said for column, said in found.items() if items and column > min(items)}
    return found


@lru_cache(maxsize=1)
def _alternatives() -> re.Pattern[str]:
    return re.compile(rf"\s*/\s*|\s+(?:{'|'.join(map(re.escape, table().joiners))})\s+")


def _field(head: str) -> Field | None:
    words = item_words()
    for part in _alternatives().split(" ".join(fold(head).split()).strip(" .:")):
        for said, heads in (
            (Field.OWNER, words.owner_columns),
            (Field.DUE, words.due_columns),
            (Field.STATUS, words.status_columns),
        ):
            if part in heads:
                return said
    return None
