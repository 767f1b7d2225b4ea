"""Running text by organisation, as an analysis without a table has it: a name, then the annex's heads under it.

    Nova Scotia
    Priorities and achievements:
    ...
    Issues and needs: How do others pay?

An organisation that is no member is known by the head that follows its name at once, as those of members are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from indexer import jurisdictions
from indexer.document_words import column_role, table
from indexer.documents import Block, BlockKind, Document, Role, Section
from indexer.layouts.annex import inner_role
from indexer.layouts.titles import LEAD_LEVEL, is_lead, is_title
from indexer.text import fold

_LABEL_WORDS = 8  # a longer text before a colon is no head


@dataclass(frozen=True, slots=True)
class OrganisationPart:
    """What one organisation says: `blocks`, whose first is its name; `code` is None for one that is no member."""

    blocks: tuple[Block, ...]
    code: str | None


def parts_of(document: Document, blocks: Sequence[Block]) -> Iterator[OrganisationPart | list[Block]]:
    """The blocks in order, cut into organisations' parts and what stands before, between and after them."""
    return _Walk(document, blocks).parts()


def sections_of(document: Document, part: OrganisationPart, path: tuple[str, ...]) -> Iterator[Section]:
    """One section a head or inner title, all of them the organisation's."""
    return _Sections(document, part, path).read()


@dataclass(frozen=True, slots=True)
class _Walk:
    document: Document
    blocks: Sequence[Block]

    def parts(self) -> Iterator[OrganisationPart | list[Block]]:
        names = self._names()
        plain: list[Block] = []
        at = 0
        while at < len(self.blocks):
            if at not in names:
                plain.append(self.blocks[at])
                at += 1
                continue
            if plain:
                yield plain
                plain = []
            following = min((other for other in names if other > at), default=len(self.blocks))
            stop = self._end(at, following)
            yield OrganisationPart(tuple(self.blocks[at:stop]), names[at])
            at = stop
        if plain:
            yield plain

    def _names(self) -> dict[int, str | None]:
        """Where organisations' names stand as titles, each with its code."""
        members: dict[int, str | None] = {
            at: code
            for at, block in enumerate(self.blocks)
            if block.kind is not BlockKind.LIST_ITEM
            and (code := jurisdictions.exact(self._text(block))) is not None
            and self._heads_follow(at)
        }
        if not members:
            return {}
        first = min(members)
        deepest = max(self._name_level(at) for at in members)
        said = {fold(self._text(block)) for block in self.blocks[first:] if _is_head(block, self._text(block))}
        others: dict[int, str | None] = {
            at: None
            for at in range(len(self.blocks) - 1)
            if at not in members
            and self._is_other_name(at, deepest)
            and (at > first or fold(self._text(self.blocks[at + 1])) in said)
        }
        return members | others

    def _is_other_name(self, at: int, deepest: int) -> bool:
        """Whether a title that names no member stands where organisations' names do: over a head, without a role."""
        block, text = self.blocks[at], self._text(self.blocks[at])
        below = self.blocks[at + 1]
        return (
            block.kind is BlockKind.HEADING
            and _level(block) <= deepest
            and not _has_colon(text)
            and column_role(text) is None
            and _is_head(below, self._text(below))
            and _level(below) >= _level(block)
        )

    def _heads_follow(self, name: int) -> bool:
        """Whether a head of the annex is the first thing under a name, but for heads that it does not know."""
        for block in self.blocks[name + 1 :]:
            text = self._text(block)
            if _is_head(block, text):
                return _level(block) >= self._name_level(name)
            if not (is_lead(block, text) or _label(block, text)):
                return False
        return False

    def _end(self, name: int, following: int) -> int:
        """Where a part ends: at the next name, or at a title after its last head that is not the organisation's."""
        heads = [at for at in range(name + 1, following) if _is_head(self.blocks[at], self._text(self.blocks[at]))]
        titles = [self.blocks[at] for at in heads if self.blocks[at].kind is BlockKind.HEADING]
        colons = bool(titles) and all(_has_colon(self._text(title)) for title in titles)
        deepest = max((_level(title) for title in titles), default=self._name_level(name))
        last = following == len(self.blocks)
        for at in range(max(heads, default=name) + 1, following):
            block, text = self.blocks[at], self._text(self.blocks[at])
            if block.kind is not BlockKind.HEADING or (_has_colon(text) and not _opens_part(text)):
                continue
            below = _level(block) - self._name_level(name)
            # Where lines have no styles, names, heads and titles are of one level; the heads' colon then parts them.
            own = below > 0 or (below == 0 and deepest == self._name_level(name) and not last)
            if not own or (_level(block) <= deepest and (_opens_part(text) or (last and colons))):
                return at
        return following

    def _name_level(self, at: int) -> int:
        """The level of a name; one that the reader took for a paragraph stands as high as the head under it."""
        heading = self.blocks[at].kind is BlockKind.HEADING
        return _level(self.blocks[at if heading else min(at + 1, len(self.blocks) - 1)])

    def _text(self, block: Block) -> str:
        return self.document.text[block.start : block.end]


