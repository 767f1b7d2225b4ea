"""The headings of the exchange form's template: where they stand in a document, and the role that each gives.

Extractors glue headings to the text before or after them; `parted_blocks` cuts such blocks. What stands before the
first heading is the form's front: title, notice, whose form it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from indexer.document_words import heading_role, table
from indexer.documents import Block, BlockKind, Document, Role
from indexer.form_headings import TemplateHeading, template_headings
from indexer.form_titles import glued_titles
from indexer.form_words import form_words

_TITLE_WORDS = 14  # no sub-heading that begins with a word of the template is longer
_TITLE_LENGTH = 300  # characters at a block's end in which such a sub-heading is looked for
_ENDS = (".", ";", ",", "!", "?")
_GAP = r"[\s\u00a0]"
_SIGN = rf"{_GAP}*(?::|{_GAP}[–—-]{_GAP})"


@lru_cache(maxsize=2)  # whoever looks at a document looks at it several times
def parted_blocks(document: Document) -> tuple[Block, ...]:
    """The document's blocks, cut where a heading is glued to other text; what is a heading is marked as one.

    Numbered headings of the template are looked for everywhere, sub-headings that begin with a word of the template
    ("Priorities: Counters") only in the part of that name and with something under them. The parts of a block are in
    order and leave out white space only.
    """
    found = [(block, _numbered_spans(document, block)) for block in document.blocks]
    parted = [part for block, spans in found for part in _cut(document, block, spans, level=1)]
    headings = template_headings(document.text, parted)
    if any(spans for _, spans in found):  # again, without what turned out to be an item that counts
        taken = {parted[heading.index].start for heading in headings}
        kept = [(block, [span for span in spans if block.start + span[0] in taken]) for block, spans in found]
        parted = [part for block, spans in kept for part in _cut(document, block, spans, level=1)]
        headings = template_headings(document.text, parted)
    roles = {heading.index: heading.role for heading in headings}
    role: Role | None = None
    cut: list[Block] = []
    for index, block in enumerate(parted):
        role = roles.get(index, role)
        following = parted[index + 1] if index + 1 < len(parted) and index + 1 not in roles else None
        span = _sub_heading(document.text[block.start : block.end], role, block, following)
        cut.extend(_cut(document, block, [span] if span else [], level=2))
    return tuple(cut)


def _numbered_spans(document: Document, block: Block) -> list[tuple[int, int]]:
    """The spans of a block's text that could be numbered headings of the template glued to other text."""
    if block.kind is BlockKind.HEADING:
        return []
    return list(glued_titles(document.text[block.start : block.end]))


def _cut(document: Document, block: Block, spans: Sequence[tuple[int, int]], level: int) -> Iterator[Block]:
    """The block in parts, with headings of a level at `spans` of its text."""
    if not spans:
        if whole := part_of(document, block, 0, block.end - block.start):
            yield whole
        return
    borders = sorted({0, block.end - block.start, *(place for span in spans for place in span)})
    for start, end in pairwise(borders):
        if part := part_of(document, block, start, end):
            yield replace(part, kind=BlockKind.HEADING, level=level) if (start, end) in spans else part


def _sub_heading(text: str, role: Role | None, block: Block, following: Block | None) -> tuple[int, int] | None:
    """The span of a sub-heading that ends a block's text, or is all of it; None where there is none."""
    if block.kind is BlockKind.HEADING or role not in form_words().order or following is None:
        return None
    if text.rstrip().endswith(_ENDS):  # most paragraphs, at whose end no title stands
        return None
    found = _last_sub_heading().search(text, max(0, len(text) - _TITLE_LENGTH))
    if found is None or len(found.group("heading").split()) > _TITLE_WORDS or following.kind is BlockKind.HEADING:
        return None
    if heading_role(found.group("word")) is not role:
        return None
    sibling = following.kind is BlockKind.LIST_ITEM and following.level <= block.level
    if found.start("heading") == 0 and found.group("sign") and sibling:
        return None  # an item among others that happens to begin with the word
    return found.span("heading")


def part_of(document: Document, block: Block, start: int, end: int) -> Block | None:
    """The part of a block from `start` to `end`, counted from its beginning; None where only white space is."""
    text = document.text[block.start + start : block.start + end]
    bare = text.strip()
    if not bare:
        return None
    if not start and bare == text and block.start + end == block.end:
        return block
    start += block.start + len(text) - len(text.lstrip())
    page = block.page
    if document.pages and start > block.start:
        starts = [one.start for one in document.pages]
        page = document.pages[max(bisect_right(starts, start) - 1, 0)].number
    return replace(block, start=start, end=start + len(bare), page=page)


def first_part(document: Document) -> int | None:
    """Where the first heading of the template begins in the text; None where the form has none."""
    headings = document_headings(document)
    return parted_blocks(document)[headings[0].index].start if headings else None


@lru_cache(maxsize=2)
def document_headings(document: Document) -> tuple[TemplateHeading, ...]:
    """The headings of the template among the document's `parted_blocks`."""
    return template_headings(document.text, parted_blocks(document))


@lru_cache(maxsize=1)
def _last_sub_heading() -> re.Pattern[str]:
    """A word of the template with a capital, and the title that it introduces, as the last thing in a text.

    A sentence that merely begins with the word goes on in small letters, or has an end. After text without an end
    only a colon or dash makes the word a heading.
    """
    capital = r"(?=[A-ZÀ-ÖØ-Þ0-9«])"
    title = rf"{capital}[^.;!?\n]*[^\s.;,!?\n]"
    word = rf"(?P<word>(?=[A-ZÀ-ÖØ-Þ])(?i:{_alternatives()}))"
    return re.compile(
        rf"(?:^|(?<=[.;:!?…)]){_GAP}+|(?<=[a-zà-öø-ÿ]){_GAP}+(?=\w+{_SIGN}))"
        rf"(?P<heading>{word}(?:(?P<sign>{_SIGN}){_GAP}*{title}|{_GAP}+{title}|{_GAP}*:)){_GAP}*$"
    )


@lru_cache(maxsize=1)
def _alternatives() -> str:
    """The words of the template's four headings; an accent may stand on any letter that can have one."""
    words = sorted((w for w, role in table().roles.items() if role in form_words().order), key=len, reverse=True)
    accented = (re.sub("[aeiouc]", lambda letter: _ACCENTED[letter.group()], re.escape(word)) for word in words)
    return "|".join(accented).replace("/", rf"{_GAP}*/{_GAP}*")


_ACCENTED = {"a": "[aàâ]", "e": "[eéèêë]", "i": "[iîï]", "o": "[oô]", "u": "[uùûü]", "c": "[cç]"}
