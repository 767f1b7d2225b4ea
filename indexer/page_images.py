"""Pages of PDF files as pictures, with the boxes of a quote: drawn in a process of its own, which a file may crash.

The process is that of `indexer.reading_worker`, with its limits on time and memory. A file is opened only while its
bytes are those that were indexed: what is shown beside a quote is the document that was quoted.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from indexer.errors import CouncilError
from indexer.quote_boxes import CONTEXT, MOST_CHARACTERS, Box
from indexer.reading_process import ProcessEndedError, ReadingProcess
from indexer.reading_worker import Task

WIDTHS = (800, 1600)  # pixels: to read beside the text, and by itself
_TALLEST = 4  # times as high as wide, at most: a page of any other shape is drawn smaller
_COLOURS = 16  # enough for type and its edges; a page takes a third of the bytes
_SMALLEST = 1.0  # points
_WAITING = 8.0  # seconds that a caller waits for those before it

_log = logging.getLogger(__name__)

Why = Literal["elsewhere", "changed", "unreadable", "busy"]


@dataclass(frozen=True, slots=True)
class PageView:
    """A page's number, its size in points, the boxes of the quote on it, and how much of the quote they hold (0 to 1).

    `has_words` is False for a page that is a picture: where its words stand is not kept.
    """

    number: int
    width: float
    height: float
    has_words: bool
    boxes: tuple[Box, ...] = ()
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class PageSource:
    """A PDF file, and the SHA-256 digest of the bytes that were indexed."""

    path: Path
    digest: str


class PageUnavailableError(CouncilError):
    """A page that cannot be drawn, and `why`.

    Its file is `elsewhere` (gone, or not to be read here), has `changed` since it was indexed, or is `unreadable`; or
    the pages of others are being drawn (`busy`), which passes.
    """

    def __init__(self, why: Why) -> None:
        self.why: Why = why
        super().__init__(f"the page cannot be drawn: {why}")


class PageImages:
    """Draws pages, one at a time, in a process that starts with the first; safe to call from several threads.

    `seconds` and `megabytes` are what one call may take. `stop` ends the process; the next call starts another.
    """

    def __init__(self, seconds: float = 10.0, megabytes: int = 600) -> None:
        self._task = Task(draw, seconds, megabytes)
        self._lock = threading.Lock()
        self._process: ReadingProcess | None = None

    def look(
        self, source: PageSource, numbers: Sequence[int], text: str = "", mark: tuple[int, int] | None = None
    ) -> tuple[PageView, ...]:
        """The pages with these numbers, from 1, those that there are, each with the boxes of `text[start:end]`.

        `mark` is start and end of the quote in `text`. Raises PageUnavailableError.
        """
        asked: dict[str, Any] = {"numbers": list(numbers)}
        if mark is not None:
            start, end = mark[0], min(mark[1], mark[0] + MOST_CHARACTERS)
            begin = max(0, start - 2 * CONTEXT)
            asked |= {"text": text[begin : end + 2 * CONTEXT], "mark": (start - begin, end - begin)}
        views: tuple[PageView, ...] = self._ask(source, asked)
        return views

    def png(self, source: PageSource, number: int, width: int) -> bytes:
        """A page as a PNG of `width` pixels. Raises PageUnavailableError, `elsewhere` where there is no such page."""
        png: bytes = self._ask(source, {"number": number, "width": width})
        return png

    def stop(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _ask(self, source: PageSource, asked: dict[str, Any]) -> Any:
        with self._turn():
            if self._process is None:
                self._process = ReadingProcess(self._task)
            try:
                reply = self._process.read(source.path.absolute(), json.dumps(asked | {"digest": source.digest}))
            except (TimeoutError, ProcessEndedError):
                self._end()
                raise PageUnavailableError("unreadable") from None
            except CouncilError as error:
                self._end()
                _log.warning("%s", error)
                raise PageUnavailableError("busy") from error
            except BaseException:
                self._end()
                raise
            if isinstance(reply, tuple | bytes):
                return reply
            if isinstance(reply, _Unavailable):
                raise PageUnavailableError(reply.why)
            self._end()  # what a file did to it is not known
            raise PageUnavailableError("unreadable")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=_WAITING):
            raise PageUnavailableError("busy")
        try:
            yield
        finally:
            self._lock.release()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.stop()


@dataclass(frozen=True, slots=True)
class _Unavailable:
    why: Why


def draw(path: Path, asked: str) -> object:
    """In the process: what `asked`, JSON, wants of the file; for `PageImages`."""
    wanted = json.loads(asked)
    try:
        data = path.read_bytes()
    except OSError:
        return _Unavailable("elsewhere")
    if hashlib.sha256(data).hexdigest() != wanted["digest"]:
        return _Unavailable("changed")
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError:
        return _Unavailable("unreadable")
    try:
        if "width" in wanted:
            return _png(document, wanted["number"], wanted["width"])
        return tuple(_view(document, number, wanted) for number in wanted["numbers"] if 1 <= number <= len(document))
    except pdfium.PdfiumError:
        return _Unavailable("unreadable")
    finally:
        document.close()


def _view(document: Any, number: int, wanted: dict[str, Any]) -> PageView:
    from pypdfium2 import raw

    from indexer.quote_boxes import quote_boxes
    from indexer.readers.glyphs import page_words

    page = document[number - 1]
    try:
        width, height = _size(page)
        words = page_words(page, raw)
    finally:
        page.close()
    if "mark" not in wanted or not words:
        return PageView(number, width, height, bool(words))
    found = quote_boxes(words, wanted["text"], *wanted["mark"])
    return PageView(number, width, height, True, tuple(_within(found.boxes, width, height)), found.share)


def _within(boxes: Sequence[Box], width: float, height: float) -> Iterator[Box]:
    """The parts of boxes that are on the page."""
    for box in boxes:
        seen = Box(max(0.0, box.x0), max(0.0, box.top), min(width, box.x1), min(height, box.bottom))
        if seen.x0 < seen.x1 and seen.top < seen.bottom:
            yield seen


def _png(document: Any, number: int, width: int) -> object:
    if not 1 <= number <= len(document):
        return _Unavailable("elsewhere")
    page = document[number - 1]
    try:
        across, down = _size(page)
        scale = min(width / across, _TALLEST * width / down)
        image = page.render(scale=scale).to_pil()
    finally:
        page.close()
    stream = io.BytesIO()
    image.quantize(_COLOURS).save(stream, "PNG")
    return stream.getvalue()


def _size(page: Any) -> tuple[float, float]:
    width, height = page.get_size()
    return max(_SMALLEST, width), max(_SMALLEST, height)
