"""The gate: floors and ceilings of figures, below or above which a change is refused."""

from __future__ import annotations

import operator
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from indexer.errors import SettingError


class Gate(BaseModel):
    """Least and greatest values by language and figure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least: dict[str, dict[str, float]] = {}
    greatest: dict[str, dict[str, float]] = {}


def read_gate(path: Path) -> Gate:
    """The gate in a TOML file. Raises SettingError that names the file and the field."""
    try:
        return Gate.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise SettingError(f"--gate {path}: cannot be used ({error})") from error


def breaches(report: dict[str, dict[str, float]], gate: Gate) -> list[str]:
    """A readable line for each figure outside its border, and for each border on a figure that was not measured."""
    found = []
    for borders, side, outside in ((gate.least, "least", operator.lt), (gate.greatest, "greatest", operator.gt)):
        for language, named in borders.items():
            for name, border in named.items():
                value = report.get(language, {}).get(name)
                if value is None:
                    found.append(f"{language} {name}: not measured; the gate asks for {side} {border:.3f}")
                elif outside(value, border):
                    found.append(f"{language} {name}: {value:.3f}, the {side} allowed is {border:.3f}")
    return found
