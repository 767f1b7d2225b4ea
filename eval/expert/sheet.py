"""The score sheet: one row for each claim of each answer, with everything that a person needs to score it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from eval.expert import claims, rubric
from eval.expert.claims import Claim
from eval.needs import Need
from indexer.documents import Language
from service.contract import Answer, Citation


@dataclass(frozen=True, slots=True)
class Asked:
    """A need put to the service in `language`, with the answer that it gave."""

    need: Need
    language: Language
    answer: Answer


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the sheet; the names are those of its columns, in their order.

    `sentence_number` counts from 1 to `sentences`. A person fills in `sentence_score` to `citation_comment`: `harmful`
    of the sentence, the citation's score and comment on an answer's first row. `answer_digest` is of the whole answer.
    """

    need: str
    language: str
    kind: str
    question: str
    reference_answer: str
    sentence_number: int
    sentences: int
    sentence: str
    citations: str
    sentence_score: int | None
    sentence_comment: str
    harmful: bool
    citation_score: int | None
    citation_comment: str
    answer_digest: str


COLUMNS = tuple(field.name for field in fields(Row))
FILLED_IN = ("sentence_score", "sentence_comment", "harmful", "citation_score", "citation_comment")
ON_FIRST_ROW = ("citation_score", "citation_comment")


def rows(asked: Sequence[Asked]) -> list[Row]:
    """The rows of an empty sheet, in the order asked."""
    return [row for item in asked for row in _rows(item)]


def digest(answer: Answer) -> str:
    """What tells an answer from another: of its question, its text, and its citations with their places.

    It begins with a word, so that no spreadsheet takes it for a number.
    """
    cited = [[citation.number, citation.source, citation.page, citation.quote] for citation in answer.citations]
    whole = json.dumps([answer.question, answer.text, cited])
    return f"answer-{hashlib.sha256(whole.encode()).hexdigest()[:16]}"


def _rows(item: Asked) -> Iterator[Row]:
    answer, need = item.answer, item.need
    found = claims.split(answer)
    told = digest(answer)
    reference = need.answer_en if item.language == "en" else need.answer_fr
    if reference is None:
        reference = getattr(rubric.texts().no_answer, item.language)
    for number, claim in enumerate(found, start=1):
        yield Row(
            need=need.id,
            language=item.language,
            kind=need.kind,
            question=answer.question,
            reference_answer=reference,
            sentence_number=number,
            sentences=len(found),
            sentence=claim.text,
            citations="\n".join(_told(citation) for citation in _cited(answer, found, claim, number)),
            sentence_score=None,
            sentence_comment="",
            harmful=False,
            citation_score=None,
            citation_comment="",
            answer_digest=told,
        )


def _cited(answer: Answer, found: Sequence[Claim], claim: Claim, number: int) -> list[Citation]:
    """The citations of a claim; those that none marks stand with the first, so that all can be looked at."""
    marked = {mark for other in found for mark in other.citations}
    return [
        citation
        for citation in answer.citations
        if citation.number in claim.citations or (number == 1 and citation.number not in marked)
    ]


def _told(citation: Citation) -> str:
    page = f", page {citation.page}" if citation.page is not None else ""
    return f"[{citation.number}] {citation.source}{page}: {' '.join(citation.quote.split())}"
