"""A report as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eval.bootstrap import Estimate
from eval.figures import COMPARED, FIGURES
from eval.report import Report
from indexer.documents import Language


def render(report: Report) -> str:
    """The figures, one column a language, and the systems side by side; 95 % intervals in brackets."""
    lines = [
        f"{len(report.needs)} needs of {', '.join(report.gold)}" + (f", split '{report.split}'" if report.split else "")
    ]
    lines.append(f"{'':22}" + "".join(f"{language:>10}{'':16}" for language in report.figures))
    for name in FIGURES:
        lines.append(f"{name:22}" + "".join(_cell(report, language, name) for language in report.figures))
    for language, systems in report.systems.items():
        lines += ["", *_systems(language, systems, report.differences[language])]
    lines += ["", *_worst(report)]
    return "\n".join(line.rstrip() for line in lines)


def _cell(report: Report, language: Language, name: str) -> str:
    low, high = report.intervals[language][name]
    decimals = 1 if FIGURES[name].unit else 3
    interval = f"[{low:.{decimals}f}, {high:.{decimals}f}]"
    return f"{report.figures[language][name]:10.{decimals}f} {interval:15}"


def _systems(
    language: Language, systems: Mapping[str, Mapping[str, Estimate]], differences: Mapping[str, Mapping[str, Estimate]]
) -> Iterator[str]:
    yield f"{language + ', side by side':22}" + "".join(f"{name:>10}{'':18}" for name in COMPARED)
    for system, figures in systems.items():
        yield f"  {system:20}" + "".join(_estimate(figures[name]) for name in COMPARED)
    for system, figures in differences.items():
        yield f"  {'ours less ' + system:20}" + "".join(_estimate(figures[name], "+") for name in COMPARED)


def _estimate(estimate: Estimate, sign: str = "") -> str:
    interval = f"[{estimate.low:{sign}.3f}, {estimate.high:{sign}.3f}]"
    return f"{estimate.value:{sign}10.3f} {interval:17}"


def _worst(report: Report) -> Iterator[str]:
    for language, ids in report.worst.items():
        yield f"{language}: worst needs: {', '.join(ids) or 'none'}"


def warning(missing: Sequence[str]) -> str:
    """That the index lacks documents which the needs quote."""
    several = "" if len(missing) == 1 else "s"
    return (
        f"the index lacks {len(missing)} document{several} that the needs quote, so that evidence cannot be found: "
        f"{', '.join(missing)}; index them, or name the gold file that goes with this index"
    )
