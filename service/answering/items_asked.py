"""What a question's words say of the decisions and follow-ups that it asks for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer import text
from indexer.documents import ItemStatus, Role
from service.dates_asked import Period, dates_asked

_NUMBER = r"\d{1,2}[a-z]?"
_CODE = re.compile(r"\b\d{1,2}[A-Z]\b")


@dataclass(frozen=True, slots=True)
class ItemsAsked:
    """The conditions that a question sets on items; an empty one sets none.

    `numbers` are folded ("2a"). `several` says that it asks for all items that fit, `later` that it asks what became of
    one, `led` that it asks whether something came of an agenda item. `text` is the question, folded, without its dates
    and the nouns and numbers for items; `words` are those in it that may name a topic.
    """

    kinds: frozenset[Role] = frozenset()
    numbers: frozenset[str] = frozenset()
    statuses: frozenset[ItemStatus] = frozenset()
    periods: tuple[Period, ...] = ()
    several: bool = False
    later: bool = False
    led: bool = False
    text: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Table:
    kinds: dict[Role, re.Pattern[str]]
    nouns: re.Pattern[str]
    several: re.Pattern[str]
    number: re.Pattern[str]
    statuses: dict[ItemStatus, re.Pattern[str]]
    later: re.Pattern[str]
    led: re.Pattern[str]
    inversion: re.Pattern[str]
    frame: frozenset[str]
    records: frozenset[str]


@lru_cache(maxsize=1)
def _table() -> _Table:
    raw = tomllib.loads((files("service") / "data" / "item_words.toml").read_text(encoding="utf-8"))
    plurals = [noun for kind in raw["kinds"].values() for noun in kind["several"]]
    nouns = [noun for kind in raw["kinds"].values() for noun in (*kind["several"], *kind["one"])]
    label, sign = raw["number"]["label"], raw["number"]["sign"]
    return _Table(
        kinds={Role(name): _nouns([*kind["one"], *kind["several"]]) for name, kind in raw["kinds"].items()},
        nouns=_nouns(nouns),
        several=_any([*raw["several"]["patterns"], _nouns(plurals).pattern]),
        number=re.compile(rf"\b{label}\s*(?:{sign}\s*)?(?P<one>{_NUMBER})\b|(?:\b{sign}|#)\s*(?P<signed>{_NUMBER})\b"),
        statuses={ItemStatus(name): _any(patterns) for name, patterns in raw["statuses"].items()},
        later=_any(raw["later"]["patterns"]),
        led=_any(raw["led"]["patterns"]),
        inversion=re.compile(raw["inversion"]["pattern"]),
        frame=frozenset(raw["frame"]["words"].split()),
        records=frozenset(raw["records"]["words"].split()),
    )


def words_of_records() -> frozenset[str]:
    """Words for what every record has, such as its minutes and agenda, folded."""
    return _table().records


def items_asked(question: str) -> ItemsAsked:
    """The conditions in a question of either language."""
    table, dates = _table(), dates_asked(question)
    rest = dates.rest
    numbers = {found.group("one") or found.group("signed") for found in table.number.finditer(rest)}
    numbers |= {code.lower() for code in _CODE.findall(question)}
    said = " ".join(table.nouns.sub(" ", table.number.sub(" ", table.inversion.sub(" ", rest))).split())
    skipped = table.frame | text.stop_words().question | text.stop_words().either | numbers
    return ItemsAsked(
        kinds=frozenset(kind for kind, pattern in table.kinds.items() if pattern.search(rest)),
        numbers=frozenset(numbers),
        statuses=frozenset(status for status, pattern in table.statuses.items() if pattern.search(rest)),
        periods=dates.periods,
        several=table.several.search(rest) is not None,
        later=table.later.search(rest) is not None,
        led=table.led.search(rest) is not None,
        text=said,
        words=tuple(word for word in dict.fromkeys(text.words(said)) if word not in skipped),
    )


def _nouns(nouns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(nouns)})\b")


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
