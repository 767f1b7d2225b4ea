"""The report of a run, as `council eval --json` writes it and `--compare` reads it: one JSON object, UTF-8."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from eval.bootstrap import Estimate
from eval.files import read, write
from indexer.documents import Language, Status

FORMAT_VERSION = 1
Estimates = dict[str, Estimate]
"""Figures by name (`eval.figures`), each with its 95 % interval and the number of needs it is over."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MeasuredIndex(_Shape):
    """The index that was measured."""

    generation: str
    model: str
    documents: int
    passages: int


class Direction(_Shape):
    """Retrieval where questions of one language are asked of documents of one language alone."""

    question_language: Language
    document_language: Language
    figures: Estimates


class ReportPassage(_Shape):
    """A passage that some question returned or cited."""

    source: str
    page: int | None
    language: Language
    jurisdictions: list[str]
    text: str


class ReportHit(_Shape):
    """A passage returned: its id among the report's `passages`, and the numbers of the need's evidence it covers."""

    passage_id: str
    score: float
    covers: list[int]


class ReportCitation(_Shape):
    """A citation of the answer, and the numbers of the need's evidence that its passage covers."""

    number: int
    source: str
    page: int | None
    quote: str
    covers: list[int]


class Listed(_Shape):
    """A jurisdiction with a status: expected, or found."""

    code: str
    status: Status
    optional: bool = False


class AskedNeed(_Shape):
    """A need asked in one language: its own figures, the passages returned, and the answer."""

    question: str
    figures: dict[str, float]
    answered: bool
    text: str
    listed: list[Listed]
    citations: list[ReportCitation]
    hits: list[ReportHit]
    took_ms: float


class ReportQuote(_Shape):
    """Evidence to find, by its number in the gold file from 0; `held` says whether any passage of the index has it."""

    number: int
    doc: str
    quote: str
    held: bool


class ReportNeed(_Shape):
    """A need, what is expected, and what came of it in each language."""

    id: str
    kind: str
    split: str | None
    expected: dict[Language, str | None] = Field(description="Reference answers")
    jurisdictions: list[Listed]
    evidence: list[ReportQuote]
    asked: dict[Language, AskedNeed]


class Report(_Shape):
    """A run over gold needs. Figures are shares from 0 to 1, latencies milliseconds."""

    format_version: int = FORMAT_VERSION
    created: str = Field(description="When, in UTC, ISO 8601")
    gold: list[str] = Field(description="Names of the gold files")
    split: str | None
    index: MeasuredIndex
    missing_documents: list[str] = Field(description="Files that the needs quote and the index lacks")
    figures: dict[Language, dict[str, float]] = Field(description="By question language")
    intervals: dict[Language, dict[str, tuple[float, float]]] = Field(description="95 % intervals of `figures`")
    kinds: dict[Language, dict[str, Estimates]] = Field(description="By kind of need: the figures that bear on it")
    directions: list[Direction]
    systems: dict[Language, dict[str, Estimates]] = Field(description="Retrieval by other means beside ours")
    differences: dict[Language, dict[str, Estimates]] = Field(
        description="Ours, `hybrid`, less each other system: paired, need by need"
    )
    worst: dict[Language, list[str]] = Field(description="Ids of the needs served worst, the worst first")
    needs: list[ReportNeed]
    passages: dict[str, ReportPassage] = Field(description="By id, those that hits name")


def write_report(report: Report, path: Path) -> None:
    """Write `report` as JSON; folders are made as needed."""
    write(path, report.model_dump_json(indent=1) + "\n", "--json")


def read_report(path: Path) -> Report:
    """A report written before. Raises SettingError with the file and the mend where it is not one of this format."""
    mend = f"write it again: council eval … --json {path}"
    return read(path, Report, FORMAT_VERSION, named=f"--compare {path}", mend=mend)
