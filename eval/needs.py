"""Gold information needs: the file format, and finding a need's evidence in passages."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
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

    def question(self, language: Language) -> str:
        """The need's question in `language`."""
        return self.question_en if language == "en" else self.question_fr

    def sought(self) -> list[EvidenceQuote]:
        """The quotes that count: for a precedent those that help, not the one that states the problem."""
        return [quote for quote in self.evidence if quote.role != "need"]


def read_needs(path: Path, split: str | None = None) -> list[Need]:
    """The needs of a JSON-lines file, of one split if named. Raises SettingError with the line that is wrong."""
    needs = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"--gold {path}: cannot be read ({error}); name a file of needs") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            needs.append(Need.model_validate(json.loads(line)))
        except (ValueError, ValidationError) as error:
            raise SettingError(f"--gold {path}, line {number}: {error}") from error
    chosen = [need for need in needs if split is None or need.split == split]
    if not chosen:
        raise SettingError(f"--gold {path}: holds no need" + (f" of the split '{split}'" if split else ""))
    return chosen


def covers(text: str, quote: str) -> bool:
    """Whether `text` holds most of `quote`, in one run of words; white space, case and punctuation aside."""
    held, sought = _words(text), _words(quote)
    if not sought:
        return False
    matcher = SequenceMatcher(None, held, sought, autojunk=False)
    return matcher.find_longest_match().size >= MOST_OF_A_QUOTE * len(sought)


def covered(texts: Sequence[tuple[str, str]], quotes: Sequence[EvidenceQuote]) -> list[set[int]]:
    """For each (source, text), the numbers of the quotes that it covers."""
    return [
        {number for number, quote in enumerate(quotes) if quote.doc == source and covers(text, quote.quote)}
        for source, text in texts
    ]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
