"""Lines become blocks: paragraphs, list items, headings and contacts, with their sentences whole."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.documents import BlockKind
from indexer.readers.contacts import is_name
from indexer.readers.grouping import Group, group_lines
from indexer.readers.headings import heading_level, is_heading, is_line_heading
from indexer.readers.interruptions import mend_interruptions
from indexer.readers.joining import Spellings, begins_lower, is_url
from indexer.readers.lines import Draft, Line
from indexer.readers.markers import Marker
from indexer.readers.side_columns import settle_side_columns
from indexer.readers.typography import Typography

# Stands for the table that follows the last line.
_TABLE = Group(text="Table")


def reflow(
    lines: Sequence[Line], spellings: Spellings, typography: Typography, *, before_table: bool = False
) -> list[Draft]:
    """The blocks that the lines make, in reading order; `before_table` where a table follows them."""
    groups = group_lines(lines, spellings, typography)
    drafts = _classify(groups, typography, _TABLE if before_table else None)
    return settle_side_columns(mend_interruptions(drafts, spellings, typography), typography)


def _classify(groups: Sequence[Group], typography: Typography, following: Group | None) -> list[Draft]:
    drafts: list[Draft] = []
    nesting = _Nesting()
    for i, group in enumerate(groups):
        after = next((g for g in groups[i + 1 : i + 4] if not _is_aside(g)), following)
        before = groups[i - 1] if i else None
        kind, level = _kind(group, before, after, typography)
        if kind is BlockKind.LIST_ITEM and group.marker is not None:
            level = nesting.level(group.lines[0].indent, group.marker, typography)
        elif kind is not BlockKind.CONTACT:
            nesting.reset()
        first = group.lines[0]
        drafts.append(
            Draft(
                kind,
                group.text,
                first.page,
                level,
                tuple(group.breaks),
                group.width,
                group.column,
                first.gap,
                first.fresh,
                first.side,
                group.lines[-1].width,
                group.lines[-1].width / max(1, len(group.lines[-1].text)),
            )
        )
    return drafts


def _kind(group: Group, before: Group | None, after: Group | None, typography: Typography) -> tuple[BlockKind, int]:
    if group.contact:
        return BlockKind.CONTACT, 0
    sized = typography.heading_level(group.lines)
    if sized and group.marker is None and len(group.text.split()) <= 40:
        return BlockKind.HEADING, sized
    if group.marker is not None:
        if not group.marker.number or not _stands_as_heading(group, after):
            return BlockKind.LIST_ITEM, 1
        if not is_line_heading(group.text) and (
            (before is not None and before.text.endswith(":"))
            or _is_sibling(before, group)
            or _is_sibling(group, after)
        ):
            return BlockKind.LIST_ITEM, 1
        return BlockKind.HEADING, typography.flat_level(heading_level(group.text))
    if _stands_as_heading(group, after):
        return BlockKind.HEADING, typography.flat_level(heading_level(group.text))
    return BlockKind.PARAGRAPH, 0


def _stands_as_heading(group: Group, after: Group | None) -> bool:
    if group.lines[0].tabular or not is_heading(group.text):
        return False
    if is_line_heading(group.text):
        return True
    if len(group.lines) > 3:
        return False
    if is_name(group.text) and group.sealed:
        return False
    # A heading has something under it, and that does not go on with its sentence.
    return after is not None and not begins_lower(after.text if after.marker is None else "A")


def _is_sibling(one: Group | None, other: Group | None) -> bool:
    if one is None or other is None or one.marker is None or other.marker is None:
        return False
    return one.marker.sign == other.marker.sign and other.marker.number == one.marker.number + 1


def _is_aside(group: Group) -> bool:
    """Whether the group cuts into the text: what stands around it belongs together."""
    return group.contact or (is_url(group.text) and " " not in group.text)


class _Nesting:
    """The depth of list items, by indentation and by kind of bullet."""

    def __init__(self) -> None:
        self._open: list[tuple[float, str]] = []

    def reset(self) -> None:
        self._open.clear()

    def level(self, indent: float, marker: Marker, typography: Typography) -> int:
        tolerance = typography.indent_step
        while self._open and self._open[-1][0] > indent + tolerance:
            self._open.pop()
        if self._open and self._open[-1][0] >= indent - tolerance:
            signs = [sign for at, sign in self._open if abs(at - indent) <= tolerance]
            if marker.sign in signs:
                while self._open[-1][1] != marker.sign:
                    self._open.pop()
                return len(self._open)
        self._open.append((indent, marker.sign))
        return len(self._open)
