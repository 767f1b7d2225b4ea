"""The rubric by which government evaluators score an answer, and the total that it gives.

It is that of the expert feedback form of AI Answers, the Government of Canada's assistant: each sentence gets 100
(good), 80 (needs improvement) or 0 (incorrect), the citation 25, 20 or 0, each below the best with an explanation; a
sentence scored 0 may be marked as harmful. The form's total is 0.75 times the mean of the sentence scores plus the
citation score, and an answer without a citation section gets 25 for it. Source: `computeTotalScore` in
src/components/chat/ExpertFeedbackComponent.js of https://github.com/cds-snc/ai-answers, at commit b4bb8ee43f5d.

Two things are done otherwise here. The form takes what was left unscored for good; here an answer counts only once it
is scored whole. The form shows four sentences at most; here all are scored.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, ValidationError

from indexer.errors import SettingError

SENTENCE_SCORES = (100, 80, 0)
CITATION_SCORES = (25, 20, 0)
UNCITED = 25  # for an answer without citations whose citation score is left empty
SENTENCE_WEIGHT = 0.75

_TABLE = "eval/expert/rubric.toml"


class _Text(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    en: str
    fr: str


class Line(_Text):
    """A line of the rubric: what a score means, or a word of advice."""

    value: int | str | None = None


class Section(_Text):
    """Lines of the rubric under a title."""

    lines: tuple[Line, ...]


class Rubric(BaseModel):
    """The rubric's texts, and what stands for a reference answer where the documents give none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    no_answer: _Text
    section: tuple[Section, ...]


def total(sentences: Sequence[int], citation: int) -> float:
    """The total of an answer, from 0 to 100, of the scores of its sentences (one or more) and of its citations."""
    return SENTENCE_WEIGHT * sum(sentences) / len(sentences) + citation


@cache
def texts() -> Rubric:
    """The texts of the rubric, read once. Raises SettingError for a table that cannot be used."""
    raw = files("eval").joinpath("expert/rubric.toml").read_text(encoding="utf-8")
    try:
        return Rubric.model_validate(tomllib.loads(raw))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise SettingError(f"{_TABLE}: cannot be used ({error})") from error
