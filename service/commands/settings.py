"""`council settings`: the settings that hold and where each comes from, their reference, and a file to begin from."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("settings", help="tell the settings that hold, and where each comes from")
    command.add_argument("--settings", type=Path, metavar="FILE", help="settings file")
    shape = command.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print them as JSON")
    shape.add_argument("--reference", action="store_true", help="print a Markdown table of all that there are")
    shape.add_argument("--template", action="store_true", help="print a settings file with every default")
    command.set_defaults(run=_run, settings_in_place=False)


def _run(options: argparse.Namespace) -> int:
    from service import setting_reference
    from service.server_settings import load
    from service.setting_sources import variable

    if options.reference or options.template:
        sys.stdout.write(setting_reference.reference() if options.reference else setting_reference.template())
        return 0
    effective = load(file=options.settings)
    shown = effective.shown()
    if options.json:
        told = {name: {"value": shown[name], "source": effective.sources[name]} for name in shown}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        return 0
    for name, value in shown.items():
        text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        sys.stdout.write(f"{variable(name)} = {text}".rstrip() + f"  ({effective.sources[name]})\n")
    return 0
