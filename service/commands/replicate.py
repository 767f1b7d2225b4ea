"""`council replicate`: an installation that follows another, once or until interrupted."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from indexer.errors import CouncilError
    from service.replication.following import Followed

_EVERY = 1.0


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "replicate", help="make an installation follow another: its index, its decisions and its keys"
    )
    command.add_argument("source", type=Path, metavar="SOURCE", help="index folder to follow, mounted or brought here")
    command.add_argument(
        "--index",
        type=Path,
        metavar="DIR",
        help="index folder of the replica (default: COUNCIL_INDEX, else .index); SOURCE itself where it is shared",
    )
    command.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the index folder's name-data)")
    command.add_argument(
        "--source-data", type=Path, metavar="DIR", help="data folder of the source (default: SOURCE's name-data)"
    )
    command.add_argument("--settings", type=Path, metavar="FILE", help="settings file")
    command.add_argument("--watch", action="store_true", help="keep following, until interrupted")
    command.add_argument(
        "--every", type=_seconds, default=_EVERY, metavar="SECONDS", help="between two looks (default: 1)"
    )
    command.set_defaults(run=_run, store=None)  # the setting says


def _seconds(text: str) -> float:
    value = float(text)
    if not 0.05 <= value <= 3_600:
        raise argparse.ArgumentTypeError("give 0.05 to 3600 seconds")
    return value


def _run(options: argparse.Namespace) -> int:
    from indexer.data_folder import beside, data_folder
    from indexer.errors import SettingError
    from service.replication.following import Follower, Places, keep_following

    if options.store:
        raise SettingError(
            "COUNCIL_STORE: a replica follows an index folder, and this index is in Qdrant, which keeps copies itself "
            "(?replicas=2): all machines serve with the same COUNCIL_STORE and the same data folder on shared storage; "
            "leave the setting empty to follow an index folder"
        )
    data = options.data or data_folder(options.index)
    source_data = options.source_data or beside(options.source)
    places = Places(options.source.resolve(), source_data.resolve(), options.index.resolve(), data.resolve())
    follower = Follower(places, options.every)
    with follower.turn():
        if not options.watch:
            _tell(follower.follow())
            return 0
        ended = threading.Event()
        before = {number: signal.signal(number, _interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            keep_following(follower, _tell, ended.wait)
        except KeyboardInterrupt:
            pass
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    return 0


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _tell(outcome: Followed | CouncilError) -> None:
    from service.replication.following import Followed

    if not isinstance(outcome, Followed):
        sys.stderr.write(f"council: {outcome}\n")
        sys.stderr.flush()
        return
    taken = [name for name, changed in (("decisions", outcome.decisions), ("keys", outcome.keys)) if changed]
    told = f"generation {outcome.generation} serves" if outcome.generation else "no generation serves"
    if outcome.copied is not None:
        told += (
            f": {outcome.copied.kept} files kept, {outcome.copied.shared} shared with the source, "
            f"{outcome.copied.copied} copied ({outcome.copied.bytes_copied} bytes)"
        )
    told += f"; {' and '.join(taken)} taken over" if taken else ""
    sys.stdout.write(f"{told}\n")
    sys.stdout.flush()
