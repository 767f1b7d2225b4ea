"""The parts of a decision record (title, attendance, agenda), and the people that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from itertools import groupby

from indexer.document_words import find_opening, find_unnumbered, heading_role, is_column_head
from indexer.documents import Block, BlockKind, CellPosition, Document, Role
from indexer.layouts.people import People
from indexer.layouts.record_columns import heads_fields
from indexer.layouts.record_words import record_words
from indexer.layouts.turns import affiliations, is_speech, turns
from indexer.text import fold

_HEAD_WORDS = 12  # a cell with more words than this is no head of a column
_TITLE_WORDS = 8  # of a title that opens the attendance list
_SPEECH_WORDS = 10
_CELL_TITLE_WORDS = 14
_AFTER_LABEL = re.compile(r"\s*(?:$|[:.–—]|-(?!\w)|[A-ZÀ-ÖØ-Þ«(]|(?<=\)\s))")


class Zone(Enum):
    """The parts of a record."""

    TITLE = auto()
    ATTENDANCE = auto()
    AGENDA = auto()


def zones(document: Document) -> Iterator[tuple[Block, Zone]]:
    """Every block with the part of the record that it is in."""
    zone = Zone.TITLE
    agendas = {number for number, _ in enumerate(document.tables) if _is_agenda(document, number)}
    for block in document.blocks:
        text = document.text[block.start : block.end]
        if (block.cell and block.cell.table in agendas) or (
            zone is not Zone.AGENDA and block.cell is None and _opens_agenda(block, text)
        ):
            zone = Zone.AGENDA
        elif zone is Zone.TITLE and _opens_attendance(text):
            zone = Zone.ATTENDANCE
        yield block, zone


def _opens_attendance(text: str) -> bool:
    if heading_role(text) is Role.ATTENDANCE:
        return True
    folded = fold(text)
    short = len(text.split()) <= _TITLE_WORDS and not text.endswith((".", ";"))
    return short and any(re.search(rf"\b{re.escape(word)}", folded) for word in record_words().attendance)


def _opens_agenda(block: Block, text: str) -> bool:
    if is_column_head(text) or is_label(text):
        return True
    if block.kind in (BlockKind.HEADING, BlockKind.LIST_ITEM) and record_words().first_item.match(fold(text)):
        return True
    # Without a numbered title the discussion begins where somebody speaks at some length.
    return len(text.split()) >= _SPEECH_WORDS and is_speech(text)


def _is_agenda(document: Document, number: int) -> bool:
    """Whether a table holds the agenda: its head row says so, or a cell opens with a decision or follow-up."""
    rows = document.tables[number].rows
    if rows and heads(document, number):
        return True
    return any(is_label(document.text[cell.start : cell.end]) for row in rows for cell in row)


def heads(document: Document, number: int) -> bool:
    """Whether the table's first row heads its columns."""
    texts = [document.text[cell.start : cell.end] for cell in document.tables[number].rows[0]]
    roles = {heading_role(text) for text in texts if len(text.split()) <= _HEAD_WORDS}
    short = all(len(text.split()) <= _HEAD_WORDS for text in texts)
    return short and (bool(roles & {Role.DISCUSSION, Role.DECISION, Role.FOLLOW_UP}) or heads_fields(document, number))


def is_label(text: str) -> bool:
    """Whether a text opens with the label of a numbered decision or follow-up."""
    label = find_opening(text)
    return label is not None and _AFTER_LABEL.match(text, label.end()) is not None


def opens_item(text: str) -> bool:
    """Whether a text opens a decision or follow-up, numbered or not ("Action: …"), where these may stand."""
    return is_label(text) or find_unnumbered(text) is not None


def people(document: Document, parts: Sequence[tuple[Block, Zone]]) -> People:
    """Everybody whom the record names: those of its attendance list, then those of the discussion."""
    found = People()
    group = ""
    rows: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for at, (block, zone) in enumerate(parts):
        text = document.text[block.start : block.end]
        following = parts[at + 1] if at + 1 < len(parts) else None
        bare = following is None or following[1] is not zone or following[0].kind is BlockKind.HEADING
        if zone is Zone.ATTENDANCE and block.cell:
            rows.setdefault((block.cell.table, block.cell.row), []).append((block.cell.column, text))
        elif zone is Zone.ATTENDANCE and block.kind is BlockKind.HEADING:
            # One name alone under its group looks like a title, but nothing stands under it.
            if not (bare and found.attends(text, group)):
                group = text
        elif zone is Zone.ATTENDANCE:
            found.attends(text, group)
    for cells in rows.values():
        lines = [text for _, text in cells]
        if len({column for column, _ in cells}) == len(cells):
            lines = [", ".join(lines)]  # name, organisation and office side by side
        for line in lines:
            found.attends(line)
    agenda = [document.text[block.start : block.end] for block, zone in parts if zone is Zone.AGENDA]
    for text in agenda:
        for name, affiliation in affiliations(text):
            found.speaks(name, affiliation)
    for text in agenda:
        for turn in turns(text, found):
            for name in turn.names:
                found.speaks(name, turn.affiliation)
    return found


def cell_titles(document: Document, parts: Sequence[tuple[Block, Zone]], known: People) -> frozenset[int]:
    """Where the title of an agenda item opens a cell of the discussion without being set as a heading: its start."""
    found: set[int] = set()
    agenda = [block for block, zone in parts if zone is Zone.AGENDA and block.cell]
    for cell, run in groupby(agenda, key=lambda block: block.cell):
        first, *others = run
        text = document.text[first.start : first.end]
        if (
            cell is None
            or not others
            or first.kind is BlockKind.HEADING
            or (cell.row == 0 and heads(document, cell.table))
        ):
            continue
        titled = len(text.split()) <= _CELL_TITLE_WORDS and not text.endswith((".", "?", "!", ":", ";", ","))
        beside = _head_role(document, cell) in (Role.DECISION, Role.FOLLOW_UP)
        if titled and not beside and not is_label(text) and next(turns(text, known), None) is None:
            found.add(first.start)
    return frozenset(found)


def _head_role(document: Document, cell: CellPosition) -> Role | None:
    """The role that the head of a cell's column gives, if the table has heads."""
    if not heads(document, cell.table):
        return None
    head = next((h for h in document.tables[cell.table].rows[0] if h.column == cell.column), None)
    return heading_role(document.text[head.start : head.end]) if head else None
