"""The exchange that the council exists for: the needs told at a meeting, and who can help with each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indexer.documents import DocumentRecord, DocumentType, Language, Passage, PassageKind, Role, Status
from indexer.embedding import Embedder
from indexer.errors import SettingError
from indexer.store import Filters, Index
from service import access
from service.answering.citing import source_name
from service.answering.precedents import matches
from service.messages import message
from service.needs import Need, needs_of, shortened
from service.precedents import Precedent
from service.query import MAX_LIMIT, MAX_QUESTION_CHARACTERS, Query


@dataclass(frozen=True, slots=True)
class Match:
    """One need and one jurisdiction that can help; of a need that nobody was found for, the helper's fields are None.

    `need` and `statement` are the documents' words; jurisdictions are codes, dates `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    """

    meeting_date: str | None
    need_jurisdiction: str | None
    need: str
    need_document: str
    need_page: int | None
    helper: str | None
    status: Status | None
    status_word: str | None
    helper_meeting_date: str | None
    statement: str | None
    document: str | None
    page: int | None
    why: str
    score: float | None
    need_passage_id: str
    passage_id: str | None


def matched(
    index: Index,
    embedder: Embedder,
    *,
    meeting: str | None = None,
    language: Language = "en",
    document_languages: Sequence[str] = (),
) -> list[Match]:
    """The needs of a meeting with who can help, in the documents' order, helpers best first.

    Without `meeting`, of the latest at which needs were told. A need that stands in both languages is given in
    `language`. Raises SettingError for a meeting at which none was told.
    """
    readable = Filters(document_languages=tuple(document_languages))
    told = _told(index, readable, meeting)
    if meeting is None:
        meeting = max((passage.meeting_date for passage in told if passage.meeting_date), default=None)
        told = [passage for passage in told if passage.meeting_date == meeting]
    elif not told:
        raise SettingError(f"--meeting {meeting}: no document tells a need at that meeting; name another")
    records = index.documents_by_id({passage.document_id for passage in told})
    documents = {record.id: access.visible(record) for record in records}
    ids = {passage.id for passage in told if passage.language == language}
    return [
        match
        for passage in told
        if passage.language == language or ids.isdisjoint(index.versions(passage.id))
        if _is_of_somebody(passage, documents[passage.document_id])
        for need in needs_of(passage)
        for match in _matches(index, embedder, need, documents[passage.document_id], _query(need, language, readable))
    ]


def _told(index: Index, readable: Filters, meeting: str | None) -> list[Passage]:
    """The passages that tell needs, in reading order."""
    filters = replace(readable, roles=(Role.NEED,), date_from=meeting, date_to=meeting)
    numbers = index.allowed(filters)
    passages = index.numbered(numbers) if numbers is not None else []
    return [passage for passage in passages if passage.kind is PassageKind.STATEMENT]


def _is_of_somebody(passage: Passage, document: DocumentRecord) -> bool:
    """Whether a need is a jurisdiction's: an analysis tells the members' needs once more by theme, of nobody."""
    return bool(passage.jurisdictions) or document.type is not DocumentType.EXCHANGE_ANALYSIS


def _query(need: Need, language: Language, filters: Filters) -> Query:
    return Query(
        text=shortened(need.quote, MAX_QUESTION_CHARACTERS),
        language=language,
        asked_in=need.passage.language,
        kind="precedent",
        filters=filters,
        limit=MAX_LIMIT,
    )


def _matches(index: Index, embedder: Embedder, need: Need, document: DocumentRecord, query: Query) -> Iterator[Match]:
    helpers: dict[str, tuple[Precedent, str]] = {}
    for precedent, why in matches(index, embedder, need, query):
        if precedent.jurisdiction is not None and precedent.jurisdiction not in need.passage.jurisdictions[:1]:
            helpers.setdefault(precedent.jurisdiction, (precedent, why))
    if not helpers:
        yield _match(need, document, query.language, None, message("matches.none", query.language))
    for precedent, why in helpers.values():
        yield _match(need, document, query.language, precedent, why)


def _match(need: Need, document: DocumentRecord, language: Language, helper: Precedent | None, why: str) -> Match:
    passage = need.passage
    return Match(
        meeting_date=passage.meeting_date,
        need_jurisdiction=next(iter(passage.jurisdictions), None),
        need=need.quote,
        need_document=source_name(document),
        need_page=passage.page,
        helper=helper.jurisdiction if helper else None,
        status=helper.status if helper else None,
        status_word=message(f"status.{helper.status}", language) if helper else None,
        helper_meeting_date=helper.hit.passage.meeting_date if helper else None,
        statement=helper.quote if helper else None,
        document=source_name(helper.hit.document) if helper else None,
        page=helper.hit.passage.page if helper else None,
        why=why,
        score=round(helper.hit.score, 4) if helper else None,
        need_passage_id=passage.id,
        passage_id=helper.hit.passage.id if helper else None,
    )
