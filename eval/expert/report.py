"""The totals of a filled sheet as people and programs read them."""

from __future__ import annotations

import statistics
from dataclasses import asdict
from typing import Any

from eval.expert.tally import STATES, ScoredAnswer, Tally
from indexer.documents import LANGUAGES

_LISTED = ("scored", "partly scored", "stale")


def render(tally: Tally) -> str:
    """A line for each answer that is scored, in part or of old, then means, then how many are in which state."""
    lines = [f"{'need':10}{'language':10}{'kind':12}{'sentences':>12}{'citation':>10}{'total':>9}"]
    lines += [_line(answer) for answer in tally.answers if answer.state in _LISTED]
    columns = (*LANGUAGES, "both")
    lines += ["", f"{'mean total, 0 to 100':24}" + "".join(f"{column:>15}" for column in columns)]
    for kind in (*tally.kinds(), None):
        cells = [_mean(tally.totals(language, kind)) for language in (*LANGUAGES, None)]
        lines.append(f"{kind or 'all':24}" + "".join(f"{cell:>15}" for cell in cells))
    states = ", ".join(f"{tally.counted(state)} {state}" for state in STATES)
    lines += ["", f"{len(tally.answers)} answers: {states}"]
    harmful = [answer for answer in tally.answers if answer.harmful and answer.state != "stale"]
    sentences = sum(answer.harmful for answer in harmful)
    told = "".join(f"; {answer.need} {answer.language}" for answer in harmful)
    return "\n".join([*lines, f"{sentences} harmful sentence{'' if sentences == 1 else 's'}{told}"])


def as_json(tally: Tally) -> dict[str, Any]:
    """The same for programs: figures by language, how many answers are in which state, and every answer."""
    return {
        "figures": tally.figures(),
        "states": {state: tally.counted(state) for state in STATES},
        "answers": [asdict(answer) for answer in tally.answers],
    }


def _line(answer: ScoredAnswer) -> str:
    given = [score for score in answer.sentences if score is not None]
    sentences = f"{len(given)} of {len(answer.sentences)}"
    if len(given) == len(answer.sentences):
        sentences = f"{statistics.fmean(given):.2f}"
    citation = "-" if answer.citation is None else str(answer.citation)
    result = answer.state if answer.total is None else f"{answer.total:.2f}"
    return f"{answer.need:10}{answer.language:10}{answer.kind:12}{sentences:>12}{citation:>10}  {result:>7}"


def _mean(totals: list[float]) -> str:
    return f"{statistics.fmean(totals):.2f} ({len(totals)})" if totals else "- (0)"
