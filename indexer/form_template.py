"""The headings of the exchange form's template: where they stand in a document, and the role that each gives.

Extractors glue headings to the text before or after them; `parted_blocks` cuts such blocks. What stands before the
first heading is the form's front: title, notice, whose form it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from indexer.document_words import heading_role, table
from indexer.documents import Block, BlockKind, Document, Role
from indexer.form_words import form_words
from indexer.text import fold

_NUMBER = re.compile(r"\s*(\d{1,2})\s?[.)]\s*")
_HEADING_WORDS = 12  # no heading of the template is longer
_TITLE_WORDS = 14  # nor a sub-heading that begins with a word of the template
_TITLE_LENGTH = 300  # characters at a block's end in which such a sub-heading is looked for
_GAP = r"[\s\u00a0]"
_SIGN = rf"{_GAP}*(?::|{_GAP}[–—-]{_GAP})"


@dataclass(frozen=True, slots=True)
class TemplateHeading:
    """A heading of the template: the block at `index` of the blocks searched, its number if it has one, its role."""

    index: int
    number: int | None
    role: Role


def parted_blocks(document: Document) -> tuple[Block, ...]:
    """The document's blocks, cut where a heading is glued to other text; what is a heading is marked as one.

    Numbered headings of the template are looked for everywhere, sub-headings that begin with a word of the template
    ("Priorities: Counters") only in the part of that name and with something under them. The parts of a block are in
    order and leave out white space only.
    """
    found = {block: _numbered_spans(document, block) for block in document.blocks}
    parted = [part for block, spans in found.items() for part in _cut(document, block, spans, level=1)]
    taken = {parted[heading.index].start for heading in template_headings(document.text, parted)}
    parted = []
    for block, spans in found.items():  # again, without what turned out to be an item that counts
        kept = [span for span in spans if block.start + span[0] in taken]
        parted.extend(_cut(document, block, kept, level=1))
    roles = {heading.index: heading.role for heading in template_headings(document.text, parted)}
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
    found = _numbered_inside().finditer(document.text[block.start : block.end])
    return [match.span("heading") for match in found]


def _cut(document: Document, block: Block, spans: Sequence[tuple[int, int]], level: int) -> Iterator[Block]:
    """The block in parts, with headings of a level at `spans` of its text."""
    borders = sorted({0, block.end - block.start, *(place for span in spans for place in span)})
    for start, end in pairwise(borders):
        if part := part_of(document, block, start, end):
            yield replace(part, kind=BlockKind.HEADING, level=level) if (start, end) in spans else part


def _sub_heading(text: str, role: Role | None, block: Block, following: Block | None) -> tuple[int, int] | None:
    """The span of a sub-heading that ends a block's text, or is all of it; None where there is none."""
    if block.kind is BlockKind.HEADING or role not in form_words().order or following is None:
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
    start += block.start + len(text) - len(text.lstrip())
    page = block.page
    if document.pages and start > block.start:
        starts = [one.start for one in document.pages]
        page = document.pages[max(bisect_right(starts, start) - 1, 0)].number
    return replace(block, start=start, end=start + len(bare), page=page)


def template_headings(text: str, blocks: Sequence[Block]) -> tuple[TemplateHeading, ...]:
    """The template's headings among `blocks`, in order, no role twice but where a heading is repeated.

    Numbered headings win, and their numbers go up: a sub-heading such as "Priorities:" opens no part then. Where a
    form has no numbers, headings of the template's words at the highest level are taken, in the template's order.
    """
    found = [heading for index, block in enumerate(blocks) if (heading := _candidate(text, index, block))]
    numbered = _best_chain([heading for heading in found if heading.number is not None])
    if len(numbered) >= 2:
        return _with_repeats(numbered, found)
    loose = [h for h in found if h.number is not None or blocks[h.index].kind is BlockKind.HEADING]
    top = min((blocks[h.index].level for h in loose), default=0)
    return _in_order([h for h in loose if h.number is not None or blocks[h.index].level == top])


def first_part(document: Document) -> int | None:
    """Where the first heading of the template begins in the text; None where the form has none."""
    blocks = parted_blocks(document)
    headings = template_headings(document.text, blocks)
    return blocks[headings[0].index].start if headings else None


