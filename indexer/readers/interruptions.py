"""Sentences that a contact block, a link or a side column cut in two, made whole again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indexer.documents import BlockKind
from indexer.readers.headings import is_heading
from indexer.readers.joining import (
    Spellings,
    begins_lower,
    begins_upper,
    ends_linking,
    is_finished,
    is_open,
    is_url,
    join,
    names_somebody,
)
from indexer.readers.lines import Draft
from indexer.readers.typography import Typography

_RUNNING = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)
_FARTHEST = 40
_FULL = 0.98  # of the column's width


def mend_interruptions(drafts: Sequence[Draft], spellings: Spellings, typography: Typography) -> list[Draft]:
    """The drafts with cut sentences joined; what cut a sentence stands after it."""
    mended: list[Draft] = []
    parted = False
    for draft in drafts:
        at = _cut_sentence(mended, draft, typography, parted)
        parted = at is not None
        if at is None:
            mended.append(draft)
        else:
            mended[at] = joined(mended[at], draft, spellings)
    return mended


def joined(head: Draft, tail: Draft, spellings: Spellings) -> Draft:
    """One block of two, with the pages that begin inside it."""
    text, offset = join(head.text, tail.text, spellings)
    breaks = list(head.breaks)
    last = breaks[-1][1] if breaks else head.page
    if tail.page is not None and tail.page != last:
        breaks.append((offset, tail.page))
    breaks.extend((offset + at, page) for at, page in tail.breaks)
    return replace(
        head,
        text=text,
        breaks=tuple(breaks),
        width=max(head.width, tail.width),
        column=max(head.column, tail.column),
        last=tail.last,
        pitch=tail.pitch,
    )


def _cut_sentence(before: Sequence[Draft], draft: Draft, typography: Typography, parted: bool) -> int | None:
    """The place of the block that `draft` goes on with, if blocks between cut it off.

    `parted` says that what stood just before it was itself joined to something further up.
    """
    if draft.kind is not BlockKind.PARAGRAPH or not before:
        return None
    lower = begins_lower(draft.text)
    if _announces(before[-1]) and (parted or (lower and draft.fresh)):
        return _beside_announced(before, draft, parted)
    if not lower and not (draft.fresh and begins_upper(draft.text)):
        return None
    beside = before[-1].page == draft.page and _in_side_column(before[-1], typography)
    if lower and _in_side_column(draft, typography) and not beside:
        return _cut_in_side_column(before, draft, typography)
    if not _interrupts(before[-1], draft, typography) and not (parted and draft.fresh):
        return _cut_cell(before, draft, typography) if lower and draft.fresh else None
    for at in range(len(before) - 1, max(-1, len(before) - 1 - _FARTHEST), -1):
        candidate = before[at]
        if _interrupts(candidate, draft, typography):
            continue
        near = draft.page is None or (_last_page(candidate) or 0) >= draft.page - 1
        running = near and candidate.kind in _RUNNING
        return at if running and _is_cut(candidate, draft, typography, lower=lower) else None
    return None


def _announces(draft: Draft) -> bool:
    """Whether an item ends with a dash, after which a new sentence has to follow."""
    return draft.kind is BlockKind.LIST_ITEM and draft.text.endswith((" -", " –", " —"))


def _beside_announced(before: Sequence[Draft], draft: Draft, parted: bool) -> int | None:
    """Where the end of a page cut two items of which the last only announces something, each takes its own rest.

    The rest that begins within a sentence comes first and goes with the item before; the next one follows the dash.
    """
    if parted:
        return len(before) - 1
    other = before[-2] if len(before) > 1 else None
    cut = other is not None and other.kind in _RUNNING and not is_finished(other.text) and other.page == before[-1].page
    return len(before) - 2 if cut else None


def _cut_cell(before: Sequence[Draft], draft: Draft, typography: Typography) -> int | None:
    """The narrow cell whose sentence the end of the page before cut, if the text after it is whole."""
    if draft.page is None or not is_finished(before[-1].text):
        return None
    for at in range(len(before) - 1, max(-1, len(before) - 1 - _FARTHEST), -1):
        candidate = before[at]
        if (_last_page(candidate) or 0) < draft.page - 1:
            return None
        if candidate.kind in _RUNNING and _in_side_column(candidate, typography) and not is_finished(candidate.text):
            return at
    return None


def _is_cut(candidate: Draft, draft: Draft, typography: Typography, *, lower: bool) -> bool:
    """Whether the sentence or paragraph of `candidate` goes on in `draft`."""
    if lower:
        return not is_finished(candidate.text)
    if ends_linking(candidate.text) or is_open(candidate.text):
        return True
    # Before a capital: where the last line had no room for the next word, unless that word begins a name or a title.
    word = draft.text.split(None, 1)[0]
    full = candidate.last + candidate.pitch * (len(word) + 1) >= _FULL * (candidate.column or typography.full)
    return full and draft.width > 0 and not (names_somebody(draft.text) or is_heading(draft.text))


def _cut_in_side_column(before: Sequence[Draft], draft: Draft, typography: Typography) -> int | None:
    """The last block of the page before, if it stands in the side column and its sentence is open."""
    if draft.page is None:
        return None
    recent = before[-_FARTHEST:]
    main = any(_in_main_column(d, typography) and _last_page(d) == draft.page for d in recent)
    for at in range(len(before) - 1, max(-1, len(before) - 1 - _FARTHEST), -1):
        candidate = before[at]
        if candidate.page is None or candidate.page >= draft.page:
            continue
        side = candidate.page == draft.page - 1 and _in_side_column(candidate, typography)
        return at if main and side and candidate.kind in _RUNNING and not is_finished(candidate.text) else None
    return None


def _interrupts(draft: Draft, later: Draft, typography: Typography) -> bool:
    """Whether the draft is no part of the text that `later` belongs to: a contact, a link, a side column."""
    if draft.kind is BlockKind.CONTACT:
        return True
    if is_url(draft.text) and " " not in draft.text:
        return not typography.is_narrow(later.width)
    if not later.fresh or not typography.is_narrow(draft.width):
        return False
    # The rest of a sentence may be one short line, that tells nothing of its column.
    return _in_main_column(later, typography) or not later.column


def _last_page(draft: Draft) -> int | None:
    return draft.breaks[-1][1] if draft.breaks else draft.page


def _in_side_column(draft: Draft, typography: Typography) -> bool:
    return draft.column > 0 and typography.is_narrow(draft.width)


def _in_main_column(draft: Draft, typography: Typography) -> bool:
    return not typography.is_narrow(draft.width)
