"""The file of questions of known kind (`questions.jsonl`), and how many of some questions a model gets right."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from eval.needs import read_needs
from indexer.documents import LANGUAGES, Language
from service.contract import QuestionKind

Split = Literal["tune", "held_out"]


class Question(BaseModel):
    """A question, invented, with its kind. What is `held_out` was not trained on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: QuestionKind
    language: Language
    split: Split
    question: str


@dataclass(frozen=True, slots=True)
class Score:
    """How often each kind (first) was taken for which (second)."""

    counts: Counter[tuple[QuestionKind, QuestionKind]]

    @property
    def accuracy(self) -> float:
        """Share of the questions whose kind was told rightly."""
        right = sum(count for (kind, told), count in self.counts.items() if kind == told)
        return right / max(1, self.counts.total())


def read_questions(split: Split) -> list[Question]:
    """The questions of one split, in the file's order."""
    lines = (files("eval") / "question_kinds" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [one for one in (Question.model_validate(json.loads(line)) for line in lines) if one.split == split]


def gold_questions(*paths: Path, split: str | None = None) -> list[Question]:
    """The questions of gold needs in both languages, but for those that have no answer, and so no kind."""
    return [
        Question(
            id=need.id,
            kind=need.kind,
            language=language,
            split="held_out",
            question=need.question(language),
        )
        for need in read_needs(*paths, split=split)
        if need.kind != "none"
        for language in LANGUAGES
    ]


def score(kind_of: Callable[[str], QuestionKind], questions: Iterable[Question]) -> Score:
    """What `kind_of` says of the questions."""
    return Score(Counter((one.kind, kind_of(one.question)) for one in questions))


def table(scored: Score, kinds: Sequence[QuestionKind]) -> str:
    """The score for people: a row for each kind, a column for what it was taken for."""
    rows = [f"{'':12}" + "".join(f"{kind:>11}" for kind in kinds)]
    rows += [f"{kind:12}" + "".join(f"{scored.counts[kind, told]:11}" for told in kinds) for kind in kinds]
    return "\n".join(rows)
