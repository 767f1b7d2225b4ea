"""`council keys`: make, list and revoke the keys that callers send."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.errors import SettingError

if TYPE_CHECKING:
    from service.identity.keys import Key
    from service.state import State


def add(commands: Any) -> None:
    """Add the command."""
    # Named here as in `CallerRole`, whose module would be loaded for every command.
    roles = ("member", "secretariat", "administrator")
    keys = commands.add_parser("keys", help="make, list and revoke the keys of those who call the service")
    actions = keys.add_subparsers(title="actions", required=True, metavar="ACTION")

    create = actions.add_parser("create", help="make a key and print it: once, for only its hash is kept")
    create.add_argument("--role", required=True, choices=roles, help="what its holder may do and see")
    create.add_argument("--name", required=True, help="whose it is, for lists and the audit log")
    create.add_argument("--expires", metavar="DATE", help="last day, in UTC, that it counts: YYYY-MM-DD")
    _add_data_options(create)
    create.set_defaults(run=_create)

    listing = actions.add_parser("list", help="list the keys that were made; not the keys themselves")
    listing.add_argument("--json", action="store_true", help="print them as JSON")
    _add_data_options(listing)
    listing.set_defaults(run=_list)

    revoke = actions.add_parser("revoke", help="make a key count no more, from the next request on")
    revoke.add_argument("id", metavar="ID", help="as council keys list gives it")
    _add_data_options(revoke)
    revoke.set_defaults(run=_revoke)


def _add_data_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder (default: .index)")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="data folder (default: COUNCIL_DATA, else that of the index)",
    )


def _state(options: argparse.Namespace) -> State:
    from indexer.data_folder import data_folder
    from service.state import State

    return State(options.data or data_folder(options.index or Path(".index")))


def _create(options: argparse.Namespace) -> int:
    from indexer import replicas
    from service.access import CallerRole
    from service.identity import keys

    state = _state(options)
    replicas.refuse_to_change(state.path.parent)
    key, text = keys.make(state, CallerRole(options.role), options.name, _end_of(options.expires))
    _record(state, "key.create", key)
    # The key alone on standard output: it can be handed on without being seen.
    sys.stdout.write(f"{text}\n")
    until = f" up to {_shown(key.expires)}" if key.expires else ""
    sys.stderr.write(f"council: key {key.id} made for the role {key.role}{until}; keep it, it is not shown again\n")
    return 0


def _list(options: argparse.Namespace) -> int:
    from service.identity import keys

    found = keys.listed(_state(options))
    if options.json:
        sys.stdout.write(json.dumps([_as_json(key) for key in found], ensure_ascii=False, indent=2) + "\n")
        return 0
    if not found:
        sys.stdout.write("no key was made yet; council keys create makes one\n")
        return 0
    heads = ("id", "role", "condition", "made", "expires", "last used", "name")
    rows = [
        (key.id, key.role, key.condition(), _shown(key.made), _shown(key.expires), _shown(key.used), key.name)
        for key in found
    ]
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    for row in (heads, *rows):
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
    return 0


def _revoke(options: argparse.Namespace) -> int:
    from indexer import replicas
    from service.identity import keys

    state = _state(options)
    replicas.refuse_to_change(state.path.parent)
    key, changed = keys.revoke(state, options.id)
    if changed:
        _record(state, "key.revoke", key)
    sys.stdout.write(f"key {key.id} of {key.name} {'is' if changed else 'was already'} revoked\n")
    return 0


def _record(state: State, action: str, key: Key) -> None:
    from service import audit
    from service.access import Caller, CallerRole

    who = Caller(CallerRole.ADMINISTRATOR, "command line")
    audit.record(state, who, action, subject=key.id, detail=f"{key.role}: {key.name}")


def _end_of(day: str | None) -> datetime | None:
    from service.identity.keys import after

    if day is None:
        return None
    try:
        last = date.fromisoformat(day)
        if day != last.isoformat():
            raise ValueError
        return after(last)
    except (ValueError, OverflowError):
        raise SettingError(f"--expires {day}: is no day; give one as YYYY-MM-DD, such as 2027-03-31") from None


def _shown(when: datetime | None) -> str:
    return when.strftime("%Y-%m-%d %H:%M UTC") if when else "-"


def _as_json(key: Key) -> dict[str, str | None]:
    times = {"made": key.made, "expires": key.expires, "revoked": key.revoked, "used": key.used}
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "condition": key.condition(),
        **{name: when.isoformat() if when else None for name, when in times.items()},
    }
