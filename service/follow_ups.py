"""Decisions and follow-ups of decision records: those that meet the filters, in the shape that leaves the service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from indexer import jurisdictions
from indexer.documents import DocumentRecord, Language, RecordItem
from indexer.index_protocol import Index
from indexer.layouts.record_words import record_words
from indexer.text import fold
from service import access
from service.contract import FollowUp, FollowUpList, ItemKind
from service.filters import ItemFilters

DEFAULT_PAGE = 100
MAX_PAGE = 500


def listed(
    index: Index, filters: ItemFilters, *, limit: int | None = None, offset: int = 0, language: Language | None = None
) -> FollowUpList:
    """The items that meet `filters`, by meeting date, then as the records have them.

    `limit` None gives all from `offset` on. The word for a status is in `language`, else in the item's own.
    """
    owned = [_owned_by(owner) for owner in filters.owners]
    found = [item for item in index.items() if _meets(item, filters) and (not owned or any(o(item) for o in owned))]
    if filters.document_languages:
        documents = _documents(index, found)
        found = [item for item in found if documents[item.document_id].language in filters.document_languages]
    found.sort(key=lambda item: item.meeting_date or "")
    shown = found[offset:] if limit is None else found[offset : offset + limit]
    documents = _documents(index, shown)
    return FollowUpList(
        total=len(found),
        limit=len(shown) if limit is None else limit,
        offset=offset,
        follow_ups=[_view(item, documents[item.document_id], language) for item in shown],
    )


def _documents(index: Index, items: Sequence[RecordItem]) -> dict[str, DocumentRecord]:
    records = index.documents_by_id({item.document_id for item in items})
    return {record.id: access.visible(record) for record in records}


def _meets(item: RecordItem, filters: ItemFilters) -> bool:
    return (
        (not filters.kinds or item.kind in filters.kinds)
        and (not filters.statuses or item.status in filters.statuses)
        and (not filters.meetings or any(_at(item.meeting_date, meeting) for meeting in filters.meetings))
    )


def _at(date: str | None, meeting: str) -> bool:
    """Whether a date is within a meeting's, over as many characters as both give: 2020-09-15 is within 2020-09."""
    return date is not None and (date.startswith(meeting) or meeting.startswith(date))


def _owned_by(owner: str) -> Callable[[RecordItem], bool]:
    """Whether an item is that of `owner`: a jurisdiction's code or name, or a part of the item's owner's words."""
    code = owner.strip().upper()
    if any(code == known.code for known in jurisdictions.all_jurisdictions()):
        return lambda item: code in item.jurisdictions  # a code is no part of a word: "ON" does not ask for Watson
    named, words = jurisdictions.exact(owner) or jurisdictions.exact(code), _plain(owner)
    return lambda item: named in item.jurisdictions or (item.owner is not None and words in _plain(item.owner))


def _plain(words: str) -> str:
    return " ".join(fold(words).split())


def _view(item: RecordItem, document: DocumentRecord, language: Language | None) -> FollowUp:
    return FollowUp(
        meeting_date=item.meeting_date,
        kind=cast(ItemKind, str(item.kind)),
        number=item.number,
        text=item.text,
        owner=item.owner,
        due=item.due,
        status=item.status,
        status_word=record_words().status_words[language or item.language][item.status],
        jurisdictions=list(item.jurisdictions),
        heading=list(item.heading),
        document_title=document.title,
        source=document.source.rpartition("/")[2],
        page=item.page,
        item_id=item.id,
        document_id=item.document_id,
        language=item.language,
        start=item.start,
        end=item.end,
    )
