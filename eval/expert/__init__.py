"""Scoring answers by hand: sheets for a person to fill in, and the totals that they give."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence

from eval.expert import files, report
from eval.expert.filled import read_filled
from eval.expert.sheet import Asked, rows
from eval.expert.tally import Tally, tally
from eval.needs import Need, read_needs
from indexer.documents import LANGUAGES
from indexer.errors import CouncilError, SettingError
from service.engine import Engine
from service.query import understand


def main(options: Namespace) -> None:
    """Write a score sheet, or print the totals of a filled one, as the command line asks.

    Raises SettingError for options that do not go together, and for a file that cannot be used.
    """
    given = files.EXPORT if options.export_scores else files.IMPORT
    for name in ("gate", "html", "compare", "write_baseline"):
        if getattr(options, name):
            option = f"--{name.replace('_', '-')}"
            raise SettingError(f"{option}: does not go with {given}; run council eval without that option for it")
    if options.export_scores:
        if options.json:
            raise SettingError(f"--json: does not go with {files.EXPORT}; leave it out")
        _export(options)
        return
    found = _import(options)
    print(report.render(found))
    if options.json:
        try:
            options.json.parent.mkdir(parents=True, exist_ok=True)
            options.json.write_text(
                json.dumps(report.as_json(found), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
            )
        except OSError as error:
            raise CouncilError(f"--json {options.json}: cannot be written ({error.strerror or error})") from error


def _export(options: Namespace) -> None:
    files.form_of(options.export_scores, files.EXPORT)
    needs = read_needs(*options.gold, split=options.split)
    found = rows(_ask(_engine(options), needs))
    files.write(options.export_scores, found)
    print(f"{options.export_scores}: {len(found)} sentences of {len(needs) * len(LANGUAGES)} answers to score")


def _import(options: Namespace) -> Tally:
    sheet = read_filled(options.import_scores)
    needs = read_needs(*options.gold)
    whole = tally(_ask(_engine(options), needs), sheet)
    chosen = {need.id for need in needs if options.split in (None, need.split)}
    return Tally(tuple(answer for answer in whole.answers if answer.need in chosen))


def _ask(engine: Engine, needs: Sequence[Need]) -> list[Asked]:
    return [
        Asked(need, language, engine.answer(understand(need.question(language))))
        for need in needs
        for language in LANGUAGES
    ]


def _engine(options: Namespace) -> Engine:
    return Engine(options.index, options.model, options.reranker, store=options.store)
