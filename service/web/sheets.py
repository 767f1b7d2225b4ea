"""The pages of a document as pictures beside its text: which are shown, and what is kept of those drawn."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeVar

from indexer.documents import DocumentRecord, Passage
from indexer.index_protocol import Index
from indexer.page_images import PageImages, PageSource, PageUnavailableError, PageView
from indexer.wanted import uploaded_file

_MOST_BYTES = 24_000_000  # of pictures that are kept, some 300 pages
_VIEW_BYTES = 2_000  # that a page's size and boxes are taken for
_AT_ONCE = 2  # pages that a quote is shown on
_WHOLE = 0.9  # share of a quote from which no other page holds a part of it: words alike may stand there too
_FURTHEST = 3  # pages on which a quote is looked for

# What is told of the pages beside the pages themselves.
Note = Literal["elsewhere", "changed", "unreadable", "busy", "picture", "unplaced"]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Sheets:
    """The pages to show, none where they cannot be, and what the reader should know about them."""

    views: tuple[PageView, ...] = ()
    note: Note | None = None


class PageShelf:
    """Draws pages and keeps those of late, by the digest of their file; safe to use from several threads.

    That a file cannot be drawn is kept too, so that one that takes long to fail does so once.
    """

    def __init__(self, images: PageImages, most_bytes: int = _MOST_BYTES) -> None:
        self._images, self._most = images, most_bytes
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    def png(self, source: PageSource, number: int, width: int) -> bytes:
        """A page as a PNG of `width` pixels. Raises PageUnavailableError."""
        return self._of((source.digest, number, width), lambda: self._images.png(source, number, width), len)

    def views(
        self, source: PageSource, numbers: Sequence[int], text: str, mark: tuple[int, int] | None
    ) -> tuple[PageView, ...]:
        """Pages with the boxes of `text[start:end]`; a number without a page is passed over.

        Raises PageUnavailableError.
        """
        return self._of(
            (source.digest, tuple(numbers), mark and (mark[0], text[slice(*mark)])),
            lambda: self._images.look(source, numbers, text, mark),
            lambda views: _VIEW_BYTES * max(1, len(views)),
        )

    def stop(self) -> None:
        """End the process that draws."""
        self._images.stop()

    def _of(self, key: Hashable, make: Callable[[], _T], size: Callable[[_T], int]) -> _T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                kept = self._kept[key][0]
                if isinstance(kept, PageUnavailableError):
                    raise PageUnavailableError(kept.why)
                found: _T = kept
                return found
        try:
            made = make()
        except PageUnavailableError as error:
            if error.why == "unreadable":  # anything else may be otherwise the next time
                self._keep(key, error, _VIEW_BYTES)
            raise
        self._keep(key, made, size(made))
        return made

    def _keep(self, key: Hashable, value: Any, size: int) -> None:
        with self._lock:
            if key in self._kept or size > self._most:
                return
            self._kept[key] = value, size
            self._held += size
            while self._held > self._most:
                self._held -= self._kept.popitem(last=False)[1][1]


def source_of(index: Index, record: DocumentRecord, data: Path) -> PageSource | None:
    """The PDF file that a document was read from; None for documents without pages to draw. `data` has the uploads."""
    state = index.source(record.source)
    if state is None or record.format != "pdf":
        return None
    path = uploaded_file(record.source, data) if state.upload else Path(state.path)
    return PageSource(path, record.digest)


def sheets(
    shelf: PageShelf,
    source: PageSource,
    record: DocumentRecord,
    passages: Sequence[Passage],
    *,
    mark: tuple[int, int] | None = None,
    page: int | None = None,
) -> Sheets:
    """The pages to show beside the text: `page`, or those with the quote `mark`, or the first."""
    numbers = [page] if page is not None else [1] if mark is None else pages_of(passages, mark)
    try:
        views = shelf.views(source, numbers, record.text, mark)
    except PageUnavailableError as error:
        return Sheets(note=error.why)
    if mark is None or page is not None:
        return Sheets(views, None)
    whole = [view for view in views if view.share >= _WHOLE]
    holding = whole[:1] or [view for view in views if view.boxes][:_AT_ONCE]
    if holding:
        return Sheets(tuple(holding))
    return Sheets(views[:1], "unplaced" if views and views[0].has_words else "picture")


def pages_of(passages: Sequence[Passage], mark: tuple[int, int]) -> list[int]:
    """The pages that may have printed a quote: from that of its first passage to that of the passage after it."""
    ordered = sorted((one for one in passages if one.page is not None), key=lambda one: one.start)
    found: list[int] = []
    for passage, following in pairwise([*ordered, None]):
        if passage is not None and passage.page is not None and passage.end > mark[0]:
            last = following.page if following is not None and following.page is not None else passage.page
            found += range(passage.page, max(passage.page, last) + 1)
            if passage.end >= mark[1]:
                break
    return list(dict.fromkeys(found))[:_FURTHEST] or [1]
