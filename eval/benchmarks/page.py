"""The benchmarks' report as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eval.benchmarks.curves import SERIES, Line, curves
from eval.benchmarks.results import Benchmark, Measured, Served
from eval.files import write


def write_page(report: Benchmark, path: Path) -> None:
    """Write the page; SettingError where that cannot be done."""
    write(path, page(report), "--html")


def page(report: Benchmark) -> str:
    """The page as text."""
    environment = Environment(
        loader=PackageLoader("eval"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["ms"] = _milliseconds
    charts = {title: Markup(svg) for title, svg in _charts(report) if svg}  # noqa: S704, `curves` escapes its texts  # nosec B704
    text = environment.get_template("benchmarks.html").render(report=report, charts=charts, series=SERIES)
    return text.lstrip() + "\n"  # the template's macros leave blank lines before the page


def _milliseconds(value: float) -> str:
    return f"{value:.2f} ms" if value < 10 else f"{value:,.0f} ms"


def _charts(report: Benchmark) -> Iterable[tuple[str, str]]:
    made = [one for one in report.collections if one.made]
    for kind, title in (("search", "Searches"), ("answer", "Answers")):
        for callers in (1, 8):
            named = f"{title}, {callers} at a time, p95"
            lines = [
                Line(label, [(one.passages, _p95(one.served, kind, at, callers)) for one in made if one.served])
                for at, label in enumerate(("no filter", "5 % filter", "0.2 % filter"))
            ]
            yield named, curves(named, lines, "ms")
    indexed = [(one.passages, one.indexed.whole) for one in made if one.indexed]
    again = [(one.passages, one.reindexed.whole.seconds) for one in made if one.reindexed]
    served = [(one.passages, one.served) for one in made if one.served]
    for title, lines, unit in (
        ("Indexing", [Line("from text", [(at, one.seconds) for at, one in indexed]), Line("1 % changed", again)], "s"),
        (
            "Memory",
            [
                Line("indexing, at most", [(at, one.peak_mb) for at, one in indexed]),
                Line("serving", [(at, one.memory.resident) for at, one in served]),
            ],
            "MB",
        ),
        ("Opening an index", [Line("open", [(at, one.opened.seconds) for at, one in served])], "s"),
    ):
        yield title, curves(title, lines, unit)
    yield from _beside(made)


def _beside(made: list[Measured]) -> Iterable[tuple[str, str]]:
    names = list(dict.fromkeys(peer.name for one in made if one.compared for peer in one.compared.peers))
    for field, title in (("wall_ms", "Time a query, beside other libraries"), ("cpu_ms", "Processor time a query")):
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in ("ours", *names)}
        for one in made:
            for peer in one.compared.peers if one.compared else ():
                found[peer.name].append((one.passages, getattr(peer.theirs, field)))
            ours = sorted(getattr(peer.ours, field) for peer in (one.compared.peers if one.compared else ()))
            if ours:
                found["ours"].append((one.passages, ours[len(ours) // 2]))
        yield title, curves(title, [Line(name, points) for name, points in found.items()], "ms")


def _p95(served: Served, kind: str, at: int, callers: int) -> float:
    if at >= len(served.filtered):
        return 0.0
    latencies = getattr(served.filtered[at], kind)
    return next((float(one.p95_ms) for one in latencies if one.callers == callers), 0.0)
