"""Who may see what: the one place that decides."""

from __future__ import annotations

from dataclasses import dataclass, replace

from indexer.documents import DocumentRecord


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something may be seen, and why."""

    allowed: bool
    reason: str


def may_see_contacts() -> Verdict:
    """Whether the caller may see the contact persons of documents."""
    return Verdict(False, "contacts are for the secretariat alone, and callers have no roles yet")


def visible(record: DocumentRecord) -> DocumentRecord:
    """The document as the caller may see it; every part of the service passes its documents through here."""
    return record if may_see_contacts().allowed else replace(record, contacts=())
