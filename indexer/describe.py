"""What a document is: kind, language, meeting date, jurisdiction, audience, title; from its text and the catalogue."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

from indexer import dates, jurisdictions, language
from indexer.catalogue import CatalogueEntry
from indexer.document_words import heading_role, table
from indexer.documents import (
    Block,
    BlockKind,
    Distribution,
    Document,
    DocumentRecord,
    DocumentType,
    Language,
    Role,
)
from indexer.form_headings import is_form
from indexer.form_template import document_headings, first_part
from indexer.notices import notices_in
from indexer.text import fold
from indexer.whose_form import STATED_IN_CATALOGUE, Owner, whose_form

_NUMBERED = re.compile(r"(?:\d{1,2}|[a-z])[.)]\s")
_TITLE_ZONE = 2_000  # characters from the start in which a title page says kind and date
_SHORT = 14  # words of a block that may be a title line
_FORM_ROLES = frozenset({Role.ACHIEVEMENT, Role.PRIORITY, Role.SHOWCASE, Role.NEED})


def document_id(source: str) -> str:
    """A readable, stable id of the document at the relative path `source`: slug of its name and a short digest."""
    slug = re.sub(r"[^a-z0-9]+", "-", fold(PurePosixPath(source).stem)).strip("-")[:60]
    return f"{slug or 'document'}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"


def describe(document: Document, digest: str, entry: CatalogueEntry | None) -> DocumentRecord:
    """The record of `document`; what the catalogue's `entry` states wins over what the text tells.

    A notice in the text narrows a `public` or missing distribution to `members`; only a narrower one in the
    catalogue wins over it.
    """
    entry = entry or CatalogueEntry(file=document.source)
    kind = entry.type or _document_type(document)
    spoken: Language = entry.language or language.detect(document.text[:20_000], default="en")
    date = entry.meeting_date or _meeting_date(document, kind)
    jurisdiction, reason = entry.jurisdiction, None
    if kind is DocumentType.EXCHANGE_FORM:
        owner = Owner(jurisdiction, STATED_IN_CATALOGUE) if jurisdiction else whose_form(document)
        jurisdiction, reason = owner.code, owner.reason
    return DocumentRecord(
        id=document_id(document.source),
        source=document.source,
        title=entry.title or _title(document, kind, spoken, date, jurisdiction),
        type=kind,
        language=spoken,
        distribution=_distribution(document, kind, entry.distribution),
        meeting_date=date,
        jurisdiction=jurisdiction,
        format=document.format,
        pages=len(document.pages) or None,
        digest=digest,
        text=document.text,
        jurisdiction_reason=reason,
        contacts=document.contacts,
        unread_pages=document.unread_pages,
    )


def narrower(one: Distribution, other: Distribution) -> Distribution:
    """Of two audiences the narrower."""
    return max(one, other, key=lambda audience: audience.rank)


def _block_text(document: Document, block: Block) -> str:
    return document.text[block.start : block.end]


def _title_zone(document: Document, end: int | None = None) -> list[str]:
    """Texts of the short blocks at the start, where a title stands; none that begins at `end` or after."""
    short = []
    for block in document.blocks:
        if block.start > _TITLE_ZONE or (end is not None and block.start >= end):
            break
        text = _block_text(document, block)
        if len(text.split()) <= 3 * _SHORT:
            short.append(text)
    return short


def _document_type(document: Document) -> DocumentType:
    """The kind that the title says, else the template's headings.

    A sentence, a letter's subject and an item of an agenda only mention another document.
    """
    titles = [text for text in _title_zone(document) if not _only_mentions(text)]
    zone = " \n ".join(fold(text) for text in [document.metadata_title or "", *titles])
    found = [
        (zone.index(phrase), kind) for kind, phrases in table().types.items() for phrase in phrases if phrase in zone
    ]
    if found:
        return min(found)[1]
    roles = {heading_role(_block_text(document, block)) for block in document.blocks if block.kind is BlockKind.HEADING}
    form = len(roles & _FORM_ROLES) >= 3 or is_form(document_headings(document))
    return DocumentType.EXCHANGE_FORM if form else DocumentType.OTHER


def _only_mentions(text: str) -> bool:
    """Whether a line names a document without being its title."""
    folded = fold(text)
    label, colon, _ = folded.partition(":")
    subject = bool(colon) and label.strip() in table().subject_labels
    return subject or text.endswith((".", "?", "!")) or _NUMBERED.match(folded) is not None


def _meeting_date(document: Document, kind: DocumentType) -> str | None:
    """The first date where the title stands; a form's answers begin early and have dates of their own.

    A year alone gives way to a date in it that follows.
    """
    answers = first_part(document) if kind is DocumentType.EXCHANGE_FORM else None
    texts = [*_title_zone(document, answers), document.metadata_title or ""]
    found = [date for text in texts if (date := dates.first_date(text))]
    return next((date for date in found if date.startswith(f"{found[0]}-")), found[0]) if found else None


def _distribution(document: Document, kind: DocumentType, stated: Distribution | None) -> Distribution:
    least = Distribution.MEMBERS if stated is None or _has_notice(document, kind) else Distribution.PUBLIC
    return narrower(stated or least, least)


def _has_notice(document: Document, kind: DocumentType) -> bool:
    """Whether the text narrows its audience: where the title stands in any words, further on of the document itself."""
    answers = first_part(document) if kind is DocumentType.EXCHANGE_FORM else None
    front = _TITLE_ZONE if answers is None else answers
    return any(notices_in(_block_text(document, block), itself=block.start >= front) for block in document.blocks)


def _title(document: Document, kind: DocumentType, spoken: Language, date: str | None, jurisdiction: str | None) -> str:
    if document.metadata_title:
        return document.metadata_title
    if kind is not DocumentType.OTHER:
        parts = [table().titles[spoken][kind]]
        if jurisdiction:
            named = jurisdictions.get(jurisdiction)
            parts.append(named.name_en if spoken == "en" else named.name_fr)
        if date:
            parts.append(dates.written(date, spoken))
        return ", ".join(parts)
    headings = [_block_text(document, block) for block in document.blocks if block.kind is BlockKind.HEADING]
    return headings[0] if headings else PurePosixPath(document.source).stem
