"""How far a statement says that something is: from cue words in both languages, else from its section.

Cues are data (`data/status_cues.toml`): tenses, dates and verbs, with what would turn their sense.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from indexer.documents import Passage, Role, Status
from service.cues import any_of, plain

_REMEMBERED = 4_096
_LEAD = 80  # characters of a passage's first line in which what it lists is announced


@dataclass(frozen=True, slots=True)
class _Rule:
    status: Status
    found: re.Pattern[str]
    unless: re.Pattern[str] | None
    not_after: re.Pattern[str] | None
    roles: frozenset[Role]

    def holds(self, text: str, role: Role) -> bool:
        if role not in self.roles or not (cue := self.found.search(text)):
            return False
        if self.not_after and self.not_after.search(text, 0, cue.start()):
            return False
        return not (self.unless and self.unless.search(text))


@dataclass(frozen=True, slots=True)
class _Heading:
    """Words of headings under which a statement without a cue has a status of its own."""

    found: re.Pattern[str]
    status: Status


@dataclass(frozen=True, slots=True)
class _Table:
    rules: tuple[_Rule, ...]
    by_role: dict[Role, Status]
    achievements: _Heading
    offers: _Heading


@lru_cache(maxsize=1)
def _table() -> _Table:
    raw: dict[str, Any] = tomllib.loads((files("service") / "data" / "status_cues.toml").read_text(encoding="utf-8"))
    forms: dict[str, str] = raw["forms"]
    return _Table(
        rules=tuple(_rule(rule, forms) for rule in raw["rule"]),
        by_role={Role(role): Status(status) for role, status in raw["sections"].items()},
        achievements=_Heading(any_of(raw["achievements"]["heading"], forms), Status(raw["achievements"]["status"])),
        offers=_Heading(any_of(raw["offers"]["heading"], forms), Status(raw["offers"]["status"])),
    )


def _rule(raw: dict[str, Any], forms: dict[str, str]) -> _Rule:
    return _Rule(
        status=Status(raw["status"]),
        found=any_of(raw["patterns"], forms),
        unless=any_of(raw["unless"], forms) if "unless" in raw else None,
        not_after=any_of(raw["not_after"], forms) if "not_after" in raw else None,
        roles=frozenset(map(Role, raw.get("roles", Role))) - set(map(Role, raw.get("not_roles", ()))),
    )


@lru_cache(maxsize=_REMEMBERED)
def status_of(statement: str, role: Role, heading: tuple[str, ...] = (), lead: str = "") -> Status:
    """The status that `statement` gives, in a section of `role`.

    `heading` is its path of titles and `lead` the words that open its list, where there are any: they tell what a
    statement without a cue is.
    """
    table = _table()
    text = plain(statement)
    for rule in table.rules:
        if rule.holds(text, role):
            return rule.status
    titles = plain("\n".join((*heading, lead)))
    if role in (Role.REMARK, Role.SHOWCASE) and table.offers.found.search(titles):
        return table.offers.status
    if role is Role.PRIORITY and table.achievements.found.search(titles):
        return table.achievements.status
    return table.by_role[role]


def passage_status(passage: Passage, start: int, end: int) -> Status:
    """The status that characters `start` to `end` of a passage's text give, with its headings and first line."""
    return status_of(passage.text[start:end], passage.role, passage.heading, _lead(passage))


def passage_statuses(passage: Passage, start: int, end: int) -> tuple[Status, ...]:
    """The statuses of a sentence, that of its words first, then that of the section: an offer, a question."""
    told = passage_status(passage, start, end)
    offered = status_of("", passage.role, passage.heading, _lead(passage))
    section = (offered,) if offered in (Status.SHARING, Status.ASKING) else ()
    return tuple(dict.fromkeys((told, *section)))


def _lead(passage: Passage) -> str:
    """The words with which a passage announces what it lists, if it does."""
    first, _, rest = passage.text.partition("\n")
    if rest and len(first) <= _LEAD:
        return first
    return first[:_LEAD].partition(":")[0] if ":" in first[:_LEAD] else ""
