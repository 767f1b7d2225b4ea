"""The last look at an answer before it leaves: every citation is held against what the index stores."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from indexer import jurisdictions, language
from indexer.documents import DocumentRecord, Passage
from indexer.index_protocol import Index
from service.answering.citing import source_name
from service.answering.support import Quotes, says_again
from service.contract import Citation, Finding, FurtherFinding

LEAST_SHARED = 0.6  # of the content words of a statement that is not the quote itself

_logger = logging.getLogger("service.answering")


@dataclass(frozen=True, slots=True)
class Checked:
    """What holds, numbered anew from 1; `dropped` counts the citations that failed, by themselves or for a finding."""

    findings: list[Finding]
    citations: list[Citation]
    context: list[int]
    dropped: int


def check(
    index: Index, findings: Sequence[Finding], citations: Sequence[Citation], context: Sequence[int] = ()
) -> Checked:
    """The findings and citations that what is stored bears out; `context` are numbers of citations, as in an answer.

    A citation that fails is dropped, a finding (or further finding) with none left too. Each reason is logged, without
    any text of the question.
    """
    held = _Held(index, findings, citations)
    kept = [checked for finding in findings if (checked := _finding(finding, held)) is not None]
    # Where nothing is found, nothing is left for the context to surround.
    around = [number for number in context if held.has(number)] if kept or not findings else []
    cited = {number for finding in findings for number in _numbers(finding)} | set(context)
    used = {number for finding in kept for number in _numbers(finding)} | set(around)
    left = [citation for number, citation in held.good.items() if number in used or number not in cited]
    renumbered = {citation.number: place for place, citation in enumerate(left, start=1)}
    for reason in held.reasons:
        _logger.warning("citation dropped: %s", reason)
    return Checked(
        findings=[_renumbered(finding, renumbered) for finding in kept],
        citations=[citation.model_copy(update={"number": renumbered[citation.number]}) for citation in left],
        context=[renumbered[number] for number in around],
        dropped=len(held.reasons),
    )


class _Held:
    """Citations held against the index: those that are good by number, and why the others are not."""

    def __init__(self, index: Index, findings: Sequence[Finding], citations: Sequence[Citation]) -> None:
        self.good: dict[int, Citation] = {}
        self.reasons: list[str] = []
        self._bad: set[int] = set()
        self.passages = {p.id: p for p in index.passages_by_id({citation.passage_id for citation in citations})}
        documents = {d.id: d for d in index.documents_by_id({citation.document_id for citation in citations})}
        proved: dict[int, list[Finding]] = {}
        for finding in findings:
            for number in dict.fromkeys(finding.citations):
                proved.setdefault(number, []).append(finding)
        written = index.written_at([(c.document_id, c.start, c.end) for c in citations])
        for citation, stored in zip(citations, written, strict=True):
            fault = (
                "its number stands twice"
                if citation.number in self.good or citation.number in self._bad
                else _fault(
                    citation, stored, self.passages.get(citation.passage_id), documents.get(citation.document_id)
                )
                or _fault_of_mark(citation, proved.get(citation.number, ()))
            )
            if fault is None:
                self.good[citation.number] = citation
            else:
                self._bad.add(citation.number)
                self.fail(citation, fault)

    def has(self, number: int) -> bool:
        """Whether the citation of that number is good; one that never was is a failure of its own."""
        if number not in self.good and number not in self._bad:
            self._bad.add(number)
            self.reasons.append(f"[{number}]: there is no such citation")
        return number in self.good

    def fail(self, citation: Citation, fault: str) -> None:
        """Keep the reason why a citation, or its use for a finding, does not hold."""
        self.reasons.append(f"[{citation.number}] of {citation.source}, passage {citation.passage_id}: {fault}")


def _fault(citation: Citation, stored: str, passage: Passage | None, document: DocumentRecord | None) -> str | None:
    """What is wrong with a citation by itself, None if nothing; `stored` is what the document says at its place."""
    if document is None:
        return "the index holds no such document"
    if passage is None:
        return "the index holds no such passage"
    if passage.document_id != document.id:
        return "the passage belongs to another document"
    if not passage.start <= citation.start < citation.end <= passage.end:
        return "the span is not within the passage"
    if not citation.quote.strip() or stored != citation.quote:
        return "the quote is not what the document says there"
    named = {
        "document_title": document.title,
        "document_type": document.type,
        "document_language": document.language,
        "source": source_name(document),
        "page": passage.page,
        "role": passage.role,
        "speaker": passage.speaker,
        "jurisdictions": list(passage.jurisdictions),
    }
    wrong = [name for name, value in named.items() if getattr(citation, name) != value]
    return f"{', '.join(wrong)}: not as stored" if wrong else None


def _fault_of_mark(citation: Citation, proved: Sequence[Finding]) -> str | None:
    """What is wrong with the short answer marked in a citation, None if nothing; `proved` are its findings."""
    start, end = citation.answer_start, citation.answer_end
    if start is None and end is None:
        return None
    if start is None or end is None or not citation.start <= start < end <= citation.end:
        return "the short answer is not within the quote"
    marked = citation.quote[start - citation.start : end - citation.start]
    if proved and all(finding.short_answer != marked for finding in proved):
        return "the short answer marked is not the finding's"
    return None


def _finding(finding: Finding, held: _Held) -> Finding | None:
    """The finding with the citations that prove it, None where none does."""
    numbers = _proving(finding, held, finding.jurisdiction.code if finding.jurisdiction else None)
    short = finding.short_answer
    if short is not None and numbers and not any(short in held.good[number].quote for number in numbers):
        for number in numbers:
            held.fail(held.good[number], "the short answer is not in the quote")
        return None
    if not numbers:
        return None
    code = finding.jurisdiction.code if finding.jurisdiction else None
    further = [
        other.model_copy(update={"citations": proving})
        for other in finding.further
        # What became of a decision may be told of anybody; another status is of the same jurisdiction.
        if (proving := _proving(other, held, None if finding.item else code))
    ]
    return finding.model_copy(update={"citations": numbers, "further": further})


def _proving(finding: Finding | FurtherFinding, held: _Held, code: str | None) -> list[int]:
    """The numbers of the citations that prove a finding about the jurisdiction `code`."""
    proving = []
    for number in finding.citations:
        if not held.has(number):
            continue
        citation = held.good[number]
        fault = _fault_for(finding, citation, held.passages[citation.passage_id], code)
        if fault is None:
            proving.append(number)
        else:
            held.fail(citation, fault)
    return proving


def _fault_for(finding: Finding | FurtherFinding, citation: Citation, passage: Passage, code: str | None) -> str | None:
    """Why a good citation does not prove a finding, None if it does."""
    if code is not None and code not in passage.jurisdictions and code not in jurisdictions.named_in(citation.quote):
        return f"neither the passage nor the quote is about {code}"
    if finding.meeting_date != passage.meeting_date:
        return "the meeting is not the passage's"
    if not finding.statement.strip():
        return "the finding states nothing"
    if not says_again(finding.statement, citation.quote):
        spoken = language.detect(finding.statement, default=passage.language)
        shared = Quotes([(citation.quote, passage.language)]).shared(finding.statement, spoken)
        if not shared.found or shared.share < LEAST_SHARED:
            return f"the quote shares {shared.found} of {shared.total} words with the statement"
    return None


def _numbers(finding: Finding) -> Iterable[int]:
    yield from finding.citations
    for other in finding.further:
        yield from other.citations


def _renumbered(finding: Finding, numbers: Mapping[int, int]) -> Finding:
    return finding.model_copy(
        update={
            "citations": [numbers[number] for number in finding.citations],
            "further": [
                other.model_copy(update={"citations": [numbers[number] for number in other.citations]})
                for other in finding.further
            ],
        }
    )
