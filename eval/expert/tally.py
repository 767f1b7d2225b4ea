"""What a filled sheet says of the answers that the service gives today: totals by answer, language and kind."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from eval.expert import claims
from eval.expert.filled import FilledRow, FilledSheet
from eval.expert.rubric import UNCITED, total
from eval.expert.sheet import Asked, digest
from indexer.documents import LANGUAGES, Language
from service.workbook import NOT_XML

State = Literal["scored", "partly scored", "unscored", "stale", "not in the sheet"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """An answer with its scores: None for each that is not given; `total`, 0 to 100, where it is scored whole.

    `stale` scores are those of an answer that has changed since. They count for nothing, and are kept here to be told.
    """

    need: str
    language: Language
    kind: str
    state: State
    sentences: tuple[int | None, ...] = ()
    citation: int | None = None
    total: float | None = None
    harmful: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """The answers of the needs asked, in their order."""

    answers: tuple[ScoredAnswer, ...]

    def counted(self, state: State) -> int:
        """How many answers are in a state."""
        return sum(answer.state == state for answer in self.answers)

    def totals(self, language: str | None = None, kind: str | None = None) -> list[float]:
        """The totals of the answers scored whole, of a language and a kind if named."""
        return [
            answer.total
            for answer in self.answers
            if answer.total is not None and language in (None, answer.language) and kind in (None, answer.kind)
        ]

    def kinds(self) -> list[str]:
        """The kinds of need, in the order in which they come up."""
        return list(dict.fromkeys(answer.kind for answer in self.answers))

    def figures(self) -> dict[str, dict[str, float]]:
        """By language, for the report: the mean total, where there is one, and how many answers it is of."""
        return {
            language: ({"expert_total": statistics.fmean(totals)} if (totals := self.totals(language)) else {})
            | {"expert_scored": float(len(totals))}
            for language in LANGUAGES
        }


def tally(asked: Iterable[Asked], sheet: FilledSheet) -> Tally:
    """The scores of the answers asked for, as the sheet has them.

    Raises SettingError for a sheet with a need that was not asked, or whose sentences are not those of the answer.
    """
    items = {(item.need.id, item.language): item for item in asked}
    for key, rows in sheet.answers.items():
        if key not in items:
            sheet.refuse(
                rows[0].number,
                "need",
                f"'{key[0]}' is no need of the gold file; name the one that the sheet was made of",
            )
    return Tally(tuple(_scored(item, sheet, sheet.answers.get(key, ())) for key, item in items.items()))


def _scored(item: Asked, sheet: FilledSheet, rows: Sequence[FilledRow]) -> ScoredAnswer:
    named: dict[str, Any] = {"need": item.need.id, "language": item.language, "kind": item.need.kind}
    if not rows:
        return ScoredAnswer(**named, state="not in the sheet")
    scores = tuple(filled.row.sentence_score for filled in rows)
    citation = rows[0].row.citation_score
    named |= {"sentences": scores, "citation": citation, "harmful": sum(filled.row.harmful for filled in rows)}
    if rows[0].row.answer_digest != digest(item.answer):
        return ScoredAnswer(**named, state="stale")
    _check_sentences(item, sheet, rows)
    if not item.answer.citations and citation is None:
        counted: int | None = UNCITED
    else:
        counted = citation
    given = [score for score in scores if score is not None]
    if len(given) == len(scores) and counted is not None:
        return ScoredAnswer(**named, state="scored", total=total(given, counted))
    return ScoredAnswer(**named, state="partly scored" if given or citation is not None else "unscored")


def _check_sentences(item: Asked, sheet: FilledSheet, rows: Sequence[FilledRow]) -> None:
    """A column sorted by itself would put scores beside sentences that they are not of."""
    found = claims.split(item.answer)
    if len(found) != len(rows):
        sheet.refuse(rows[0].number, "sentences", f"the answer has {len(found)}; export the sheet anew")
    for filled, claim in zip(rows, found, strict=True):
        if _bare(filled.row.sentence) != _bare(claim.text):
            sheet.refuse(
                filled.number,
                "sentence",
                f"is not sentence {filled.row.sentence_number} of the answer; "
                "restore it, and see that the scores beside it are its own",
            )


def _bare(text: str) -> str:
    """A text without what a file or a spreadsheet may change in it."""
    return " ".join(NOT_XML.sub("", text).split())
