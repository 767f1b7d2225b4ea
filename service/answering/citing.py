"""From drafted statements to numbered citations, and the findings that they prove."""

from __future__ import annotations

from typing import Any

from indexer import jurisdictions
from indexer.documents import DocumentRecord, Language
from service.answering.draft import Draft, Span, Statement, whole
from service.contract import Citation, DecisionItem, Finding, FurtherFinding, JurisdictionName
from service.retrieval import Hit


class Citations:
    """Citations in the order of their numbers; what is cited twice has one."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int, int], int] = {}
        self._made: list[Citation] = []

    def number(self, hit: Hit, span: Span, short: Span | None = None) -> int:
        """The number of the citation of a span, made where there is none yet."""
        key = (hit.passage.id, span.start, span.end)
        if key not in self._numbers:
            self._numbers[key] = len(self._made) + 1
            passage = hit.passage
            self._made.append(
                Citation(
                    number=self._numbers[key],
                    **place(hit),
                    meeting_date=passage.meeting_date,
                    quote=passage.text[span.start - passage.start : span.end - passage.start],
                    start=span.start,
                    end=span.end,
                    answer_start=short.start if short else None,
                    answer_end=short.end if short else None,
                )
            )
        return self._numbers[key]

    def all(self) -> list[Citation]:
        """The citations made so far."""
        return list(self._made)


def cite(draft: Draft, language: Language) -> tuple[list[Finding], list[Citation], list[int]]:
    """Findings, citations, and the numbers of the citations that are context; names are in `language`."""
    citations = Citations()
    findings = [_finding(statement, citations, language) for statement in draft.statements]
    context = [citations.number(statement.hit, statement.span) for statement in draft.context]
    for hit in draft.empty_handed:
        citations.number(hit, whole(hit.passage))
    return findings, citations.all(), context


def place(hit: Hit) -> dict[str, Any]:
    """The fields that say which passage a hit or citation is, and where it stands."""
    passage, document = hit.passage, hit.document
    return {
        "passage_id": passage.id,
        "document_id": document.id,
        "document_title": document.title,
        "document_type": document.type,
        "document_language": document.language,
        "source": source_name(document),
        "page": passage.page,
        "role": passage.role,
        "jurisdictions": list(passage.jurisdictions),
        "speaker": passage.speaker,
    }


def source_name(document: DocumentRecord) -> str:
    """The file name of a document, without the folders it stands in."""
    return document.source.rpartition("/")[2]


def _finding(statement: Statement, citations: Citations, language: Language) -> Finding:
    text, start = statement.quote, statement.span.start
    short, item = statement.short, statement.item
    return Finding(
        jurisdiction=_name(statement.jurisdiction, language) if statement.jurisdiction else None,
        status=statement.status,
        statement=text,
        meeting_date=statement.hit.passage.meeting_date,
        citations=[citations.number(statement.hit, statement.span, short)],
        asked=statement.asked,
        short_answer=text[short.start - start : short.end - start] if short else None,
        why=statement.why,
        item=DecisionItem(
            item_id=item.id,
            kind="decision" if item.kind == "decision" else "follow_up",
            number=item.number,
            owner=item.owner,
            due=item.due,
            status=item.status,
        )
        if item
        else None,
        further=[_further(other, citations) for other in statement.further],
    )


def _further(statement: Statement, citations: Citations) -> FurtherFinding:
    return FurtherFinding(
        status=statement.status,
        statement=statement.quote,
        meeting_date=statement.hit.passage.meeting_date,
        citations=[citations.number(statement.hit, statement.span)],
    )


def _name(code: str, language: Language) -> JurisdictionName:
    found = jurisdictions.get(code)
    return JurisdictionName(code=code, name=found.name_en if language == "en" else found.name_fr)
