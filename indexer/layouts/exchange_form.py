"""The layout of an exchange form: the parts of its template, what the member answered, what the template itself says.

A section's role is that of the template's heading above it, whatever the sub-headings are called; all sections belong
to the member whose form it is. The template's instructions, its labels and the notice are set aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from indexer import jurisdictions, whose_form
from indexer.document_words import heading_role
from indexer.documents import (
    Aside,
    AsideReason,
    Attribution,
    Block,
    BlockKind,
    CellPosition,
    Document,
    DocumentRecord,
    Layout,
    Role,
    Section,
)
from indexer.form_headings import TemplateHeading
from indexer.form_template import document_headings, part_of, parted_blocks
from indexer.form_words import form_words
from indexer.layouts.instructions import is_remark, leading_instruction
from indexer.layouts.titles import LEAD_LEVEL, is_lead
from indexer.notices import notices_in
from indexer.readers.contacts import is_contact_label
from indexer.readers.joining import begins_lower, ends_sentence
from indexer.text import fold

_NOTICE_WORDS = 90  # a block with no more words is set aside whole for the notice in it
_LEFT_WORDS = 120  # more words than this after the heading in its cell are an answer
_TOP, _NESTED = 2, 1  # levels are doubled, so that a sub-heading can go under one of its own level


def recognise(document: Document, record: DocumentRecord) -> Layout:
    """The parts of the form `document`: sections by template heading and sub-heading, and the template's own words."""
    parts = _parts(document, parted_blocks(document), document_headings(document))
    template = _Template(document)
    instructed = any(template.instruction(part, instructed=False) for part in parts if part.role is not Role.NEED)
    owner = (record.jurisdiction,) if record.jurisdiction else ()
    inferred = whose_form.is_inferred(record.jurisdiction_reason)
    sections: list[Section] = []
    asides: list[Aside] = []
    for part in parts:
        found = template.words(part, instructed=instructed, last=part is parts[-1])
        asides.extend(found)
        for heading, held in _answers(document, part, found):
            sections.append(
                Section(
                    blocks=tuple(held),
                    heading=heading,
                    role=part.role,
                    jurisdictions=owner,
                    attribution=Attribution.INFERRED if inferred or part.inferred else Attribution.STATED,
                )
            )
    return Layout(tuple(sections), tuple(asides))


@dataclass(slots=True)
class _Part:
    """What stands under a heading of the template; `opened` says that the first block is that heading.

    The front of a form stands under none: `title` is empty. `inferred` says that the heading does not tell the role.
    """

    title: str
    role: Role
    opened: bool = False
    inferred: bool = False
    blocks: list[Block] = field(default_factory=list)


def _parts(document: Document, blocks: Sequence[Block], headings: Sequence[TemplateHeading]) -> list[_Part]:
    """The parts in reading order; where headings stand side by side in a table's row, what is below is parted too."""
    by_index = {heading.index: heading for heading in headings}
    columns: dict[tuple[int, int], _Part] = {}
    for _, row in groupby((h for h in headings if blocks[h.index].cell), key=lambda h: _row(blocks[h.index].cell)):
        beside = list(row)
        if len(beside) > 1:
            for heading in beside:
                cell = blocks[heading.index].cell
                if cell:
                    title = _text(document, blocks[heading.index])
                    columns[cell.table, cell.column] = _Part(title, heading.role, inferred=heading.inferred)
    parts = [_Part("", Role.BACKGROUND)]
    for index, block in enumerate(blocks):
        above = columns.get((block.cell.table, block.cell.column)) if block.cell else None
        if index in by_index:
            heading = by_index[index]
            parts.append(_Part(_text(document, block), heading.role, opened=True, inferred=heading.inferred))
        elif above and parts[-1].title != above.title:
            parts.append(_Part(above.title, above.role, inferred=above.inferred))
        parts[-1].blocks.append(block)
    return [part for part in parts if part.blocks]


