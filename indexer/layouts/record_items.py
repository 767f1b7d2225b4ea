"""Decisions and follow-ups of a record: number, owner, due date and status out of an item's own words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from indexer import jurisdictions, language, sentences
from indexer.document_words import opening_pattern
from indexer.documents import Block, Document, DocumentRecord, ItemStatus, RecordItem, Role
from indexer.layouts.people import People
from indexer.layouts.record_words import record_words
from indexer.text import fold_in_place

_AFTER_LABEL = re.compile(r"\s*[:.–—-]?\s*")


def item(
    document: Document,
    record: DocumentRecord,
    people: People,
    blocks: Sequence[Block],
    heading: tuple[str, ...],
    *,
    before: Sequence[RecordItem] = (),
) -> RecordItem:
    """The decision or follow-up in `blocks`, the first of which opens with its label; `before` are those before it."""
    start, end = blocks[0].start, blocks[-1].end
    text = document.text[start:end]
    label = opening_pattern().match(text)
    if label is None:
        raise ValueError(f"no label opens {text[:60]!r}")
    kind = Role.DECISION if label["decision"] else Role.FOLLOW_UP
    number = label["number"].replace(" ", "").upper()
    body = text[label.end() + _after(text[label.end() :]) :]
    owner = _owner(body) if kind is Role.FOLLOW_UP else None
    return RecordItem(
        id=_identity(record.id, kind, text, sum(other.text == text for other in before)),
        document_id=record.id,
        kind=kind,
        number=number,
        text=text,
        start=start,
        end=end,
        page=document.page_at(start),
        language=language.detect(text, default=record.language),
        status=_status(body, kind),
        owner=owner,
        due=_due(body, kind),
        jurisdictions=_codes(owner, people),
        heading=heading,
        meeting_date=record.meeting_date,
    )


def _identity(document_id: str, kind: Role, text: str, occurrence: int) -> str:
    """An id that stays over re-indexing while document and text do; `occurrence` parts equal texts."""
    digest = hashlib.sha256(f"{document_id}\0{kind}\0{occurrence}\0{text}".encode()).hexdigest()
    return f"i{digest[:16]}"


def _after(text: str) -> int:
    found = _AFTER_LABEL.match(text)
    return found.end() if found else 0


def _owner(body: str) -> str | None:
    """Who has to see to it: the subject of the first sentence that assigns something."""
    for start, end in sentences.split(body):
        sentence = body[start:end]
        folded = fold_in_place(sentence)
        for pattern in record_words().owner:
            found = pattern.search(folded)
            if found and not _is_nobody(found["owner"]):
                return sentence[found.start("owner") : found.end("owner")].strip()
    return None


def _is_nobody(folded: str) -> bool:
    return any(folded == word or folded.startswith(f"{word} ") for word in record_words().nobody)


def _due(body: str, kind: Role) -> str | None:
    """By when: the first date or meeting that the text sets, in its own words."""
    folded = fold_in_place(body)
    # A bare date in a decision says which record or agenda was approved, not by when.
    for pattern in record_words().due if kind is Role.FOLLOW_UP else record_words().term:
        if found := pattern.search(folded):
            return " ".join(body[found.start() : found.end()].split())
    return None


def _status(body: str, kind: Role) -> ItemStatus:
    if kind is Role.DECISION:
        return ItemStatus.DECIDED
    first = next((body[start:end] for start, end in sentences.split(body)), "")
    folded = fold_in_place(first)
    if any(re.search(rf"\b{re.escape(word)}", folded) for word in record_words().completed):
        return ItemStatus.COMPLETED
    if any(re.search(rf"\b{re.escape(word)}", folded) for word in record_words().continuing):
        return ItemStatus.CONTINUING
    return ItemStatus.OPEN


def _codes(owner: str | None, people: People) -> tuple[str, ...]:
    if owner is None:
        return ()
    named = jurisdictions.named_in(owner)
    return named or (people.codes(owner) if people.knows(owner) else ())
