"""The meetings that an index holds, as one audience sees it: their documents, and how much each settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.documents import DocumentRecord, DocumentType, Language, Role
from indexer.index_protocol import Index
from service import access
from service.briefs.exchange import has_rows
from service.briefs.meetings import meetings_of, versions, within
from service.kept_by_view import KeptByView
from service.matches import needs_told
from service.register_rows import settled


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """A document of a meeting, and its other language version, if the audience sees both."""

    record: DocumentRecord
    other: DocumentRecord | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting by its date `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, as its documents have it.

    A document that stands in both languages is one, the reader's; so is a need, a decision, a follow-up.
    """

    date: str
    documents: tuple[HeldDocument, ...]
    needs: int
    decisions: int
    follow_ups: int


@dataclass(frozen=True, slots=True)
class Meetings:
    """All meetings, the latest first, and the documents that name none."""

    held: tuple[Meeting, ...]
    undated: tuple[HeldDocument, ...]

    def at(self, date: str) -> tuple[Meeting, ...]:
        """The meetings that a date is of, or that are of it: 2020 is all of that year."""
        return tuple(meeting for meeting in self.held if within(meeting.date, date))

    def neighbours(self, meeting: Meeting) -> tuple[Meeting | None, Meeting | None]:
        """The meeting before, and the one after."""
        at = self.held.index(meeting)
        return (
            self.held[at + 1] if at + 1 < len(self.held) else None,
            self.held[at - 1] if at else None,
        )


_kept: KeptByView[Language, Meetings] = KeptByView(2)


def meetings(index: Index, language: Language) -> Meetings:
    """The meetings of an index for readers of `language`; read once, as an index never changes."""
    return _kept.get(index, language, lambda: _read(index, language))


def has_exchange_table(index: Index, meeting: Meeting) -> bool:
    """Whether an exchange table can be made of a meeting's documents: there is a form, or an analysis with an annex."""
    records = [record for held in meeting.documents for record in (held.record, held.other) if record is not None]
    return any(record.type is DocumentType.EXCHANGE_FORM for record in records) or any(
        has_rows(index, record) for record in records if record.type is DocumentType.EXCHANGE_ANALYSIS
    )


def _read(index: Index, language: Language) -> Meetings:
    # Without their texts, which are long and would be kept.
    records = index.headers()
    records = [access.visible(record) for record in records]
    dates = meetings_of(record.meeting_date for record in records if record.meeting_date)
    of = {date: next(one for one in dates if within(date, one)) for date in _dates(records)}
    needs = Counter(
        of[date] for one in needs_told(index, language=language) if (date := one.need.passage.meeting_date) in of
    )
    by_meeting: Counter[tuple[str | None, Role]] = Counter()
    for (written, kind), count in settled(index, language=language).items():
        by_meeting[of.get(written or ""), kind] += count
    held = []
    for date in reversed(dates):
        own = [record for record in records if record.meeting_date and of[record.meeting_date] == date]
        held.append(
            Meeting(
                date=date,
                documents=_folded(own, language),
                needs=needs[date],
                decisions=by_meeting[date, Role.DECISION],
                follow_ups=by_meeting[date, Role.FOLLOW_UP],
            )
        )
    return Meetings(tuple(held), _folded([record for record in records if not record.meeting_date], language))


def _dates(records: Iterable[DocumentRecord]) -> set[str]:
    return {record.meeting_date for record in records if record.meeting_date}


def _folded(records: Sequence[DocumentRecord], language: Language) -> tuple[HeldDocument, ...]:
    by_id, other = {record.id: record for record in records}, versions(records)
    found: list[HeldDocument] = []
    for record in records:
        version = by_id.get(other.get(record.id, ""))
        # Of two the reader's; the first where neither is.
        if version is None or (record.language != language, record.id) < (version.language != language, version.id):
            found.append(HeldDocument(record, version))
    return tuple(found)
