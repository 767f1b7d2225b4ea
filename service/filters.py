"""Filters as a caller gives them, checked: a value that means nothing is refused, never passed over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from indexer import jurisdictions
from indexer.documents import DocumentType, ItemStatus, Role, Status
from indexer.store import Filters
from service.messages import RefusedError

MAX_OWNER_CHARACTERS = 200
ITEM_KINDS = (Role.DECISION, Role.FOLLOW_UP)
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class ItemFilters:
    """Hard conditions on decisions and follow-ups; an empty field does not filter. Values of one are alternatives.

    `meetings` take `YYYY`, `YYYY-MM` or `YYYY-MM-DD` and include their whole year or month; an item without a meeting
    date is in none. `owners` are codes or names of jurisdictions, or parts of an owner's words, folded.
    """

    meetings: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    kinds: tuple[Role, ...] = ()
    statuses: tuple[ItemStatus, ...] = ()
    document_languages: tuple[str, ...] = ()


def make_filters(
    *,
    jurisdictions: Sequence[str] = (),
    types: Sequence[str] = (),
    roles: Sequence[str] = (),
    document_languages: Sequence[str] = (),
    date_from: str | None = None,
    date_to: str | None = None,
    meetings: Sequence[str] = (),
) -> Filters:
    """Filters of the values given. Raises RefusedError that names the filter and the values it takes."""
    return Filters(
        jurisdictions=tuple(_jurisdiction(code) for code in jurisdictions),
        types=tuple(_one_of("type", value, [str(kind) for kind in DocumentType]) for value in types),
        roles=tuple(_one_of("role", value, [str(role) for role in Role]) for value in roles),
        document_languages=tuple(_one_of("doc-language", value, ["fr", "en"]) for value in document_languages),
        date_from=None if date_from is None else _date("from", date_from),
        date_to=None if date_to is None else _date("to", date_to),
        meetings=tuple(_date("meeting", value) for value in meetings),
    )


def make_item_filters(
    *,
    meetings: Sequence[str] = (),
    owners: Sequence[str] = (),
    kinds: Sequence[str] = (),
    statuses: Sequence[str] = (),
    document_languages: Sequence[str] = (),
) -> ItemFilters:
    """Filters on decisions and follow-ups of the values given. Raises RefusedError as `make_filters` does."""
    known = [str(status) for status in ItemStatus]
    return ItemFilters(
        meetings=tuple(_date("meeting", value) for value in meetings),
        owners=tuple(_owner(value) for value in owners),
        kinds=tuple(Role(_one_of("kind", value, [str(kind) for kind in ITEM_KINDS])) for value in kinds),
        statuses=tuple(ItemStatus(_one_of("status", value, known)) for value in statuses),
        document_languages=tuple(_one_of("doc-language", value, ["fr", "en"]) for value in document_languages),
    )


def make_statuses(values: Sequence[str]) -> tuple[Status, ...]:
    """Statuses of the values given. Raises RefusedError as `make_filters` does."""
    return tuple(Status(_one_of("status", value, [str(status) for status in Status])) for value in values)


def _owner(value: str) -> str:
    if not any(character.isalnum() for character in value) or len(value) > MAX_OWNER_CHARACTERS:
        raise RefusedError("refused.owner", most=MAX_OWNER_CHARACTERS)
    return value


def _jurisdiction(code: str) -> str:
    return _one_of(
        "jurisdiction", code.upper(), [jurisdiction.code for jurisdiction in jurisdictions.all_jurisdictions()]
    )


def _one_of(name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise RefusedError("refused.filter", name=name, value=value, known=", ".join(known))
    return value


def _date(name: str, value: str) -> str:
    wrong = RefusedError("refused.date", name=name, value=value)
    if not _DATE.fullmatch(value):
        raise wrong
    try:
        date.fromisoformat((value + "-01-01")[:10] if len(value) != 7 else value + "-01")
    except ValueError:
        raise wrong from None
    return value
