"""The register of decisions and follow-ups as a reader goes through it: each once, whatever languages it stands in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TypeVar

from indexer.documents import Language, RecordItem, Role
from indexer.index_protocol import Index
from service.answering.register import Entry, register
from service.contract import FollowUp
from service.filters import ItemFilters
from service.follow_ups import listed
from service.kept_by_view import KeptByView

_NO_FILTERS = ItemFilters()
_Item = TypeVar("_Item", RecordItem, FollowUp)


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


def settled(index: Index, *, language: Language) -> Counter[tuple[str | None, Role]]:
    """How many decisions and follow-ups each meeting settled, by its date and their kind, as `rows` has them.

    Nothing is kept, as a large index has a great many.
    """
    items = sorted(index.items(), key=lambda item: item.meeting_date or "")
    versions = _versions([(item.id, item) for item in items], _entries(index), language)
    return Counter((first.meeting_date, first.kind) for first, *_ in versions)


def _read(index: Index, filters: ItemFilters, language: Language) -> list[Row]:
    entries = _entries(index)
    items = [(item.item_id, item) for item in listed(index, filters, language=language).follow_ups]
    found = [_row(versions, entries) for versions in _versions(items, entries, language)]
    return sorted(found, key=lambda row: row.item.meeting_date or "", reverse=True)


def _entries(index: Index) -> dict[str, Entry]:
    return {entry.item.id: entry for entry in register(index).entries if entry.item}


def _versions(
    items: Iterable[tuple[str, _Item]], entries: Mapping[str, Entry], language: Language
) -> Iterator[list[_Item]]:
    """Items, given with their ids, as they are one: in the reader's language first; those of two records in pairs."""
    # By group, which versions of an item share, and by record: a number may be given twice in one.
    groups: dict[int | str, dict[str, list[_Item]]] = {}
    for key, item in items:
        entry = entries.get(key)
        group = groups.setdefault(entry.group if entry else key, {})
        group.setdefault(item.document_id, []).append(item)
    for of_record in groups.values():
        records = sorted(of_record.values(), key=lambda found: found[0].language != language)
        for versions in zip_longest(*records):
            yield [item for item in versions if item is not None]


def _row(versions: Sequence[FollowUp], entries: Mapping[str, Entry]) -> Row:
    first, *others = (Row(item, _begins_in(item, entries)) for item in versions)
    return replace(first, other=others[0]) if others else first


def _begins_in(item: FollowUp, entries: Mapping[str, Entry]) -> str | None:
    entry = entries.get(item.item_id)
    return entry.passages[0].id if entry else None
