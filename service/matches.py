"""The exchange that the council exists for: the needs told at a meeting, and who can help with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.documents import DocumentRecord, DocumentType, Language, Passage, PassageKind, Role, Status
from indexer.embedding import Embedder
from indexer.errors import SettingError
from indexer.filters import Filters
from indexer.index_protocol import Index
from service import access
from service.answering.citing import source_name
from service.answering.precedents import matches
from service.messages import message
from service.need_versions import original
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


@dataclass(frozen=True, slots=True)
class ToldNeed:
    """A need with the document that tells it."""

    need: Need
    document: DocumentRecord

    @property
    def jurisdiction(self) -> str | None:
        """The code of who has it, None where the document does not say."""
        return next(iter(self.need.passage.jurisdictions), None)


@dataclass(frozen=True, slots=True)
class Helper:
    """Who can help with a need: what they did, and why it may help, in the reader's language."""

    precedent: Precedent
    why: str


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
    _, passages = _told(index, Filters(document_languages=tuple(document_languages)), meeting)
    if meeting is not None and not passages:
        raise SettingError(f"--meeting {meeting}: no document tells a need at that meeting; name another")
    told = needs_told(index, meeting=meeting, language=language, document_languages=document_languages)
    if meeting is None:
        latest = max((passage.meeting_date for passage in passages if passage.meeting_date), default=None)
        told = [one for one in told if one.need.passage.meeting_date == latest]
    return [
        match
        for one in told
        for match in as_matches(
            one, helpers(index, embedder, one.need, language, document_languages=document_languages), language
        )
    ]


def needs_told(
    index: Index, *, meeting: str | None = None, language: Language = "en", document_languages: Sequence[str] = ()
) -> list[ToldNeed]:
    """The needs told at a meeting, at any without one, in the documents' order.

    One that stands in both languages is given in `language`; `document_languages` are the only ones read, if any.
    """
    numbers, told = _told(index, Filters(document_languages=tuple(document_languages)), meeting)
    records = index.documents_by_id({passage.document_id for passage in told})
    documents = {record.id: access.visible(record) for record in records}
    versions = index.versions_of(numbers)
    spoken = {number for number, passage in zip(numbers, told, strict=True) if passage.language == language}
    return [
        ToldNeed(need, documents[passage.document_id])
        for number, passage in zip(numbers, told, strict=True)
        if number in spoken or spoken.isdisjoint(versions.get(number, ()))
        if _is_of_somebody(passage, documents[passage.document_id])
        for need in needs_of(passage)
    ]


def helpers(
    index: Index, embedder: Embedder, need: Need, language: Language, *, document_languages: Sequence[str] = ()
) -> tuple[Helper, ...]:
    """Who can help with a need, best first, each jurisdiction once; reasons and versions are in `language`."""
    filters = Filters(document_languages=tuple(document_languages))
    sought = original(index, embedder, need, filters)
    found: dict[str, Helper] = {}
    for precedent, why in matches(index, embedder, sought, _query(sought, language, filters)):
        if precedent.jurisdiction is not None and precedent.jurisdiction not in need.passage.jurisdictions[:1]:
            found.setdefault(precedent.jurisdiction, Helper(precedent, why))
    return tuple(found.values())


def as_matches(told: ToldNeed, found: Sequence[Helper], language: Language) -> list[Match]:
    """A need with each of its helpers, or alone where nobody was found; words are in `language`."""
    if not found:
        return [_match(told.need, told.document, language, None, message("matches.none", language))]
    return [_match(told.need, told.document, language, one.precedent, one.why) for one in found]


def _told(index: Index, readable: Filters, meeting: str | None) -> tuple[list[int], list[Passage]]:
    """The passages that tell needs, in reading order, and before them their numbers."""
    numbers = index.allowed(replace(readable, roles=(Role.NEED,), date_from=meeting, date_to=meeting))
    passages = index.numbered(numbers) if numbers is not None else []
    held = [] if numbers is None else numbers.tolist()
    told = [
        (number, passage)
        for number, passage in zip(held, passages, strict=True)
        if passage.kind is PassageKind.STATEMENT
    ]
    return [number for number, _ in told], [passage for _, passage in told]


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
