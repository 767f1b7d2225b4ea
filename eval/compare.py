"""What moved between two reports: figures, and the needs that got better or worse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eval.figures import FIGURES, NDCG
from eval.report import AskedNeed, Report
from indexer.documents import Language

MOVED = 10  # needs named each way
_GAINS = {NDCG: 1.0, "cited": 1.0, "list_f1": 1.0, "abstains_rightly": 1.0, "abstains_wrongly": -1.0}
_STILL = 5e-4  # a change that three decimals do not show


@dataclass(frozen=True, slots=True)
class Move:
    """A figure before and now; `better` is None where it did not move."""

    language: Language
    name: str
    before: float
    now: float

    @property
    def difference(self) -> float:
        """Now less before."""
        return self.now - self.before

    @property
    def better(self) -> bool | None:
        """Whether it moved the better way."""
        if abs(self.difference) < _STILL:
            return None
        return (self.difference < 0) == FIGURES[self.name].lower_is_better


@dataclass(frozen=True, slots=True)
class NeedMove:
    """A need in one language: what it gained over its figures together, and those of them that moved."""

    id: str
    language: Language
    question: str
    gain: float
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What moved since `since`. `added` and `gone` are ids of needs that only one of the reports has."""

    since: str
    figures: tuple[Move, ...]
    better: tuple[NeedMove, ...]
    worse: tuple[NeedMove, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]


def compare(before: Report, now: Report) -> Comparison:
    """What moved from one report to the next, over the figures and needs that both have.

    A need's gain is the sum of the changes of its discounted gain, of evidence cited, of its list's F1 and of
    abstaining rightly; at most `MOVED` needs are given each way, the furthest moved first.
    """
    had, has = {need.id for need in before.needs}, {need.id for need in now.needs}
    needs = [move for move in _needs(before, now) if abs(move.gain) >= _STILL]
    return Comparison(
        since=before.created,
        figures=tuple(
            Move(language, name, before.figures[language][name], value)
            for language, named in now.figures.items()
            for name, value in named.items()
            if name in before.figures.get(language, {})
        ),
        better=tuple(sorted((move for move in needs if move.gain > 0), key=lambda move: -move.gain)[:MOVED]),
        worse=tuple(sorted((move for move in needs if move.gain < 0), key=lambda move: move.gain)[:MOVED]),
        added=tuple(sorted(has - had)),
        gone=tuple(sorted(had - has)),
    )


def _needs(before: Report, now: Report) -> Iterator[NeedMove]:
    earlier = {need.id: need for need in before.needs}
    for need in now.needs:
        if need.id not in earlier:
            continue
        for language, asked in need.asked.items():
            if language in earlier[need.id].asked:
                moves = tuple(_moves(language, earlier[need.id].asked[language], asked))
                gain = sum(_GAINS[move.name] * move.difference for move in moves)
                yield NeedMove(need.id, language, asked.question, gain, moves)


def _moves(language: Language, before: AskedNeed, now: AskedNeed) -> Iterator[Move]:
    for name in _GAINS:
        if name in before.figures and name in now.figures:
            move = Move(language, name, before.figures[name], now.figures[name])
            if move.better is not None:
                yield move


def render(comparison: Comparison) -> str:
    """The comparison as text for a terminal; figures that did not move are left out."""
    lines = [f"since {comparison.since}:"]
    for ids, told in ((comparison.added, "new"), (comparison.gone, "gone")):
        if ids:
            several = "need is" if len(ids) == 1 else "needs are"
            lines.append(
                f"  {len(ids)} {several} {told}, so the figures are over other needs: {', '.join(ids[:MOVED])}"
            )
    moved = [move for move in comparison.figures if move.better is not None]
    lines += [f"  {_moved(move)}" for move in moved] or ["  no figure moved"]
    for needs, told in ((comparison.better, "better"), (comparison.worse, "worse")):
        for need in needs:
            what = "; ".join(_moved(move) for move in need.moves)
            lines.append(f"  {told}: {need.id} ({what}) {need.question}")
    return "\n".join(lines)


def _moved(move: Move) -> str:
    decimals = 1 if FIGURES[move.name].unit else 3
    told = f"{move.language} {move.name} {move.before:.{decimals}f} -> {move.now:.{decimals}f}"
    return f"{told} ({move.difference:+.{decimals}f}{', better' if move.better else ', worse'})"
