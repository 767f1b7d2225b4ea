"""The decisions and follow-ups of an index with the passages that hold them, read once for each index opened."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from indexer import text
from indexer.documents import DocumentRecord, Language, Passage, PassageKind, RecordItem, Role
from indexer.filters import Filters
from indexer.index_protocol import Index
from indexer.lexical_query import passage_tokens
from service.dates_asked import Period, period, periods_named

SETTLED = (Role.DECISION, Role.FOLLOW_UP)
_OPENING = 600  # characters of a record that say which meeting it is of: the council, the place, the day


@dataclass(frozen=True, slots=True)
class Entry:
    """A numbered item, an unnumbered decision, or the statement that there is none to follow; with its passages.

    `numbers` are those of `passages`, in the index. `group` is the same for the two language versions of an entry.
    `owner` are the tokens of its owner's words, `meeting` is the span of its meeting's date, `named` are the dates that
    it names.
    """

    group: int
    item: RecordItem | None
    numbers: tuple[int, ...]
    passages: tuple[Passage, ...]
    language: Language
    owner: frozenset[str]
    meeting: Period | None
    named: tuple[Period, ...]

    @property
    def led_to_nothing(self) -> bool:
        """Whether it says that an agenda item led to nothing."""
        return self.item is None and all(passage.kind is PassageKind.NO_ANSWER for passage in self.passages)

    @property
    def kind(self) -> Role:
        """Role.DECISION or Role.FOLLOW_UP."""
        return self.item.kind if self.item else self.passages[0].role

    @property
    def label(self) -> str | None:
        """The item's number, folded: "2a"."""
        return text.fold(self.item.number) if self.item and self.item.number else None

    @property
    def document_id(self) -> str:
        """The record that it stands in."""
        return self.passages[0].document_id

    @property
    def heading(self) -> tuple[str, ...]:
        """The path of titles above it, its agenda item last."""
        return self.passages[0].heading

    @property
    def meeting_date(self) -> str:
        """Of the meeting recorded; empty where it has none."""
        return self.passages[0].meeting_date or ""


@dataclass(frozen=True, slots=True)
class Register:
    """The entries of an index, by meeting date and as the records have them.

    `numbers` are those of all their passages, ascending, and `entry_of` the place of each one's entry, -1 where it is
    in none. The other fields are places too: by a token of the owner, by the item's number, folded, by the meeting,
    by the group; and of those with a date.
    `openings` are the words at the beginning of each record, by document, `words` those of the entries,
    `owner_words` those of their owners.
    """

    entries: tuple[Entry, ...]
    numbers: npt.NDArray[np.int64]
    entry_of: npt.NDArray[np.int64]
    by_owner: dict[str, list[int]]
    by_number: dict[str, list[int]]
    by_meeting: dict[Period, list[int]]
    naming: tuple[int, ...]
    openings: dict[str, frozenset[str]]
    words: frozenset[str]
    owner_words: frozenset[str]
    by_group: dict[int, list[int]]

    def of_group(self, group: int) -> list[Entry]:
        """The entries of a group, in their order."""
        return [self.entries[place] for place in self.by_group.get(group, ())]


_READING = threading.Lock()
_REGISTERS: WeakKeyDictionary[Index, Register] = WeakKeyDictionary()


def register(index: Index) -> Register:
    """The register of an index; an index never changes once it is opened."""
    found = _REGISTERS.get(index)
    if found is None:
        with _READING:  # many may ask at once, and one reads
            found = _REGISTERS.get(index)
            if found is None:
                found = _REGISTERS[index] = _read(index)
    return found


