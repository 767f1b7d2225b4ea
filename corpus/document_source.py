"""A source of an example document: its settings, its blocks and its tables.

A source is a text file: TOML between ``+++`` lines, then one block a line. ``#`` to ``###`` open titles,
``- `` a bullet, ``1. `` a numbered point, ``**...**`` is bold, and ``&nbsp;`` stands for an empty cell.
A table runs from ``::: table [plain|repeat] WIDTH...`` to ``::: end``; ``::: header`` and ``::: row`` open a
row, ``::: next`` its next cell. ``plain`` draws no rules, ``repeat`` gives the table pages of its own that
all begin with the header row.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

NO_BREAK = "\u00a0"
BOLD = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True)
class Block:
    """A paragraph, title, bullet or numbered point; ``level`` is that of a title."""

    kind: str
    text: str
    level: int = 0


@dataclass
class Row:
    """One row of a table; each cell is a list of blocks."""

    cells: list[list[Block]]
    header: bool = False


@dataclass
class Table:
    """A table: relative column widths, how it is drawn, its rows."""

    widths: list[float]
    style: str = "ruled"
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """A parsed source: its settings and what it contains, in order."""

    meta: dict[str, str]
    content: list[Block | Table]

    @property
    def landscape(self) -> bool:
        """Whether the pages lie on their long side."""
        return self.meta.get("orientation") == "landscape"


def typography(text: str, language: str) -> str:
    """Typeset apostrophes, and in French the spaces that must not break."""
    text = text.replace("'", "’")
    if language == "fr":
        text = re.sub(r" (?=[:%»])|(?<=«) ", NO_BREAK, text)
        text = re.sub(r"(?<=\d) (?=\d{3}\b)", NO_BREAK, text)
    return text


def parse_block(line: str, language: str) -> Block:
    """One line of a source as a block."""
    if title := re.match(r"(#{1,3}) (.+)", line):
        return Block("title", typography(title[2], language), len(title[1]))
    if line.startswith("- "):
        return Block("bullet", typography(line[2:], language))
    kind = "number" if re.match(r"\d\. ", line) else "paragraph"
    return Block(kind, "" if line == "&nbsp;" else typography(line, language))


def open_table(arguments: list[str]) -> Table:
    """The empty table that the words after ``::: table`` describe."""
    style = arguments.pop(0) if arguments[0].isalpha() else "ruled"
    return Table([float(width) for width in arguments], style)


def parse(path: Path) -> Source:
    """Read one source file."""
    _, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    meta = tomllib.loads(front)
    content: list[Block | Table] = []
    table: Table | None = None
    for line in filter(None, map(str.strip, body.splitlines())):
        word, *arguments = line.removeprefix("::: ").split()
        if not line.startswith("::: "):
            block = parse_block(line, meta["language"])
            (table.rows[-1].cells[-1] if table else content).append(block)
        elif word == "table":
            table = open_table(arguments)
            content.append(table)
        elif word == "end":
            table = None
        elif table is None:
            raise ValueError(f"{path.name}: {line!r} stands outside a table")
        elif word == "next":
            table.rows[-1].cells.append([])
        else:
            table.rows.append(Row([[]], header=word == "header"))
    return Source(meta, content)
