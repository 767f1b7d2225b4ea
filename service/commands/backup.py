"""`council backup` and `council restore`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Add the commands."""
    backup = commands.add_parser(
        "backup", help="write keys, audit log, feedback, uploads, decisions and index to a file"
    )
    what = backup.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=Path, metavar="FILE.tar.gz", help="write the backup here, the service may run")
    what.add_argument("--verify", type=Path, metavar="FILE", help="check every digest of a backup instead")
    _add_folders(backup)
    backup.set_defaults(run=_backup, store=None)  # the setting says

    restore = commands.add_parser("restore", help="put a backup back, after checking all of it")
    restore.add_argument("file", type=Path, metavar="FILE", help="the backup")
    _add_folders(restore)
    restore.add_argument("--force", action="store_true", help="in place of what is there")
    restore.set_defaults(run=_restore, store=None)


def _add_folders(command: argparse.ArgumentParser) -> None:
    command.add_argument("--index", type=Path, metavar="DIR", help="index folder (default: COUNCIL_INDEX, else .index)")
    command.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the index folder's name-data)")
    command.add_argument("--settings", type=Path, metavar="FILE", help="settings file")


def _backup(options: argparse.Namespace) -> int:
    from indexer.data_folder import data_folder
    from service.backup import read_backup, write_backup

    if options.verify is not None:
        manifest, path, done = read_backup(options.verify), options.verify, "verified"
    else:
        path, done = options.out, "written"
        data = options.data or data_folder(options.index)
        manifest = write_backup(options.index, data, path, index_too=not options.store)
    _tell(path, manifest, done)
    if options.store and options.verify is None:
        _note(
            "the index is in Qdrant, not in this file: take snapshots of its collections, or build it again from the "
            "documents; see service/deploy/qdrant.md"
        )
    return 0


def _restore(options: argparse.Namespace) -> int:
    from indexer.data_folder import data_folder
    from service.restore import restore

    data = options.data or data_folder(options.index)
    manifest = restore(options.file, options.index, data.resolve(), force=options.force)
    _tell(options.file, manifest, "restored")
    if options.store:
        beside = f"; the one of this file is in {options.index} now, and does not serve" if manifest.generation else ""
        _note(
            f"the index in Qdrant is as it was{beside}; run council index to have it follow the uploads and decisions "
            "that were put back"
        )
    return 0


def _note(text: str) -> None:
    sys.stderr.write(f"council: {text}\n")


def _tell(path: Path, manifest: Any, done: str) -> None:
    count, size = len(manifest.members), sum(member.bytes for member in manifest.members.values())
    files = "1 file" if count == 1 else f"{count} files"
    sys.stdout.write(f"{path}: {done}, {files}, {size} bytes, of {manifest.created}\n")