def _read(index: Index) -> Register:
    allowed = index.allowed(Filters(roles=tuple(str(role) for role in SETTLED)))
    numbers = np.empty(0, np.int64) if allowed is None else allowed
    found = list(zip(numbers.tolist(), index.numbered(numbers), strict=True))
    records = {record.id: record for record in index.documents_by_id({passage.document_id for _, passage in found})}
    pieces = _pieces(index, found, records)
    groups = _groups(index, pieces, records)
    order = sorted(range(len(pieces)), key=lambda at: (pieces[at].passages[0].meeting_date or "", pieces[at].numbers))
    entries = tuple(_entry(pieces[at], groups[at], records) for at in order)
    by_owner: dict[str, list[int]] = defaultdict(list)
    by_number: dict[str, list[int]] = defaultdict(list)
    by_meeting: dict[Period, list[int]] = defaultdict(list)
    by_group: dict[int, list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        by_group[entry.group].append(place)
        for token in entry.owner:
            by_owner[token].append(place)
        if entry.label:
            by_number[entry.label].append(place)
        if entry.meeting:
            by_meeting[entry.meeting].append(place)
    return Register(
        entries=entries,
        numbers=numbers,
        entry_of=_entry_of(numbers, entries),
        by_owner=dict(by_owner),
        by_number=dict(by_number),
        by_meeting=dict(by_meeting),
        naming=tuple(place for place, entry in enumerate(entries) if entry.named),
        openings={
            record.id: frozenset(text.surface_forms(f"{record.title}\n{index.written(record.id, 0, _OPENING)}"))
            for record in records.values()
        },
        words=frozenset(word for _, passage in found for word in text.surface_forms(passage.text)),
        owner_words=frozenset(
            word for entry in entries if entry.item and entry.item.owner for word in text.words(entry.item.owner)
        ),
        by_group=dict(by_group),
    )


def _entry_of(numbers: npt.NDArray[np.int64], entries: Sequence[Entry]) -> npt.NDArray[np.int64]:
    places = np.full(len(numbers), -1, np.int64)
    held = [(number, place) for place, entry in enumerate(entries) for number in entry.numbers]
    if held:
        of, at = np.array(held, np.int64).T
        places[np.searchsorted(numbers, of)] = at
    return places


@dataclass(frozen=True, slots=True)
class _Piece:
    item: RecordItem | None
    numbers: tuple[int, ...]
    passages: tuple[Passage, ...]


def _pieces(index: Index, found: Iterable[tuple[int, Passage]], records: dict[str, DocumentRecord]) -> list[_Piece]:
    """The passages by the item that they hold; a passage that holds none is a piece of its own, but for a title."""
    items: dict[str, list[RecordItem]] = defaultdict(list)
    for item in index.items():
        items[item.document_id].append(item)
    of_item: dict[str, list[tuple[int, Passage]]] = defaultdict(list)
    held: dict[str, RecordItem] = {}
    alone: list[_Piece] = []
    for number, passage in found:
        holding = [item for item in items[passage.document_id] if item.start < passage.end and passage.start < item.end]
        for item in holding:
            of_item[item.id].append((number, passage))
            held[item.id] = item
        if not holding and passage.kind is not PassageKind.HEADING:
            alone.append(_Piece(None, (number,), (passage,)))
    return [
        *(
            _Piece(held[key], tuple(number for number, _ in pairs), tuple(passage for _, passage in pairs))
            for key, pairs in of_item.items()
        ),
        *alone,
    ]


def _groups(index: Index, pieces: Sequence[_Piece], records: dict[str, DocumentRecord]) -> list[int]:
    """For each piece the number of its group: pieces whose passages are versions, or whose records and labels are."""
    place = {number: at for at, piece in enumerate(pieces) for number in piece.numbers}
    group = list(range(len(pieces)))

    def first(at: int) -> int:
        while group[at] != at:
            at = group[at]
        return at

    def join(one: int, other: int) -> None:
        low, high = sorted((first(one), first(other)))
        group[high] = low

    labels: dict[tuple[str, Role, str], int] = {}
    for at, piece in enumerate(pieces):
        if piece.item and piece.item.number:
            document = records[piece.item.document_id]
            label = (document.translation_of or document.id, piece.item.kind, piece.item.number)
            join(labels.setdefault(label, at), at)
    for one, other in _nothing_pairs(pieces, records):
        join(one, other)
    # A passage may hold two short items, so that versions of passages alone would join what has different labels.
    for number, others in index.versions_of(sorted(place)).items():
        for other in others:
            if number in place and other in place and not _differ(pieces[place[number]], pieces[place[other]]):
                join(place[number], place[other])
    return [first(at) for at in range(len(pieces))]


def _nothing_pairs(pieces: Sequence[_Piece], records: dict[str, DocumentRecord]) -> Iterator[tuple[int, int]]:
    """The statements that nothing followed, of a record and its translation: the first and the first, and so on.

    Their passages state nothing, so that none is known to be a version of another.
    """
    said: dict[str, list[int]] = defaultdict(list)
    for at, piece in enumerate(pieces):
        if piece.item is None and piece.passages[0].kind is PassageKind.NO_ANSWER:
            said[piece.passages[0].document_id].append(at)
    for document_id, places in said.items():
        original = records[document_id].translation_of
        if original in said and len(said[original]) == len(places):
            yield from zip(said[original], places, strict=True)


def _differ(one: _Piece, other: _Piece) -> bool:
    if one.item is None or other.item is None:
        return one.item is not other.item
    return (one.item.kind, one.item.number) != (other.item.kind, other.item.number)


def _entry(piece: _Piece, group: int, records: dict[str, DocumentRecord]) -> Entry:
    item, passage = piece.item, piece.passages[0]
    language = records[passage.document_id].language
    written = item.text if item else passage.text
    return Entry(
        group=group,
        item=item,
        numbers=piece.numbers,
        passages=piece.passages,
        language=language,
        owner=frozenset(passage_tokens(item.owner, item.language)) if item and item.owner else frozenset(),
        meeting=period(passage.meeting_date) if passage.meeting_date else None,
        named=periods_named(written),
    )
