"""The parts of a decision record (title, attendance, agenda), and the people that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto

from indexer.document_words import heading_role, is_column_head, opening_pattern
from indexer.documents import Block, BlockKind, Document, Role
from indexer.layouts.people import People, affiliations, turns

_HEAD_WORDS = 12  # a cell with more words than this is no head of a column
_FIRST_ITEM = re.compile(r"1[.)]\s")
_AFTER_LABEL = re.compile(r"\s*(?:$|[:.–—-]|[A-ZÀ-ÖØ-Þ«(])")


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
        elif zone is Zone.TITLE and block.kind is BlockKind.HEADING and heading_role(text) is Role.ATTENDANCE:
            zone = Zone.ATTENDANCE
        yield block, zone


def _opens_agenda(block: Block, text: str) -> bool:
    if is_column_head(text) or is_label(text):
        return True
    return _FIRST_ITEM.match(text) is not None and block.kind in (BlockKind.HEADING, BlockKind.LIST_ITEM)


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
    return short and bool(roles & {Role.DISCUSSION, Role.DECISION, Role.FOLLOW_UP})


def is_label(text: str) -> bool:
    """Whether a text opens with the label of a numbered decision or follow-up."""
    label = opening_pattern().match(text)
    return label is not None and _AFTER_LABEL.match(text, label.end()) is not None


def people(document: Document, parts: Sequence[tuple[Block, Zone]]) -> People:
    """Everybody whom the record names: those of its attendance list, then those of the discussion."""
    found = People()
    group = ""
    rows: dict[tuple[int, int], str] = {}
    for at, (block, zone) in enumerate(parts):
        text = document.text[block.start : block.end]
        following = parts[at + 1] if at + 1 < len(parts) else None
        bare = following is None or following[1] is not zone or following[0].kind is BlockKind.HEADING
        if zone is Zone.ATTENDANCE and block.cell:
            place = (block.cell.table, block.cell.row)
            rows[place] = f"{rows[place]}, {text}" if place in rows else text
        elif zone is Zone.ATTENDANCE and block.kind is BlockKind.HEADING:
            # One name alone under its group looks like a title, but nothing stands under it.
            if not (bare and found.attends(text, group)):
                group = text
        elif zone is Zone.ATTENDANCE:
            found.attends(text, group)
    for line in rows.values():
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
