"""Reading and writing the harness's files: what cannot be done is told with the file and the mend."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from indexer.errors import SettingError

_Model = TypeVar("_Model", bound=BaseModel)


def write(path: Path, text: str, option: str) -> None:
    """Write `text` as UTF-8; folders are made as needed. Raises SettingError that names `option` and the mend."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingError(f"{option} {path}: cannot be written ({error}); name a file that you may write") from error


def read(path: Path, model: type[_Model], version: int, *, named: str, mend: str) -> _Model:
    """A JSON file with a `format_version`, as `model` has it.

    Raises SettingError that begins with `named` and ends with `mend` where the file is not one of this version.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise SettingError(f"{named}: cannot be read ({error}); {mend}") from error
    held = raw.get("format_version") if isinstance(raw, dict) else None
    if held != version:
        told = "has no format version" if held is None else f"has format version {held!r}"
        raise SettingError(f"{named}: {told}, this program reads {version}; {mend}")
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise SettingError(f"{named}: is not whole ({place}: {first['msg']}); {mend}") from error
