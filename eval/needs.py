"""Gold information needs: the file format, and finding a need's evidence in passages."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from indexer.documents import Language, Status
from indexer.errors import SettingError
from service.contract import QuestionKind

MOST_OF_A_QUOTE = 0.6  # share of a quote's words that a passage must hold in one run; quotes may straddle passages
_WORD = re.compile(r"[^\W_]+")


class _Gold(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExpectedJurisdiction(_Gold):
    """A jurisdiction that a list should name. `alt` codes and `alt_status` are as good; `optional` is neutral."""

    code: str
    status: Status
    alt: list[str] = []
    alt_status: list[Status] = []
    optional: bool = False


class EvidenceQuote(_Gold):
    """A quotation of document `doc` that supports the answer."""

    doc: str
    quote: str
    jurisdiction: str | None = None
    role: Literal["need", "answer"] | None = None


class Need(_Gold):
    """An information need with its questions and reference answers in both languages."""

    id: str
    kind: QuestionKind | Literal["none"]
    question_en: str
    question_fr: str
    answer_en: str | None
    answer_fr: str | None
    jurisdictions: list[ExpectedJurisdiction] = []
    evidence: list[EvidenceQuote] = []
    note: str | None = None
    split: Literal["tune", "test"] | None = None
    draft: list[str] = []  # fields that a person has still to complete; such a need is not measured

    def question(self, language: Language) -> str:
        """The need's question in `language`."""
        return self.question_en if language == "en" else self.question_fr

    def sought(self) -> list[EvidenceQuote]:
        """The quotes that count: for a precedent those that help, not the one that states the problem."""
        return [quote for quote in self.evidence if quote.role != "need"]


def read_needs(*paths: Path, split: str | None = None) -> list[Need]:
    """The needs of JSON-lines files, or of all `*.jsonl` of a folder; of one split if named.

    Raises SettingError with the file and line that is wrong, or the id that two needs share.
    """
    needs: list[Need] = []
    places: dict[str, str] = {}
    for path in gold_files(paths):
        for number, need in _read(path):
            place = f"{path}, line {number}"
            if need.id in places:
                raise SettingError(f"--gold {place}: the id '{need.id}' is that of {places[need.id]}; give it another")
            places[need.id] = place
            needs.append(need)
    chosen = [need for need in needs if split is None or need.split == split]
    if not chosen:
        named = ", ".join(str(path) for path in paths)
        raise SettingError(f"--gold {named}: holds no need" + (f" of the split '{split}'" if split else ""))
    return chosen


def gold_files(paths: Sequence[Path]) -> list[Path]:
    """The files meant, each once: a folder stands for its `*.jsonl`. Raises SettingError for one without any."""
    found: dict[Path, Path] = {}
    for path in paths:
        files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not files:
            raise SettingError(
                f"--gold {path}: the folder holds no file *.jsonl; name one that does, or a file of needs"
            )
        for file in files:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _read(path: Path) -> Iterator[tuple[int, Need]]:
    """Needs with the numbers of their lines."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"--gold {path}: cannot be read ({error}); name a file of needs") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            need = Need.model_validate(json.loads(line))
        except (ValueError, ValidationError) as error:
            raise SettingError(f"--gold {path}, line {number}: {error}") from error
        blank = [name for name in ("question_en", "question_fr") if not getattr(need, name).strip()]
        if need.draft or blank:
            fields = ", ".join(dict.fromkeys([*blank, *need.draft]))
            raise SettingError(
                f"--gold {path}, line {number}: the need '{need.id}' is a draft; complete {fields}, then remove its "
                "field draft"
            )
        yield number, need


def covers(text: str, quote: str) -> bool:
    """Whether `text` holds most of `quote`, in one run of words; white space, case and punctuation aside."""
    held = _spaced(text)
    return any(run in held for run in _runs(quote))


@lru_cache(maxsize=8192)
def _runs(quote: str) -> tuple[str, ...]:
    """Every run of so many of the quote's words that a text which holds one covers it."""
    words = _spaced(quote).split()
    length = math.ceil(MOST_OF_A_QUOTE * len(words))
    return tuple(f" {' '.join(words[at : at + length])} " for at in range(len(words) - length + 1)) if words else ()


@lru_cache(maxsize=8192)
def _spaced(text: str) -> str:
    """The folded words of `text`, a space around each, so that a run of words is a piece of it."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "
