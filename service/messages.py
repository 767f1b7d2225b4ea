"""Texts that people see, from `data/messages.toml`: one key, two languages."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from indexer.documents import Language
from indexer.errors import SettingError


class RefusedError(SettingError):
    """A request that cannot be used. Its text is English, for the command line; `detail` gives either language."""

    def __init__(self, key: str, **values: object) -> None:
        self._key, self._values = key, values
        super().__init__(self.detail("en"))

    def detail(self, language: Language) -> str:
        """What is wrong and what to do about it, in `language`."""
        return message(self._key, language, **self._values)


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, str]]:
    """All messages by dotted key, each by language; read once."""
    raw = tomllib.loads((files("service") / "data" / "messages.toml").read_text(encoding="utf-8"))
    return {key: {**texts, "fr": _typeset(texts["fr"])} for key, texts in _flatten("", raw)}


def message(key: str, language: Language, **values: object) -> str:
    """The message `key` in `language` with its fields filled in. Raises KeyError for an unknown key or field."""
    return table()[key][language].format(**values)


def _typeset(text: str) -> str:
    """French with no-break spaces inside guillemets and before a colon, so that no line begins with a sign."""
    return re.sub(r" (?=[:»])|(?<=«) ", "\u00a0", text)


def _flatten(prefix: str, node: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    if node and all(isinstance(value, str) for value in node.values()):
        return [(prefix, node)]
    return [entry for name, child in node.items() for entry in _flatten(f"{prefix}.{name}" if prefix else name, child)]
