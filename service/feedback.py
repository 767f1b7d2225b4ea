"""Feedback on answers: what callers send, how it is kept, and how the secretariat reads it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from indexer import language as languages
from indexer.documents import Language
from service.access import Caller
from service.engine import Engine
from service.filters import make_filters
from service.messages import RefusedError
from service.period import Period
from service.query import MAX_QUESTION_CHARACTERS
from service.requests import FilterFields
from service.state import State

Verdict = Literal["helpful", "not_helpful", "wrong_citation", "missing_jurisdiction"]
MAX_COMMENT_CHARACTERS = 2_000
DEFAULT_PAGE = 100
MAX_PAGE = 500
_MAX_ID = 200


class CitedPassage(BaseModel):
    """The citation that the feedback is about."""

    model_config = ConfigDict(extra="forbid")

    passage_id: str = Field(min_length=1, max_length=_MAX_ID, description="Its `passage_id`, as the answer gave it")


class AnswerSeen(BaseModel):
    """Which answer the feedback is on, where the caller knows."""

    model_config = ConfigDict(extra="forbid")

    digest: str | None = Field(
        default=None, max_length=_MAX_ID, description="A digest of the answer, as the caller made or got it (an ETag)"
    )
    generation: str | None = Field(default=None, max_length=_MAX_ID, description="Index generation that it came from")


class FeedbackRequest(BaseModel):
    """What somebody thinks of the answer to a question."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "question": "Which jurisdictions piloted chatbots?",
                    "verdict": "missing_jurisdiction",
                    "jurisdiction": "NS",
                    "comment": "Its form of 2020 tells of one.",
                }
            ]
        },
    )

    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS, description="The question as it was asked")
    language: Language | None = Field(default=None, description="Of the answer; the question's if left out")
    filters: FilterFields = Field(default=FilterFields(), description="The filters that it was asked under")
    verdict: Verdict = Field(
        description="helpful; not_helpful; wrong_citation: the passage does not say it (give `citation`); "
        "missing_jurisdiction: one that the documents speak of is left out (give `jurisdiction`)"
    )
    citation: CitedPassage | None = Field(default=None, description="The citation meant")
    jurisdiction: str | None = Field(default=None, max_length=10, description="Code, as GET /v1/jurisdictions gives")
    comment: str | None = Field(
        default=None, max_length=MAX_COMMENT_CHARACTERS, description="More, for the secretariat"
    )
    answer: AnswerSeen | None = Field(default=None, description="Which answer it was")

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.jurisdiction is not None:
            self.jurisdiction = self.jurisdiction.upper()
        return self


class FeedbackTaken(BaseModel):
    """Feedback is kept."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"examples": [{"id": "f3a91c07d2b84e65"}]})

    id: str = Field(description="Id of the feedback, to speak of it to the secretariat")


class FeedbackEntry(BaseModel):
    """Feedback as it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    at: str = Field(description="Time in UTC, ISO 8601")
    caller: str = Field(description="Id of the key, or who was signed in")
    role: str = Field(description="Role of the caller at that time")
    question: str
    language: Language = Field(description="Language that the question is in")
    verdict: Verdict
    answer_language: Language | None = Field(default=None, description="Language asked for, where one was")
    filters: dict[str, Any] = Field(default={}, description="The filters that the question was asked under")
    passage_id: str | None = Field(default=None, description="Passage of the citation meant")
    document_id: str | None = Field(default=None, description="Document of that passage")
    jurisdiction: str | None = Field(default=None, description="Code of the jurisdiction left out")
    comment: str | None = None
    answer_digest: str | None = Field(default=None, description="Digest of the answer, where the caller gave one")
    answer_generation: str | None = Field(
        default=None, description="Generation of the answer, where the caller knew it"
    )
    generation: str = Field(description="Generation that served when the feedback came")


