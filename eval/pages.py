"""A report as one HTML page that needs nothing else: charts, tables, and each need with what came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eval.bootstrap import Estimate
from eval.charts import Bar, Group, bars
from eval.compare import Comparison
from eval.figures import COMPARED, FIGURES, NDCG, RECALL
from eval.files import write
from eval.report import AskedNeed, Report

_LANGUAGES = {"en": "English", "fr": "French"}
_SYSTEMS = {
    "rank-bm25": "rank-bm25",
    "lexical": "our words",
    "dense": "our vectors",
    "hybrid": "ours, both",
}


def write_page(
    report: Report, path: Path, *, comparison: Comparison | None = None, breached: Sequence[str] | None = None
) -> None:
    """Write the page; `breached` are the gate's lines, None where no gate was asked for."""
    write(path, page(report, comparison=comparison, breached=breached), "--html")


def page(report: Report, *, comparison: Comparison | None = None, breached: Sequence[str] | None = None) -> str:
    """The page as text."""
    environment = Environment(
        loader=PackageLoader("eval"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"figure": _figure, "interval": _interval, "change": _change, "served": _served}
    text = environment.get_template("report.html").render(
        report=report,
        comparison=comparison,
        breached=breached,
        figures=FIGURES,
        compared=COMPARED,
        languages=_LANGUAGES,
        systems=_SYSTEMS,
        needs={need.id: need for need in report.needs},
        system_charts={
            language: _chart(f"Systems, questions in {_LANGUAGES[language]}", named, _SYSTEMS)
            for language, named in report.systems.items()
        },
        kind_charts={
            language: _chart(f"Kinds of need, questions in {_LANGUAGES[language]}", named)
            for language, named in report.kinds.items()
        },
        direction_chart=_chart(
            "Question language and document language",
            {
                f"{_LANGUAGES[way.question_language]} → {_LANGUAGES[way.document_language]}": way.figures
                for way in report.directions
            },
        ),
    )
    return text.lstrip() + "\n"  # the template's macros leave blank lines before the page


def _chart(title: str, series: Mapping[str, Mapping[str, Estimate]], labels: Mapping[str, str] | None = None) -> Markup:
    """A chart of the figures of retrieval, one bar a series that has them."""
    groups = [
        Group(
            FIGURES[name].label,
            [Bar((labels or {}).get(key, key), found[name]) for key, found in series.items() if name in found],
        )
        for name in COMPARED
    ]
    return Markup(bars(title, [group for group in groups if group.bars]))  # noqa: S704, `bars` escapes its texts  # nosec B704


def _figure(value: float, name: str) -> str:
    return f"{value:.1f} ms" if FIGURES[name].unit else f"{value:.3f}"


def _interval(borders: Sequence[float], name: str) -> str:
    low, high = borders
    return f"{low:.1f} to {high:.1f}" if FIGURES[name].unit else f"{low:.3f} to {high:.3f}"


def _change(value: float, name: str) -> str:
    return f"{value:+.1f} ms" if FIGURES[name].unit else f"{value:+.3f}"


def _served(asked: AskedNeed) -> str:
    """In a word how a need was served."""
    if NDCG in asked.figures:
        return f"nDCG {asked.figures[NDCG]:.2f}, recall {asked.figures[RECALL]:.2f}"
    return "answered" if asked.answered else "not answered"
