"""How far a statement says that something is: from its verbs, their tenses and set words, else from its section.

Words and rules are data (`data/status_cues.toml`); a statement is written as classes of words, on which rules look.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from indexer.cues import any_of, plain
from indexer.documents import Passage, Role, Status
from indexer.patterns import Patterns, Written, anywhere, patterns
from indexer.word_classes import WordClasses

_REMEMBERED = 65_536  # statements: lists look at hundreds each
_LEAD = 80  # characters of a passage's first line in which what it lists is announced


# All that a status depends on; what is kept of an index was read by these.
_RULES = (
    "data/status_cues.toml",
    "status.py",
    "word_classes.py",
    "verb_forms.py",
    "patterns.py",
    "cues.py",
    "text.py",
)


@cache
def rules_digest() -> str:
    """What tells whether statuses that were kept are those that would be read now."""
    digest = hashlib.blake2b(repr((list(Status), list(Role))).encode(), digest_size=16)
    for name in _RULES:
        digest.update(hashlib.blake2b(files("indexer").joinpath(name).read_bytes()).digest())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Rule:
    status: Status
    found: Patterns
    unless: re.Pattern[str] | None
    not_after: re.Pattern[str] | None
    roles: frozenset[Role]

    def holds(self, written: Written, role: Role) -> bool:
        if role not in self.roles or (start := self.found.first(written)) is None:
            return False
        if self.not_after and self.not_after.search(written.text, 0, start):
            return False
        return not (self.unless and self.unless.search(written.text))


@dataclass(frozen=True, slots=True)
class _Heading:
    """Words of headings under which a statement without a cue has a status of its own."""

    found: re.Pattern[str]
    status: Status


@dataclass(frozen=True, slots=True)
class _Table:
    classes: WordClasses
    rules: tuple[_Rule, ...]
    rules_by_key: Mapping[str, tuple[int, ...]]  # the numbers of the rules that may begin with a word of that key
    by_role: Mapping[Role, Status]
    achievements: _Heading
    offers: _Heading


@lru_cache(maxsize=1)
def _table() -> _Table:
    raw: dict[str, Any] = tomllib.loads((files("indexer") / "data" / "status_cues.toml").read_text(encoding="utf-8"))
    rules = tuple(map(_rule, raw["rule"]))
    keys = {key for rule in rules for key in rule.found.by_key}
    return _Table(
        classes=WordClasses.of(raw),
        rules=rules,
        rules_by_key={key: tuple(n for n, rule in enumerate(rules) if key in rule.found.by_key) for key in keys},
        by_role={Role(role): Status(status) for role, status in raw["sections"].items()},
        achievements=_Heading(any_of(raw["achievements"]["heading"]), Status(raw["achievements"]["status"])),
        offers=_Heading(any_of(raw["offers"]["heading"]), Status(raw["offers"]["status"])),
    )


def _rule(raw: dict[str, Any]) -> _Rule:
    return _Rule(
        status=Status(raw["status"]),
        found=patterns(raw["patterns"]),
        unless=anywhere(raw["unless"]) if "unless" in raw else None,
        not_after=anywhere(raw["not_after"]) if "not_after" in raw else None,
        roles=frozenset(map(Role, raw.get("roles", Role))) - set(map(Role, raw.get("not_roles", ()))),
    )


@lru_cache(maxsize=_REMEMBERED)
def status_of(statement: str, role: Role, heading: tuple[str, ...] = (), lead: str = "") -> Status:
    """The status that `statement` gives, in a section of `role`.

    `heading` is its path of titles and `lead` the words that open its list, where there are any: they tell what a
    statement without a cue is.
    """
    table = _table()
    whole = table.classes.written(statement)
    main = table.classes.main_clause(whole)
    if whole.rstrip().endswith("?") and "?" not in main:  # a question is one without its side clauses too
        main = f"{main} ?"
    for text in (main, whole) if main != whole else (whole,):
        written = Written.of(text)
        for number in sorted({n for key in written.places for n in table.rules_by_key.get(key, ())}):
            if table.rules[number].holds(written, role):
                return table.rules[number].status
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
