"""What passages are filtered by, as tokens of a field of its own in the lexical index: so that a filter is a posting.

They say what `indexer.filters` reads of the columns, and which passages state nothing; a filter that would need too
many of them has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from indexer.documents import DocumentRecord, Passage
from indexer.filters import Filters, conditions

_MOST = 400  # tokens of one condition

Facts = tuple[tuple[str, ...], ...]
"""Alternatives, of each of which a passage holds one."""


def written_facts(passage: Passage, record: DocumentRecord) -> str:
    """The tokens of a passage of a document, as they are written down: a blank between any two."""
    return " ".join(
        (
            fact("documents", record.id),
            fact("types", record.type),
            fact("languages", record.language),
            fact("roles", passage.role),
            fact("kinds", passage.kind),
            *(fact("codes", code) for code in passage.jurisdictions),
            *(() if passage.meeting_date is None else (fact("dates", passage.meeting_date),)),
        )
    )


def facts(filters: Filters, dates: Iterable[str]) -> Facts | None:
    """What passages hold that meet the filters; `dates` are all that passages have. None where that is too much."""
    found = tuple(_alternatives(filters, tuple(dates)))
    return found if found and max(map(len, found)) <= _MOST else None


def _alternatives(filters: Filters, dates: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    named = {
        "documents": filters.documents,
        "types": filters.types,
        "languages": filters.document_languages,
        "roles": filters.roles,
        "codes": filters.jurisdictions,
    }
    for name, condition in conditions(filters):
        values = dates if name == "dates" else named[name] or ()
        yield tuple(fact(name, value) for value in dict.fromkeys(values) if name != "dates" or condition(value))


def fact(name: str, value: str) -> str:
    """The token of a value of a column."""
    return f"{name}={value}"
