"""The side column of a record (decisions and follow-ups), put after the agenda item that it stands beside.

Extractors give a page's main column first and its side column at the foot, so that an item which goes on over the page
is cut in two, and so is the discussion. In the canonical text both are whole: the discussion, then what was decided.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from indexer.document_words import find_opening
from indexer.documents import BlockKind
from indexer.readers.joining import begins_lower, ends_linking, is_finished, is_url
from indexer.readers.lines import Draft
from indexer.readers.markers import find_marker
from indexer.readers.typography import Typography

_AGENDA_ITEM = re.compile(r"\d{1,2}\.\s")


def settle_side_columns(drafts: Sequence[Draft], typography: Typography) -> list[Draft]:
    """The drafts, with what stands in a side column moved to the end of its agenda item.

    A document in which no numbered decision or follow-up opens a text of several narrow lines has no such column.
    """
    if not _has_side_column(drafts, typography):
        return list(drafts)
    settled: list[Draft] = []
    beside: list[Draft] = []
    # Where the last side draft of the agenda items that are settled stands; its page may have cut it.
    end_of_last: int | None = None
    at = 0
    while at < len(drafts):
        draft = drafts[at]
        if _is_agenda_item(draft) and not draft.side and not _goes_on_counting(draft, beside):
            if beside:
                settled.extend(beside)
                end_of_last = len(settled)
            beside = []
        before = beside or (settled[end_of_last - 1 : end_of_last] if end_of_last else [])
        end = _placed_run(drafts, at) if typography.positioned else _side_run(drafts, at, typography, before)
        if end == at:
            settled.append(draft)
            at += 1
            continue
        run = [_no_title(draft) for draft in drafts[at:end]]
        if not beside and end_of_last and _is_cut(settled[end_of_last - 1], run[0]):
            rest = _rest_of_item(run)
            settled[end_of_last:end_of_last] = run[:rest]
            end_of_last += rest
            run = run[rest:]
        beside.extend(run)
        at = end
    return [*settled, *beside]


def _is_cut(last: Draft, first: Draft) -> bool:
    """Whether the item that ended on `last` goes on with `first`, at the head of the next page's side column."""
    return not find_opening(first.text) and (not is_finished(last.text) or ends_linking(last.text))


def _rest_of_item(run: Sequence[Draft]) -> int:
    """How many drafts of a run stand before its first label."""
    return next((at for at, draft in enumerate(run) if find_opening(draft.text)), len(run))


def _no_title(draft: Draft) -> Draft:
    """In a side column a numbered line is an item of a list, though it stands alone at the head of a page."""
    counted = draft.kind is BlockKind.HEADING and _AGENDA_ITEM.match(draft.text)
    return replace(draft, kind=BlockKind.LIST_ITEM, level=1) if counted else draft


def _has_side_column(drafts: Sequence[Draft], typography: Typography) -> bool:
    for at, draft in enumerate(drafts):
        if not find_opening(draft.text):
            continue
        if typography.positioned:
            if draft.side:
                return True
        # A label may stand alone above its text. One short line tells nothing of its column.
        elif any(near.column > 0 and _narrow(near, typography) for near in drafts[at : at + 2]):
            return True
    return False


def _is_agenda_item(draft: Draft) -> bool:
    return draft.kind is BlockKind.HEADING and _AGENDA_ITEM.match(draft.text) is not None


def _placed_run(drafts: Sequence[Draft], at: int) -> int:
    """Where the run of drafts in a side column known by its place ends; `at` itself where none begins."""
    end = at
    while end < len(drafts) and drafts[end].side:
        end += 1
    return end


def _side_run(drafts: Sequence[Draft], at: int, typography: Typography, beside: Sequence[Draft]) -> int:
    """Where the run of side-column drafts that begins at `at` ends; `at` itself where none begins."""
    first = drafts[at]
    labelled = find_opening(first.text) is not None and _narrow(first, typography)
    end = at
    while (
        end < len(drafts)
        and drafts[end].page == first.page
        and _is_beside(drafts[end], typography, [*beside, *drafts[at:end]])
    ):
        end += 1
    if labelled:
        return end
    # Without a label it is the rest of a column that began before: at the foot of a page, and set narrow for certain.
    foot = end == len(drafts) or drafts[end].page != first.page
    main_above = at > 0 and (_last_page(drafts[at - 1]) or 0) >= (first.page or 0)
    goes_on = bool(beside) and begins_lower(first.text) and not is_finished(beside[-1].text)
    if beside and not goes_on and ends_linking(beside[-1].text):
        # Before a capital: short lines of the main column may stand at the foot too. What goes on is just before a
        # label, or at the very end.
        following = drafts[at + 1] if at + 1 < end else None
        goes_on = following is None or find_opening(following.text) is not None
    set_narrow = first.column > 0 or goes_on or _goes_on_counting(first, beside)
    return end if beside and foot and main_above and set_narrow else at


def _goes_on_counting(first: Draft, beside: Sequence[Draft]) -> bool:
    """Whether a list item is the next of a list that the side column began."""
    item = find_marker(first.text)
    if item is None or not item.number or not beside:
        return False
    # The rest of an item that a page cut stands between the item and the next.
    for before in reversed(beside[-2:]):
        last = find_marker(before.text)
        if last is not None and last.sign == item.sign:
            return item.number == last.number + 1
    return item.number == 1 and beside[-1].text.endswith(":")


def _is_beside(draft: Draft, typography: Typography, beside: Sequence[Draft]) -> bool:
    if _is_agenda_item(draft) and not _goes_on_counting(draft, beside):
        return False
    return _narrow(draft, typography) or (" " not in draft.text and is_url(draft.text))


def _narrow(draft: Draft, typography: Typography) -> bool:
    return typography.is_narrow(draft.width)


def _last_page(draft: Draft) -> int | None:
    return draft.breaks[-1][1] if draft.breaks else draft.page
