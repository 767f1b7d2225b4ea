"""From feedback on answers to drafts of gold needs, for a person to complete."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from eval.needs import EvidenceQuote, ExpectedJurisdiction, Need
from indexer.documents import Status
from indexer.index_protocol import Index
from service.answering.citing import source_name
from service.feedback import FeedbackEntry
from service.query import understand


def drafts(entries: Iterable[FeedbackEntry], index: Index) -> Iterator[Need]:
    """One draft a question, whatever was said of it and how often, in the order in which it first came up.

    What is known is filled in: the question in its language, its kind, the jurisdictions missed, passages that somebody
    found helpful. `draft` names what is left for a person.
    """
    by_question: dict[tuple[str, str], list[FeedbackEntry]] = {}
    for entry in entries:
        by_question.setdefault((entry.language, entry.question.casefold()), []).append(entry)
    for (language, question), of in by_question.items():
        digest = hashlib.sha256(f"{language}\n{question}".encode()).hexdigest()[:10]
        yield _draft(f"feedback-{digest}", of, index)


def _draft(need_id: str, entries: Sequence[FeedbackEntry], index: Index) -> Need:
    asked = entries[0]
    english = asked.language == "en"
    query = understand(asked.question)
    missed = dict.fromkeys(entry.jurisdiction for entry in entries if entry.verdict == "missing_jurisdiction")
    evidence = [quote for entry in entries if entry.verdict == "helpful" for quote in _quotes(entry, index)]
    to_complete = ["question_fr" if english else "question_en", "answer_en", "answer_fr"]
    if query.kind == "list":
        to_complete.append("jurisdictions")
    to_complete.append("evidence")
    return Need(
        id=need_id,
        kind=query.kind,
        split="tune",
        question_en=asked.question if english else "",
        question_fr="" if english else asked.question,
        answer_en=None,
        answer_fr=None,
        # Feedback does not say how far the jurisdiction is: any status will do until a person says.
        jurisdictions=[
            ExpectedJurisdiction(
                code=code, status=Status.DELIVERED, alt_status=[one for one in Status if one is not Status.DELIVERED]
            )
            for code in missed
            if code is not None
        ],
        evidence=evidence,
        note="; ".join(_told(entry, index) for entry in entries),
        draft=to_complete,
    )


def _quotes(entry: FeedbackEntry, index: Index) -> Iterator[EvidenceQuote]:
    passage = index.passage(entry.passage_id) if entry.passage_id is not None else None
    document = index.document(passage.document_id) if passage is not None else None
    if passage is not None and document is not None:
        jurisdiction = passage.jurisdictions[0] if len(passage.jurisdictions) == 1 else None
        yield EvidenceQuote(doc=source_name(document), quote=passage.text, jurisdiction=jurisdiction)


def _told(entry: FeedbackEntry, index: Index) -> str:
    """What somebody said, for the person who completes the need."""
    told = f"{entry.at[:10]} {entry.role}: {entry.verdict}"
    if entry.jurisdiction is not None:
        told += f" {entry.jurisdiction}"
    if entry.passage_id is not None:
        passage = index.passage(entry.passage_id)
        document = index.document(passage.document_id) if passage is not None else None
        where = f"{source_name(document)}, " if document is not None else ""
        told += f" ({where}passage {entry.passage_id}{'' if passage is not None else ', no longer in the index'})"
    if entry.filters:
        told += f" under the filters {entry.filters}"
    return told + (f": {entry.comment}" if entry.comment else "")
