"""The baseline: a small JSON file of figures by language, committed, under which a change may fall by so much only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from eval.figures import FIGURES
from eval.files import read, write
from eval.report import Report

FORMAT_VERSION = 1


class Baseline(BaseModel):
    """Figures by language, without times, which are a machine's own; `needs_digest` tells which needs they are over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = FORMAT_VERSION
    needs: int
    needs_digest: str
    figures: dict[str, dict[str, float]]


def digest(ids: Iterable[str]) -> str:
    """A short digest of a set of needs' ids."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()[:16]


def baseline_of(report: Report) -> Baseline:
    """The baseline that a run sets."""
    return Baseline(
        needs=len(report.needs),
        needs_digest=digest(need.id for need in report.needs),
        figures={
            language: {name: round(value, 6) for name, value in named.items() if not FIGURES[name].unit}
            for language, named in report.figures.items()
        },
    )


def write_baseline(baseline: Baseline, path: Path) -> None:
    """Write `baseline` as JSON; folders are made as needed."""
    write(path, baseline.model_dump_json(indent=2) + "\n", "--write-baseline")


def read_baseline(path: Path) -> Baseline:
    """A baseline written before. Raises SettingError with the file and the mend where it cannot be used."""
    mend = f"write it anew: council eval --gold … --index … --write-baseline {path}"
    return read(path, Baseline, FORMAT_VERSION, named=f"{path}, the gate's baseline", mend=mend)


def fallen(report: Report, baseline: Baseline, allowed: Mapping[str, float], *, slack: float = 1e-6) -> list[str]:
    """A readable line for each figure that got worse than in `baseline` by more than is `allowed` for it.

    For a figure of which less is better a rise counts as a fall. `slack` takes up what rounding did.
    """
    if digest(need.id for need in report.needs) != baseline.needs_digest:
        return [
            f"the baseline is over {baseline.needs} other needs than these {len(report.needs)}, so that nothing can be "
            "said of what fell; write it anew with --write-baseline, and say why in the commit"
        ]
    found = []
    for language, before in baseline.figures.items():
        now = {str(key): named for key, named in report.figures.items()}.get(language, {})
        for name, most in allowed.items():
            if name not in before or name not in now:
                missing = "in the baseline" if name not in before else "in this run"
                found.append(f"{language} {name}: not measured {missing}; the gate allows it a fall of {most:.3f}")
                continue
            lower_is_better = name in FIGURES and FIGURES[name].lower_is_better
            fall = now[name] - before[name] if lower_is_better else before[name] - now[name]
            if fall > most + slack:
                found.append(
                    f"{language} {name}: {now[name]:.3f}, worse by {fall:.3f} than the baseline's {before[name]:.3f}; "
                    f"the most allowed is {most:.3f}"
                )
    return found
