"""The layout of an exchange analysis: themes, notable achievements, and the annex as a table or as running text.

Titles of themes may follow what they head, as text taken from slides has them. Text that belongs to no organisation
keeps no jurisdiction; where only its words tell whose it is, the section says that this is inferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from indexer import jurisdictions, mentions
from indexer.document_words import heading_role, table
from indexer.documents import (
    Aside,
    AsideReason,
    Attribution,
    Block,
    BlockKind,
    Document,
    DocumentRecord,
    Layout,
    Role,
    Section,
)
from indexer.layouts import plain
from indexer.layouts.annex import Annex, annex_of
from indexer.layouts.organisation_parts import OrganisationPart, parts_of, sections_of
from indexer.text import fold

_TITLE_WORDS = 12  # a paragraph with more words opens no part


def recognise(document: Document, record: DocumentRecord) -> Layout:
    """The parts of the analysis `document` in reading order; the heads of the annex's columns are set aside."""
    sections: list[Section] = []
    asides: list[Aside] = []
    path: tuple[str, ...] = ()
    last: Annex | None = None
    for number, run in groupby(document.blocks, key=lambda block: block.cell.table if block.cell else None):
        blocks = list(run)
        if number is None:
            front = _Front(document)
            found, heads = front.read(blocks)
            sections.extend(found)
            asides.extend(heads)
            path = front.title or path
        elif (annex := annex_of(document, document.tables[number], last)) is None:
            sections.extend(plain.table_sections(document, record, number, blocks, path))
        else:
            last = annex
            found, heads = annex.read(blocks, path)
            sections.extend(found)
            asides.extend(heads)
    return Layout(tuple(sections), tuple(asides))


@dataclass(slots=True)
class _Part:
    """A part of the running text: the title that opens it, its role, and what stands under it."""

    role: Role
    path: tuple[str, ...]
    level: int
    opening: list[Block] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class _Front:
    """Reads the running text before, between or after the tables."""

    document: Document
    title: tuple[str, ...] = ()

    def read(self, blocks: Sequence[Block]) -> tuple[list[Section], list[Aside]]:
        """The sections of running text, and the heads of columns that stand in it."""
        sections: list[Section] = []
        asides: list[Aside] = []
        for run in parts_of(self.document, blocks):
            if isinstance(run, OrganisationPart):
                sections.extend(sections_of(self.document, run, self.title))
            else:
                sections.extend(self._read_plain(run, asides))
        return sections, asides

    def _read_plain(self, blocks: Sequence[Block], asides: list[Aside]) -> Iterator[Section]:
        for part in self._parts(blocks, asides):
            if part.role is Role.NEED:
                yield from self._themes(part)
            elif part.role is Role.ACHIEVEMENT:
                yield from self._achievements(part)
            else:
                yield from self._plainly(part)

    def _text(self, block: Block) -> str:
        return self.document.text[block.start : block.end]

    def _parts(self, blocks: Sequence[Block], asides: list[Aside]) -> Iterator[_Part]:
        part = _Part(Role.BACKGROUND, (), 0)
        for block in blocks:
            text = self._text(block)
            if _are_heads(text):
                asides.append(Aside(block.start, block.end, AsideReason.INSTRUCTION))
                if part.opening or part.blocks:
                    yield part
                part = _Part(part.role, part.path, part.level)
                continue
            role = _opens_part(block, text, part)
            if role is None:
                part.blocks.append(block)
                continue
            if part.opening or part.blocks:
                yield part
            part = _Part(role, (text.rstrip(" :"),), max(block.level, 1), [block])
            self.title = part.path
        if part.opening or part.blocks:
            yield part

    def _plainly(self, part: _Part) -> Iterator[Section]:
        """One section a sub-heading; a sub-heading may be an organisation's name or a template's heading."""
        for title, blocks in _under_titles(self.document, part):
            code, role = _told_by(title, part.role)
            yield Section(tuple(blocks), (*part.path, *title), role, (code,) if code else ())

    def _achievements(self, part: _Part) -> Iterator[Section]:
        """Each item by itself: it may open with its organisation's name, or name it further on, or belong to nobody."""
        for title, blocks in _under_titles(self.document, part):
            path = (*part.path, *title)
            code, role = _told_by(title, part.role)
            if code or role is not part.role:
                yield Section(tuple(blocks), path, role, (code,) if code else ())
                continue
            held: list[Block] = []
            for item in self._items(blocks):
                owner, attribution = self._owner(item)
                if owner:
                    if held and any(block.kind is not BlockKind.HEADING for block in held):
                        yield Section(tuple(held), path, part.role)
                        held = []
                    yield Section((*held, *item), path, part.role, (owner,), attribution=attribution)
                    held = []
                else:
                    held.extend(item)
            if held:
                yield Section(tuple(held), path, part.role)

    def _owner(self, item: Sequence[Block]) -> tuple[str | None, Attribution]:
        """Whose achievement an item is: the name before its colon, else the one organisation that it names."""
        if item[0].kind is BlockKind.HEADING:
            return None, Attribution.STATED
        if code := self._opening_name(item[0]):
            return code, Attribution.STATED
        named = mentions.concerned("\n".join(self._text(block) for block in item))
        return (named[0], Attribution.INFERRED) if named else (None, Attribution.STATED)

    def _opening_name(self, block: Block) -> str | None:
        """The organisation whose name and a colon open a text."""
        name, colon, _ = self._text(block).partition(":")
        return jurisdictions.exact(name.strip()) if colon else None

    def _items(self, blocks: Sequence[Block]) -> Iterator[list[Block]]:
        """Headings and paragraphs by themselves, list items with those nested under them that no name opens."""
        held: list[Block] = []
        for block in blocks:
            nested = held and _is_under(block, held[0]) and self._opening_name(block) is None
            if held and not nested:
                yield held
                held = []
            held.append(block)
        if held:
            yield held

    def _themes(self, part: _Part) -> Iterator[Section]:
        """Needs by theme, each with its title, whether that stands above or below."""
        titled = list(_under_titles(self.document, part))
        if not self._titles_follow(part):
            for title, blocks in titled:
                yield Section(blocks=tuple(blocks), heading=(*part.path, *title), role=part.role)
            return
        held = list(part.opening)
        leads = max((at for at, block in enumerate(part.blocks) if self._leads_in(part, at, block)), default=-1)
        for at, block in enumerate(part.blocks):
            if block.kind is BlockKind.HEADING:
                yield Section((*held, block), (*part.path, self._text(block)), part.role)
                held = []
                continue
            held.append(block)
            if at == leads:
                yield Section(tuple(held), part.path, part.role)
                held = []
        if held:
            yield Section(tuple(held), part.path, part.role)

    def _leads_in(self, part: _Part, at: int, block: Block) -> bool:
        """Whether a block before the first title only announces the themes."""
        before = all(other.kind is not BlockKind.HEADING for other in part.blocks[: at + 1])
        return before and self._text(block).endswith(":")

    def _titles_follow(self, part: _Part) -> bool:
        """Whether titles stand below what they head: the first has something above it, the last nothing below."""
        kinds = [block.kind is BlockKind.HEADING for block in part.blocks]
        if kinds.count(True) < 2 or not kinds[-1] or kinds[0]:
            return False
        first = kinds.index(True)
        return any(not self._leads_in(part, at, block) for at, block in enumerate(part.blocks[:first]))


