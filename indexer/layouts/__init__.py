"""Layouts: from a document as read to sections that say who speaks of what.

Each kind of council document may have a recogniser of its own: a module with `recognise(document, record)`, entered in
`_RECOGNISERS`. What has none is read by `plain`, from headings and tables alone.
"""

from __future__ import annotations

from collections.abc import Callable

from indexer.documents import Document, DocumentRecord, DocumentType, Section
from indexer.layouts import plain

Recogniser = Callable[[Document, DocumentRecord], tuple[Section, ...]]

_RECOGNISERS: dict[DocumentType, Recogniser] = {}


def recognise(document: Document, record: DocumentRecord) -> tuple[Section, ...]:
    """The sections of `document` in reading order; contact blocks are in none of them."""
    return _RECOGNISERS.get(record.type, plain.recognise)(document, record)
