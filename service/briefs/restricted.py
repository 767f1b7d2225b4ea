"""Which of the documents that something is drawn from may not be passed on."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.documents import Distribution, DocumentRecord, Language
from service.briefs.content import Source
from service.messages import message

_NAMED = 3  # documents that a footer names


def restricted(documents: Iterable[DocumentRecord]) -> tuple[Source, ...]:
    """Those that are not public, by meeting and file."""
    held = {document.id: document for document in documents if document.distribution is not Distribution.PUBLIC}
    ordered = sorted(held.values(), key=lambda document: (document.meeting_date or "", document.source))
    return tuple(Source.of(document) for document in ordered)


def footer_notice(sources: tuple[Source, ...], language: Language) -> str | None:
    """The notice for the foot of a page; None where everything is public."""
    if not sources:
        return None
    if len(sources) > _NAMED:
        return message("brief.foot.many", language, number=len(sources))
    return message("brief.foot.named", language, titles="; ".join(source.title for source in sources))