def _opens_part(block: Block, text: str, part: _Part) -> Role | None:
    """The role of the part that a title opens; None for a block that opens none."""
    if len(text.split()) > _TITLE_WORDS or block.kind is BlockKind.LIST_ITEM:
        return None
    if block.kind is BlockKind.PARAGRAPH and not text.endswith(":"):
        return None
    if part.opening and block.kind is BlockKind.HEADING and max(block.level, 1) > part.level:
        return None  # a title inside the part
    folded = fold(text)
    for word, role in table().analysis_parts:
        if re.search(rf"\b{re.escape(word)}\b", folded):
            return role
    above = part.opening and block.kind is BlockKind.HEADING and max(block.level, 1) < part.level
    return Role.BACKGROUND if above else None


def _are_heads(text: str) -> bool:
    """Whether a line holds the heads of a table's columns that lost its rules: "Organisations Achievements"."""
    first, _, rest = " ".join(text.split()).partition(" ")
    return fold(first) in table().analysis_first_heads and bool(rest) and heading_role(rest) is not None


def _told_by(titles: Sequence[str], otherwise: Role) -> tuple[str | None, Role]:
    """The organisation and the role that titles tell, the innermost first."""
    code = next((code for name in reversed(titles) if (code := jurisdictions.exact(name))), None)
    return code, next((role for name in reversed(titles) if (role := heading_role(name))), otherwise)


def _under_titles(document: Document, part: _Part) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """What stands under each title inside a part, titles first; the part's own title opens the first."""
    title: tuple[str, ...] = ()
    held = list(part.opening)
    path: list[tuple[int, str]] = []
    for block in part.blocks:
        if block.kind is BlockKind.HEADING:
            if any(other.kind is not BlockKind.HEADING for other in held):
                yield title, held
                held = []
            while path and path[-1][0] >= max(block.level, 1):
                path.pop()
            path.append((max(block.level, 1), document.text[block.start : block.end]))
            title = tuple(text for _, text in path)
        held.append(block)
    if held:
        yield title, held


def _is_under(block: Block, item: Block) -> bool:
    """Whether a list item is nested under another."""
    return block.kind is item.kind is BlockKind.LIST_ITEM and block.level > max(item.level, 1)
