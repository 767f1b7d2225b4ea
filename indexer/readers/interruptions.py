"""Sentences that a contact block, a link or a side column cut in two, made whole again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indexer.documents import BlockKind
from indexer.readers.joining import Spellings, begins_lower, is_finished, is_url, join
from indexer.readers.lines import Draft
from indexer.readers.typography import Typography

_RUNNING = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)
_FARTHEST = 40


def mend_interruptions(drafts: Sequence[Draft], spellings: Spellings, typography: Typography) -> list[Draft]:
    """The drafts with cut sentences joined; what cut a sentence stands after it."""
    mended: list[Draft] = []
    for draft in drafts:
        at = _cut_sentence(mended, draft, typography)
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
    return replace(head, text=text, breaks=tuple(breaks), width=max(head.width, tail.width))


def _cut_sentence(before: Sequence[Draft], draft: Draft, typography: Typography) -> int | None:
    """The place of the block that `draft` goes on with, if blocks between cut it off."""
    if draft.kind is not BlockKind.PARAGRAPH or not begins_lower(draft.text) or not before:
        return None
    beside = before[-1].page == draft.page and _in_side_column(before[-1], typography)
    if _in_side_column(draft, typography) and not beside:
        return _cut_in_side_column(before, draft, typography)
    if not _interrupts(before[-1], draft, typography):
        return None
    for at in range(len(before) - 1, max(-1, len(before) - 1 - _FARTHEST), -1):
        candidate = before[at]
        if _interrupts(candidate, draft, typography):
            continue
        near = draft.page is None or (_last_page(candidate) or 0) >= draft.page - 1
        return at if near and candidate.kind in _RUNNING and not is_finished(candidate.text) else None
    return None


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
    return _in_main_column(later, typography) or (typography.positioned and not later.column)


def _last_page(draft: Draft) -> int | None:
    return draft.breaks[-1][1] if draft.breaks else draft.page


def _in_side_column(draft: Draft, typography: Typography) -> bool:
    return draft.column > 0 and typography.is_narrow(draft.width)


def _in_main_column(draft: Draft, typography: Typography) -> bool:
    return not typography.is_narrow(draft.width)
