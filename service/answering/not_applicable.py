"""Questions about a section that its organisation left empty: "Yukon answered N/A"."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files

from indexer import dates
from indexer.documents import Passage, PassageKind, Role
from service import access
from service.answering.found import Found
from service.cues import any_of, plain
from service.retrieval import Hit

_MOST_NAMED = 2  # jurisdictions in a question about what one of them wrote


def empty_handed(found: Found) -> tuple[Hit, ...]:
    """The passages that say "N/A" where the question asks for what would stand there; none where something does.

    A section counts as empty if all that its jurisdiction wrote there, at the meetings that the question is about,
    says that there is nothing to say.
    """
    query = found.query
    codes = sorted(query.clues.jurisdictions)
    if not 1 <= len(codes) <= _MOST_NAMED:
        return ()
    if query.kind == "precedent" and not _meetings(found):  # it may have told its problem elsewhere than in a form
        return ()
    roles = _sections_asked_for(query.text)
    hits: list[Hit] = []
    for code in codes:
        passages = [passage for passage in _written(found, code, roles) if _of_the_meeting(passage, found)]
        if not passages or any(passage.kind is PassageKind.STATEMENT for passage in passages):
            return ()
        hits.extend(_to_cite(found, [one for one in passages if one.kind is PassageKind.NO_ANSWER]))
    return tuple(hits)


def _sections_asked_for(question: str) -> tuple[Role, ...]:
    """The roles of the sections that a question's words ask for."""
    text = plain(question)
    return tuple(role for role, words in _words().items() if words.search(text))


def _written(found: Found, code: str, roles: tuple[Role, ...]) -> Iterable[Passage]:
    """What a jurisdiction wrote in its own sections of these roles."""
    filters = found.query.filters
    allowed = tuple(role for role in roles if not filters.roles or role in filters.roles)
    if not allowed or (filters.jurisdictions and code not in filters.jurisdictions):
        return ()
    numbers = found.index.allowed(replace(filters, roles=allowed, jurisdictions=(code,)))
    passages = found.index.numbered([] if numbers is None else numbers)
    return (passage for passage in passages if passage.jurisdictions[:1] == (code,))


def _of_the_meeting(passage: Passage, found: Found) -> bool:
    """Whether a passage is of a meeting that the question names, or of any where it names none or has no date."""
    named, date = _meetings(found), passage.meeting_date
    return not named or date is None or any(date.startswith(day) or day.startswith(date) for day in named)


def _meetings(found: Found) -> tuple[str, ...]:
    """The dates that the question names."""
    when = dates.first_date(found.query.text)
    return (when,) if when else tuple(found.query.clues.years)


def _to_cite(found: Found, passages: list[Passage]) -> list[Hit]:
    """One passage of each section and meeting, in the reader's language where there is one."""
    chosen: dict[tuple[Role, str | None], Passage] = {}
    for passage in sorted(passages, key=lambda one: one.language != found.query.language):
        chosen.setdefault((passage.role, passage.meeting_date), passage)
    records = found.index.documents_by_id({passage.document_id for passage in chosen.values()})
    documents = {record.id: access.visible(record) for record in records}
    return [Hit(one, documents[one.document_id], score=0.0, dense=0.0, lexical=0.0) for one in chosen.values()]


@lru_cache(maxsize=1)
def _words() -> dict[Role, re.Pattern[str]]:
    raw = tomllib.loads((files("service") / "data" / "section_words.toml").read_text(encoding="utf-8"))
    return {Role(role): any_of(patterns) for role, patterns in raw.items()}
