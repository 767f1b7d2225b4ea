"""How far a statement says that something is: from its verbs, their tenses and set words, else from its section.

Words and rules are data (`data/status_cues.toml`); a statement is written as classes of words, on which rules look.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib.resources import files
from itertools import accumulate
from typing import Any

from indexer.cues import any_of, plain
from indexer.documents import Passage, Role, Status
from indexer.patterns import Beginning, anywhere, keys, patterns
from indexer.remembered import Remembered
from indexer.word_classes import WordClasses

_REMEMBERED = 65_536  # statements: lists look at hundreds each
_SECTIONS_KEPT = 4_096
_WORDS_KEPT = 32_768
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
    found: Mapping[str, Beginning]
    unless: re.Pattern[str] | None
    not_after: re.Pattern[str] | None
    roles: frozenset[Role]

    def holds(self, text: str, places: Iterable[tuple[int, Beginning]]) -> bool:
        """Whether it does for a written text, of which patterns may begin at these places."""
        start = _first(text, places)
        if start is None or (self.not_after and self.not_after.search(text, 0, start)):
            return False
        return not (self.unless and self.unless.search(text))


def _first(text: str, places: Iterable[tuple[int, Beginning]]) -> int | None:
    """The first place at which a pattern is found that may begin there."""
    for start, beginning in places:
        for pattern in beginning:
            if pattern.match(text, start):
                return start
    return None


@dataclass(frozen=True, slots=True)
class _Heading:
    """Words of headings under which a statement without a cue has a status of its own."""

    found: re.Pattern[str]
    status: Status


@dataclass(frozen=True, slots=True)
class _Table:
    classes: WordClasses
    rules: tuple[_Rule, ...]
    begun: Remembered[tuple[tuple[int, Beginning], ...]]  # by written word the rules that it may begin
    rules_for: Mapping[Role, frozenset[int]]
    by_role: Mapping[Role, Status]
    achievements: _Heading
    offers: _Heading


@lru_cache(maxsize=1)
def _table() -> _Table:
    raw: dict[str, Any] = tomllib.loads((files("indexer") / "data" / "status_cues.toml").read_text(encoding="utf-8"))
    rules = tuple(map(_rule, raw["rule"]))
    by_key: dict[str, list[tuple[int, Beginning]]] = {}
    for number, rule in enumerate(rules):
        for key, beginning in rule.found.items():
            by_key.setdefault(key, []).append((number, beginning))
    return _Table(
        classes=WordClasses.of(raw),
        rules=rules,
        begun=Remembered(partial(_begun, by_key=by_key), _WORDS_KEPT),
        rules_for={role: frozenset(n for n, rule in enumerate(rules) if role in rule.roles) for role in Role},
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


def _begun(word: str, *, by_key: Mapping[str, Sequence[tuple[int, Beginning]]]) -> tuple[tuple[int, Beginning], ...]:
    """The rules that may begin with a written word, by their numbers, with their patterns: none of most words."""
    found: dict[int, Beginning] = {}
    for key in keys(word):
        for number, beginning in by_key.get(key, ()):
            found[number] = (*found.get(number, ()), *beginning)
    return tuple(found.items())


@lru_cache(maxsize=_REMEMBERED)
def status_of(statement: str, role: Role, heading: tuple[str, ...] = (), lead: str = "") -> Status:
    """The status that `statement` gives, in a section of `role`.

    `heading` is its path of titles and `lead` the words that open its list, where there are any: they tell what a
    statement without a cue is.
    """
    whole, main = _table().classes.clauses(statement)
    if whole.rstrip().endswith("?") and "?" not in main:  # a question is one without its side clauses too
        main = f"{main} ?"
    told = _told(main, role)
    if told is None and main != whole:
        told = _told(whole, role)
    return told or _of_section(role, heading, lead)


def _told(text: str, role: Role) -> Status | None:
    """The status that the words of a written text tell: that of the first rule that holds."""
    table = _table()
    words = text.split(" ")
    begun = [*map(table.begun.__getitem__, words)]
    ends = [*accumulate(map(len, words))]  # without the blanks between
    places: dict[int, list[tuple[int, Beginning]]] = {}
    for place in [place for place, rules in enumerate(begun) if rules]:
        start = ends[place] - len(words[place]) + place
        for number, beginning in begun[place]:
            if number in places:
                places[number].append((start, beginning))
            else:
                places[number] = [(start, beginning)]
    for number in sorted(table.rules_for[role] & places.keys()):
        if table.rules[number].holds(text, places[number]):
            return table.rules[number].status
    return None


@lru_cache(maxsize=_SECTIONS_KEPT)
def _of_section(role: Role, heading: tuple[str, ...], lead: str) -> Status:
    """The status of a statement without a cue."""
    table = _table()
    if role in (Role.REMARK, Role.SHOWCASE) and table.offers.found.search(_titles(heading, lead)):
        return table.offers.status
    if role is Role.PRIORITY and table.achievements.found.search(_titles(heading, lead)):
        return table.achievements.status
    return table.by_role[role]


def _titles(heading: tuple[str, ...], lead: str) -> str:
    return plain("\n".join((*heading, lead)))


def passage_status(passage: Passage, start: int, end: int) -> Status:
    """The status that characters `start` to `end` of a passage's text give, with its headings and first line."""
    return status_of(passage.text[start:end], passage.role, passage.heading, _lead(passage))


def passage_statuses(passage: Passage, start: int, end: int) -> tuple[Status, ...]:
    """The statuses of a sentence, that of its words first, then that of the section: an offer, a question."""
    (statuses,) = sentence_statuses(passage, [(start, end)])
    return statuses


def sentence_statuses(passage: Passage, spans: Iterable[tuple[int, int]]) -> list[tuple[Status, ...]]:
    """As `passage_statuses`, of several sentences of a passage."""
    text, role, heading, lead = passage.text, passage.role, passage.heading, _lead(passage)
    offered = _of_section(role, heading, lead)
    told = [status_of(text[start:end], role, heading, lead) for start, end in spans]
    if offered not in (Status.SHARING, Status.ASKING):
        return [(status,) for status in told]
    return [(status,) if status is offered else (status, offered) for status in told]


def _lead(passage: Passage) -> str:
    """The words with which a passage announces what it lists, if it does."""
    first, _, rest = passage.text.partition("\n")
    if rest and len(first) <= _LEAD:
        return first
    return first[:_LEAD].partition(":")[0] if ":" in first[:_LEAD] else ""
