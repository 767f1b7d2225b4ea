"""`council eval`: the needs are put to the same engine that the service calls, in both languages, and scored."""

from __future__ import annotations

import json
import statistics
import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.gate import breaches, read_gate
from eval.needs import Need, covered, read_needs
from eval.scores import Asked, figures
from indexer.documents import LANGUAGES
from service.contract import Answer, Citation
from service.engine import Engine
from service.query import understand

_WARM_UP = "council"  # the first question opens files; it is not timed


@dataclass(frozen=True, slots=True)
class _Timed:
    answer: Answer
    seconds: float


def main(options: Namespace) -> bool:
    """Run the harness as the command line asks; True where the gate is breached."""
    needs = read_needs(options.gold, options.split)
    gate = read_gate(options.gate) if options.gate else None
    engine = Engine(options.index, options.model, options.reranker)
    report = evaluate(engine, needs)
    print(render(report, options.gold, len(needs)))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if gate is None:
        return False
    found = breaches(report, gate)
    for breach in found:
        print(f"GATE: {breach}")
    print("gate: passed" if not found else f"gate: {len(found)} breached")
    return bool(found)


def evaluate(engine: Engine, needs: Sequence[Need]) -> dict[str, dict[str, float]]:
    """Figures by language: see `eval.scores.figures`; with latency in milliseconds."""
    engine.answer(understand(_WARM_UP))
    report: dict[str, dict[str, float]] = {}
    for language in LANGUAGES:
        asked, seconds = [], []
        for need in needs:
            timed = _ask(engine, need.question(language))
            seconds.append(timed.seconds)
            asked.append(_scored(engine, need, timed.answer))
        cuts = statistics.quantiles([1000 * value for value in seconds], n=20, method="inclusive")
        report[language] = figures(asked) | {"latency_p50_ms": cuts[9], "latency_p95_ms": cuts[18]}
    return report


def _ask(engine: Engine, question: str) -> _Timed:
    began = time.perf_counter()
    answer = engine.answer(understand(question))
    return _Timed(answer, time.perf_counter() - began)


def _scored(engine: Engine, need: Need, answer: Answer) -> Asked:
    quotes = need.sought()
    return Asked(
        need=need,
        answer=answer,
        ranked=covered([(hit.source, hit.text) for hit in answer.passages], quotes),
        cited=covered([(citation.source, _passage(engine, citation)) for citation in answer.citations], quotes),
        slices=[_is_slice(engine, citation) for citation in answer.citations],
    )


def _passage(engine: Engine, citation: Citation) -> str:
    passage = engine.index().passage(citation.passage_id)
    return passage.text if passage else ""


def _is_slice(engine: Engine, citation: Citation) -> bool:
    document = engine.index().document(citation.document_id)
    return document is not None and document.text[citation.start : citation.end] == citation.quote


def render(report: dict[str, dict[str, float]], gold: Path, needs: int) -> str:
    """The figures as a table, one column a language."""
    lines = [f"{needs} needs of {gold.name}", f"{'':34}" + "".join(f"{language:>10}" for language in report)]
    for name in next(iter(report.values())):
        cells = "".join(f"{report[language][name]:10.3f}" for language in report)
        lines.append(f"{name:34}{cells}")
    return "\n".join(lines)
