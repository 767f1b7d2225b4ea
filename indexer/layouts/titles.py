"""Titles inside an answer or a cell, known the same way whatever format the document came in."""

from __future__ import annotations

import re

from indexer.documents import Block, BlockKind
from indexer.readers.headings import is_heading

_LETTERED_WORDS = 26  # the longest lettered title
_LETTERED = re.compile(r"[A-Z][.)]\s+\S")
_SENTENCE_END = re.compile(r"[.!?]\s*$")
_INNER_END = re.compile(r"\w[.!?]\s+[A-ZÀ-ÖØ-Þ]\w{2,}.*[.!?]?")
# Below every heading that the readers know: a lead-in such as "Highlights:" heads what follows it and nothing more.
LEAD_LEVEL = 9


def is_lead(block: Block, text: str) -> bool:
    """Whether a block is a title by its words alone: a few of them before a colon."""
    kinds = (BlockKind.HEADING, BlockKind.PARAGRAPH)
    return block.kind in kinds and text.endswith(":") and is_heading(text)


def is_title(block: Block, text: str) -> bool:
    """Whether a block is a title: a heading, or a lead-in."""
    return block.kind is BlockKind.HEADING or is_lead(block, text)


def is_lettered(text: str) -> bool:
    """Whether a line titles a part of an agenda item: "B) Treasurer's report"."""
    if _LETTERED.match(text) is None or len(text.split()) > _LETTERED_WORDS or _SENTENCE_END.search(text):
        return False
    return not _INNER_END.search(text)


def title_letter(text: str) -> str:
    """The letter that a title opens with, "B" of "B) Treasurer's report"; empty without one."""
    return text[0] if _LETTERED.match(text) else ""
