"""Filters as a caller gives them, checked: a value that means nothing is refused, never passed over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from indexer import jurisdictions
from indexer.documents import DocumentType, Role
from indexer.store import Filters
from service.messages import RefusedError

_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


def make_filters(
    *,
    jurisdictions: Sequence[str] = (),
    types: Sequence[str] = (),
    roles: Sequence[str] = (),
    document_languages: Sequence[str] = (),
    date_from: str | None = None,
    date_to: str | None = None,
) -> Filters:
    """Filters of the values given. Raises RefusedError that names the filter and the values it takes."""
    return Filters(
        jurisdictions=tuple(_jurisdiction(code) for code in jurisdictions),
        types=tuple(_one_of("type", value, [str(kind) for kind in DocumentType]) for value in types),
        roles=tuple(_one_of("role", value, [str(role) for role in Role]) for value in roles),
        document_languages=tuple(_one_of("doc-language", value, ["fr", "en"]) for value in document_languages),
        date_from=_date("from", date_from),
        date_to=_date("to", date_to),
    )


def _jurisdiction(code: str) -> str:
    return _one_of(
        "jurisdiction", code.upper(), [jurisdiction.code for jurisdiction in jurisdictions.all_jurisdictions()]
    )


def _one_of(name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise RefusedError("refused.filter", name=name, value=value, known=", ".join(known))
    return value


def _date(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    wrong = RefusedError("refused.date", name=name, value=value)
    if not _DATE.fullmatch(value):
        raise wrong
    try:
        date.fromisoformat((value + "-01-01")[:10] if len(value) != 7 else value + "-01")
    except ValueError:
        raise wrong from None
    return value
