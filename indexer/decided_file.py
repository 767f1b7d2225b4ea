"""A JSON file of decisions in the data folder: read whole or refused, written by one at a time, put down by rename."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from indexer.errors import CouncilError, IndexUnusableError
from indexer.files import bring_to_disk

FORMAT_VERSION = 1
_Content = TypeVar("_Content", bound=BaseModel)


def read(path: Path, content: type[_Content], *, held_up: str = "nothing is shown") -> _Content | None:
    """What the file holds; None where there is none.

    Raises IndexUnusableError where it cannot be read; `held_up` says what has to wait until it can.
    """
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise unusable(path, error, held_up) from error
    try:
        found = content.model_validate_json(raw)
    except ValidationError as error:
        raise unusable(path, error, held_up) from error
    version = getattr(found, "format_version", None)
    if version != FORMAT_VERSION:
        raise unusable(path, ValueError(f"format version {version}, this program reads {FORMAT_VERSION}"), held_up)
    return found


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Hold the file for a change. Raises CouncilError where it cannot be written; the old one then stays."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_name(f".{path.stem}.lock").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise CouncilError(f"{path}: cannot be written ({error.strerror or error}); nothing changed") from error


def write(path: Path, content: BaseModel) -> None:
    """Put `content` in the place of the file, on the disk when this returns; call it in one's `turn`."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    written: dict[str, Any] = content.model_dump(mode="json", exclude_defaults=True)
    written["format_version"] = FORMAT_VERSION
    aside.write_text(json.dumps(written, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    bring_to_disk(aside)
    aside.replace(path)
    bring_to_disk(path.parent)


def revision(path: Path) -> tuple[int, int, int] | None:
    """What changes whenever the file does, at the cost of one look; None where there is none.

    Raises IndexUnusableError where it cannot be looked at.
    """
    try:
        state = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise unusable(path, error) from error
    return state.st_ino, state.st_mtime_ns, state.st_size


def unusable(path: Path, error: Exception, held_up: str = "nothing is shown") -> IndexUnusableError:
    """The error for a file that cannot be read: to go on without it would undo what was decided."""
    return IndexUnusableError(
        f"{path}: the decisions on documents cannot be read ({error}); {held_up} until the file is mended or "
        "restored from a backup"
    )
