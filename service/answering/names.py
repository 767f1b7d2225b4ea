"""Names of jurisdictions as sentences need them, from `data/jurisdiction_forms.toml`: "le Manitoba", "au Manitoba"."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, cast, get_args

from indexer.documents import LANGUAGES, Language
from indexer.errors import SettingError
from indexer.jurisdictions import CODES

Form = Literal["subject", "place", "of"]
Gender = Literal["masculine", "feminine"]

_TABLE = "service/data/jurisdiction_forms.toml"


@dataclass(frozen=True, slots=True)
class Forms:
    """A jurisdiction's name in one language: as a subject, as a place, after "of"; `gender` is None in English.

    `plural` says that the verb after it is in the plural.
    """

    subject: str
    place: str
    of: str
    plural: bool
    gender: Gender | None


def forms(code: str, language: Language) -> Forms:
    """The forms of a jurisdiction's name in `language`; KeyError for an unknown code."""
    return table()[code, language]


def form(code: str, language: Language, wanted: Form) -> str:
    """One form of a jurisdiction's name: `form("MB", "fr", "place")` is "au Manitoba"; KeyError for an unknown code."""
    return cast(str, getattr(forms(code, language), wanted))


@lru_cache(maxsize=1)
def table() -> Mapping[tuple[str, Language], Forms]:
    """The forms of every code in each language; read once."""
    return load(tomllib.loads((files("service") / "data" / "jurisdiction_forms.toml").read_text(encoding="utf-8")))


def load(data: Mapping[str, Any]) -> Mapping[tuple[str, Language], Forms]:
    """The forms in `data`; raises SettingError where it lacks a code or a form, or has one that nobody knows."""
    if set(data) != set(CODES):
        odd = ", ".join(sorted(set(data) ^ set(CODES)))
        raise SettingError(f"{_TABLE}: one entry a jurisdiction is needed; missing or unknown: {odd}")
    return {(code, language): _forms(code, language, data[code]) for code in CODES for language in LANGUAGES}


def _forms(code: str, language: Language, entry: Mapping[str, Any]) -> Forms:
    words = entry.get(language, {})
    for name in get_args(Form):
        if not isinstance(words.get(name), str) or not words[name].strip():
            raise SettingError(f"{_TABLE}: {code}.{language}.{name} is {words.get(name)!r}; give a text")
    if not isinstance(words.get("plural"), bool):
        raise SettingError(f"{_TABLE}: {code}.{language}.plural is {words.get('plural')!r}; give true or false")
    if language == "fr" and words.get("gender") not in get_args(Gender):
        raise SettingError(f"{_TABLE}: {code}.fr.gender is {words.get('gender')!r}; give one of {get_args(Gender)}")
    return Forms(words["subject"], words["place"], words["of"], words["plural"], words.get("gender"))
