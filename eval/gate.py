"""The gate: floors and ceilings of figures, and falls from a baseline, past which a change is refused."""

from __future__ import annotations

import operator
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.baseline import Baseline, fallen, read_baseline
from eval.report import Report
from indexer.errors import SettingError

_Figures = dict[str, dict[str, float]]


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Drop(_Rules):
    """By how much each figure may be worse than in `baseline`, a file that is named from the gate's own folder."""

    baseline: str
    allowed: dict[str, Annotated[float, Field(ge=0)]]


class Gate(_Rules):
    """Least and greatest values by language and figure, and the falls allowed."""

    least: _Figures = {}
    greatest: _Figures = {}
    drop: Drop | None = None


def read_gate(path: Path) -> tuple[Gate, Baseline | None]:
    """The gate in a TOML file, with its baseline where it names one. Raises SettingError that names file and field."""
    try:
        gate = Gate.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise SettingError(f"--gate {path}: cannot be used ({error})") from error
    if not (gate.least or gate.greatest or gate.drop):
        raise SettingError(f"--gate {path}: sets no border, so nothing would be refused; see eval/gate.toml for one")
    return gate, read_baseline(path.parent / gate.drop.baseline) if gate.drop else None


def held_against(report: Report, gate: Gate, baseline: Baseline | None) -> list[str]:
    """A readable line for each rule of the gate that the report breaks."""
    found = breaches({str(language): named for language, named in report.figures.items()}, gate)
    if gate.drop and baseline:
        found += fallen(report, baseline, gate.drop.allowed)
    return found


def breaches(figures: _Figures, gate: Gate) -> list[str]:
    """A readable line for each figure outside its border, and for each border on a figure that was not measured."""
    found = []
    for borders, side, outside in ((gate.least, "least", operator.lt), (gate.greatest, "greatest", operator.gt)):
        for language, named in borders.items():
            for name, border in named.items():
                value = figures.get(language, {}).get(name)
                if value is None:
                    found.append(f"{language} {name}: not measured; the gate asks for {side} {border:.3f}")
                elif outside(value, border):
                    found.append(f"{language} {name}: {value:.3f}, the {side} allowed is {border:.3f}")
    return found
