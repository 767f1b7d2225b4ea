"""Texts that people see, from `data/messages*.toml`, a file a concern: one key, two languages."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
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
    """All messages by dotted key, each by language; read once. Raises SettingError for a key in two files."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(Path(str(files("service") / "data")).glob("messages*.toml")):
        for key, texts in _flatten("", tomllib.loads(file.read_text(encoding="utf-8"))):
            if key in found:
                raise SettingError(f"{file}: the message {key} stands in another file too; keep one")
            found[key] = {**texts, "fr": _typeset(texts["fr"])}
    return found


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
