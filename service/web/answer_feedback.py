"""Feedback as the form under an answer gives it."""

from __future__ import annotations

import hashlib

from pydantic import ValidationError

from indexer import jurisdictions
from indexer.documents import Language
from indexer.text import fold
from service.contract import Answer
from service.feedback import FeedbackRequest
from service.messages import RefusedError
from service.web.asking import Asked, Fields


def digest(answer: Answer) -> str:
    """What tells an answer from another one to the same question: the same for the same content."""
    return hashlib.sha256(answer.model_dump_json(exclude={"took_ms"}).encode()).hexdigest()


def given(fields: Fields, asked: Asked, question: str, spoken: Language) -> FeedbackRequest:
    """What the form says. Raises RefusedError where no button of it could have sent that."""

    def field(name: str) -> str | None:
        return next((value.strip() for value in fields.getlist(name) if isinstance(value, str) and value.strip()), None)

    verdict, cited, seen = field("verdict"), field("citation"), field("digest")
    try:
        return FeedbackRequest.model_validate(
            {
                "question": question,
                "language": spoken,
                "filters": asked.filters,
                "verdict": verdict,
                # What stands in the other fields was not what the button pressed is about.
                "citation": {"passage_id": cited} if cited and verdict == "wrong_citation" else None,
                "jurisdiction": field("absent") if verdict == "missing_jurisdiction" else None,
                "comment": field("comment"),
                "answer": {"digest": seen} if seen else None,
            }
        )
    except ValidationError as error:
        raise RefusedError("ask.feedback.invalid") from error


def missing(answer: Answer, spoken: Language) -> list[tuple[str, str]]:
    """The jurisdictions that an answer does not name, as codes and names, by name."""
    named = {finding.jurisdiction.code for finding in answer.findings if finding.jurisdiction}
    others = [one for one in jurisdictions.all_jurisdictions() if one.code not in named]
    names = [(one.code, one.name_fr if spoken == "fr" else one.name_en) for one in others]
    return sorted(names, key=lambda pair: fold(pair[1]))
