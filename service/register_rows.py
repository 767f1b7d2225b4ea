"""The register of decisions and follow-ups as a reader goes through it: each once, whatever languages it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from indexer.documents import Language
from indexer.index_protocol import Index
from service.answering.register import Entry, register
from service.contract import FollowUp
from service.filters import ItemFilters
from service.follow_ups import listed
from service.kept_by_view import KeptByView

_NO_FILTERS = ItemFilters()


@dataclass(frozen=True, slots=True)
class Row:
    """A decision or follow-up, the passage that it begins in (None where none holds it), and its other version.

    `other` is the same item in the record's other language, with its passage, where that one meets the filters too.
    """

    item: FollowUp
    passage_id: str | None
    other: Row | None = None


_all: KeptByView[Language, list[Row]] = KeptByView(2)


def rows(index: Index, filters: ItemFilters = _NO_FILTERS, *, language: Language) -> list[Row]:
    """What meets `filters`, the latest meeting first, then as the records have it; in `language` where it can be had.

    Words for statuses are in `language`. All that there is, is read once for each view of the index.
    """
    if filters != _NO_FILTERS:
        return _read(index, filters, language)
    return list(_all.get(index, language, lambda: _read(index, filters, language)))


def _read(index: Index, filters: ItemFilters, language: Language) -> list[Row]:
    entries = {entry.item.id: entry for entry in register(index).entries if entry.item}
    # By group, which versions of an item share, and by record: a number may be given twice in one.
    groups: dict[int | str, dict[str, list[FollowUp]]] = {}
    for item in listed(index, filters, language=language).follow_ups:
        entry = entries.get(item.item_id)
        group = groups.setdefault(entry.group if entry else item.item_id, {})
        group.setdefault(item.document_id, []).append(item)
    found = [row for group in groups.values() for row in _rows(group, entries, language)]
    return sorted(found, key=lambda row: row.item.meeting_date or "", reverse=True)


def _rows(of_record: Mapping[str, list[FollowUp]], entries: Mapping[str, Entry], language: Language) -> Iterator[Row]:
    """The items of one group, in the reader's language first; those of two records in pairs."""
    records = sorted(of_record.values(), key=lambda items: items[0].language != language)
    for versions in zip_longest(*records):
        first, *others = (_row(item, entries) for item in versions if item is not None)
        yield Row(first.item, first.passage_id, others[0] if others else None)


def _row(item: FollowUp, entries: Mapping[str, Entry]) -> Row:
    entry = entries.get(item.item_id)
    return Row(item, entry.passages[0].id if entry else None)
