"""The decisions of the source: taken over whole, after they were read, and put down by rename."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from indexer import corrections, overrides
from indexer.data_folder import CORRECTIONS, OVERRIDES
from indexer.errors import CouncilError
from indexer.files import bring_to_disk

_ASIDE = ".taking-"
_LOADERS = {OVERRIDES: overrides.load, CORRECTIONS: corrections.load}


def take_over(source_data: Path, data: Path) -> bool:
    """Make the decisions in `data` those of the source; returns whether any changed.

    Raises CouncilError where they cannot be read or written, or a file that was there is gone: those that the replica
    has then stay, as to go on without them would show what was taken away.
    """
    if not source_data.is_dir():
        raise CouncilError(
            f"{source_data}: the source's data folder is not there; mount it or bring it too, name another with "
            "--source-data, or make it empty if nothing was ever decided at the source"
        )
    # Each of them is tried: a damaged file of corrections is no reason to show what was withdrawn.
    changed, failure = False, None
    for name in _LOADERS:
        try:
            changed = _take_over(name, source_data, data) or changed
        except CouncilError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return changed


def clear_left(data: Path) -> None:
    """Clear away what one that was killed left in the data folder."""
    for left in data.glob(f"{_ASIDE}*"):
        shutil.rmtree(left, ignore_errors=True)


def _take_over(name: str, source_data: Path, data: Path) -> bool:
    source, place = source_data / name, data / name
    try:
        wanted, held = _content(source), _content(place)
        if wanted == held:
            return False
        if wanted is None:
            raise CouncilError(f"{source}: is gone; the decisions that this replica has of it stay")
        with tempfile.TemporaryDirectory(prefix=_ASIDE, dir=data) as aside:
            new = Path(aside) / name
            new.write_bytes(wanted)
            new.chmod(0o600)
            _LOADERS[name](new.parent)  # raises for what cannot be used
            bring_to_disk(new)
            new.replace(place)
        bring_to_disk(data)
    except OSError as error:
        raise CouncilError(
            f"{source}: could not be taken over ({error}); let this user read it and write to {data}; the decisions "
            "that this replica has stay"
        ) from error
    except CouncilError as error:
        if "stay" in str(error):
            raise
        raise CouncilError(f"{source}: cannot be used ({error}); the decisions that this replica has stay") from error
    return True


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
