"""The answer's text, in the reader's language: the same content as the findings."""

from __future__ import annotations

from collections.abc import Sequence

from indexer import dates
from indexer.documents import Language
from service.contract import Citation, Finding, QuestionKind
from service.messages import message


def compose(
    kind: QuestionKind,
    language: Language,
    findings: Sequence[Finding],
    citations: Sequence[Citation],
    context: Sequence[int] = (),
    *,
    passages: bool = True,
) -> str:
    """The text of an answer; `passages` says whether there is any to show as near where nothing was found."""
    if not findings:
        return message("answer.nothing" if passages else "answer.nothing_allowed", language)
    if kind == "list":
        return _list(language, findings)
    by_number = {citation.number: citation for citation in citations}
    return "\n".join(
        message(
            "answer.statement",
            language,
            title=by_number[finding.citations[0]].document_title,
            quote=" ".join(finding.statement.split()),
            numbers=_marks(finding.citations),
        )
        for finding in findings
    )


def _list(language: Language, findings: Sequence[Finding]) -> str:
    items = [
        message(
            "answer.item",
            language,
            name=finding.jurisdiction.name,
            status=message(f"status.{finding.status}", language),
            date=f", {dates.written(finding.meeting_date, language)}" if finding.meeting_date else "",
            numbers=_marks(finding.citations),
        )
        for finding in findings
        if finding.jurisdiction
    ]
    number = "one" if len(items) == 1 else "many"
    count = message(f"answer.jurisdictions.{number}", language, number=len(items))
    return message("answer.list", language, count=count, items="; ".join(items))


def _marks(numbers: Sequence[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)
