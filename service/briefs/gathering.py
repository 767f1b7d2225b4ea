"""The content of a brief, from the service's own answers: a list for each meeting, its needs, the records' items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from indexer.documents import DocumentRecord, Language, Role, Status
from indexer.errors import CouncilError
from indexer.store import Filters
from service import access
from service.briefs.content import Brief, Cited, Member, Need, Quote, Settled, Source, Standing
from service.briefs.meetings import in_range, meetings_of, named, place, versions, within
from service.briefs.restricted import restricted
from service.briefs.topic import Topic
from service.contract import Answer, Citation, FollowUp
from service.engine import Engine
from service.filters import ItemFilters
from service.follow_ups import listed
from service.messages import message
from service.query import Query, understand

_FURTHEST = {status: rank for rank, status in enumerate(Status)}


class UnknownTopicError(CouncilError):
    """The documents say nothing on the topic."""


def gather(engine: Engine, topic: str, *, language: Language | None = None, filters: Filters | None = None) -> Brief:
    """The brief on `topic`, in `language`, the topic's own unless given.

    `filters` narrow it to meeting dates and, but for decisions and follow-ups, which are the council's, to
    jurisdictions. Raises RefusedError for a topic that cannot be asked for, UnknownTopicError where nothing is found.
    """
    query = replace(understand(topic, language=language, filters=filters), kind="list")
    return _Gathering(engine, query).brief()


class _Gathering:
    """One topic put to one engine; the citations are numbered as the brief reads."""

    def __init__(self, engine: Engine, query: Query) -> None:
        self._engine, self._index, self._query = engine, engine.index(), query
        self._documents = {
            record.id: access.visible(record)
            for record in self._index.documents()
            if in_range(record.meeting_date, query.filters.date_from, query.filters.date_to)
        }
        self._numbers = _Numbers(self._documents)

    def brief(self) -> Brief:
        # The topic is put to all meetings at once first: whether the documents speak of it at all is judged there.
        known = self._engine.answer(self._query).answered
        answers = dict(self._by_meeting(self._query)) if known else {}
        members = self._members(answers)
        context = [self._quote(answer, [number]) for answer in answers.values() for number in answer.context]
        needs = self._needs(answers)
        settled = [self._settled(item) for item in self._items(known)]
        if not members and not needs and not settled:
            raise UnknownTopicError(self._unknown())
        held = {standing.meeting for member in members for standing in member.standings}
        citations = self._numbers.citations()
        return Brief(
            topic=self._query.text,
            topic_language=self._query.asked_in,
            language=self._query.language,
            asked=self._asked(),
            indexed=self._index.head.created[:10],
            meetings=tuple(meeting for meeting in answers if meeting in held),
            members=members,
            context=tuple(dict.fromkeys(context)),
            needs=needs,
            decisions=tuple(item for item in settled if item.kind == "decision"),
            follow_ups=tuple(item for item in settled if item.kind == "follow_up"),
            citations=citations,
            restricted=restricted(self._documents[cited.source.document_id] for cited in citations),
        )

    def _by_meeting(self, query: Query) -> Iterator[tuple[str | None, Answer]]:
        """The answers to a query put to each meeting's documents alone; None stands for those without a date."""
        dates = {record.meeting_date for record in self._documents.values()}
        for meeting in (*([None] if None in dates else []), *meetings_of(date for date in dates if date)):
            ids = [
                record.id
                for record in self._documents.values()
                if (record.meeting_date is None if meeting is None else within(record.meeting_date, meeting))
            ]
            answer = self._engine.answer(replace(query, filters=replace(query.filters, documents=tuple(ids))))
            if answer.answered:
                yield meeting, answer

    def _members(self, answers: Mapping[str | None, Answer]) -> tuple[Member, ...]:
        asked = self._query.filters.jurisdictions
        found: dict[str, list[tuple[str | None, Answer, Status, list[int]]]] = {}
        for meeting, answer in answers.items():
            for finding in answer.findings:
                code = finding.jurisdiction.code if finding.jurisdiction else None
                # A passage about one jurisdiction may tell of another, which is not asked for.
                if code is None or (asked and code not in asked):
                    continue
                told = [(finding.status, finding.citations), *((m.status, m.citations) for m in finding.further)]
                told.sort(key=lambda one: _FURTHEST[one[0]])
                found.setdefault(code, []).extend((meeting, answer, *one) for one in told)
        return tuple(
            Member(
                code,
                named(code, self._query.language),
                tuple(
                    Standing(meeting, status, self._quote(answer, numbers))
                    for meeting, answer, status, numbers in found[code]
                ),
            )
            for code in sorted(found, key=place)
        )

    def _needs(self, answers: Mapping[str | None, Answer]) -> tuple[Need, ...]:
        """What the parts for needs say, and what is asked elsewhere; each quotation once."""
        roles = self._query.filters.roles or (str(Role.NEED),)
        of_needs = dict(self._by_meeting(replace(self._query, filters=replace(self._query.filters, roles=roles))))
        asked = self._query.filters.jurisdictions
        found: dict[Quote, Need] = {}
        for meeting in answers:
            named_here: list[tuple[str, Quote]] = []
            for answer, everything in ((of_needs.get(meeting), True), (answers[meeting], False)):
                for finding in answer.findings if answer else ():
                    code = finding.jurisdiction.code if finding.jurisdiction else None
                    if answer is None or code is None or (asked and code not in asked):
                        continue
                    told = [(finding.status, finding.citations), *((m.status, m.citations) for m in finding.further)]
                    named_here.extend(
                        (code, self._quote(answer, numbers))
                        for status, numbers in told
                        if everything or status is Status.ASKING
                    )
            for code, quote in sorted(named_here, key=lambda one: place(one[0])):
                found.setdefault(quote, Need(named(code, self._query.language), meeting, quote))
        return tuple(found.values())

    def _items(self, known: bool) -> list[FollowUp]:
        """The decisions and follow-ups on the topic, by meeting, of the two versions of a record the reader's."""
        language = self._query.language
        everything = [
            item
            for item in listed(self._index, ItemFilters(), language=language).follow_ups
            if item.document_id in self._documents
        ]
        topic, answered = Topic.of(self._query), self._answered_items(everything) if known else frozenset()
        on_topic = [
            item
            for item in everything
            if item.item_id in answered or topic.is_in("\n".join((*item.heading[-1:], item.text)), item.language)
        ]
        other = versions(list(self._documents.values()))
        by_place = {(item.document_id, item.kind, item.number): item for item in everything}
        chosen: dict[str, FollowUp] = {}
        for item in on_topic:
            shown = item
            if item.language != language and item.document_id in other and item.number is not None:
                shown = by_place.get((other[item.document_id], item.kind, item.number), item)
            chosen[shown.item_id] = shown
        return sorted(chosen.values(), key=lambda item: item.meeting_date or "")

    def _answered_items(self, items: Sequence[FollowUp]) -> frozenset[str]:
        """Ids of the items that the service's own answer on the topic's decisions quotes."""
        filters = replace(self._query.filters, jurisdictions=())
        answer = self._engine.answer(replace(self._query, kind="decision", filters=filters))
        if not answer.findings or answer.findings[0].item is None:  # something else is nearer to the topic
            return frozenset()
        named_ids = {finding.item.item_id for finding in answer.findings if finding.item}
        quoted = [(citation.document_id, citation.start, citation.end) for citation in answer.citations]
        return frozenset(
            item.item_id
            for item in items
            if item.item_id in named_ids
            or any(item.document_id == of and item.start < end and start < item.end for of, start, end in quoted)
        )

    def _settled(self, item: FollowUp) -> Settled:
        number = self._numbers.of(item.document_id, item.page, item.start, item.end)
        return Settled(
            item_id=item.item_id,
            kind=item.kind,
            meeting=item.meeting_date,
            number=item.number,
            owner=item.owner,
            due=item.due,
            status=item.status_word,
            quote=Quote(item.text, item.language, (number,)),
        )

    def _quote(self, answer: Answer, numbers: Sequence[int]) -> Quote:
        """What the citations of an answer with these numbers quote."""
        by_number = {citation.number: citation for citation in answer.citations}
        cited = [by_number[number] for number in numbers]
        return Quote(cited[0].quote, cited[0].document_language, tuple(self._number(one) for one in cited))

    def _number(self, citation: Citation) -> int:
        return self._numbers.of(citation.document_id, citation.page, citation.start, citation.end)

    def _asked(self) -> tuple[str, ...]:
        filters, language = self._query.filters, self._query.language
        names = [named(code, language) for code in filters.jurisdictions]
        return (
            *([message("brief.asked.jurisdictions", language, names=", ".join(names))] if names else []),
            *([message("brief.asked.from", language, date=filters.date_from)] if filters.date_from else []),
            *([message("brief.asked.to", language, date=filters.date_to)] if filters.date_to else []),
        )

    def _unknown(self) -> str:
        asked = self._asked()
        conditions = f" ({'; '.join(asked)})" if asked else ""
        return message("brief.unknown", self._query.language, topic=self._query.text, conditions=conditions)


class _Numbers:
    """Numbers of citations over a whole brief: what is cited twice has one."""

    def __init__(self, documents: Mapping[str, DocumentRecord]) -> None:
        self._documents = documents
        self._cited: dict[tuple[str, int, int], Cited] = {}

    def of(self, document_id: str, page: int | None, start: int, end: int) -> int:
        """The number of the citation of a span, made where there is none yet."""
        key = (document_id, start, end)
        if key not in self._cited:
            source = Source.of(self._documents[document_id])
            self._cited[key] = Cited(len(self._cited) + 1, source, page, start, end)
        return self._cited[key].number

    def citations(self) -> tuple[Cited, ...]:
        """The citations made so far, in the order of their numbers."""
        return tuple(self._cited.values())
