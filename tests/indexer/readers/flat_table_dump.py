"""Lays a table out as an extractor dumps one: within a page the cells of a row one after the other, in narrow lines."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

NO_ANSWER = "S. O."


@dataclass(frozen=True)
class DumpedRow:
    """An organisation and its cells; a cell is a list of paragraphs, a list item with its bullet ("- ")."""

    name: str
    cells: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Layout:
    """Widths of the columns in characters, the organisations' first; the height of a page in lines."""

    widths: Sequence[int] = (16, 36, 36, 30, 22)
    page_height: int = 40
    glued: bool = True  # an answer of one line stands in one line with the next cell's first
    name_glued: bool = False  # a name of one line stands before the first cell's first line


def dump(heads: Sequence[Sequence[str]], rows: Sequence[DumpedRow], layout: Layout, offset: int = 0) -> list[str]:
    """The lines of the dump; the first line of each new page begins with one space.

    `heads` are the heads of the columns, each with the paragraphs that explain it; `offset` is how many lines of the
    first page are taken by what stands above the table.
    """
    out: list[str] = []
    for head in heads:
        for paragraph in head:
            out.extend(_wrapped(paragraph, 60))
        out.append("")
    at = min(layout.page_height - 1, offset + 8)
    fresh = False
    for row in rows:
        columns = [_cell_lines(cell, width) for cell, width in zip(row.cells, layout.widths[1:], strict=True)]
        name: list[str] | None = _wrapped(row.name, layout.widths[0])
        if layout.page_height - at < len(name or []) + 2:
            at, fresh = 0, True
        while name is not None or any(columns):
            room = layout.page_height - at
            parts = [_trimmed(column[:room]) for column in columns]
            columns = [_left_trimmed(column[room:]) for column in columns]
            segment = _segment(name, parts, layout)
            used = max([len(name or []), *(len(part) for part in parts)])
            if segment and fresh:
                segment[0] = f" {segment[0]}"
            out.extend(segment)
            fresh = False
            name = None
            at += used + 1
            if any(columns) or at >= layout.page_height - 2:
                at, fresh = 0, True
    return out


def _segment(name: list[str] | None, parts: Sequence[list[str]], layout: Layout) -> list[str]:
    blocks = [part for part in parts if part]
    lines: list[str] = []
    if name is not None:
        if layout.name_glued and len(name) == 1 and blocks:
            blocks[0] = [f"{name[0]} {blocks[0][0]}", *blocks[0][1:]]
        else:
            lines.extend([*name, ""])
    glue = ""
    for i, block in enumerate(blocks):
        if layout.glued and block == [NO_ANSWER] and i + 1 < len(blocks):
            glue += f"{NO_ANSWER} "
            continue
        lines.extend([glue + block[0], *block[1:], ""])
        glue = ""
    return [*lines, glue.strip(), ""] if glue else lines


def _cell_lines(cell: Sequence[str], width: int) -> list[str]:
    lines: list[str] = []
    for paragraph in cell:
        if lines:
            lines.append("")
        lines.extend(_wrapped(paragraph, width))
    return lines


def _wrapped(paragraph: str, width: int) -> list[str]:
    if paragraph.startswith("- "):
        lines = textwrap.wrap(paragraph[2:], width - 2, break_long_words=False, break_on_hyphens=False)
        return [f"- {lines[0]}", *lines[1:]]
    return textwrap.wrap(paragraph, width, break_long_words=False, break_on_hyphens=False)


def _trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[-1]:
        lines = lines[:-1]
    return lines


def _left_trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[0]:
        lines = lines[1:]
    return lines
