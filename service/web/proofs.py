"""The proofs of an answer as they are shown: each quote in its context, and how it is cited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from indexer import dates, sentences
from indexer.documents import Distribution, Language, Passage, Role
from indexer.index_protocol import Index
from service.answering.wording import untold_date
from service.briefs.content import Source
from service.briefs.restricted import restricted
from service.briefs.wording import clean, quoted
from service.contract import Answer, Citation
from service.messages import message
from service.needs import needs_of

_CONTEXT = 240  # characters that the context has on each side, whole sentences, one at least where there is one


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a quote in its passage; `opens` and `closes` say that the passage has no more on that side."""

    before: str = ""
    after: str = ""
    opens: bool = True
    closes: bool = True


@dataclass(frozen=True, slots=True)
class Proof:
    """A citation with all that is shown of it.

    `distribution` is None where everybody may see the document, `reference` the quote with its source on one line.
    """

    citation: Citation
    context: Context
    distribution: Distribution | None
    reference: str


@dataclass(frozen=True, slots=True)
class Proofs:
    """The proofs of an answer by their numbers, and what is to be told of the passages shown beside them.

    `notices` are the audiences of documents that not everybody may see, by their ids; `needs` the ids of passages that
    state a need; `restricted` the documents that may not be passed on, of what is shown and not folded away.
    """

    by_number: dict[int, Proof]
    notices: Mapping[str, Distribution]
    needs: frozenset[str]
    restricted: tuple[Source, ...]


def proofs(answer: Answer, index: Index, also: Iterable[str] = ()) -> Proofs:
    """The proofs of `answer`, which `index` gave; what it has lost since stands without its context.

    `also` are ids of other documents that something is shown of.
    """
    cited = {one.document_id for one in answer.citations}
    near = {one.document_id for one in answer.passages}
    wanted = {one.passage_id for one in answer.citations} | {hit.passage_id for hit in answer.passages}
    held = {passage.id: passage for passage in index.passages_by_id(sorted(wanted))}
    besides = set(also)
    documents = index.documents_by_id(sorted(cited | near | besides))
    notices = {one.id: one.distribution for one in documents if one.distribution is not Distribution.PUBLIC}
    shown = cited | besides if answer.answered else cited | near | besides
    return Proofs(
        {
            citation.number: Proof(
                citation,
                around(passage, citation) if (passage := held.get(citation.passage_id)) else Context(),
                notices.get(citation.document_id),
                reference(citation, notices.get(citation.document_id), answer.language),
            )
            for citation in answer.citations
        },
        notices,
        frozenset(passage.id for passage in held.values() if asks(passage)),
        restricted(document for document in documents if document.id in shown),
    )


def asks(passage: Passage) -> bool:
    """Whether a passage states a need that others may help with."""
    return passage.role is Role.NEED and bool(needs_of(passage))


def around(passage: Passage, citation: Citation) -> Context:
    """The sentences of a passage around the quote of a citation; nothing where the quote does not stand in it."""
    text, start, end = passage.text, citation.start - passage.start, citation.end - passage.start
    if not 0 <= start < end <= len(text) or text[start:end] != citation.quote:
        return Context()
    spans = sentences.split(text)
    first, last = _opening(spans, start), _ending(spans, end)
    return Context(
        text[first:start],
        text[end:last],
        not text[:first].strip(),
        not text[last:].strip(),
    )


def _opening(spans: Sequence[tuple[int, int]], start: int) -> int:
    """Where the context before a quote begins: with its own sentence, then with sentences before it."""
    found = next((span[0] for span in spans if span[0] < start < span[1]), start)
    taken = start - found
    for first, _ in reversed([span for span in spans if span[1] <= found]):
        if taken and start - first > _CONTEXT:
            break
        found, taken = first, start - first
    return found


def _ending(spans: Sequence[tuple[int, int]], end: int) -> int:
    """Where the context after a quote ends."""
    found = next((span[1] for span in spans if span[0] < end < span[1]), end)
    taken = found - end
    for _, last in (span for span in spans if span[0] >= found):
        if taken and last - end > _CONTEXT:
            break
        found, taken = last, last - end
    return found


def reference(citation: Citation, distribution: Distribution | None, reader: Language) -> str:
    """A citation as one writes it: the quote, title, meeting, page, file and language, and whether it may be passed on.

    “The quay was painted.” Harbour form, September 2020, page 3 (form.docx, in English).
    """
    where = [" ".join(clean(citation.document_title).split())]
    date = untold_date(citation.document_title, citation.meeting_date)
    if date is not None:
        where.append(dates.written(date, reader))
    if citation.page is not None:
        where.append(message("page.number", reader, number=citation.page))
    spoken = message(f"brief.in.{citation.document_language}", reader)
    said = (
        f"{quoted(citation.quote, citation.document_language)} {', '.join(where)} ({clean(citation.source)}, {spoken})."
    )
    return said if distribution is None else f"{said} {message(f'ask.notice.{distribution}', reader)}"
