"""The meetings that documents belong to, and the council's order of its members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from indexer import jurisdictions
from indexer.documents import DocumentRecord, Language

_FEDERAL = "federal"


def meetings_of(dates: Iterable[str]) -> tuple[str, ...]:
    """The meetings that dates name, oldest first: 2017-10 and 2017-10-05 are one, called as the shorter is."""
    found: list[str] = []
    for date in sorted(set(dates)):
        if not found or not date.startswith(found[-1]):
            found.append(date)
    return tuple(found)


def within(date: str | None, meeting: str) -> bool:
    """Whether a date is a meeting's, over as many characters as both give; None is of no meeting."""
    return date is not None and (date.startswith(meeting) or meeting.startswith(date))


def in_range(date: str | None, date_from: str | None, date_to: str | None) -> bool:
    """Whether a date meets the borders as `indexer.store.Filters` means them; None is outside every range."""
    if date is None:
        return date_from is None and date_to is None
    return (date_from is None or date >= date_from[: len(date)]) and (
        date_to is None or date[: len(date_to)] <= date_to
    )


def place(code: str | None) -> int:
    """Where a jurisdiction stands in the council's order: federal, then west to east; last, one without a code."""
    known = jurisdictions.all_jurisdictions()
    order = sorted(known, key=lambda member: member.kind != _FEDERAL)
    return next((at for at, member in enumerate(order) if member.code == code), len(order))


def named(code: str, language: Language) -> str:
    """The name of a jurisdiction in `language`."""
    member = jurisdictions.get(code)
    return member.name_en if language == "en" else member.name_fr


def versions(documents: Sequence[DocumentRecord]) -> dict[str, str]:
    """For each document that stands in both languages among these, the id of its other version."""
    ids = {document.id for document in documents}
    pairs = [(document.id, document.translation_of) for document in documents if document.translation_of in ids]
    return {one: other for pair in pairs for one, other in (pair, pair[::-1]) if one and other}
