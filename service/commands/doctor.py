"""`council doctor`: what is wrong with an installation, and what to do about it."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("doctor", help="check an installation and say what to mend")
    command.add_argument("--index", type=Path, metavar="DIR", help="index folder (default: COUNCIL_INDEX, else .index)")
    command.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the index folder's name-data)")
    command.add_argument("--settings", type=Path, metavar="FILE", help="settings file")
    command.add_argument("--json", action="store_true", help="print the findings as JSON")
    command.set_defaults(run=_run, settings_in_place=False)


def _run(options: argparse.Namespace) -> int:
    from indexer.data_folder import data_folder
    from indexer.errors import SettingError
    from service.doctor import Finding, Installed, look
    from service.server_settings import Settings, load

    given = {"index": options.index, "data": options.data}
    try:
        effective = load(given, options.settings)
        settings = effective.settings
        whence = f" and {effective.file}" if effective.file else ""
        told = Finding("settings", "ok", f"can be used, of the environment{whence}")
    except SettingError as error:
        # The others are looked at as if those had not been set.
        settings = Settings.model_construct(**{name: value for name, value in given.items() if value is not None})
        told = Finding("settings", "fault", str(error), "council settings --reference lists what there is")
    index = settings.index
    findings = [told, *look(Installed(index, settings.data or data_folder(index), settings))]
    if options.json:
        sys.stdout.write(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2) + "\n")
    else:
        for finding in findings:
            sys.stdout.write(f"{finding.level:<8} {finding.check}: {finding.found}\n")
            if finding.level != "ok":
                sys.stdout.write(f"{'':<8} mend: {finding.mend}\n")
    return 1 if any(finding.level == "fault" for finding in findings) else 0
