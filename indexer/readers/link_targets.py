"""Targets of links, which extractors print at the foot of a page of flat text: nobody wrote them there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexer.readers.contacts import is_mailto
from indexer.readers.headings import is_heading
from indexer.readers.lines import Line

_ADDRESS = re.compile(r"(?:https?://|www\.|mailto:)\S+", re.IGNORECASE)


def link_targets(lines: Sequence[Line], *, ends_page: bool) -> frozenset[int]:
    """The indexes of the lines of a page that are targets of its links; those of mailboxes are left to the contacts.

    They are lines that hold an address each and nothing else, set off from the text above, which does not announce
    them. They end the page (`ends_page` says whether `lines` end one), or one of them is a mailbox's: no page shows
    "mailto:".
    """
    found: set[int] = set()
    for run in _runs(lines):
        announced = run.start == 0 or _announces(lines[run.start - 1].text)
        last = ends_page and run.stop == len(lines)
        if lines[run.start].gap and not announced and (last or any(is_mailto(lines[i].text) for i in run)):
            found.update(i for i in run if not is_mailto(lines[i].text))
    return frozenset(found)


def _announces(text: str) -> bool:
    """Whether an address that the page shows may stand below a text: a title, or words before a colon."""
    return text.endswith(":") or is_heading(text)


def _runs(lines: Sequence[Line]) -> Iterator[range]:
    """The runs of lines that are addresses only."""
    start = 0
    for i in range(len(lines) + 1):
        if i < len(lines) and _ADDRESS.fullmatch(lines[i].text):
            continue
        if start < i:
            yield range(start, i)
        start = i + 1