def _candidate(text: str, index: int, block: Block) -> TemplateHeading | None:
    title = text[block.start : block.end]
    if len(title.split()) > _HEADING_WORDS:
        return None
    if block.kind is not BlockKind.HEADING and title.rstrip(" :").endswith((".", ";", ",", "?", "!")):
        return None
    number = _NUMBER.match(title)
    role = heading_role(title)
    if block.kind is not BlockKind.HEADING and title.partition(":")[2].strip():
        return None
    if role is None and number and block.kind is BlockKind.HEADING:
        begins = _role_words().match(fold(title[number.end() :]))
        role = table().roles[begins.group(1)] if begins else None
    if role not in (*form_words().order, *form_words().others):
        return None
    return TemplateHeading(index, int(number.group(1)) if number else None, role)


def _best_chain(found: Sequence[TemplateHeading]) -> tuple[TemplateHeading, ...]:
    """Of all ways to take headings with rising numbers and different roles, the one most like the template."""
    order = form_words().order
    best: dict[tuple[int, frozenset[Role]], tuple[int, tuple[TemplateHeading, ...]]] = {(0, frozenset()): (0, ())}
    for heading in found:
        number = heading.number or 0
        fits = 0 < number <= len(order) and order[number - 1] is heading.role
        for (last, roles), (score, chain) in list(best.items()):
            if number <= last or heading.role in roles:
                continue
            key = number, roles | {heading.role}
            if key not in best or score + 2 + fits > best[key][0]:
                best[key] = score + 2 + fits, (*chain, heading)
    return max(best.values(), key=lambda scored: scored[0])[1]


def _with_repeats(chain: Sequence[TemplateHeading], found: Sequence[TemplateHeading]) -> tuple[TemplateHeading, ...]:
    """The chain with the headings printed again where a part goes on over a page."""
    known = {heading.index for heading in chain}
    taken: list[TemplateHeading] = []
    for heading in found:
        again = bool(taken) and (heading.number, heading.role) == (taken[-1].number, taken[-1].role)
        if heading.index in known or again:
            taken.append(heading)
    return tuple(taken)


def _in_order(found: Sequence[TemplateHeading]) -> tuple[TemplateHeading, ...]:
    words = form_words()
    order = (*words.order, *words.others)
    taken: list[TemplateHeading] = []
    for heading in found:
        place = order.index(heading.role)
        further = heading.role in words.order or (bool(taken) and taken[-1].role is words.order[-1])
        if further and (not taken or place > order.index(taken[-1].role)):
            taken.append(heading)
    return tuple(taken)


@lru_cache(maxsize=1)
def _role_words() -> re.Pattern[str]:
    """The template's words at the beginning of a folded text, as whole words."""
    return re.compile(rf"({_alternatives(folded=True)})(?!\w)")


@lru_cache(maxsize=1)
def _numbered_inside() -> re.Pattern[str]:
    """A numbered heading of the template at the beginning of a text or after a sentence, and what can follow it."""
    return re.compile(
        rf"(?:^|(?<=[.;:!?…)]){_GAP}+)(?P<heading>[1-9]{_GAP}?[.)]{_GAP}*(?i:{_alternatives()})(?:{_GAP}*:)?)"
        rf"(?={_GAP}*$|{_GAP}+(?:[–—-]{_GAP}|[A-ZÀ-ÖØ-Þ0-9«(]))"
    )


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


@lru_cache(maxsize=2)
def _alternatives(*, folded: bool = False) -> str:
    """The words of the template's four headings; unfolded, an accent may stand on any letter that can have one."""
    words = sorted((w for w, role in table().roles.items() if role in form_words().order), key=len, reverse=True)
    patterns = [re.escape(word) for word in words]
    if folded:
        return "|".join(patterns)
    accented = (re.sub("[aeiouc]", lambda letter: _ACCENTED[letter.group()], pattern) for pattern in patterns)
    return "|".join(accented).replace("/", rf"{_GAP}*/{_GAP}*")


_ACCENTED = {"a": "[aàâ]", "e": "[eéèêë]", "i": "[iîï]", "o": "[oô]", "u": "[uùûü]", "c": "[cç]"}
