"""How large a document may be: what no document needs is refused, for what follows reading has no limits of its own.

A reader's process is held to its time and memory; finding sections and passages and embedding them goes on in the
builder's, which other documents and, in a server, other callers depend on.
"""

from __future__ import annotations

from pathlib import Path

from indexer.documents import Document
from indexer.errors import UnreadableDocumentError

MAX_PAGES = 5_000
MAX_CHARACTERS = 5_000_000  # some two thousand pages of dense text
MAX_BLOCKS = 100_000  # paragraphs, items and cells
MAX_BLOCK = 100_000  # characters of a paragraph; a page has three thousand

_SPLIT = "split it into parts"


def check_pages(path: Path, pages: int) -> None:
    """Raise UnreadableDocumentError for more pages than a document may have."""
    if pages > MAX_PAGES:
        raise UnreadableDocumentError(path, f"has {pages} pages, more than {MAX_PAGES}", _SPLIT)


def check_characters(path: Path, characters: int) -> None:
    """Raise UnreadableDocumentError for more text than a document may have."""
    if characters > MAX_CHARACTERS:
        raise UnreadableDocumentError(path, f"has {characters} characters, more than {MAX_CHARACTERS}", _SPLIT)


def check_document(path: Path, document: Document) -> None:
    """Raise UnreadableDocumentError for a document that is larger than one may be, whatever its format."""
    check_characters(path, len(document.text))
    if len(document.blocks) > MAX_BLOCKS:
        raise UnreadableDocumentError(path, f"has {len(document.blocks)} paragraphs, more than {MAX_BLOCKS}", _SPLIT)
    longest = max((block.end - block.start for block in document.blocks), default=0)
    if longest > MAX_BLOCK:
        raise UnreadableDocumentError(
            path,
            f"has a paragraph of {longest} characters, more than {MAX_BLOCK}",
            "break it into paragraphs, or leave it out if it is no text",
        )
