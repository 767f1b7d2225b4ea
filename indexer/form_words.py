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
    `title_roles` are the words of their titles, `title_qualifiers` and `title_joiners` words that may stand with them.
    `contact_labels` announce a contact's name or address, `people_labels` are those of them that name a person.
    `sure` and `possible` match at the beginning of a sentence, `months`, `you`, `your_organization`, `council`,
    `readers`, `wishes`, `remarks` and `itself` anywhere in it.
    """

    order: tuple[Role, ...]
    others: tuple[Role, ...]
    generic: re.Pattern[str]
    contact_labels: frozenset[str]
    people_labels: tuple[str, ...]
    title_roles: dict[str, Role]
    title_qualifiers: frozenset[str]
    title_joiners: frozenset[str]
    sure: re.Pattern[str]
    possible: re.Pattern[str]
    you: re.Pattern[str]
    your_organization: re.Pattern[str]
    council: re.Pattern[str]
    readers: re.Pattern[str]
    wishes: re.Pattern[str]
    months: re.Pattern[str]
    remarks: re.Pattern[str]
    itself: re.Pattern[str]


@lru_cache(maxsize=1)
def form_words() -> FormWords:
    """The table, read once; SettingError where it lacks a list or holds a wrong pattern."""
    raw = tomllib.loads((files("indexer") / "data" / "form_words.toml").read_text(encoding="utf-8"))
    try:
        template, titles, instruction, notice = raw["template"], raw["titles"], raw["instruction"], raw["notice"]
        order, others = (tuple(Role(name) for name in template[key]) for key in ("order", "others"))
        return FormWords(
            order=order,
            others=others,
            generic=_words(template["generic"]),
            contact_labels=frozenset((*template["contact_labels"], *template["people_labels"])),
            people_labels=tuple(sorted(template["people_labels"], key=len, reverse=True)),
            title_roles={word: role for role in (*order, *others) for word in titles[role]},
            title_qualifiers=frozenset(titles["qualifiers"]),
            title_joiners=frozenset(titles["joiners"]),
            sure=_words(instruction["sure"]),
            possible=_words(instruction["possible"]),
            you=_words(instruction["you"]),
            your_organization=_words(instruction["your_organization"]),
            council=_words(instruction["council"]),
            readers=_words(instruction["others"]),
            wishes=_words(instruction["wishes"]),
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