class _Template:
    """Tells the template's own words from the member's."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def words(self, part: _Part, *, instructed: bool, last: bool) -> list[Aside]:
        """What of a part is to be set aside, in order, each within one block; `last` if no part follows."""
        if not part.title:
            return [
                aside for index, block in enumerate(part.blocks) for aside in self._front(part.blocks, index, block)
            ]
        asides = self.instruction(part, instructed=instructed)
        for index, block in enumerate(part.blocks):
            if asides and block.start < asides[-1].end:
                continue
            following = part.blocks[index + 1] if index + 1 < len(part.blocks) else None
            ends = following is None or following.kind is BlockKind.HEADING
            text = _text(self._document, block)
            if is_contact_label(text) or (ends and self._is_contact_label(block)):
                asides.append(Aside(block.start, block.end, AsideReason.INSTRUCTION))
        if last:
            asides.extend(self._closing_notices(part.blocks[1:] if part.opened else part.blocks, after=asides))
        return asides

    def _closing_notices(self, blocks: Sequence[Block], after: Sequence[Aside]) -> list[Aside]:
        """The notices with which the form ends; what precedes them in their block is an answer."""
        found: list[Aside] = []
        for block in reversed(blocks):
            if after and block.start < after[-1].end:
                break
            text = _text(self._document, block)
            spans = notices_in(text, itself=True)
            asides = [Aside(block.start + start, block.start + end, AsideReason.NOTICE) for start, end in spans]
            found = [*asides, *found]
            if " ".join(text[start:end] for start, end in spans).split() != text.split():
                break
        return found

    def instruction(self, part: _Part, *, instructed: bool) -> list[Aside]:
        """The instruction that follows the part's heading: the rest of its cell, or what invites to answer."""
        if not part.opened:
            return []
        asides = self._left_cell(part)
        if asides:
            return asides
        for block in part.blocks[1:]:
            text = _text(self._document, block)
            if asides:
                length = len(text) if is_remark(text) else 0
            else:
                length = leading_instruction(text, part.role, instructed=instructed)
            if length:
                asides.append(Aside(block.start, block.start + length, AsideReason.INSTRUCTION))
            if length < len(text):
                break
        return asides

    def _left_cell(self, part: _Part) -> list[Aside]:
        """The rest of the heading's cell, and of its sentence in the next row, where the answer stands beside it."""
        cell = part.blocks[0].cell
        if cell is None or not self._answered_beside(cell):
            return []
        below = [b for b in part.blocks[1:] if b.cell and (b.cell.table, b.cell.column) == (cell.table, cell.column)]
        rest = [block for block in below if block.cell and block.cell.row == cell.row]
        if sum(len(_text(self._document, block).split()) for block in rest) > _LEFT_WORDS:
            return []
        for block in below[len(rest) :]:  # cut by a page's end
            text = _text(self._document, block)
            before = _text(self._document, rest[-1]) if rest else ""
            if not rest or ends_sentence(before) or not begins_lower(text):
                break
            rest.append(block)
        return [Aside(block.start, block.end, AsideReason.INSTRUCTION) for block in rest]

    def _answered_beside(self, cell: CellPosition) -> bool:
        row = self._document.tables[cell.table].rows[cell.row]
        return any(other.column > cell.column and other.start < other.end for other in row)

    def _front(self, blocks: Sequence[Block], index: int, block: Block) -> list[Aside]:
        """Notice and labels before the first part; the line that names the jurisdiction stays unless it is empty."""
        if notices := self._notices(block):
            return notices
        name = jurisdictions.labelled(_text(self._document, block))
        if self._is_contact_label(block) or (name is not None and whose_form.is_blank(name)):
            return [Aside(block.start, block.end, AsideReason.INSTRUCTION)]
        return []

    def _notices(self, block: Block) -> list[Aside]:
        """The notice in a block: all of a short block, of a long one the sentences that give notice."""
        text = _text(self._document, block)
        found = notices_in(text)
        if found and len(text.split()) <= _NOTICE_WORDS:
            found = ((0, len(text)),)
        return [Aside(block.start + start, block.start + end, AsideReason.NOTICE) for start, end in found]

    def _is_contact_label(self, block: Block) -> bool:
        return fold(_text(self._document, block)).strip(" :.\u00a0") in form_words().contact_labels


def _answers(document: Document, part: _Part, asides: Sequence[Aside]) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """What is not set aside, under its path of headings: a new section at each heading and after each aside."""
    path = _Path(part.title)
    held: list[Block] = []
    for index, block in enumerate(part.blocks):
        lead = is_lead(block, _text(document, block))
        heads = block.kind is BlockKind.HEADING or lead or (part.opened and index == 0)
        if heads and any(other.kind is not BlockKind.HEADING for other in held):
            yield path.titles, held
            held = []
        for piece, kept in _pieces(document, block, asides):
            if kept:
                if heads and not (part.opened and index == 0):
                    path.enter(_text(document, piece), LEAD_LEVEL if lead else piece.level, follows=bool(held))
                held.append(
                    replace(piece, kind=BlockKind.HEADING) if heads and piece.kind is not BlockKind.HEADING else piece
                )
            elif held:
                yield path.titles, held
                held = []
    if held:
        yield path.titles, held


def _pieces(document: Document, block: Block, asides: Sequence[Aside]) -> Iterator[tuple[Block, bool]]:
    """The block's parts in order, and whether each is kept: what is set aside is not."""
    inside = [aside for aside in asides if aside.start < block.end and aside.end > block.start]
    if not inside:
        yield block, True
        return
    borders = sorted({block.start, block.end, *(place for a in inside for place in (a.start, a.end))})
    for start, end in pairwise(borders):
        piece = part_of(document, block, start - block.start, end - block.start)
        if piece:
            yield piece, not any(aside.start <= start and end <= aside.end for aside in inside)


class _Path:
    """The titles above a section: the template's heading, then the sub-headings."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._below: list[tuple[int, str]] = []

    @property
    def titles(self) -> tuple[str, ...]:
        """From the outermost to the innermost."""
        return tuple(title for title in (self._title, *(title for _, title in self._below)) if title)

    def enter(self, title: str, level: int, *, follows: bool) -> None:
        """Goes under a sub-heading; `follows` if the one before it has no text of its own.

        Headings of flat text have few levels: one that follows another at once, and one that could stand under any
        ("Highlights:"), go under the sub-heading before them.
        """
        depth = _TOP * max(level, 1)
        last = self._below[-1][0] if self._below else 0
        if (last == depth and follows) or (last in (depth, depth + _NESTED) and _is_generic(title)):
            depth += _NESTED
        while self._below and self._below[-1][0] >= depth:
            self._below.pop()
        self._below.append((depth, title))


def _is_generic(title: str) -> bool:
    if title.partition(":")[2].strip():
        return False
    generic = form_words().generic
    bare = fold(title).strip(" :\u00a0")
    begins = generic.match(bare) is not None and title.rstrip().endswith(":")
    return heading_role(title) is not None or begins or generic.fullmatch(bare) is not None


def _row(cell: CellPosition | None) -> tuple[int, int]:
    return (cell.table, cell.row) if cell else (-1, -1)


def _text(document: Document, block: Block) -> str:
    return document.text[block.start : block.end]
