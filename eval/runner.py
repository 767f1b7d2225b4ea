"""`council eval`: measures an index on gold needs, writes the reports, and holds the figures against the gate."""

from __future__ import annotations

import sys
from argparse import Namespace

from eval import compare, console
from eval.baseline import baseline_of, write_baseline
from eval.evaluation import evaluate
from eval.gate import held_against, read_gate
from eval.needs import gold_files, read_needs
from eval.report import read_report, write_report
from service.engine import Engine


def main(options: Namespace) -> bool:
    """Run the harness as the command line asks; True where the gate is breached."""
    needs = read_needs(*options.gold, split=options.split)
    gate = read_gate(options.gate) if options.gate else None
    before = read_report(options.compare) if options.compare else None
    engine = Engine(options.index, options.model, options.reranker, store=options.store)
    gold = [path.name for path in gold_files(options.gold)]
    report = evaluate(engine, needs, gold=gold, split=options.split)
    if report.missing_documents:
        print(f"council: warning: {console.warning(report.missing_documents)}", file=sys.stderr)
    print(console.render(report))
    comparison = compare.compare(before, report) if before else None
    if comparison:
        print("\n" + compare.render(comparison))
    breached = held_against(report, *gate) if gate else None
    if options.json:
        write_report(report, options.json)
    if options.html:
        from eval.pages import write_page

        write_page(report, options.html, comparison=comparison, breached=breached)
    if options.write_baseline:
        write_baseline(baseline_of(report), options.write_baseline)
    if breached is not None:
        for breach in breached:
            print(f"GATE: {breach}")
        print("gate: passed" if not breached else f"gate: {len(breached)} breached")
    return bool(breached)