class FeedbackPage(BaseModel):
    """Feedback, newest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    total: int = Field(description="How many meet the filters, shown here or not")
    limit: int
    offset: int
    feedback: list[FeedbackEntry]


class FeedbackFilters(Period):
    """Which feedback; all conditions given must hold."""

    verdict: Verdict | None = Field(default=None, description="Only of this verdict")

    def conditions(self) -> tuple[str, list[Any]]:
        """The filters as SQL and its parameters. Raises RefusedError for a date that is none."""
        tests = self.tests()
        if self.verdict is not None:
            tests.append(("json_extract(content, '$.verdict') = ?", self.verdict))
        return " AND ".join(test for test, _ in tests) or "1", [value for _, value in tests]


class FeedbackParameters(FeedbackFilters):
    """Which page of which feedback, as query parameters."""

    limit: int = Field(default=DEFAULT_PAGE, ge=1, le=MAX_PAGE, description="Entries to return")
    offset: int = Field(default=0, ge=0, le=2**62, description="Entries to pass over first")


def keep(state: State, caller: Caller, engine: Engine, given: FeedbackRequest) -> str:
    """Keep feedback, and return its id; it is on the disk then.

    `engine` is the caller's: a passage that the caller may not see is refused as one that does not exist. Raises
    RefusedError where the verdict lacks what it is about, or names what there is not.
    """
    question = " ".join(given.question.encode(errors="replace").decode().split())
    if not any(character.isalnum() for character in question):
        raise RefusedError("refused.empty")
    if given.verdict == "wrong_citation" and given.citation is None:
        raise RefusedError("refused.feedback.citation")
    if given.verdict == "missing_jurisdiction" and given.jurisdiction is None:
        raise RefusedError("refused.feedback.jurisdiction")
    if given.jurisdiction is not None:
        make_filters(jurisdictions=[given.jurisdiction])
    given.filters.filters()
    index = engine.index()
    passage = index.passage(given.citation.passage_id) if given.citation else None
    if given.citation is not None and passage is None:
        raise RefusedError("refused.feedback.passage")
    content = {
        "verdict": given.verdict,
        "answer_language": given.language,
        "filters": given.filters.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "passage_id": passage.id if passage else None,
        "document_id": passage.document_id if passage else None,
        "jurisdiction": given.jurisdiction,
        "comment": given.comment,
        "answer_digest": given.answer.digest if given.answer else None,
        "answer_generation": given.answer.generation if given.answer else None,
        "generation": index.generation,
    }
    feedback_id = secrets.token_hex(8)
    with state.writing() as connection:
        connection.execute(
            "INSERT INTO feedback (id, at, caller, role, question, language, content) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                feedback_id,
                datetime.now(UTC).isoformat(timespec="milliseconds"),
                caller.name,
                str(caller.role),
                question,
                languages.detect(question, default=given.language or "en"),
                json.dumps(content, ensure_ascii=False),
            ),
        )
    return feedback_id


def page(state: State, asked: FeedbackParameters) -> FeedbackPage:
    """A page of the feedback that meets the filters, newest first."""
    where, values = asked.conditions()
    counted = state.rows(f"SELECT count(*) FROM feedback WHERE {where}", values)  # noqa: S608 - the conditions are ours  # nosec B608
    return FeedbackPage(
        total=counted[0][0] if counted else 0,
        limit=asked.limit,
        offset=asked.offset,
        feedback=list(_read(state, where, values, "at DESC, id DESC LIMIT ? OFFSET ?", asked.limit, asked.offset)),
    )


def every(state: State, filters: FeedbackFilters) -> list[FeedbackEntry]:
    """All the feedback that meets the filters, oldest first."""
    return list(_read(state, *filters.conditions(), "at, id"))


def _read(state: State, where: str, values: list[Any], order: str, *more: int) -> Iterator[FeedbackEntry]:
    rows = state.rows(f"SELECT * FROM feedback WHERE {where} ORDER BY {order}", [*values, *more])  # noqa: S608  # nosec B608
    for row in rows:
        own = {name: row[name] for name in ("id", "at", "caller", "role", "question", "language")}
        yield FeedbackEntry(**own, **json.loads(row["content"]))
