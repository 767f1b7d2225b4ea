"""The table `data/form_words.toml`: the words of the exchange form's template."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer.documents import Role
from indexer.errors import SettingError

_TABLE = "indexer/data/form_words.toml"
_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class FormWords:
    """The table; every pattern is to be used on folded text.

    `order` are the roles of the template's headings in their order, `others` those of headings that may follow.
    `sure` and `possible` match at the beginning of a sentence, `months`, `you`, `your_organization`, `council`,
    `readers`, `remarks` and `itself` anywhere in it.
    """

    order: tuple[Role, ...]
    others: tuple[Role, ...]
    generic: re.Pattern[str]
    contact_labels: frozenset[str]
    sure: re.Pattern[str]
    possible: re.Pattern[str]
    you: re.Pattern[str]
    your_organization: re.Pattern[str]
    council: re.Pattern[str]
    readers: re.Pattern[str]
    months: re.Pattern[str]
    remarks: re.Pattern[str]
    itself: re.Pattern[str]


@lru_cache(maxsize=1)
def form_words() -> FormWords:
    """The table, read once; SettingError where it lacks a list or holds a wrong pattern."""
    raw = tomllib.loads((files("indexer") / "data" / "form_words.toml").read_text(encoding="utf-8"))
    try:
        template, instruction, notice = raw["template"], raw["instruction"], raw["notice"]
        return FormWords(
            order=tuple(Role(name) for name in template["order"]),
            others=tuple(Role(name) for name in template["others"]),
            generic=_words(template["generic"]),
            contact_labels=frozenset(template["contact_labels"]),
            sure=_words(instruction["sure"]),
            possible=_words(instruction["possible"]),
            you=_words(instruction["you"]),
            your_organization=_words(instruction["your_organization"]),
            council=_words(instruction["council"]),
            readers=_words(instruction["others"]),
            months=re.compile("|".join(f"(?:{pattern})" for pattern in instruction["months"])),
            remarks=_words(instruction["remarks"]),
            itself=_words(notice["itself"]),
        )
    except (KeyError, ValueError, re.error) as error:
        raise SettingError(f"{_TABLE}: cannot be used ({error}); mend it") from error


def _words(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of the phrases as whole words, the longest first."""
    ordered = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)") if ordered else _NOTHING
