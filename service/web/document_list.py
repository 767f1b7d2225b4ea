"""The list of documents: by meeting, the versions of each in both languages side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer import jurisdictions
from indexer.documents import LANGUAGES, Distribution, DocumentFormat, DocumentRecord, DocumentType, Language

_KINDS = (
    DocumentType.DECISION_RECORD,
    DocumentType.EXCHANGE_ANALYSIS,
    DocumentType.EXCHANGE_FORM,
    DocumentType.OTHER,
)


@dataclass(frozen=True, slots=True)
class Version:
    """A document, in the one or the other language; `translated` says that it is a translation of one listed too."""

    id: str
    title: str
    language: Language
    format: DocumentFormat
    pages: int | None
    distribution: Distribution
    translated: bool


@dataclass(frozen=True, slots=True)
class Work:
    """What one document says, in the languages that it is held in; `jurisdiction` is a code."""

    kind: DocumentType
    jurisdiction: str | None
    versions: tuple[Version, ...]

    def written_in(self, language: Language) -> tuple[Version, ...]:
        """The versions in a language."""
        return tuple(version for version in self.versions if version.language == language)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting, by its date, and its documents; of those without a date it is None."""

    date: str | None
    works: tuple[Work, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the list can be narrowed to: each value that a document has."""

    kinds: tuple[DocumentType, ...]
    meetings: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    languages: tuple[Language, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; None does not narrow it. A meeting `YYYY-MM` takes in those of its days."""

    kind: str | None = None
    meeting: str | None = None
    jurisdiction: str | None = None
    language: str | None = None

    def takes(self, record: DocumentRecord) -> bool:
        """Whether a document is wanted."""
        return (
            self.kind in (None, record.type)
            and (self.meeting is None or (record.meeting_date or "")[: len(self.meeting)] == self.meeting)
            and self.jurisdiction in (None, record.jurisdiction)
            and self.language in (None, record.language)
        )


def choices(records: Iterable[DocumentRecord], language: Language) -> Choices:
    """What the list of these documents can be narrowed to, in the order in which a reader of `language` looks."""
    held = list(records)
    codes = {record.jurisdiction for record in held if record.jurisdiction}
    return Choices(
        tuple(kind for kind in _KINDS if any(record.type == kind for record in held)),
        tuple(sorted({record.meeting_date for record in held if record.meeting_date}, reverse=True)),
        tuple(sorted(codes, key=lambda code: name(code, language))),
        tuple(one for one in LANGUAGES if any(record.language == one for record in held)),
    )


def by_meeting(records: Sequence[DocumentRecord], wanted: Wanted, language: Language) -> tuple[Meeting, ...]:
    """The documents wanted, the latest meeting first; versions of one document are one work."""
    taken = [record for record in records if wanted.takes(record)]
    held = {record.id for record in taken}
    groups: dict[str, list[DocumentRecord]] = defaultdict(list)
    for record in taken:
        groups[record.translation_of if record.translation_of in held else record.id].append(record)
    meetings: dict[str | None, list[Work]] = defaultdict(list)
    for first, group in groups.items():
        original = next(record for record in group if record.id == first)
        meetings[original.meeting_date].append(_work(original, group, held))
    order = sorted(meetings, key=lambda date: date or "", reverse=True)
    return tuple(Meeting(date, tuple(sorted(meetings[date], key=lambda w: _place(w, language)))) for date in order)


def name(code: str, language: Language) -> str:
    """The name of a jurisdiction."""
    known = jurisdictions.get(code)
    return known.name_fr if language == "fr" else known.name_en


def _work(original: DocumentRecord, group: Iterable[DocumentRecord], held: set[str]) -> Work:
    versions = [
        Version(
            record.id,
            record.title,
            record.language,
            record.format,
            record.pages,
            record.distribution,
            record.translation_of in held,
        )
        for record in group
    ]
    return Work(original.type, original.jurisdiction, tuple(versions))


def _place(work: Work, language: Language) -> tuple[int, str, str]:
    owner = name(work.jurisdiction, language) if work.jurisdiction else ""
    return _KINDS.index(work.kind), owner, work.versions[0].title
