"""Layouts: from a document as read to sections that say who speaks of what.

Each kind of council document has a recogniser of its own: a module with `recognise(document, record)`, entered in
`_RECOGNISERS`. What has none is read by `plain`, from headings and tables alone. The words by which the templates are
known are data: `data/document_words.toml`.
"""

from __future__ import annotations

from collections.abc import Callable

from indexer.documents import Document, DocumentRecord, DocumentType, Layout
from indexer.layouts import decision_record, exchange_analysis, exchange_form, plain

Recogniser = Callable[[Document, DocumentRecord], Layout]

_RECOGNISERS: dict[DocumentType, Recogniser] = {
    DocumentType.DECISION_RECORD: decision_record.recognise,
    DocumentType.EXCHANGE_ANALYSIS: exchange_analysis.recognise,
    DocumentType.EXCHANGE_FORM: exchange_form.recognise,
}


def recognise(document: Document, record: DocumentRecord) -> Layout:
    """The layout of `document`: every block of it is in a section, in reading order, or set aside with the reason."""
    return _RECOGNISERS.get(record.type, plain.recognise)(document, record)