@dataclass(slots=True)
class _Sections:
    """Reads one organisation's part; `titles` is the path of its head and of titles under that, with their levels."""

    document: Document
    part: OrganisationPart
    path: tuple[str, ...]
    titles: list[tuple[int, str]] = field(default_factory=list)
    role: Role = Role.BACKGROUND

    def read(self) -> Iterator[Section]:
        first = self.part.blocks[0]
        held = [replace(first, kind=BlockKind.HEADING, level=_level(first))]
        head: Block | None = None
        for found in self.part.blocks[1:]:
            block, text = found, self._text(found)
            known = _is_head(block, text)
            if known or is_title(block, text):
                title = _label(block, text) or text
                opens = known or self._is_styled_as(head, block)
                if any(other.kind is not BlockKind.HEADING for other in held) or (opens and head is not None):
                    yield self._section(held)
                    held = []
                if opens:
                    head = block
                    self.role = column_role(title) or Role.BACKGROUND
                    self.titles = [(_level(block), title.rstrip(" :"))]
                else:
                    while len(self.titles) > 1 and self.titles[-1][0] >= _level(block):
                        self.titles.pop()
                    self.titles.append((_level(block), title.rstrip(" :")))
                if is_title(block, text):
                    block = replace(block, kind=BlockKind.HEADING, level=_level(block))
            held.append(block)
        yield self._section(held)

    def _is_styled_as(self, head: Block | None, block: Block) -> bool:
        """Whether a title is set as the last head of the annex was: a head that the templates do not know."""
        if head is None or head.kind is not BlockKind.HEADING:
            return True
        colons = [_has_colon(self._text(one)) for one in (block, head)]
        return _level(block) < _level(head) or (_level(block) == _level(head) and colons[0] == colons[1])

    def _section(self, blocks: list[Block]) -> Section:
        titles = tuple(title for _, title in self.titles)
        name = self._text(self.part.blocks[0])
        owner = (self.part.code,) if self.part.code else ()
        return Section(tuple(blocks), (*self.path, name, *titles), inner_role(self.role, titles[1:]), owner)

    def _text(self, block: Block) -> str:
        return self.document.text[block.start : block.end]


def _level(block: Block) -> int:
    return max(block.level, 1) if block.kind is BlockKind.HEADING else LEAD_LEVEL


def _label(block: Block, text: str) -> str | None:
    """The few words before the colon of a line that goes on after it."""
    label, _, rest = text.partition(":")
    short = len(label.split()) <= _LABEL_WORDS and "\n" not in label
    return label.strip() if block.kind is not BlockKind.LIST_ITEM and rest.strip() and short else None


def _has_colon(title: str) -> bool:
    """Whether a title ends with a colon, or has one after its first words."""
    label, colon, _ = title.partition(":")
    return bool(colon) and len(label.split()) <= _LABEL_WORDS


def _is_head(block: Block, text: str) -> bool:
    """Whether a block is a head of the annex, by itself or before its text on one line."""
    label = _label(block, text) or (text if is_title(block, text) else "")
    return column_role(label) is not None


def _opens_part(title: str) -> bool:
    return any(re.search(rf"\b{re.escape(word)}\b", fold(title)) for word, _ in table().analysis_parts)
