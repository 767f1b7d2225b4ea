"""What a report tells of each need: what was asked and expected, and what came back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from eval.credit import Sought
from eval.report import AskedNeed, Listed, ReportCitation, ReportHit, ReportNeed, ReportPassage, ReportQuote
from eval.scores import Asked, Parts, values
from indexer.documents import Language


def described(runs: Mapping[Language, tuple[Sequence[Asked], Sequence[Parts]]]) -> list[ReportNeed]:
    """The needs in their order, from the same needs asked in every language."""
    needs: dict[str, Sought] = {}
    asked: dict[str, dict[Language, AskedNeed]] = {}
    for language, (items, parts) in runs.items():
        for item, own in zip(items, parts, strict=True):
            need = item.sought.need
            needs[need.id] = item.sought
            asked.setdefault(need.id, {})[language] = _asked(item, own, language)
    return [_need(sought, asked[need_id]) for need_id, sought in needs.items()]


def passages(asked: Iterable[Asked]) -> dict[str, ReportPassage]:
    """The passages that were returned, by id."""
    return {
        hit.passage_id: ReportPassage(
            source=hit.source,
            page=hit.page,
            language=hit.language,
            jurisdictions=hit.jurisdictions,
            text=hit.text,
        )
        for item in asked
        for hit in item.answer.passages
    }


def _need(sought: Sought, asked: dict[Language, AskedNeed]) -> ReportNeed:
    need = sought.need
    held = {number for numbers in sought.credited.values() for number in numbers}
    return ReportNeed(
        id=need.id,
        kind=need.kind,
        split=need.split,
        expected={"en": need.answer_en, "fr": need.answer_fr},
        jurisdictions=[
            Listed(code=expected.code, status=expected.status, optional=expected.optional)
            for expected in need.jurisdictions
        ],
        evidence=[
            ReportQuote(number=number, doc=quote.doc, quote=quote.quote, held=number in held)
            for number, quote in sought.quotes.items()
        ],
        asked=asked,
    )


def _asked(item: Asked, parts: Parts, language: Language) -> AskedNeed:
    answer, sought = item.answer, item.sought
    return AskedNeed(
        question=sought.need.question(language),
        figures=values(parts),
        answered=answer.answered,
        text=answer.text,
        listed=[
            Listed(code=finding.jurisdiction.code, status=finding.status)
            for finding in answer.findings
            if finding.jurisdiction
        ],
        citations=[
            ReportCitation(
                number=citation.number,
                source=citation.source,
                page=citation.page,
                quote=citation.quote,
                covers=sorted(sought.credit(citation.passage_id)),
            )
            for citation in answer.citations
        ],
        hits=[
            ReportHit(passage_id=hit.passage_id, score=hit.score, covers=sorted(sought.credit(hit.passage_id)))
            for hit in answer.passages
        ],
        took_ms=round(1000 * item.seconds, 1),
    )
