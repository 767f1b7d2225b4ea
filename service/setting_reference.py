"""The settings as a table for README.md, and as a file to begin one's own from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from service.server_settings import Settings, takes
from service.setting_sources import DEFAULT_FILE, FILE_VARIABLE, variable


def reference() -> str:
    """A Markdown table of all settings: variable, what it sets and takes, and its default."""
    lines = ["| setting | what it sets | takes | default |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None or field.default == () else f"`{_plain(field.default)}`"
        lines.append(f"| `{variable(name)}` | {field.description} | {takes(name)} | {default} |")
    return "\n".join(lines) + "\n"


def template() -> str:
    """A settings file that sets nothing: every setting with its default, as a comment."""
    lines = [
        "# Settings of Council Search. Take the # away from a line to set it.",
        f"# Read from --settings FILE, else from the file that {FILE_VARIABLE} names, else from {DEFAULT_FILE} in the",
        "# current folder. An option of the command line wins over a variable COUNCIL_…, and that over this file.",
        "# Made by: council settings --template",
    ]
    for name, field in Settings.model_fields.items():
        value = "" if field.default is None else json.dumps(_json(field.default), ensure_ascii=False)
        lines += ["", f"# {field.description} ({takes(name)})", f"# {name} = {value}".rstrip()]
    return "\n".join(lines) + "\n"


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def _json(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else list(value) if isinstance(value, tuple) else value
