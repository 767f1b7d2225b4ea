"""Questions about a section that its organisation left empty: "Yukon answered N/A"."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from indexer import dates
from indexer.cues import any_of, plain
from indexer.documents import Passage, PassageKind, Role
from service import access
from service.answering.found import Found
from service.retrieval import Hit

_AT_ONCE = 16  # passages read
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
        numbers = _written(found, code, roles)
        silent = found.index.silent[numbers]
        if next(_own(found, code, numbers[~silent]), None):  # most write something, and the first few tell
            return ()
        passages = [one for one in _own(found, code, numbers[silent]) if one.kind is not PassageKind.STATEMENT]
        if not passages:
            return ()
        hits.extend(_to_cite(found, [one for one in passages if one.kind is PassageKind.NO_ANSWER]))
    return tuple(hits)


def _sections_asked_for(question: str) -> tuple[Role, ...]:
    """The roles of the sections that a question's words ask for."""
    text = plain(question)
    return tuple(role for role, words in _words().items() if words.search(text))


def _written(found: Found, code: str, roles: tuple[Role, ...]) -> npt.NDArray[np.int64]:
    """Numbers of what a jurisdiction may have written in sections of these roles."""
    filters = found.query.filters
    allowed = tuple(role for role in roles if not filters.roles or role in filters.roles)
    numbers = None
    if allowed and (not filters.jurisdictions or code in filters.jurisdictions):
        numbers = found.index.allowed(replace(filters, roles=allowed, jurisdictions=(code,)))
    return np.empty(0, np.int64) if numbers is None else numbers


def _own(found: Found, code: str, numbers: npt.NDArray[np.int64]) -> Iterator[Passage]:
    """Those of the passages that are the jurisdiction's own, of the meetings that the question is about."""
    for first in range(0, len(numbers), _AT_ONCE):
        for passage in found.index.numbered(numbers[first : first + _AT_ONCE]):
            if passage.jurisdictions[:1] == (code,) and _of_the_meeting(passage, found):
                yield passage


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
