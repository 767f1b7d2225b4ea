"""Lists without a topic: who offered, asked or plans anything ("who offered a demo in September 2020?")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat

from indexer import dates
from indexer.documents import Passage, PassageKind, Role, Status
from service import access
from service.allowed_versions import allowed_versions
from service.answering.draft import Draft, Span, Statement
from service.answering.evidence import about
from service.answering.found import Found
from service.list_question import ListQuestion
from service.retrieval import Hit, Place
from service.status import passage_statuses

_MOST_PASSAGES = 5_000  # that are looked at, those of the latest meetings first
_SECTIONS: dict[Status, tuple[Role, ...]] = {
    Status.DELIVERED: (Role.ACHIEVEMENT, Role.PRIORITY),
    Status.PILOTING: (Role.ACHIEVEMENT, Role.PRIORITY),
    Status.IN_PROGRESS: (Role.PRIORITY, Role.ACHIEVEMENT),
    Status.PLANNED: (Role.PRIORITY,),
    Status.EXPLORING: (Role.NEED, Role.PRIORITY),
    Status.ASKING: (Role.NEED,),
    Status.SHARING: (Role.SHOWCASE, Role.REMARK),
}


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence of a jurisdiction with a status that is asked for."""

    passage: Passage
    span: Span
    status: Status
    code: str


def called(found: Found, asked: ListQuestion) -> Draft:
    """One statement of each jurisdiction that has any of a status asked for, in the sections where it is told.

    The question's language is preferred, then the order of the sections and of the documents.
    """
    chosen: dict[str, _Said] = {}
    for said in _said(found, asked):
        earlier = chosen.get(said.code)
        if earlier is None or (_foreign(earlier, found) and not _foreign(said, found)):
            chosen[said.code] = said
    hits = _hits(found, [said.passage for said in chosen.values()])
    return Draft(
        tuple(
            Statement(hit, said.span, said.status, said.code) for hit, said in zip(hits, chosen.values(), strict=True)
        )
    )


def _hits(found: Found, passages: Sequence[Passage]) -> list[Hit]:
    """The passages as hits, with their versions that the filters allow."""
    index = found.index
    numbers = index.places(passages)
    versions = allowed_versions(index, numbers, index.allowed(found.query.filters))
    known = sorted({number for others in versions.values() for number in others})
    others = dict(zip(known, index.numbered(known), strict=True))
    records = index.documents_by_id({passage.document_id for passage in (*passages, *others.values())})
    documents = {record.id: access.visible(record) for record in records}
    return [
        Hit(
            passage,
            documents[passage.document_id],
            score=0.0,
            dense=0.0,
            lexical=0.0,
            versions=tuple(
                Place(others[other], documents[others[other].document_id]) for other in versions.get(number, ())
            ),
        )
        for number, passage in zip(numbers, passages, strict=True)
    ]


def _foreign(said: _Said, found: Found) -> bool:
    return said.passage.language != found.query.asked_in


def _said(found: Found, asked: ListQuestion) -> Iterator[_Said]:
    for role in dict.fromkeys(role for status in Status if asked.wants(status) for role in _SECTIONS[status]):
        passages = _passages(found, role)
        statements = found.index.statements
        read = statements.of(found.index.places(passages))
        kept = statements.statuses(read) or repeat(None, len(read))
        for at, (start, end), statuses in zip(read.passage.tolist(), read.spans.tolist(), kept, strict=True):
            passage = passages[at]
            told = passage_statuses(passage, start, end) if statuses is None else statuses
            wanted = [status for status in told if asked.wants(status)]
            span = Span(passage.start + start, passage.start + end)
            for code in about(passage, start, end)[:1] if wanted else ():
                yield _Said(passage, span, wanted[0], code)


def _passages(found: Found, role: Role) -> list[Passage]:
    """The passages of a role that the filters allow, of the meeting that the question names where it names one."""
    filters = found.query.filters
    roles = (role,) if not filters.roles or role in filters.roles else ()
    if not roles:
        return []
    when = dates.first_date(found.query.text) or next(iter(sorted(found.query.clues.years)), None)
    filters = replace(filters, roles=roles, date_from=filters.date_from or when, date_to=filters.date_to or when)
    numbers = found.index.allowed(filters)
    passages = found.index.numbered([] if numbers is None else numbers[-_MOST_PASSAGES:])
    return [passage for passage in passages if passage.kind is PassageKind.STATEMENT]
