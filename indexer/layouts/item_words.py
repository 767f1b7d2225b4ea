"""The words of decisions and follow-ups in `data/record_words.toml`: who, by when, how it stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from indexer.document_words import table

_YEAR = r"(?:19|20)\d{2}(?:[-–/]\d{2,4})?"


@dataclass(frozen=True, slots=True)
class ItemWords:
    """Patterns and words for folded text; `owner`, `addressed` and some of `due` have a group of that kind."""

    owner: tuple[re.Pattern[str], ...]
    addressed: tuple[re.Pattern[str], ...]
    groups: re.Pattern[str]
    titles: frozenset[str]
    joins: frozenset[str]
    nobody: frozenset[str]
    due: tuple[re.Pattern[str], ...]
    term: tuple[re.Pattern[str], ...]
    completed: frozenset[str]
    continuing: frozenset[str]
    completed_patterns: tuple[re.Pattern[str], ...]
    continuing_patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    to_come: tuple[re.Pattern[str], ...]
    owner_columns: frozenset[str]
    due_columns: frozenset[str]
    status_columns: frozenset[str]


@lru_cache(maxsize=1)
def item_words() -> ItemWords:
    """The table, read once."""
    raw = tomllib.loads((files("indexer") / "data" / "record_words.toml").read_text(encoding="utf-8"))
    owner, due, status = raw["owner"], raw["due"], raw["status"]
    columns = {
        "owner_columns": _any(owner["columns"]),
        "due_columns": _any(due["columns"]),
        "status_columns": _any(status["columns"]),
    }
    dates = _dates(due)
    dotted = rf"\b(?:{_any(owner['titles'])}|[a-z])\."
    who = {
        **columns,
        "columns": columns["owner_columns"],
        "dotted": dotted,
        "who": rf"(?P<owner>(?:{dotted}|[^,.;:]){{2,90}}?)",
        "head": rf"^{owner['lead']}(?:{owner['agreed']}{owner['lead']})?",
        "aside": owner["aside"],
        "when": rf"(?:the )?(?:(?:{_any(owner['when'])})\b|\d|{dates['date']}|(?:{dates['weekday']})\b)",
    }
    when = {**dates, **columns, "columns": columns["due_columns"]}
    done = {"done": _any(status["done"]), "finished": _any(status["finished"])}
    return ItemWords(
        owner=_patterns(owner["patterns"], who),
        addressed=_patterns(owner["addressed"], who),
        groups=re.compile(owner["groups"]),
        titles=frozenset(owner["titles"]),
        joins=frozenset(owner["joins"]),
        nobody=frozenset(owner["nobody"]),
        due=_patterns(due["patterns"], when),
        term=_patterns(due["term_patterns"], when),
        completed=frozenset(status["completed"]),
        continuing=frozenset(status["continuing"]),
        completed_patterns=_patterns(status["completed_patterns"], done),
        continuing_patterns=_patterns(status["continuing_patterns"], done),
        unless=_patterns(status["unless"], {}),
        to_come=_patterns(status["to_come"], {}),
        owner_columns=frozenset(owner["columns"]),
        due_columns=frozenset(due["columns"]),
        status_columns=frozenset(status["columns"]),
    )


def _dates(due: Mapping[str, Any]) -> dict[str, str]:
    """The parts of dates, without groups of their own."""
    short = _any(form for names in table().short_months.values() for forms in names for form in forms)
    months = "|".join(name for names in table().months.values() for name in names)
    # A short form needs its end, or "mar" would stand for "marks"; its dot is its own.
    month = rf"(?:{months})\b|(?:{short})\b\.?"
    season, quarter = _any(season for names in table().seasons.values() for season in names), due["quarters"]
    date = (
        rf"(?:(?:\d{{1,2}}(?:er|st|nd|rd|th)? (?:of )?)?(?:{month})(?: \d{{1,2}}(?:st|nd|rd|th)?\b,?)?(?: \d{{4}})?"
        rf"|(?:19|20)\d{{2}}-\d{{2}}-\d{{2}}|(?:(?:{season})\b|{quarter})(?:,? (?:of |de |du )?{_YEAR})?)"
    )
    return {
        "month": month,
        "short_month": short,
        "season": rf"(?:{season})\b",
        "quarter": quarter,
        "weekday": _any(due["weekdays"]),
        "meeting": _any(due["meetings"]),
        "year": _YEAR,
        "date": date,
    }


def _patterns(raw: Iterable[str], parts: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_filled(pattern, parts)) for pattern in raw)


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z_]+)\}", lambda found: parts[found[1]], pattern)


def _any(phrases: Iterable[str]) -> str:
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
